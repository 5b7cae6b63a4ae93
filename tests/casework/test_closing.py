"""Reviews, closing by conditions, reopening, and what is looked at afterwards (rulebook 3.5)."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from casework.domain.cases import open_case, raise_level, seat_person
from casework.domain.closing import ask_closing, reopen_case
from casework.domain.follow_ups import log_follow_up
from casework.domain.keys import turn_key
from casework.domain.reviews import answer_feedback, record_after_check, record_review
from casework.enums import Channel, Helped, KeyVerdict, Outcome, Source
from casework.models import (
    AfterCheck,
    Case,
    CaseCategory,
    CaseLevel,
    CaseReview,
    HelpFeedback,
    KeyRequest,
    LedgerEntry,
    Plan,
    Seat,
)
from casework.queries.after import open_checks
from casework.queries.closing import conditions
from cohorts.models import Parameter
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry, Notification
from students.enums import StudentStatus
from students.models import Student
from tests.concurrently import at_once
from tests.world import World, build_world


def level(code: str) -> CaseLevel:
    return CaseLevel.objects.get(pk=code)


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def day(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)


def review(world: World, case: Case, held: int, found: str | None = "BLUE", **extra: Any) -> Any:
    return record_review(
        actor=world.zhou, case=case, held_on=day(held), level=level(found) if found else None,
        findings="到课稳定，作业按时提交", **extra,
    )  # fmt: skip


def ready(world: World, category: str = "ACADEMIC", key: str = "gu") -> Case:
    """A case for which every condition of closing holds."""
    case = world.add_case(key, "YELLOW", category, at=ago(120), owner=world.zhou)
    Plan.objects.create(case=case, goal="第16周前重修两门", made_on=day(110))
    log_follow_up(actor=world.zhou, student=case.student, channel=Channel.FACE,
                  content="谈了重修与作息安排", happened_at=ago(100))  # fmt: skip
    review(world, case, 20)
    review(world, case, 5, is_goal_met=True)
    return Case.objects.get(pk=case.pk)


def close(world: World, case: Case, outcome: str = Outcome.SOLVED, **extra: Any) -> Case:
    request = ask_closing(
        actor=world.lin, case=case, outcome=outcome, reason="目标达成，双方会商后销号",
        evidence="重修成绩单与评估记录", **extra,
    )  # fmt: skip
    turn_key(actor=world.he, request=request, side="academy", verdict=KeyVerdict.AGREED)
    return Case.objects.get(pk=case.pk)


def test_closing_as_solved_needs_every_condition_of_the_rulebook(world: World) -> None:
    case = world.add_case("gu", "YELLOW", at=ago(59))
    lacks = [one.code for one in conditions(case) if not one.holds]
    assert lacks == ["goal", "reviews", "quiet"]
    with pytest.raises(DomainError) as refused:
        close(world, case)
    assert refused.value.code == "conditions"
    assert not KeyRequest.objects.filter(kind="close").exists()


def test_each_condition_alone_refuses_the_closing(world: World) -> None:
    case = ready(world)
    assert all(one.holds for one in conditions(case))
    Plan.objects.filter(case=case).update(case=world.add_case("song"))
    assert [one.code for one in conditions(case) if not one.holds] == ["goal"]
    Plan.objects.update(case=case)
    CaseReview.objects.filter(case=case, held_on=day(20)).update(level="YELLOW")
    assert [one.code for one in conditions(case) if not one.holds] == ["reviews"]
    CaseReview.objects.filter(case=case).update(level=None)
    LedgerEntry.objects.filter(case=case).update(entered_at=ago(59))
    assert [one.code for one in conditions(case) if not one.holds] == ["quiet"]
    Parameter.objects.filter(key="case.quiet_days").update(value=30)
    assert all(one.holds for one in conditions(case))


def test_closing_needs_evidence_and_an_outcome_of_the_list(world: World) -> None:
    case = ready(world)
    for extra in ({"evidence": " "}, {"outcome": Outcome.UNFOUNDED}, {"outcome": "gone"}):
        asked = {"outcome": Outcome.SOLVED, "reason": "目标达成可以销号", "evidence": "重修成绩单"}
        with pytest.raises(DomainError):
            ask_closing(actor=world.lin, case=case, **asked | extra)


def test_the_last_key_closes_ends_seats_and_sight_and_keeps_the_team(world: World) -> None:
    case = ready(world)
    seat_person(actor=world.he, case=case, person=world.lu, duty="班主任")
    assert Case.objects.restrict(world.lu, "see_case").exists()
    case = close(world, Case.objects.get(pk=case.pk))
    assert (case.stage, case.outcome) == ("closed", Outcome.SOLVED)
    assert not case.entries.filter(left_at=None).exists()
    assert Seat.objects.get(case=case).ends_on == timezone.localdate()
    assert not Student.objects.restrict(world.lu, "see_results").filter(pk=99999).exists()
    assert not Case.objects.restrict(world.lu, "write_case").exists()
    assert AuditEntry.objects.filter(action="close_case", object_id=str(case.pk)).count() == 1


def test_the_one_who_raised_it_is_told_without_a_name(world: World) -> None:
    case = close(world, ready(world))
    notice = Notification.objects.get(user=world.zhou, key=f"case-end:{case.pk}")
    assert not {world.gu.name, case.number} & set(notice.text.split())
    assert world.gu.name not in notice.text


def test_a_psychological_case_does_not_close_without_the_counselling_centre(world: World) -> None:
    case = close(world, ready(world, "PSYCH"))
    assert case.is_open
    request = KeyRequest.objects.get(kind="close")
    turn_key(actor=world.psy, request=request, side="counselling", verdict=KeyVerdict.AGREED)
    case.refresh_from_db()
    assert not case.is_open


def test_conditions_are_asked_again_with_the_last_key(world: World) -> None:
    case = ready(world)
    request = ask_closing(actor=world.lin, case=case, outcome=Outcome.SOLVED,
                          reason="目标达成可以销号", evidence="重修成绩单与记录")  # fmt: skip
    CaseReview.objects.filter(case=case, held_on=day(5)).update(has_signal=True)
    with pytest.raises(DomainError):
        turn_key(actor=world.he, request=request, side="academy", verdict=KeyVerdict.AGREED)
    request.refresh_from_db()
    assert (Case.objects.get(pk=case.pk).is_open, request.turns.count()) == (True, 1)


def test_referred_and_left_have_conditions_of_their_own(world: World) -> None:
    case = world.add_case("gu", "ORANGE")
    with pytest.raises(DomainError):
        close(world, case, Outcome.LEFT)
    Student.objects.filter(pk=world.gu.pk).update(status=StudentStatus.GRADUATED)
    assert all(one.holds for one in conditions(Case.objects.get(), Outcome.LEFT))
    Student.objects.filter(pk=world.gu.pk).update(status=StudentStatus.ENROLLED)
    assert close(world, case, Outcome.REFERRED).stage == "referred"


def test_a_review_starts_tracking_and_the_second_in_a_row_is_the_assessment(world: World) -> None:
    case = world.add_case("gu", "YELLOW", at=ago(90))
    stages = []
    for held, found in ((60, "YELLOW"), (40, "BLUE"), (20, None), (10, "YELLOW"), (5, "BLUE")):
        review(world, case, held, found)
        stages.append(Case.objects.get().stage)
    assert stages == ["reported", "tracking", "assessed", "reported", "tracking"]


def test_the_next_review_is_by_the_rhythm_of_the_level_and_never_later(world: World) -> None:
    case = world.add_case("gu", "ORANGE", at=ago(40))
    assert review(world, case, 10, "ORANGE").next_on == day(10) + dt.timedelta(days=30)
    assert Case.objects.get().review_due_on == day(-20)
    for next_on in (day(-31), day(3)):
        with pytest.raises(DomainError):
            review(world, case, 3, "ORANGE", next_on=next_on)
    assert review(world, case, 3, "ORANGE", next_on=day(-7)).next_on == day(-7)


def test_a_review_that_finds_more_raises_the_level_at_once(world: World) -> None:
    case = world.add_case("gu", "YELLOW", at=ago(30))
    review(world, case, 0, "RED")
    case.refresh_from_db()
    assert (case.level_id, case.review_due_on) == ("RED", day(-7))


def test_a_review_is_refused_with_a_reason_and_sent_twice_is_one(world: World) -> None:
    case = world.add_case("gu", at=ago(10))
    for wrong in (-1, 11):
        with pytest.raises(DomainError):
            review(world, case, wrong)
    with pytest.raises(DomainError):
        record_review(actor=world.zhou, case=case, held_on=day(1), level=None, findings=" ")
    assert review(world, case, 1).pk == review(world, case, 1).pk
    with pytest.raises(DomainError):
        record_review(actor=world.lin, case=case, held_on=day(1), level=None, findings="另有看法")
    with pytest.raises(StaleError):
        review(world, case, 0, version=1)


@pytest.mark.parametrize("event", ["raise", "entry", "signal"])
def test_a_new_signal_begins_the_way_to_closing_anew(world: World, event: str) -> None:
    case = ready(world)
    request = ask_closing(actor=world.lin, case=case, outcome=Outcome.SOLVED,
                          reason="目标达成可以销号", evidence="重修成绩单与记录")  # fmt: skip
    if event == "raise":
        raise_level(actor=world.zhou, case=case, level=level("RED"), reason="连续失联")
    elif event == "entry":
        open_case(actor=world.zhou, student=world.gu, category=CaseCategory.objects.get(pk="PSYCH"),
                  level=level("BLUE"), reason="情绪低落", source=Source.TUTOR)  # fmt: skip
    else:
        review(world, case, 0, has_signal=True)
    case.refresh_from_db()
    request.refresh_from_db()
    assert (case.tracking_at, case.assessed_at, request.state) == (None, None, "withdrawn")
    assert "quiet" in [one.code for one in conditions(case) if not one.holds]


def test_reopening_opens_the_next_episode_with_the_former_one_linked(world: World) -> None:
    case = close(world, ready(world))
    again = reopen_case(actor=world.zhou, case=case, level=level("ORANGE"),
                        reason="新学期再次出现缺课", source=Source.COUNSELLOR)  # fmt: skip
    assert (again.former_id, again.episode, again.stage) == (case.pk, 2, "reported")
    assert [entry.category_id for entry in again.entries.all()] == ["ACADEMIC"]
    assert not again.seats.exists()
    assert KeyRequest.objects.filter(case=again, kind="enter", state="waiting").exists()
    for target in (case, again):
        with pytest.raises(DomainError):
            reopen_case(actor=world.zhou, case=target, level=level("ORANGE"),
                        reason="新学期再次出现缺课", source=Source.COUNSELLOR)  # fmt: skip


def test_a_closed_case_is_looked_at_again_and_a_student_not_reached_is_tried_again(
    world: World,
) -> None:
    case = close(world, ready(world))
    check = AfterCheck.objects.get(case=case)
    assert (check.due_on, check.owner) == (day(-30), world.zhou)
    assert list(open_checks(world.zhou)) == [check]
    assert not open_checks(world.lu).exists()
    tried = record_after_check(actor=world.zhou, check=check, is_reached=False, is_fine=None,
                               note="电话三次未接通")  # fmt: skip
    assert (tried.done_at, tried.due_on) == (None, day(-7))
    with pytest.raises(DomainError):
        record_after_check(actor=world.zhou, check=check, is_reached=True, is_fine=None, note="x")
    record_after_check(actor=world.zhou, check=check, is_reached=True, is_fine=True,
                       note="当面谈过，状态稳定")  # fmt: skip
    assert not open_checks(world.zhou).exists()


def test_only_a_student_somebody_spoke_with_is_asked_and_answers_once(world: World) -> None:
    feedback = HelpFeedback.objects.get(case=close(world, ready(world)))
    with pytest.raises(DomainError):
        answer_feedback(actor=world.zhou, feedback=feedback, helped=Helped.MUCH)
    answer_feedback(actor=world.gu_account, feedback=feedback, helped=Helped.SOME, words="谢谢")
    answer_feedback(actor=world.gu_account, feedback=feedback, helped=Helped.NOT)
    feedback.refresh_from_db()
    assert (feedback.helped, feedback.words) == (Helped.SOME, "谢谢")
    unmet = world.add_case("song")
    Case.objects.filter(pk=unmet.pk).update(lead_unit=world.mech)
    assert HelpFeedback.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_people_closing_at_once_one_wins_and_the_other_is_told() -> None:
    world = build_world()
    case = ready(world)
    asked = at_once(*(
        lambda actor=actor: ask_closing(
            actor=actor, case=case, outcome=Outcome.SOLVED, reason="目标达成可以销号",
            evidence="重修成绩单与记录")
        for actor in (world.lin, world.jiang)
    ))  # fmt: skip
    told = [one for one in asked if isinstance(one, DomainError)]
    assert [one.code for one in told] == ["asked"]
    request = KeyRequest.objects.get(kind="close")
    words = at_once(*(
        lambda actor=actor, verdict=verdict: turn_key(
            actor=actor, request=request, side="academy", verdict=verdict, note="还需要再观察一段时间")
        for actor, verdict in ((world.he, "agreed"), (world.zhou, "disagreed"))
    ))  # fmt: skip
    case.refresh_from_db()
    # Whoever was second: a no before the yes is overtaken by it, a no after it is refused.
    assert not case.is_open
    assert {getattr(one, "code", "stale") for one in words} == {"stale"}, words
    assert AuditEntry.objects.filter(action="close_case").count() == 1
