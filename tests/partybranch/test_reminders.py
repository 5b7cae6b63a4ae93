"""What of developments waits for somebody: late files for the organiser, the own way for the applicant."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from partybranch.models import Development
from portal.core.dues import due_lines, people_with_dues
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
