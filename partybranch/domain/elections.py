"""Elections of a branch: entered by the branch, approved by the committee, which appoints (1.4)."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.appointments import appoint, end_appointment
from cohorts.models import Appointment, Role
from partybranch.domain.electing import Poll, Tally, elect, poll_faults
from partybranch.domain.facts import MIN_REASON, Fault
from partybranch.domain.late import LateError, late_reason
from partybranch.domain.life import EventError
from partybranch.domain.months import DAY, add_months
from partybranch.domain.organs import powers
from partybranch.domain.rights import check_still
from partybranch.domain.sent import sent_before
from partybranch.enums import BranchPost
from partybranch.models import Candidate, Election, PartyMember, PartyOrganization
from partybranch.queries.facts import voters
from partybranch.queries.life import full_members
from partybranch.queries.rules import numbers
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@dataclass(frozen=True)
class Standing:
    """A candidate as typed: member, post, talk, votes."""

    member: PartyMember
    post: BranchPost
    votes: int
    talked_on: dt.date
    talked_by: str
    talk_note: str


@dataclass(frozen=True)
class ElectionTyped:
    on: dt.date
    is_committee: bool
    seats: int
    right: int
    present: int
    returned: int
    invalid: int
    term_months: int
    candidates: Sequence[Standing]
    entry_reason: str = ""


@transaction.atomic
def record_election(
    *,
    actor: User | None,
    branch: PartyOrganization,
    typed: ElectionTyped,
    client_key: uuid.UUID | None = None,
) -> Election:
    """Enter an election with its counts and the talks behind each candidate.

    Raises EventError for a void election (too few present, more ballots than people, too few
    candidates), a committee in a branch with fewer than seven full members, a candidate without a
    talk or without the right to be elected; nothing is kept then. A tie at the last seat is kept:
    that seat stays open until a further ballot.
    """
    who = {"entered_by_id": actor and actor.pk, "branch_id": branch.pk}
    counts = {name: getattr(typed, name) for name in ("seats", "right", "present", "returned")}
    sent = sent_before(Election, client_key, on=typed.on, **who, **counts)
    if sent is not None:
        return sent
    faults = _faults(branch, typed)
    if faults:
        raise EventError(faults)
    elected = set(elect(_poll(typed)).keys)
    made: Election = Election.objects.create(
        branch=branch, on=typed.on, is_committee=typed.is_committee, seats=typed.seats,
        right=typed.right, present=typed.present, returned=typed.returned, invalid=typed.invalid,
        term_months=typed.term_months, entered_by=actor, client_key=client_key,
        entry_reason=late_reason(typed.on, typed.entry_reason),
    )  # fmt: skip
    Candidate.objects.bulk_create(
        Candidate(
            election=made, member=one.member, post=one.post, votes=one.votes,
            talked_on=one.talked_on, talked_by=one.talked_by.strip(),
            talk_note=one.talk_note.strip(), is_elected=one.member.pk in elected,
        )
        for one in typed.candidates
    )  # fmt: skip
    check_still(actor, branch, "write_branch_life")
    audit.record(
        actor=actor, action="record_election", obj=made, branch=branch.pk, on=typed.on,
        right=typed.right, present=typed.present, returned=typed.returned, elected=sorted(elected),
    )  # fmt: skip
    return made


def _poll(typed: ElectionTyped) -> Poll:
    tallies = [Tally(one.member.pk, one.votes) for one in typed.candidates]
    return Poll(typed.seats, typed.right, typed.present, typed.returned, typed.invalid, tallies)


def _faults(branch: PartyOrganization, typed: ElectionTyped) -> list[Fault]:
    if not powers(branch.party_kind).can_elect:
        return [Fault("branch", _("The officers of a temporary or functional branch are appointed, "
                                  "not elected."))]  # fmt: skip
    if typed.on > timezone.localdate():
        return [Fault("on", _("The day of the election lies ahead."), "on")]
    try:
        late_reason(typed.on, typed.entry_reason)
    except LateError as error:
        return error.faults
    known = numbers()
    if not 1 <= typed.term_months <= known["branch.term"]:
        return [Fault("term", _("A term lasts at most %(n)s months.") % {"n": known["branch.term"]},
                      "term_months")]  # fmt: skip
    full = full_members([branch.pk], typed.on).get(branch.pk, 0)
    found = poll_faults(
        _poll(typed), is_committee=typed.is_committee, voters=voters(branch, typed.on), full=full,
        numbers=known, remaining=_remaining(branch, typed),
    )  # fmt: skip
    return found + _candidate_faults(branch, typed)


def _remaining(branch: PartyOrganization, typed: ElectionTyped) -> int:
    """Officers of today whose posts are not voted on."""
    others = set(BranchPost.values) - {str(one.post) for one in typed.candidates}
    held = Appointment.objects.in_force(timezone.localdate()).filter(
        unit_id=branch.pk, role__code__in=others
    )
    return int(held.values("role").distinct().count())


def _candidate_faults(branch: PartyOrganization, typed: ElectionTyped) -> list[Fault]:
    """Whoever stands is a full member of the branch with voting right, was talked with before the
    election, and each seat of one holder has one who is elected to it."""
    here = set(
        PartyMember.objects.voters(typed.on)
        .filter(branches__branch=branch, branches__is_relation=True, branches__until=None)
        .values_list("pk", flat=True)
    )
    found = []
    times = Counter(one.member.pk for one in typed.candidates)
    for one in typed.candidates:
        who = {"name": one.member.name}
        if times.pop(one.member.pk, 1) > 1:
            found.append(Fault("twice", _("%(name)s stands in two rows. Choose each candidate once.")
                               % who))  # fmt: skip
        if one.member.pk not in here:
            found.append(Fault("candidate", _(
                "%(name)s has no right to be elected in this branch on that day.") % who))  # fmt: skip
        if one.talked_on > typed.on or len(one.talk_note.strip()) < MIN_REASON:
            found.append(Fault("talk", _(
                "Enter the talk with %(name)s: its day, before the election, and what came of it.")
                % who))  # fmt: skip
    if not typed.is_committee:
        lone = (BranchPost.SECRETARY, BranchPost.DEPUTY)
        if any(one.post not in lone for one in typed.candidates):
            found.append(Fault("post", _(
                "Without a committee a branch elects a secretary, and a deputy if needed.")))  # fmt: skip
    elected = set(elect(_poll(typed)).keys)
    posts = [one.post for one in typed.candidates if one.member.pk in elected]
    if len(posts) != len(set(posts)):
        found.append(
            Fault("post", _("Two of those elected hold the same post. Give each his own."))
        )
    return found


@transaction.atomic
def approve_election(*, actor: User | None, election: Election) -> list[Appointment]:
    """The committee above approves: posts of those elected begin today and last the term, posts
    that others held until now end. The appointments follow from the vote, not from a right of the
    actor to appoint; the trail names who approved.

    Raises PermissionDenied without the right to record the committee's decisions on the branch,
    DomainError where it was approved before, nobody was elected, or somebody has no account.
    """
    kept: Election = (
        Election.objects.select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=election.pk)
    )
    if kept.approved_on is not None:
        raise DomainError(_("This election was approved before."))
    rows = list(
        kept.candidates.filter(is_elected=True).select_related("member__student", "member__person")
    )
    if not rows:
        raise DomainError(_("Nobody was elected; there is nothing to approve."))
    today, unit = timezone.localdate(), kept.branch
    last = add_months(today, kept.term_months) - DAY
    roles = {role.code: role for role in Role.objects.filter(code__in=[one.post for one in rows])}
    made = []
    for one in rows:
        person = one.member.person or (one.member.student.user if one.member.student else None)
        if person is None:
            raise DomainError(_("%(name)s has no account yet.") % {"name": one.member.name})
        _make_way(unit, one.post, today)
        made.append(appoint(actor=None, person=person, role=roles[one.post], unit=unit,
                            starts_on=today, ends_on=last))  # fmt: skip
    kept.approved_on, kept.approved_by = today, actor
    kept.save(update_fields=["approved_on", "approved_by"])
    check_still(actor, unit, "approve_party_file")
    audit.record(actor=actor, action="approve_election", obj=kept, branch=unit.pk,
                 posts=[post.pk for post in made])  # fmt: skip
    return made


def _make_way(branch: PartyOrganization, post: str, today: dt.date) -> None:
    """Whoever holds the post until now leaves it the day before."""
    for held in Appointment.objects.in_force(today).filter(unit_id=branch.pk, role__code=post):
        begun_before = held.starts_on < today
        end_appointment(actor=None, post=held, ends_on=today - DAY if begun_before else None)
