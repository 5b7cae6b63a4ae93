"""Statements whose plan the connection keeps say what the same statements say when sent plainly."""

import datetime as dt
import json
from unittest.mock import patch

import pghistory
import pytest
from django.db import connection, transaction

from portal.core import prepared as module
from portal.core.prepared import prepared
from portal.core.rows import fetch

pytestmark = pytest.mark.django_db


def _kept() -> set[str]:
    return {name for (name,) in fetch("SELECT name FROM pg_prepared_statements", [])}


def test_a_prepared_statement_gives_the_same_rows_and_one_place_may_stand_twice():
    text = (
        "SELECT n, %(day)s::date, n %% 2, %(words)s::text FROM generate_series(1, %(most)s) n"
        " WHERE n = ANY(%(ids)s::bigint[]) OR n = %(most)s"
    )
    asked = {"day": dt.date(2026, 3, 5), "words": "50% 'a'", "most": 5, "ids": [2], "more": 1}
    assert fetch(prepared(text), asked) == fetch(text, asked)
    assert fetch(prepared(text), asked | {"most": 7, "ids": []}) == [
        (7, asked["day"], 1, "50% 'a'")
    ]
    assert prepared(text).name in _kept()


def test_it_counts_as_one_statement_also_the_first_time(django_assert_num_queries):
    with django_assert_num_queries(1):
        fetch(prepared("SELECT 'counted', %(one)s::int"), {"one": 1})


def test_words_set_before_it_by_the_history_are_sent_and_the_plan_is_kept():
    text = prepared("SELECT current_setting('pghistory.context_metadata', true), %(one)s::int")
    write = prepared("INSERT INTO core_notification (user_id, text, url, created_at)"
                     " SELECT id, %(text)s, '', now() FROM core_user WHERE false RETURNING id")  # fmt: skip
    with transaction.atomic(), pghistory.context(user=7, url="/log/"):
        assert fetch(write, {"text": "a"}) == []
        assert fetch(write, {"text": "b"}) == []
        ((told, one),) = fetch(text, {"one": 1})
    assert (json.loads(told), one) == ({"user": 7, "url": "/log/"}, 1)
    assert {write.name, text.name} <= _kept()


def test_the_oldest_plans_go_when_there_are_too_many():
    first = prepared("SELECT 0, %(one)s::int")
    fetch(first, {"one": 1})
    with patch.object(module, "_MOST", 2):
        for number in (1, 2):
            fetch(prepared(f"SELECT {number}, %(one)s::int"), {"one": 1})
        assert first.name not in _kept()
        assert fetch(first, {"one": 3}) == [(0, 3)]


def test_a_plan_outlives_the_transaction_that_made_it_and_nothing_else():
    text = prepared("SELECT 'rolled back', %(one)s::int")
    with transaction.atomic():
        fetch(text, {"one": 1})
        transaction.set_rollback(True)
    assert fetch(text, {"one": 2}) == [("rolled back", 2)]


@pytest.mark.django_db(transaction=True)
def test_a_server_that_forgot_the_plan_is_asked_plainly_and_told_again():
    text = prepared("SELECT 'forgotten', %(one)s::int")
    fetch(text, {"one": 1})
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert fetch(text, {"one": 2}) == [("forgotten", 2)]
    assert fetch(text, {"one": 3}) == [("forgotten", 3)]
    assert text.name in _kept()


@pytest.mark.django_db(transaction=True)
def test_a_column_that_changed_its_type_does_not_stop_the_page():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE kept_plan (n int)")
        cursor.execute("INSERT INTO kept_plan VALUES (1)")
        text = prepared("SELECT n FROM kept_plan WHERE %(least)s::int = 0")
        assert fetch(text, {"least": 0}) == [(1,)]
        cursor.execute("ALTER TABLE kept_plan ALTER n TYPE text USING 'one'")
    assert fetch(text, {"least": 0}) == [("one",)]
