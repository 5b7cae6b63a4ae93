"""The frame is kept per person, and never stale after what concerns the person."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cohorts.domain.appointments import end_appointment
from portal.core.models import Notification
from portal.core.ui.slots import cut, fill, slot
from tests.web.test_pages import client_of
from tests.world import World

pytestmark = pytest.mark.django_db


def navigation(client: Client, path: str = "/me/") -> str:
    page = client.get(path).content.decode()
    return page[page.index('<nav class="p-nav"') : page.index('<main id="main"')]


def count_of(text: str, url: str) -> str:
    found = re.search(rf'href="{url}".*?p-nav-count">(\d+)<', text)
    return found[1] if found else ""


def test_slots_are_cut_out_and_filled() -> None:
    pieces = cut(f"<a{slot('here')}>{slot('word')}</a>")
    assert fill(pieces, {"here": " id=x", "word": "1"}) == "<a id=x>1</a>"
    assert fill(pieces, {}) == "<a></a>"


def test_no_slot_is_left_on_a_page(world: World) -> None:
    for key in ("zhou", "qian", "gu_account", "nobody"):
        page = client_of(world, key).get("/me/").content.decode()
        assert "\x01" not in page
        assert "\x02" not in page


def test_the_second_page_asks_nothing_for_its_frame(world: World) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(world, "zhou")
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/search/")
        counts.append(len(asked))
    assert counts[1] <= counts[0] - 5


def test_entries_are_gone_at_once_when_the_post_ends(world: World) -> None:
    client = client_of(world, "zhou")
    before = navigation(client)
    assert 'href="/students/"' in before
    assert "明德2023级" in before
    end_appointment(actor=None, post=world.posts["zhou"])
    after = navigation(client)
    assert 'href="/students/"' not in after
    assert "明德2023级" not in after


def test_entries_are_gone_on_the_day_after_the_last(world: World) -> None:
    today = timezone.localdate()
    end_appointment(actor=None, post=world.posts["zhou"], ends_on=today)
    client = client_of(world, "zhou")
    assert 'href="/students/"' in navigation(client)
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        client = client_of(world, "zhou")
        assert 'href="/students/"' not in navigation(client)


def test_a_new_notice_rings_on_the_next_page(world: World) -> None:
    client = client_of(world, "zhou")
    assert "p-bell-count" not in navigation(client)
    Notification.objects.create(user=world.zhou, key="a", text="x")
    assert '<span class="p-bell-count" aria-hidden="true">1</span>' in navigation(client)
    Notification.objects.bulk_create(
        [Notification(user=world.zhou, key=str(n), text="x") for n in range(2)]
    )
    assert '<span class="p-bell-count" aria-hidden="true">3</span>' in navigation(client)
    client.post("/notices/")
    assert "p-bell-count" not in navigation(client)


def test_counts_follow_ones_own_writing(world: World) -> None:
    client = client_of(world, "zhou")
    assert count_of(navigation(client), "/cases/") == "0"
    world.add_case("gu")
    assert count_of(navigation(client), "/cases/") == "0", "kept for a minute"
    client.post("/log/", {})
    assert count_of(navigation(client), "/cases/") == "1"


def test_a_changed_name_shows_at_once(world: World) -> None:
    client = client_of(world, "zhou")
    navigation(client)
    world.zhou.name = "周启明"
    world.zhou.save()
    assert "周启明" in navigation(client)


def test_the_open_entry_and_unit_belong_to_the_request(world: World) -> None:
    client = client_of(world, "jiang")
    at_students, at_cases = navigation(client, "/students/"), navigation(client, "/cases/")
    here = '<a class="p-nav-item is-active" href="{}" aria-current="page"'
    assert here.format("/students/") in at_students
    assert here.format("/cases/") in at_cases
    assert at_students.count("p-nav-item is-active") == at_cases.count("p-nav-item is-active") == 1
    unit = navigation(client, f"/cohorts/{world.chem23.pk}/")
    chosen = f'<a href="/cohorts/{world.chem23.pk}/" class="is-active" aria-current="true">'
    assert chosen in unit
    assert chosen not in at_students
    assert 'name="next" value="/students/"' in at_students


def test_each_visitor_gets_an_own_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.zhou)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', navigation(client))
    assert token
    other = navigation(client_of(world, "shen"))
    assert token[1] not in other
    answer = client.post("/logout/", {"csrfmiddlewaretoken": token[1]})
    assert answer.status_code == 302


def test_both_languages_are_kept_side_by_side(world: World) -> None:
    client = client_of(world, "zhou")
    assert "学生" in navigation(client)
    client.post("/i18n/setlang/", {"language": "en", "next": "/me/"})
    assert "Workbench" in navigation(client)
    assert "退出" not in navigation(client)


def test_pages_answer_while_the_cache_is_away(world: World, settings: Any) -> None:
    client = client_of(world, "zhou")
    away = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    settings.CACHES = away
    try:
        assert 'href="/students/"' in navigation(client)
        Notification.objects.create(user=world.zhou, key="a", text="x")
        assert "p-bell-count" in navigation(client)
    finally:
        cache.close()
