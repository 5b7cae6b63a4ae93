"""Recording steps: an application opens a development, every further step is a dated record."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain import effects
from partybranch.domain.checks import body_of, step_problems
from partybranch.domain.dates import days_late, latest
from partybranch.domain.facts import Ballot, Facts, Fault, Proposal
from partybranch.domain.late import late_reason
from partybranch.domain.refresh import refresh
from partybranch.domain.rights import action_of, check_still, in_turn, locked
from partybranch.domain.sent import sent_before
from partybranch.domain.voting import passes
from partybranch.enums import Duty
from partybranch.models import (
    Development,
    Paper,
    PartyMember,
    PartyOrganization,
    PoliticalReview,
    StepRecord,
    Vote,
)
from partybranch.queries.facts import committee_organ, facts_of, organ_of, sponsors_on
from partybranch.queries.rules import rule_book, setting
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Student

# Kept elsewhere, never in the record that every reader of the file sees.
_SEALED = ("conclusion", "passed")
DUTIES = {5: Duty.CONTACT, 9: Duty.INTRODUCER}


class StepError(DomainError):
    """A step was refused; ``faults`` tell field by field what to correct."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(one.message for one in faults), code=faults[0].code)
        self.faults = list(faults)


@dataclass(frozen=True)
class Typed:
    """What somebody typed about a step; see ``Proposal`` for the meaning of each fact."""

    step: int
    on: dt.date
    body: PartyOrganization | None = None
    ballot: Ballot | None = None
    members: Sequence[PartyMember] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    papers: Sequence[str] = ()
    late_reason: str = ""
    entry_reason: str = ""
    override_reason: str = ""


@dataclass(frozen=True)
class Recorded:
    """``record`` is None where the vote did not pass or the review failed: that is kept as well,
    and the step is not taken."""

    development: Development
    record: StepRecord | None
    vote: Vote | None = None


@transaction.atomic
def open_development(
    *,
    actor: User | None,
    student: Student,
    branch: PartyOrganization,
    typed: Typed,
    leaves_on: dt.date | None = None,
    client_key: uuid.UUID | None = None,
) -> Development:
    """Receive an application: step 1 of a new development in ``branch``.

    Raises StepError for an applicant too young and the other rules of step 1, DomainError where
    one is open already or the person is a member. The same ``client_key`` gives the first back.
    """
    who = {"opened_by_id": actor and actor.pk, "student_id": student.pk}
    sent = sent_before(Development, client_key, **who)
    if sent is not None:
        return sent
    in_turn(student)
    if Development.objects.filter(student=student, ended_on=None).exists():
        raise DomainError(_("A development of this person is open already. Open that file."))
    if PartyMember.objects.filter(student=student, left_on=None).exists():
        raise DomainError(_("This person is a party member already."))
    made: Development = Development.objects.create(
        student=student, branch=branch, leaves_on=leaves_on, opened_by=actor, client_key=client_key
    )
    effects.stand_in_branch(actor, student, branch, typed.on)
    return record_step(actor=actor, development=made, typed=typed).development


@transaction.atomic
def record_step(
    *,
    actor: User | None,
    development: Development,
    typed: Typed,
    client_key: uuid.UUID | None = None,
    version: int | None = None,
) -> Recorded:
    """Record a step as it happened, under the rule of its own day.

    Raises StepError with every reason against it and saves nothing; PermissionDenied when the post
    does not carry the step (steps of the committee take the right to record its decisions). A
    vote that did not pass is kept without the step. The same ``client_key`` gives the first back.
    """
    before = _sent_before(client_key, actor, development, typed)
    if before is not None:
        return before
    kept = locked(development, version)
    facts = facts_of([kept])[kept.pk]
    wanted = _proposal(kept, typed)
    book = rule_book()
    faults = step_problems(book, facts, wanted, setting())
    if faults:
        raise StepError(faults)
    rule = book.rule(typed.step, typed.on)
    is_taken = typed.ballot is None or not rule.body or passes(typed.ballot)
    review = _keep_review(actor, kept, typed)
    is_taken = is_taken and review is not False
    if is_taken and typed.step == 11:
        effects.lapse_training(actor, kept, typed.on)
    record = _write(actor, kept, typed, facts, client_key) if is_taken else None
    vote = _keep_vote(actor, kept, typed, record, body_of(rule, wanted), client_key)
    if record is not None:
        _keep_papers(actor, record, rule.papers, typed.papers, typed.on)
        if typed.step in DUTIES:
            effects.appoint_sponsors(kept, DUTIES[typed.step], typed.members, typed.on)
        effects.after_step(actor, kept, record)
    Development.objects.filter(pk=kept.pk).update(version=F("version") + 1)
    kept.refresh_from_db()
    refresh([kept])
    check_still(actor, kept, action_of(rule))
    audit.record(
        actor=actor, action="record_step", obj=kept, step=typed.step, on=typed.on,
        rule=rule.version, late=record.days_late if record else 0, taken=is_taken,
    )  # fmt: skip
    return Recorded(kept, record, vote)


