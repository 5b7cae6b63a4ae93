"""No way around the times of the rules: a former file, the roll, a notice of a decision taken back."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from partybranch.domain.cultivation import add_entry, publish_notice
from partybranch.domain.decisions import decide
from partybranch.domain.development import StepError, record_step
from partybranch.domain.former import take_over_development
from partybranch.domain.former_checks import FormerFile
from partybranch.domain.membership import enter_member
from partybranch.enums import Decision, Look
from partybranch.models import Development, PartyMember, Step
from portal.core.errors import DomainError
from students.models import Student
from tests.partybranch.cases import OFFSETS
from tests.partybranch.party import DAY, add_party, apply, bring_to, typed
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def admitted(voted: dt.date, **changes: dt.date) -> dict[int, dt.date]:
    """Steps 1 to 17 of a flawless former file with the branch vote on a day."""
    days = {n: voted - (OFFSETS[15] - OFFSETS[n]) * DAY for n in range(1, 18)}
    return days | {int(name[1:]): on for name, on in changes.items()}


def take(world: World, steps: Mapping[int, dt.date], **changes: Any) -> Development:
    facts: dict[str, Any] = {
        "organisation": "兄弟院校党委", "steps": steps, "since": steps[3],
        "until": today() - 40 * DAY, "is_accepted": True, "resumed_on": today() - 30 * DAY,
        "reason": "档案已转来并审查合格",
    }  # fmt: skip
    return take_over_development(actor=world.gao, student=world.gu, branch=world.joint,
                                 file=FormerFile(**facts | changes))  # fmt: skip


def refused(world: World, steps: Mapping[int, dt.date], **changes: Any) -> str:
    with pytest.raises(DomainError) as said:
        take(world, steps, **changes)
    assert not Development.objects.exists()
    assert not PartyMember.objects.filter(student=world.gu).exists()
    return str(said.value)


def test_a_former_file_in_which_a_year_was_not_a_year_is_not_taken_over(campus: World) -> None:
    voted = today() - 380 * DAY
    steps = admitted(voted)
    short = steps[7] - 300 * DAY
    said = refused(campus, {**steps, 1: short - 9 * DAY, 2: short - 5 * DAY, 3: short, 4: short,
                            5: short})  # fmt: skip
    assert re.search("第10|第13条", said), said
    lapsed = voted + 190 * DAY
    assert re.search("六个月（第2[23]—2[56]条）", refused(campus, {**steps, 17: lapsed}))
    # A longer wait of this school is none of the former one's.
    Step.objects.filter(number__in=(6, 7)).update(wait_months=15)
    made = take(campus, admitted(voted))
    assert made.reached == 17


def test_a_former_file_of_somebody_too_young_is_not_taken_over(campus: World) -> None:
    began = today() - 200 * DAY
    steps = dict(zip(range(1, 6), (began + n * DAY for n in (0, 9, 20, 20, 20)), strict=True))
    for born, word in ((began.replace(year=began.year - 17), "18"), (None, "出生")):
        Student.objects.filter(pk=campus.gu.pk).update(born_on=born)
        campus.gu.refresh_from_db()
        assert word in refused(campus, steps)


def test_time_before_somebody_was_an_activist_is_no_cultivation(campus: World) -> None:
    act = today() - 90 * DAY
    steps = {1: act - 40 * DAY, 2: act - 30 * DAY, 3: act, 4: act, 5: act}
    assert refused(campus, steps, since=act - DAY)
    assert take(campus, steps).reached == 5


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
    with pytest.raises(DomainError):
        take(campus, admitted(today() - 380 * DAY))


def test_a_member_on_probation_on_the_roll_gets_the_file_that_fits(campus: World) -> None:
    voted = today() - 300 * DAY
    enter_member(actor=campus.gao, branch=campus.joint, student=campus.gu, since=today() - 20 * DAY,
                 joined_on=voted, full_on=None, origin="兄弟院校党委")  # fmt: skip
    with pytest.raises(DomainError):
        take(campus, admitted(voted - DAY))
    assert take(campus, admitted(voted)).reached == 17
    assert PartyMember.objects.filter(student=campus.gu).count() == 1


def test_a_notice_does_not_count_again_when_its_step_was_taken_back(campus: World) -> None:
    """Objections during the notice: the target is cancelled, and a new one takes a new notice."""
    Step.objects.filter(number=7, version_id="2026.05").update(notice_days=5)
    made = bring_to(campus, "gu", 7, shift=540)
    assert made.records.get(step=7).on >= dt.date(2026, 5, 11)
    decide(actor=campus.gao, development=made, kind=Decision.TARGET_OFF, on=today() - 12 * DAY,
           decided_by="支部委员会", reason="公示期间有异议")  # fmt: skip
    made.refresh_from_db()
    add_entry(actor=campus.gao, development=made, kind=Look.ASSESSMENT, on=today())
    with pytest.raises(StepError) as said:
        record_step(actor=campus.gao, development=made, typed=typed(campus, 7, today()))
    assert [one.code for one in said.value.faults] == ["notice"]
    publish_notice(actor=campus.gao, development=made, step=7, starts_on=today() - 11 * DAY)
    assert record_step(
        actor=campus.gao, development=made, typed=typed(campus, 7, today())
    ).record is not None  # fmt: skip


def test_a_member_on_probation_from_elsewhere_is_taken_over_on_the_page(
    campus: World, client: Client
) -> None:
    """P18: all steps that the former file proves are typed, and the way goes on at step 21."""
    voted = today() - 380 * DAY
    client.force_login(campus.gao)
    page = client.get("/development/former/").content.decode()
    assert 'name="on_17"' in page
    assert "上级党委审批" in page
    typed = {f"on_{number}": on for number, on in admitted(voted).items()} | {
        "student": campus.gu.student_no, "branch": campus.joint.pk, "organisation": "兄弟院校党委",
        "until": today() - 40 * DAY, "resumed_on": today() - 30 * DAY, "is_accepted": "on",
        "reason": "组织关系与档案已转入",
    }  # fmt: skip
    half = {name: value for name, value in typed.items() if name != "on_12"}
    refused = client.post("/development/former/", half)
    assert refused.status_code == 422
    assert re.search(r"第 ?13 ?步", refused.content.decode())
    answer = client.post("/development/former/", typed)
    assert answer.status_code == 302, answer.content.decode()
    made = Development.objects.get(student=campus.gu)
    assert (made.reached, made.stage) == (17, 4)
    assert PartyMember.objects.get(student=campus.gu).joined_on == voted
