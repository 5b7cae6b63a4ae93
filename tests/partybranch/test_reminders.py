"""What of developments waits for somebody: late files for the organiser, the own way for the applicant."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from partybranch.domain.cultivation import add_entry
from partybranch.domain.dates import next_report
from partybranch.domain.facts import Setting
from partybranch.domain.months import add_months
from partybranch.enums import Look
from partybranch.models import Development
from partybranch.queries.facts import facts_of
from portal.core.dues import due_lines, people_with_dues
from tests.partybranch.cases import facts_until
from tests.partybranch.party import DAY, add_party, apply, bring_to
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def lines(world: World, key: str) -> dict[str, tuple[int, str]]:
    found = due_lines(world.people[key], is_brief=False)
    return {one.code: (one.number, one.url) for one in found}


def test_who_keeps_files_is_reminded_of_late_and_coming_days(campus: World) -> None:
    """An organiser must not have to look every day whether a day was missed."""
    apply(campus, "gu", timezone.localdate() - 40 * DAY)  # its talk is ten days late
    apply(campus, "cheng", timezone.localdate() - 5 * DAY)  # its talk is due within the month
    for key in ("gao", "qin"):
        found = lines(campus, key)
        assert found["files_late"] == (1, "/development/?only=late"), key
        assert found["files_soon"] == (1, "/development/?only=soon"), key
        page = Client()
        page.force_login(campus.people[key])
        shown = page.get(found["files_late"][1]).content.decode()
        assert "顾言川" in shown
        assert "程" not in shown.split("p-table")[-1]
        assert campus.people[key].pk in (
            people_with_dues(is_brief=False) or {campus.people[key].pk}
        )
    for key in ("fang", "lin", "m1"):  # who only reads is not asked to act
        assert not {"files_late", "files_soon"} & set(lines(campus, key)), key


def test_an_ended_file_reminds_nobody(campus: World) -> None:
    made = apply(campus, "gu", timezone.localdate() - 40 * DAY)
    Development.objects.filter(pk=made.pk).update(
        ended_on=timezone.localdate(), ended_how="stopped"
    )
    assert "files_late" not in lines(campus, "gao")


def test_a_member_on_probation_is_reminded_to_apply_for_transfer(campus: World) -> None:
    """Example 10: from fourteen days before the end until the application is there."""
    made = bring_to(campus, "gu", 20, shift=500 - 365 + 14)
    voted: dt.date = made.records.get(step=15).on
    assert voted + 351 * DAY == timezone.localdate()
    assert lines(campus, "gu_account")["transfer_own"] == (1, "/my/development/")
    Development.objects.filter(pk=made.pk).update(reached=22)
    assert "transfer_own" not in lines(campus, "gu_account")


def test_the_next_thought_report_is_told_to_the_applicant_and_in_the_file(campus: World) -> None:
    """P21: every quarter by default, counted from the last one or from the confirmation."""
    made = bring_to(campus, "gu", 5, shift=940)
    activist: dt.date = made.records.get(step=3).on
    numbers = Setting()
    assert next_report(facts_of([made])[made.pk], numbers) == add_months(activist, 3)
    first = timezone.localdate() - 5 * DAY
    add_entry(actor=campus.gao, development=made, kind=Look.REPORT, on=first)
    due = add_months(first, 3)
    assert next_report(facts_of([made])[made.pk], numbers) == due
    for key, url in (("gu_account", "/my/development/"), ("gao", f"/development/{made.pk}/")):
        client = Client()
        client.force_login(campus.people[key])
        page = client.get(url).content.decode()
        assert "思想汇报" in page, key
        assert f"{due.year}年{due.month}月{due.day}日" in page, key


def test_before_the_confirmation_and_after_the_last_vote_no_report_is_due() -> None:
    assert next_report(facts_until(3, dt.date(2025, 1, 1)), Setting()) is None
    assert next_report(facts_until(4, dt.date(2025, 1, 1)), Setting()) is not None
    assert next_report(facts_until(24, dt.date(2025, 1, 1)), Setting()) is None
