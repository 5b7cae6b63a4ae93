"""Developments in the database: steps, votes, membership, decisions, what is kept and refused."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from partybranch.domain.cultivation import add_entry, publish_notice
from partybranch.domain.decisions import decide, move_development
from partybranch.domain.development import StepError, hand_in_papers, record_step
from partybranch.domain.former import FormerFile, take_over_development
from partybranch.domain.refresh import refresh_open
from partybranch.enums import Decision, Ended, Look, PartyKind
from partybranch.models import (
    Development,
    Membership,
    PartyMember,
    PartyOrganization,
    PoliticalReview,
    StepRecord,
    Vote,
)
from portal.core.errors import DomainError
from students.models import Placement, Student
from tests.partybranch.party import DAY, add_party, apply, ballot, bring_to, member_of, typed
from tests.world import World


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def status(world: World, key: str) -> str:
    return str(Student.objects.get(pk=world.students[key].pk).political_status)


def fault(world: World, one: Development, step: int, days: int, **more: object) -> str:
    with pytest.raises(StepError) as refused:
        record_step(actor=world.gao, development=one,
                    typed=typed(world, step, today() - days * DAY, **more))  # fmt: skip
    return str(refused.value.code)


def test_one_applicant_from_the_application_to_the_archive(campus: World) -> None:
    made = bring_to(campus, "gu", 16)
    assert (made.stage, made.next_step) == (4, 17)
    assert not PartyMember.objects.filter(student=campus.gu).exists()
    made = record_step(actor=campus.gao, development=made,
                       typed=typed(campus, 17, today() - 470 * DAY)).development  # fmt: skip
    member = PartyMember.objects.get(student=campus.gu)
    # Status on approval, dated back to the vote; the relation is where the vote was.
    assert member.joined_on == today() - 500 * DAY
    assert (status(campus, "gu"), member.full_on) == ("02", None)
    place = Membership.objects.get(member=member)
    assert (place.branch_id, place.is_relation) == (campus.joint.pk, True)
    for step, days in ((18, 460), (19, 458), (20, 455), (21, 130), (22, 129), (23, 120), (24, 100)):
        if step == 23:
            publish_notice(actor=campus.gao, development=made, step=23,
                           starts_on=today() - 128 * DAY)  # fmt: skip
        made = record_step(actor=campus.gao, development=made,
                           typed=typed(campus, step, today() - days * DAY)).development  # fmt: skip
    member.refresh_from_db()
    voted = today() - 500 * DAY
    assert member.full_on == voted.replace(year=voted.year + 1)
    assert status(campus, "gu") == "01"
    made = record_step(actor=campus.gao, development=made,
                       typed=typed(campus, 25, today() - 90 * DAY)).development  # fmt: skip
    assert (made.ended_how, made.reached) == (Ended.COMPLETE, 25)
    assert not made.sponsorships.filter(until=None).exists()
    # Each record says under which text of the rules it stood and that it was entered late.
    rules = set(made.records.values_list("version_id", flat=True))
    assert rules == {"2014", "2026.05"} or rules == {"2014"}
    assert all(made.records.values_list("entry_reason", flat=True))


def test_steps_out_of_order_too_early_or_by_the_wrong_body_are_refused_and_nothing_is_saved(
    campus: World,
) -> None:
    made = bring_to(campus, "gu", 5, shift=700)
    before = StepRecord.objects.count(), Vote.objects.count()
    assert fault(campus, made, 7, 0) == "order"
    assert fault(campus, made, 6, 0) == "early"
    assert fault(campus, made, 5, 0) == "done"
    made = bring_to(campus, "cheng", 16)
    rows = StepRecord.objects.count()
    assert fault(campus, made, 17, 470, body=campus.general) == "general"
    assert fault(campus, made, 17, 470, body=None) == "body"
    assert fault(campus, made, 17, 470, ballot=ballot(yes=10)) == "ballots"
    assert fault(campus, made, 17, 470, late_reason="", entry_reason="") == "entry"
    assert fault(campus, made, 17, 300) == "lapsed"
    assert StepRecord.objects.count() == rows > before[0]


def test_a_tie_is_kept_as_a_vote_and_takes_no_step(campus: World) -> None:
    made = bring_to(campus, "gu", 14)
    m1 = member_of(campus, "m1")
    Membership.objects.filter(member=m1).update(until=today() - 600 * DAY)  # eight remain
    tie = typed(campus, 15, today() - 500 * DAY,
                ballot=ballot(expected=8, present=8, yes=4, no=4))  # fmt: skip
    done = record_step(actor=campus.gao, development=made, typed=tie)
    assert done.record is None
    vote = Vote.objects.get(development=made, step=15)
    assert (vote.passed, vote.record) == (False, None)
    assert done.development.next_step == 15
    # Nine do not add up with a roll of eight; a member on probation is not counted.
    assert fault(campus, made, 15, 499, ballot=ballot()) == "expected"


def test_a_failed_political_review_stops_and_its_text_is_sealed(campus: World) -> None:
    made = bring_to(campus, "gu", 9)
    words = "主要社会关系情况待查"
    done = record_step(actor=campus.gao, development=made, typed=typed(
        campus, 10, today() - 541 * DAY, detail={"conclusion": words, "passed": False}))  # fmt: skip
    assert done.record is None
    review = PoliticalReview.objects.get(development=made)
    assert not review.passed
    assert words.encode() not in bytes(review.cipher)
    assert review.conclusion() == words
    done = record_step(actor=campus.gao, development=made,
                       typed=typed(campus, 10, today() - 540 * DAY))  # fmt: skip
    assert done.record is not None
    assert "conclusion" not in done.record.detail


def test_records_are_never_changed_or_deleted_and_decisions_take_them_back(campus: World) -> None:
    made = bring_to(campus, "gu", 11)
    record = made.records.get(step=7)
    for change in (lambda: StepRecord.objects.filter(pk=record.pk).update(on=today()),
                   record.delete, made.delete):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    decide(actor=campus.gao, development=made, kind=Decision.TARGET_OFF, on=today(),
           decided_by="支部委员会", reason="受到纪律处分")  # fmt: skip
    made.refresh_from_db()
    # The activist remains; what rested on step 7 is taken back and still readable.
    assert (made.reached, made.stage, made.next_step) == (6, 2, 7)
    assert made.records.exclude(withdrawn_by=None).count() == 5
    assert not made.sponsorships.filter(duty="introducer", until=None).exists()
    assert made.sponsorships.filter(duty="contact", until=None).count() == 2
    with pytest.raises(DomainError):
        decide(actor=campus.gao, development=made, kind=Decision.BACK, on=today(), from_step=1,
               decided_by="支部委员会", reason="重新申请")  # fmt: skip
    decide(actor=campus.gao, development=made, kind=Decision.STOP, on=today(),
           decided_by="支部委员会", reason="本人申请")  # fmt: skip
    made.refresh_from_db()
    assert (made.ended_how, made.ended_on) == (Ended.STOPPED, today())
    with pytest.raises(DomainError):
        add_entry(actor=campus.gao, development=made, kind=Look.REPORT, on=today())


def test_one_open_development_and_the_same_form_sent_twice_is_one(campus: World) -> None:
    made = apply(campus, "gu", today() - 5 * DAY)
    with pytest.raises(DomainError):
        apply(campus, "gu", today())
    key = uuid.uuid4()
    talk = typed(campus, 2, today())
    first = record_step(actor=campus.gao, development=made, typed=talk, client_key=key)
    again = record_step(actor=campus.gao, development=made, typed=talk, client_key=key)
    assert first.record == again.record
    assert made.records.count() == 2


def test_papers_missing_are_counted_and_may_follow(campus: World) -> None:
    made = apply(campus, "gu", today())
    assert made.papers_missing == 1
    record = made.records.get(step=1)
    with pytest.raises(DomainError):
        hand_in_papers(actor=campus.gao, record=record, papers=["护照"], on=today())
    assert hand_in_papers(actor=campus.gao, record=record, papers=["入党申请书"], on=today()) == 1
    made.refresh_from_db()
    assert made.papers_missing == 0


def test_extension_takes_the_end_again_and_cancelling_gives_the_old_status_back(
    campus: World,
) -> None:
    Student.objects.filter(pk=campus.gu.pk).update(political_status="03")
    campus.gu.refresh_from_db()
    made = bring_to(campus, "gu", 22, shift=-70)
    publish_notice(actor=campus.gao, development=made, step=23, starts_on=today() - 195 * DAY)
    for step, days in ((23, 185), (24, 180)):
        detail = {"outcome": "extend", "months": 6} if step == 23 else {}
        made = record_step(actor=campus.gao, development=made, typed=typed(
            campus, step, today() - days * DAY, detail=detail)).development  # fmt: skip
    assert (made.extended_by, made.reached) == (6, 20)
    assert status(campus, "gu") == "02"
    assert fault(campus, made, 21, 100) == "early"
    for step, days in ((21, 20), (22, 19), (23, 15), (24, 10)):
        detail = {"outcome": "cancel"} if step == 23 else {}
        made = record_step(actor=campus.gao, development=made, typed=typed(
            campus, step, today() - days * DAY, detail=detail)).development  # fmt: skip
    assert (made.ended_how, status(campus, "gu")) == (Ended.CANCELLED, "03")
    member = PartyMember.objects.get(student=campus.gu)
    assert member.left_on == today() - 10 * DAY
    assert not member.branches.filter(until=None).exists()
    kinds = list(made.decisions.values_list("kind", flat=True))
    assert kinds == [Decision.EXTENDED, Decision.CANCELLED]


def test_political_status_cannot_be_set_past_the_party_record(campus: World) -> None:
    """Example 25: refused while step 24 is open, whatever writes it."""
    bring_to(campus, "gu", 20)
    student = Student.objects.get(pk=campus.gu.pk)
    student.political_status = "01"
    for write in (student.save, lambda: Student.objects.filter(pk=student.pk).update(
            political_status="13")):  # fmt: skip
        with pytest.raises(DatabaseError, match="party record"), transaction.atomic():
            write()
    Student.objects.filter(pk=campus.cheng.pk).update(political_status="03")  # league: by hand
    assert (status(campus, "gu"), status(campus, "cheng")) == ("02", "03")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('portal.party_record', true)")
        assert cursor.fetchone()[0] in ("off", "", None)


def test_temporary_branches_admit_nobody_but_write_in_the_book(campus: World) -> None:
    """Example 17 in the database."""
    made = bring_to(campus, "gu", 5, shift=700)
    entry = add_entry(actor=campus.gao, development=made, kind=Look.TALK, on=today(),
                      branch=campus.functional)  # fmt: skip
    assert entry.branch_id == campus.functional.pk
    with pytest.raises(DomainError):
        add_entry(actor=campus.gao, development=made, kind=Look.TALK, on=today(),
                  branch=campus.community)  # fmt: skip
    with pytest.raises(DomainError):
        move_development(
            actor=campus.gao, development=made, branch=campus.functional, reason="支教团"
        )
    Development.objects.filter(pk=made.pk).update(branch=campus.functional)
    made.refresh_from_db()
    assert fault(campus, made, 6, 0) == "branch"


def test_a_general_branch_in_between_is_asked_first(campus: World) -> None:
    """Where the branch hangs below a general branch, the committee decides after its word."""
    made = bring_to(campus, "gu", 16)
    PartyOrganization.objects.filter(pk=campus.joint.pk).update(parent=campus.general)
    assert fault(campus, made, 17, 470) == "deliberation"
    detail = {"deliberated_on": (today() - 475 * DAY).isoformat()}
    done = record_step(actor=campus.gao, development=made,
                       typed=typed(campus, 17, today() - 470 * DAY, detail=detail))  # fmt: skip
    assert done.record is not None
    assert campus.general.party_kind == PartyKind.GENERAL


def test_time_of_a_former_school_counts_on_after_its_file_was_accepted(campus: World) -> None:
    """Example 7, shifted to today: ten months accepted, two to go."""
    resumed = today() - 61 * DAY
    old = resumed - 70 * DAY
    began = (old + DAY).replace(year=(old + DAY).year - 1)
    file = FormerFile(
        organisation="第一中学党总支", steps={1: began - 60 * DAY, 2: began - 50 * DAY, 3: began,
                                         4: began, 5: began},
        since=began, until=old, is_accepted=True, resumed_on=resumed, reason="档案已转来并审查合格",
    )  # fmt: skip
    made = take_over_development(
        actor=campus.gao, student=campus.gu, branch=campus.joint, file=file
    )
    assert (made.stage, made.next_step) == (2, 6)
    assert all(made.records.values_list("is_former", flat=True))
    done = record_step(actor=campus.gao, development=made, typed=typed(campus, 6, today()))
    assert done.record is not None
    for steps in ({1: began}, {1: began, 3: began}, dict.fromkeys(range(1, 13), began)):
        wrong = FormerFile("第一中学", steps, began, old, True, resumed, "档案")
        with pytest.raises(DomainError):
            take_over_development(actor=campus.gao, student=campus.cheng, branch=campus.joint,
                                  file=wrong)  # fmt: skip


def test_a_member_on_probation_may_come_from_elsewhere_and_be_postponed_once(campus: World) -> None:
    voted = today() - 380 * DAY
    steps = {n: voted - (20 - n) * DAY for n in range(1, 15)}
    steps |= {15: voted, 16: voted + 5 * DAY, 17: voted + 10 * DAY, 18: voted + 12 * DAY,
              19: voted + 12 * DAY, 20: voted + 15 * DAY}  # fmt: skip
    file = FormerFile("兄弟院校党委", steps, voted - 400 * DAY, voted, True, today() - 30 * DAY,
                      "组织关系与档案已转入")  # fmt: skip
    made = take_over_development(
        actor=campus.gao, student=campus.gu, branch=campus.joint, file=file
    )
    assert (made.reached, status(campus, "gu")) == (20, "02")
    with pytest.raises(DomainError):
        decide(actor=campus.gao, development=made, kind=Decision.POSTPONED, on=today(), months=7,
               decided_by="支部大会", reason="了解不够")  # fmt: skip
    decide(actor=campus.gao, development=made, kind=Decision.POSTPONED, on=today(), months=6,
           decided_by="支部大会", reason="了解不够")  # fmt: skip
    made.refresh_from_db()
    with pytest.raises(DomainError):
        decide(actor=campus.gao, development=made, kind=Decision.POSTPONED, on=today(), months=1,
               decided_by="支部大会", reason="了解不够")  # fmt: skip
    with pytest.raises(DomainError):
        decide(actor=campus.gao, development=made, kind=Decision.STOP, on=today(),
               decided_by="支部大会", reason="不合格")  # fmt: skip


def test_who_may_take_which_step(campus: World) -> None:
    """The secretary takes the branch's steps, not the committee's; the tutor reads only; others
    see nothing."""
    made = bring_to(campus, "gu", 3, shift=950)
    when = today()
    for actor in (campus.fang, campus.lu, campus.zhou, campus.qin, campus.aud):
        with pytest.raises((PermissionDenied, StepError)), transaction.atomic():
            record_step(actor=actor, development=made, typed=typed(campus, 4, when))
    record_step(actor=campus.yan, development=made, typed=typed(campus, 4, when))
    record_step(actor=campus.qin, development=made, typed=typed(campus, 5, when))
    assert made.records.filter(step__in=(4, 5)).count() == 2


def test_what_boards_read_is_what_the_facts_say(campus: World) -> None:
    """The kept line is computed anew for all and nothing differs; stood in the branch all along."""
    made = bring_to(campus, "gu", 5, shift=700)
    bring_to(campus, "cheng", 13)
    apply(campus, "luo", today())
    assert refresh_open(batch=2) == 0
    Development.objects.filter(pk=made.pk).update(reached=24, due_on=None)
    assert refresh_open(batch=2) == 1
    made.refresh_from_db()
    assert (made.reached, made.stage) == (5, 2)
    assert Placement.objects.filter(student=campus.gu, unit=campus.joint, until=None).exists()