def _sent_before(
    client_key: uuid.UUID | None, actor: User | None, development: Development, typed: Typed
) -> Recorded | None:
    said = {"entered_by_id": actor and actor.pk, "development_id": development.pk,
            "step": typed.step, "on": typed.on}  # fmt: skip
    record = sent_before(StepRecord, client_key, **said)
    if record is not None:
        return Recorded(record.development, record)
    vote = sent_before(Vote, client_key, **said)
    return Recorded(vote.development, None, vote) if vote else None


def _proposal(kept: Development, typed: Typed) -> Proposal:
    numbers = setting()
    return Proposal(
        step=typed.step, on=typed.on, today=timezone.localdate(),
        branch=organ_of(kept.branch, typed.on, numbers.number("branch.committee_from")),
        body=committee_organ(typed.body), ballot=typed.ballot,
        sponsors=sponsors_on(typed.members, typed.on, DUTIES.get(typed.step, Duty.CONTACT)),
        detail=typed.detail, late_reason=typed.late_reason, entry_reason=typed.entry_reason,
        override_reason=typed.override_reason,
    )  # fmt: skip


def _write(
    actor: User | None, kept: Development, typed: Typed, facts: Facts, key: uuid.UUID | None
) -> StepRecord:
    book = rule_book()
    due = latest(book, facts, typed.step, typed.on)
    late = days_late(due, typed.on)
    made: StepRecord = StepRecord.objects.create(
        development=kept, step=typed.step, version_id=book.version(typed.on), on=typed.on,
        due_on=due, days_late=late, late_reason=typed.late_reason.strip() if late else "",
        entry_reason=late_reason(typed.on, typed.entry_reason),
        override_reason=typed.override_reason.strip(), branch=kept.branch, body=typed.body,
        detail={name: value for name, value in typed.detail.items() if name not in _SEALED},
        entered_by=actor, client_key=key,
    )  # fmt: skip
    return made


def _keep_review(actor: User | None, kept: Development, typed: Typed) -> bool | None:
    """Whether the political review passed; None for any other step."""
    if typed.step != 10:
        return None
    passed = bool(typed.detail.get("passed", True))
    PoliticalReview.objects.create(
        development=kept, on=typed.on, passed=passed, entered_by=actor,
        cipher=PoliticalReview.sealed(str(typed.detail["conclusion"]).strip()),
    )  # fmt: skip
    return passed


def _keep_vote(
    actor: User | None, kept: Development, typed: Typed, record: StepRecord | None, body: str,
    key: uuid.UUID | None,
) -> Vote | None:  # fmt: skip
    ballot = typed.ballot
    if ballot is None or not body:
        return None
    made: Vote = Vote.objects.create(
        development=kept, record=record, step=typed.step, on=typed.on, body=body,
        outcome=str(typed.detail.get("outcome", "")), entered_by=actor, client_key=key,
        **vars(ballot),
    )  # fmt: skip
    return made


def _keep_papers(
    actor: User | None, record: StepRecord, known: Sequence[str], handed: Sequence[str], on: dt.date
) -> None:
    Paper.objects.bulk_create(
        Paper(record=record, name=name, handed_on=on, entered_by=actor)
        for name in known
        if name in set(handed)
    )


@transaction.atomic
def hand_in_papers(
    *, actor: User | None, record: StepRecord, papers: Sequence[str], on: dt.date
) -> int:
    """Papers that came into the file after their step; returns how many were new.

    Raises DomainError for a paper that the step does not ask for, or a day that lies ahead.
    """
    kept = locked(record.development)
    rule = rule_book().rule(record.step, record.on)
    if on > timezone.localdate():
        raise DomainError(_("This day lies ahead. Enter the paper when it is in the file."))
    strange = [name for name in papers if name not in rule.papers]
    if strange or record.withdrawn_by_id is not None:
        raise DomainError(_("This step asks for no such paper. Choose from its list."))
    there = set(record.papers.values_list("name", flat=True))
    new = [name for name in papers if name not in there]
    _keep_papers(actor, record, rule.papers, new, on)
    refresh([kept])
    check_still(actor, kept, "write_party_file")
    audit.record(actor=actor, action="hand_in_papers", obj=kept, step=record.step, papers=new)
    return len(new)
