"""推优: the League branch recommends its members up to 28 before they are confirmed (P4, step 3)."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cohorts.models import Parameter
from partybranch.domain.development import StepError, record_step
from partybranch.domain.facts import FIRST_NUMBERS, Setting
from partybranch.models import Development, StepRecord
from students.models import Student
from tests.partybranch.cases import DETAIL, SETTING, codes, day, facts_until, proposal, replace
from tests.partybranch.party import DAY, add_party, bring_to, typed
from tests.world import World

ON = day("2026-09-01")
MEETING = {
    "recommendation": "league",
    "league_expected": 30,
    "league_present": 20,
    "league_yes": 10,
}


def found(
    detail: dict[str, Any], born: dt.date, setting: Setting = SETTING, **more: Any
) -> list[str]:
    facts = replace(facts_until(3, ON), born_on=born, is_league=more.pop("is_league", True))
    return codes(facts, proposal(3, ON + 60 * DAY, detail=detail, **more), setting)


def refusal(**counts: int | None) -> list[str]:
    detail = MEETING | {f"league_{name}": n for name, n in counts.items()}
    return found({k: v for k, v in detail.items() if v is not None}, day("2004-05-20"))


def test_two_thirds_are_present_and_half_of_them_say_yes() -> None:
    assert refusal() == []
    assert refusal(present=19) == ["league_quorum"]
    assert refusal(yes=9) == ["league_yes"]
    assert refusal(expected=3, present=2, yes=1) == []
    assert refusal(expected=4, present=2, yes=2) == ["league_quorum"]
    assert refusal(expected=28, present=19, yes=10) == []
    assert refusal(present=21, yes=10) == ["league_yes"]


def test_counts_that_do_not_add_up_are_refused() -> None:
    assert refusal(present=31, yes=31) == ["league_counts"]
    assert refusal(yes=21) == ["league_counts"]
    assert refusal(expected=0, present=0, yes=0) == ["league_counts"]
    for name in ("expected", "present", "yes"):
        assert refusal(**{name: None}) == ["league_counts"]


def test_a_league_member_up_to_28_needs_it_unless_the_reason_is_given() -> None:
    """28 on the day: who turns 29 on it is asked no more."""
    members, on = {"recommendation": "members"}, ON + 60 * DAY
    turned = on.replace(year=on.year - 29)
    assert found(members, turned + DAY) == ["league"]
    assert found(members, turned) == []
    assert found(members, turned + DAY, override_reason="团支部尚未成立，由党员推荐") == []
    assert found(members, turned + DAY, is_league=False) == []
    none = Setting({**FIRST_NUMBERS, "party.league_age": 0})
    assert found(members, turned + DAY, none) == []
    lower = Setting({**FIRST_NUMBERS, "party.league_age": 25})
    assert found(members, on.replace(year=on.year - 26), lower) == []


@pytest.fixture
def campus(world: World) -> World:
    add_party(world)
    Student.objects.filter(pk=world.gu.pk).update(political_status="03")
    return world


def form(world: World, made: Development, **sent: Any) -> Any:
    client = Client()
    client.force_login(world.gao)
    facts = {"on": timezone.localdate().isoformat(), "expected": 5, "present": 5, "yes": 5}
    return client.post(f"/development/{made.pk}/steps/3/", facts | sent)


@pytest.mark.django_db
def test_the_form_asks_for_the_numbers_and_the_file_shows_them(campus: World) -> None:
    made = bring_to(campus, "gu", 2, shift=980)
    page = form(campus, made, recommendation="members")
    assert "override_reason" in page.context["form"].errors
    page = form(
        campus, made, recommendation="league", league_expected=30, league_present=19, league_yes=15
    )
    assert "league_present" in page.context["form"].errors
    sent = {"league_expected": 30, "league_present": 27, "league_yes": 25}
    assert form(campus, made, recommendation="league", **sent).status_code == 302
    record = StepRecord.objects.get(development=made, step=3)
    assert record.detail == {"recommendation": "league", **sent}
    client = Client()
    client.force_login(campus.gao)
    assert "应到30人、实到27人、赞成25人" in client.get(f"/development/{made.pk}/").content.decode()


@pytest.mark.django_db
def test_numbers_of_a_league_meeting_stay_with_its_recommendation_alone(campus: World) -> None:
    made = bring_to(campus, "gu", 2, shift=980)
    sent = {"league_expected": 3, "league_present": 1, "league_yes": 1}
    why = {"override_reason": "团支部未能开会，由党员推荐"}
    assert form(campus, made, recommendation="members", **sent, **why).status_code == 302
    record = StepRecord.objects.get(development=made, step=3)
    assert record.detail == {"recommendation": "members"}
    assert record.override_reason == why["override_reason"]


@pytest.mark.django_db
def test_the_age_is_a_number_of_the_school_within_its_bounds(campus: World) -> None:
    row = Parameter.objects.get(key="party.league_age")
    assert (row.value, row.legal_min, row.legal_max, row.is_fixed) == (28, 0, 28, True)
    made = bring_to(campus, "gu", 2, shift=980)
    wanted = typed(campus, 3, timezone.localdate(), detail={"recommendation": "members"})
    with pytest.raises(StepError):
        record_step(actor=campus.gao, development=made, typed=wanted)
    Parameter.objects.filter(key="party.league_age").update(value=20)
    assert record_step(actor=campus.gao, development=made, typed=wanted).record is not None


def test_the_exemplary_case_has_such_a_meeting() -> None:
    assert DETAIL[3] == MEETING
