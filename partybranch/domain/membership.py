"""The roll of members: who came from elsewhere, moves of the relation, branches beside it."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partybranch.domain.effects import follow_record, leave_party, stand_in_branch
from partybranch.domain.facts import MIN_REASON
from partybranch.domain.late import late_reason
from partybranch.domain.links import end_links_of
from partybranch.domain.months import DAY, add_months
from partybranch.domain.organs import powers
from partybranch.domain.rights import check_branch, in_turn
from partybranch.domain.transfers import file_goes_along
from partybranch.enums import BRANCHES, Entry
from partybranch.models import Development, Membership, PartyMember, PartyOrganization
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Student


@transaction.atomic
def enter_member(
    *,
    actor: User | None,
    branch: PartyOrganization,
    since: dt.date,
    joined_on: dt.date,
    full_on: dt.date | None,
    origin: str,
    letter_no: str = "",
    student: Student | None = None,
    person: User | None = None,
    entry_reason: str = "",
) -> PartyMember:
    """A member whose relation comes from another organisation, with the dates of the file.

    ``full_on`` None: on probation. Raises DomainError for a branch that holds no relation, a
    member who is on the roll already, dates that cannot be, or a day of long ago without a reason.
    """
    _check_holds(branch, since)
    _check_not_ahead(max(since, full_on or since))  # nobody is full before vote and approval
    why_late = late_reason(since, entry_reason)
    if (student is None) == (person is None):
        raise DomainError(_("Choose one student or one member of staff."))
    in_turn(student, person)
    if PartyMember.objects.filter(student=student, person=person, left_on=None).exists():
        raise DomainError(_("This person is on the roll already. Move the relation instead."))
    if student is not None and Development.objects.filter(student=student, ended_on=None).exists():
        raise DomainError(
            _("A file of development of this person is open here: membership follows from its steps. "
              "If the person is a member already, stop that development first, with the reason.")
        )  # fmt: skip
    if joined_on > since or (full_on is not None and full_on < add_months(joined_on, 12)):
        raise DomainError(
            _("The dates cannot be: full membership comes at least a year after joining, and the "
              "relation does not come before that.")
        )  # fmt: skip
    if len(origin.strip()) < MIN_REASON:
        raise DomainError(_("Name the organisation from which the relation comes."))
    member: PartyMember = PartyMember.objects.create(
        student=student, person=person, joined_on=joined_on, full_on=full_on,
        status_before=student.political_status if student else "",
    )  # fmt: skip
    Membership.objects.create(
        member=member, branch=branch, is_relation=True, since=since, how=Entry.TRANSFER,
        origin=origin.strip(), letter_no=letter_no.strip(), entry_reason=why_late,
    )  # fmt: skip
    if student is not None:
        stand_in_branch(actor, student, branch, since)
        follow_record(actor, student)
    check_branch(actor, branch, student)
    audit.record(
        actor=actor, action="enter_member", obj=member, branch=branch.pk, joined_on=joined_on,
        full_on=full_on, letter_no=letter_no, late=why_late,
    )  # fmt: skip
    return member


@transaction.atomic
def move_member(
    *,
    actor: User | None,
    member: PartyMember,
    on: dt.date,
    branch: PartyOrganization | None = None,
    outside: str = "",
    letter_no: str = "",
    entry_reason: str = "",
) -> PartyMember:
    """Move the membership relation from ``on`` to another ``branch`` of the school, or to an
    organisation ``outside``; an open file of development goes along, and ends here with a move
    outside. The old row stays with its last day.

    Raises DomainError when it is in no branch, for a branch that holds no relation, a day before
    it came, or a day of long ago without a reason; both rows then show the late entry.
    """
    kept = PartyMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    now = kept.branches.filter(until=None, is_relation=True).select_related("branch").first()
    if now is None:
        raise DomainError(_("The relation is in no branch of the school."))
    _check_not_ahead(on)
    why_late = late_reason(on, entry_reason)
    if on <= now.since:
        raise DomainError(_("The relation came later than that day. Check the date."))
    if (branch is None) == (not outside.strip()):
        raise DomainError(_("Choose a branch of the school, or name the organisation outside."))
    now.until, now.letter_no = on - DAY, letter_no.strip() or now.letter_no
    now.gone_to = (branch.name if branch else outside.strip())[:80]
    now.end_reason = why_late
    now.save(update_fields=["until", "letter_no", "gone_to", "end_reason"])
    end_links_of(actor=actor, member=kept, branch=now.branch, on=on)
    if branch is None:
        leave_party(actor, kept, on, _("moved to %(where)s") % {"where": outside.strip()})
    else:
        _check_holds(branch, on)
        _end_beside(kept, branch, on, why_late)
        Membership.objects.create(
            member=kept, branch=branch, is_relation=True, since=on, how=Entry.TRANSFER,
            origin=now.branch.name, letter_no=letter_no.strip(), entry_reason=why_late,
        )  # fmt: skip
        if kept.student is not None:
            stand_in_branch(actor, kept.student, branch, on)
    file_goes_along(actor, kept, on, branch, outside.strip())
    check_branch(actor, now.branch, kept.student)
    audit.record(
        actor=actor, action="move_member", obj=kept, before=now.branch_id,
        after=branch.pk if branch else None, on=on, letter_no=letter_no, late=why_late,
    )  # fmt: skip
    return kept


def _end_beside(member: PartyMember, branch: PartyOrganization, on: dt.date, why_late: str) -> None:
    """Whoever stood in ``branch`` beside the home branch stands there with the relation from ``on``."""
    row = _standing_in(member, branch, on).first()
    if row is None:
        return
    if row.since >= on or row.until is not None:
        raise DomainError(
            _("Stood in that branch beside the home branch up to %(day)s at least. Let the relation "
              "come on a later day.")
            % {"day": date_format(row.until or row.since, "DATE_FORMAT")}
        )  # fmt: skip
    row.until, row.end_reason = on - DAY, why_late
    row.save(update_fields=["until", "end_reason"])


def _standing_in(
    member: PartyMember, branch: PartyOrganization, since: dt.date
) -> "QuerySet[Membership]":
    """Rows of the member in the branch that reach to ``since`` or beyond: nobody stands there twice."""
    rows: QuerySet[Membership] = member.branches.filter(branch=branch)
    return rows.filter(Q(until=None) | Q(until__gte=since))


@transaction.atomic
def join_branch(
    *,
    actor: User | None,
    member: PartyMember,
    branch: PartyOrganization,
    since: dt.date,
    entry_reason: str = "",
) -> Membership:
    """Join a functional or temporary branch (or advise a joint one) beside the home branch; the
    relation stays where it is. A day of long ago asks for a reason."""
    kept = PartyMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    _check_not_ahead(since)
    why_late = late_reason(since, entry_reason)
    if branch.party_kind not in BRANCHES or _is_closed(branch, since):
        raise DomainError(_("Choose an open branch."))
    if kept.left_on is not None or _standing_in(kept, branch, since).exists():
        raise DomainError(_("This person is in that branch already, or no member any more."))
    made: Membership = Membership.objects.create(
        member=kept, branch=branch, is_relation=False, since=since, how=Entry.JOINED,
        entry_reason=why_late,
    )  # fmt: skip
    check_branch(actor, branch, kept.student)
    audit.record(actor=actor, action="join_branch", obj=kept, branch=branch.pk, since=since)
    return made


@transaction.atomic
def leave_branch(
    *, actor: User | None, membership: Membership, until: dt.date, entry_reason: str = ""
) -> Membership:
    """End a place beside the home branch; the membership relation is moved, never ended here. A day
    of long ago asks for a reason, but of the end of a branch that the system carries out."""
    row = Membership.objects.select_for_update(of=("self",)).select_related("branch", "member").get(
        pk=membership.pk
    )  # fmt: skip
    if row.is_relation or row.until is not None:
        raise DomainError(_("The membership relation is moved, not ended. Choose where it goes."))
    if until < row.since:
        raise DomainError(_("The last day is before the first day."))
    _check_not_ahead(until)
    row.until = until
    row.end_reason = late_reason(until, entry_reason) if actor is not None else ""
    row.save(update_fields=["until", "end_reason"])
    end_links_of(actor=actor, member=row.member, branch=row.branch, on=until + DAY)
    check_branch(actor, row.branch, row.member.student)
    audit.record(
        actor=actor, action="leave_branch", obj=row.member, branch=row.branch_id, until=until
    )
    found: Membership = row
    return found


@transaction.atomic
def suspend_member(
    *, actor: User | None, member: PartyMember, since: dt.date, until: dt.date | None, reason: str
) -> PartyMember:
    """Suspension (留党察看): no vote, vouches for nobody from ``since`` to ``until``."""
    kept: PartyMember = PartyMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if len(reason.strip()) < MIN_REASON or (until is not None and until < since):
        raise DomainError(_("Give the decision and days in order."))
    home = kept.branches.filter(until=None, is_relation=True).select_related("branch").first()
    if home is None:
        raise DomainError(_("The relation is in no branch of the school."))
    kept.suspended_from, kept.suspended_until = since, until
    kept.save(update_fields=["suspended_from", "suspended_until"])
    check_branch(actor, home.branch, kept.student)
    audit.record(
        actor=actor, action="suspend_member", obj=kept, since=since, until=until,
        reason=reason.strip()[:200],
    )  # fmt: skip
    return kept


def _check_holds(branch: PartyOrganization, on: dt.date) -> None:
    if not powers(branch.party_kind).holds_relation or _is_closed(branch, on):
        raise DomainError(
            _("Only an open regular or joint branch holds the membership relation. In a functional "
              "or temporary branch a member stands beside the home branch.")
        )  # fmt: skip


def _is_closed(branch: PartyOrganization, on: dt.date) -> bool:
    return branch.closed_on is not None and branch.closed_on < on


def _check_not_ahead(on: dt.date) -> None:
    if on > timezone.localdate():
        raise DomainError(_("This day lies ahead. Enter it on the day itself."))
