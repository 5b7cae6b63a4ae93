"""The end of probation of a member of staff: vote of the branch, decision of the committee.

A file of development belongs to a student; that of a member of staff is kept on paper. What the
roll needs of it is entered here and judged by the rules of the same two steps (P14–P17).
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.book import Book
from partybranch.domain.checks import body_of, step_problems
from partybranch.domain.dates import days_late, latest, probation_of
from partybranch.domain.development import StepError, Typed
from partybranch.domain.effects import leave_party
from partybranch.domain.facts import MIN_REASON, Facts, Fault, Proposal
from partybranch.domain.late import late_reason
from partybranch.domain.rights import action_of, check_still
from partybranch.domain.sent import sent_before
from partybranch.domain.voting import passes
from partybranch.enums import Decision, Outcome
from partybranch.models import PartyMember, PartyOrganization, StaffStep
from partybranch.queries.facts import committee_organ, organ_of
from partybranch.queries.rules import rule_book, setting
from partybranch.queries.staff_steps import (
    DECISION,
    VOTE,
    is_on_probation,
    staff_facts,
    with_application,
)
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def record_staff_step(
    *,
    actor: User | None,
    member: PartyMember,
    typed: Typed,
    kept_at: str,
    client_key: uuid.UUID | None = None,
) -> StaffStep:
    """Enter step 23 or 24 of a member of staff on probation; ``typed.detail`` holds the outcome
    with its months, the day of the application, and a notice where one is asked for.

    With the committee's decision the member is full from the day after the probation, stays on
    probation for longer, or leaves. Raises StepError with every reason against it, DomainError for
    anybody who is not on probation, PermissionDenied where the post does not carry the step. A
    vote that did not pass is kept and changes nothing. The same ``client_key`` gives the first back.
    """
    sent = sent_before(
        StaffStep, client_key, entered_by_id=actor and actor.pk, member_id=member.pk,
        step=typed.step, on=typed.on, kept_at=kept_at.strip(),
    )  # fmt: skip
    if sent is not None:
        return sent
    kept: PartyMember = PartyMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    branch = _branch(kept, typed.step)
    book = rule_book()
    rule = book.rule(typed.step, typed.on)
    # Before the write: whoever has left is within nobody's reach any more.
    check_still(actor, kept, action_of(rule))
    facts = staff_facts(kept, kept.staff_steps.all())
    wanted = _proposal(branch, typed)
    faults = _faults(book, facts, wanted, kept_at)
    if faults:
        raise StepError(faults)
    row = _write(actor, kept, branch, typed, facts, body_of(rule, wanted), kept_at, client_key)
    is_taken = typed.ballot is not None and passes(typed.ballot)
    if typed.step == DECISION and is_taken:
        _follow(actor, kept, facts, typed.on)
    audit.record(
        actor=actor, action="record_staff_step", obj=kept, step=typed.step, on=typed.on,
        rule=rule.version, late=row.days_late, taken=is_taken,
    )  # fmt: skip
    return row


def _branch(kept: PartyMember, step: int) -> PartyOrganization:
    home = kept.branches.filter(until=None, is_relation=True).select_related("branch").first()
    if not is_on_probation(kept) or home is None or step not in (VOTE, DECISION):
        raise DomainError(
            _("Only the end of probation of a member of staff is entered here. For a student open "
              "the file of development.")
        )  # fmt: skip
    found: PartyOrganization = home.branch
    return found


def _proposal(branch: PartyOrganization, typed: Typed) -> Proposal:
    return Proposal(
        step=typed.step, on=typed.on, today=timezone.localdate(),
        branch=organ_of(branch, typed.on, setting().number("branch.committee_from")),
        body=committee_organ(typed.body), ballot=typed.ballot, detail=typed.detail,
        late_reason=typed.late_reason, entry_reason=typed.entry_reason,
    )  # fmt: skip


def _faults(book: Book, facts: Facts, wanted: Proposal, kept_at: str) -> list[Fault]:
    found = []
    if len(kept_at.strip()) < MIN_REASON:
        found.append(Fault("kept_at", _("Say where the paper file is kept: it holds the application, "
                                        "the assessments and the minutes."), "kept_at"))  # fmt: skip
    if wanted.step == VOTE and VOTE not in facts.steps:
        found += _application(book, facts, wanted)
        facts = with_application(facts, wanted.detail)
        if 22 not in facts.steps:
            return found
        # The probation ends by itself: a vote before that is too early, not out of order.
        over = replace(facts.steps[21], on=min(facts.steps[21].on, wanted.on))
        facts = replace(facts, steps={**facts.steps, 21: over})
    return found + step_problems(book, facts, wanted, setting())


def _application(book: Book, facts: Facts, wanted: Proposal) -> Sequence[Fault]:
    """The application for transfer is entered along with the vote: whether that is a late entry is
    asked of the vote."""
    applied = wanted.detail.get("applied_on")
    if not applied:
        return [Fault("applied_on", _("Enter the day on which the application for transfer was "
                                      "handed in."), "applied_on")]  # fmt: skip
    on = dt.date.fromisoformat(applied)
    step = replace(wanted, step=22, on=on, today=on, ballot=None, detail={})
    return [
        replace(one, field="applied_on") if one.field == "on" else one
        for one in step_problems(book, facts, step, setting())
    ]


def _write(
    actor: User | None, kept: PartyMember, branch: PartyOrganization, typed: Typed, facts: Facts,
    body: str, kept_at: str, key: uuid.UUID | None,
) -> StaffStep:  # fmt: skip
    book = rule_book()
    due = latest(book, facts, typed.step, typed.on)
    late = days_late(due, typed.on)
    if applied := with_application(facts, typed.detail).on(22):  # the vote tells of both
        late = max(late, days_late(latest(book, facts, 22, applied), applied))
    made: StaffStep = StaffStep.objects.create(
        member=kept, step=typed.step, is_second=bool(facts.extended_by), on=typed.on, body=body,
        version_id=book.version(typed.on), branch=branch, committee=typed.body,
        detail=dict(typed.detail), kept_at=kept_at.strip(), due_on=due, days_late=late,
        late_reason=typed.late_reason.strip() if late else "",
        entry_reason=late_reason(typed.on, typed.entry_reason), entered_by=actor, client_key=key,
        **vars(typed.ballot),
    )  # fmt: skip
    return made


def _follow(actor: User | None, kept: PartyMember, facts: Facts, on: dt.date) -> None:
    """The committee approved what the branch meeting proposed. An extension needs no more than
    its record: the end of the probation is counted from it."""
    outcome = facts.steps[VOTE].detail["outcome"]
    if outcome == Outcome.TRANSFER:
        stage = probation_of(facts)
        assert stage is not None
        kept.full_on = stage.full_from
        kept.save(update_fields=["full_on"])
    elif outcome == Outcome.CANCEL:
        leave_party(actor, kept, on, str(Decision.CANCELLED.label))
