"""What follows from a step: the place in the branch, sponsors, membership, the end of the file."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection
from django.utils import timezone

from partybranch.domain.dates import probation_of
from partybranch.domain.links import end_links_of
from partybranch.domain.months import DAY
from partybranch.enums import Decision, Duty, Ended, Entry, Outcome
from partybranch.models import (
    DecisionRecord,
    Development,
    Membership,
    PartyMember,
    PartyOrganization,
    Sponsorship,
    StepRecord,
)
from partybranch.queries.facts import facts_of
from portal.core import audit
from portal.core.models import User
from students.access import standing
from students.domain.placements import place_student
from students.enums import PoliticalStatus, Tree
from students.models import Placement, Student

_FULL, _PROBATION = PoliticalStatus.MEMBER, PoliticalStatus.PROBATIONARY


def stand_in_branch(
    actor: User | None, student: Student, branch: PartyOrganization, since: dt.date
) -> None:
    """The student stands in the branch from ``since``: its posts see the card and the file."""
    rows = Placement.objects.filter(student=student, tree=Tree.BRANCH)
    now = rows.filter(standing(timezone.localdate())).first()
    if now is not None and now.unit_id == branch.pk:
        return
    day = timezone.localdate() if rows.exists() else since
    place_student(actor=actor, student=student, unit=branch, since=day)


def appoint_sponsors(
    development: Development, duty: Duty, members: Sequence[PartyMember], on: dt.date
) -> None:
    Sponsorship.objects.bulk_create(
        Sponsorship(development=development, member=member, duty=duty, since=on)
        for member in members
    )


def after_step(actor: User | None, development: Development, record: StepRecord) -> None:
    """Membership follows the committee's decision: on probation after 17, full after 24 (P16)."""
    if record.step == 17:
        _admit(actor, development)
    elif record.step == 24:
        _decide_probation(actor, development, record)
    elif record.step == 25:
        end(development, record.on, Ended.COMPLETE)


def lapse_training(actor: User | None, development: Development, on: dt.date) -> None:
    """Training is repeated because its certificate expired: the old record steps back."""
    rows = StepRecord.objects.filter(development=development, step=11, withdrawn_by=None)
    if rows.exists():
        decision = DecisionRecord.objects.create(
            development=development, kind=Decision.LAPSED, on=on, entered_by=actor,
            decided_by=development.branch.name, reason=str(Decision.LAPSED.label),
        )  # fmt: skip
        rows.update(withdrawn_by=decision)


def _admit(actor: User | None, development: Development) -> None:
    """Status on approval, dated back to the branch vote (rulebook 0.6)."""
    voted = development.records.get(step=15, withdrawn_by=None).on
    member = PartyMember.objects.create(
        student=development.student, joined_on=voted,
        status_before=development.student.political_status,
    )  # fmt: skip
    Membership.objects.create(
        member=member, branch=development.branch, is_relation=True, since=voted, how=Entry.ADMITTED
    )
    follow_record(actor, development.student)


def _decide_probation(actor: User | None, development: Development, record: StepRecord) -> None:
    """The committee approves what the branch meeting proposed: transfer, extension, cancelling."""
    proposed = development.records.get(step=23, withdrawn_by=None)
    outcome = proposed.detail.get("outcome")
    member = PartyMember.objects.get(student=development.student, left_on=None)
    if outcome == Outcome.TRANSFER:
        stage = probation_of(facts_of([development])[development.pk])
        assert stage is not None
        member.full_on = stage.full_from
        member.save(update_fields=["full_on"])
    elif outcome == Outcome.EXTEND:
        months = int(proposed.detail["months"])
        decision = decided(actor, development, Decision.EXTENDED, record, months=months)
        # The assessment, application, vote and approval of the longer probation come anew.
        rows = StepRecord.objects.filter(development=development, step__in=(21, 22, 23, 24))
        rows.filter(withdrawn_by=None).update(withdrawn_by=decision)
        development.extended_by = months
        development.save(update_fields=["extended_by"])
    else:
        decided(actor, development, Decision.CANCELLED, record)
        leave_party(actor, member, record.on, str(Decision.CANCELLED.label))
        end(development, record.on, Ended.CANCELLED)
    follow_record(actor, development.student)


def decided(
    actor: User | None, development: Development, kind: Decision, record: StepRecord,
    months: int | None = None,
) -> DecisionRecord:  # fmt: skip
    made: DecisionRecord = DecisionRecord.objects.create(
        development=development, kind=kind, on=record.on, months=months, entered_by=actor,
        decided_by=record.body.name if record.body else development.branch.name,
        reason=str(kind.label),
    )  # fmt: skip
    return made


def leave_party(actor: User | None, member: PartyMember, on: dt.date, reason: str) -> None:
    """The membership ends on ``on``; every branch it stood in until the day before, and every link."""
    member.left_on, member.left_reason = on, reason
    member.save(update_fields=["left_on", "left_reason"])
    for row in member.branches.filter(until=None):
        row.until = max(row.since, on - DAY)
        row.save(update_fields=["until"])
    end_links_of(actor=actor, member=member, branch=None, on=on)


def end(development: Development, on: dt.date, how: Ended) -> None:
    """Close the file; contacts and introducers end with it."""
    development.ended_on, development.ended_how = on, how
    development.save(update_fields=["ended_on", "ended_how"])
    for row in development.sponsorships.filter(until=None):
        row.until = max(row.since, on)
        row.save(update_fields=["until"])


def follow_record(actor: User | None, student: Student) -> None:
    """Set the political status that the party record says (P16); nothing else may (a trigger)."""
    member = PartyMember.objects.filter(student=student).order_by("-joined_on", "-pk").first()
    if member is None:
        return
    today = timezone.localdate()
    wanted: str
    if member.is_on(today):
        wanted = _FULL if member.is_full_on(today) else _PROBATION
    else:
        wanted = member.status_before
    kept = Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    if kept.political_status == wanted:
        return
    before = kept.political_status
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.party_record = 'on'")
        Student.objects.filter(pk=kept.pk).update(political_status=wanted)
        cursor.execute("SET LOCAL portal.party_record = 'off'")
    audit.record(
        actor=actor, action="follow_party_record", obj=kept, before=before, after=str(wanted)
    )
