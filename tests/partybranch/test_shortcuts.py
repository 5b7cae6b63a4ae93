"""No way around the times of the rules: a former file, the roll, a notice of a decision taken back."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from partybranch.domain.cultivation import add_entry, publish_notice
from partybranch.domain.decisions import decide
from partybranch.domain.development import StepError, record_step
from partybranch.domain.former import FormerFile, take_over_development
from partybranch.domain.membership import enter_member
from partybranch.enums import Decision, Look
from partybranch.models import Development, PartyMember, Step
from portal.core.errors import DomainError
from tests.partybranch.party import DAY, add_party, apply, bring_to, typed
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def test_time_before_somebody_was_an_activist_is_no_cultivation(campus: World) -> None:
    act = today() - 90 * DAY
    file = FormerFile(
        organisation="第一中学党总支",
        steps={1: act - 40 * DAY, 2: act - 30 * DAY, 3: act, 4: act, 5: act}, since=act - DAY,
        until=act + 10 * DAY, is_accepted=True, resumed_on=act + 20 * DAY, reason="档案已转来并审查合格",
    )  # fmt: skip
    with pytest.raises(DomainError, match="入党积极分子之日"):
        take_over_development(actor=campus.gao, student=campus.gu, branch=campus.joint, file=file)
    assert not Development.objects.exists()
    made = take_over_development(
        actor=campus.gao, student=campus.gu, branch=campus.joint, file=replace(file, since=act)
    )
    assert made.reached == 5


def test_a_former_file_keeps_the_law_and_need_not_keep_longer_waits_of_this_school(
    campus: World,
) -> None:
    Step.objects.filter(number=3).update(wait_months=6)
    Step.objects.filter(number=6).update(wait_months=18)
    act = today() - 200 * DAY
    file = FormerFile(
        organisation="第一中学党总支",
        steps={1: act - 40 * DAY, 2: act - 30 * DAY, 3: act, 4: act, 5: act}, since=act,
        until=act + 10 * DAY, is_accepted=True, resumed_on=act + 20 * DAY, reason="档案已转来并审查合格",
    )  # fmt: skip
    made = take_over_development(
        actor=campus.gao, student=campus.gu, branch=campus.joint, file=file
    )
    assert made.reached == 5


def test_whoever_has_an_open_file_or_is_a_member_comes_in_by_no_other_door(campus: World) -> None:
    made = apply(campus, "gu", today())
    roll: dict[str, Any] = {
        "actor": campus.gao, "branch": campus.joint, "student": campus.gu, "since": today(),
        "joined_on": today() - 900 * DAY, "full_on": today() - 500 * DAY, "origin": "第一中学",
    }  # fmt: skip
    with pytest.raises(DomainError, match="正在本校发展"):
        enter_member(**roll)
    assert not PartyMember.objects.filter(student=campus.gu).exists()
    decide(actor=campus.gao, development=made, kind=Decision.STOP, on=today(),
           decided_by="支部委员会", reason="本人已是党员")  # fmt: skip
    enter_member(**roll)
    assert PartyMember.objects.get(student=campus.gu).full_on == roll["full_on"]


def test_a_notice_does_not_count_again_when_its_step_was_taken_back(campus: World) -> None:
    """Objections during the notice: the target is cancelled, and a new one takes a new notice."""
    Step.objects.filter(number=7, version_id="2026.05").update(notice_days=5)
    made = bring_to(campus, "gu", 7, shift=525)
    assert made.records.get(step=7).on >= dt.date(2026, 5, 11)
    decide(actor=campus.gao, development=made, kind=Decision.TARGET_OFF, on=today() - 30 * DAY,
           decided_by="支部委员会", reason="公示期间有异议")  # fmt: skip
    made.refresh_from_db()
    add_entry(actor=campus.gao, development=made, kind=Look.ASSESSMENT, on=today())
    with pytest.raises(StepError) as said:
        record_step(actor=campus.gao, development=made, typed=typed(campus, 7, today()))
    assert [one.code for one in said.value.faults] == ["notice"]
    publish_notice(
        actor=campus.gao, development=made, step=7, starts_on=today() - 25 * DAY,
        entry_reason="公示公告存档可查",
    )  # fmt: skip
    assert record_step(
        actor=campus.gao, development=made, typed=typed(campus, 7, today())
    ).record is not None  # fmt: skip
