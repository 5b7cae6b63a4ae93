"""Functional and temporary branches: applied for, approved, closed with their task (rulebook 1.5).

They stand beside the home branches of their members and move no relation, so the application names
one branch and no people. It goes the way of the other applications: sent, decided, kept.
"""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.tree import close_unit
from partybranch.access import current_branches
from partybranch.domain.changes import send_change
from partybranch.domain.facts import MIN_REASON
from partybranch.domain.membership import leave_branch
from partybranch.domain.sent import sent_before
from partybranch.enums import BESIDE_KINDS, Change, ChangeState, Grouping
from partybranch.models import Membership, PartyOrganization, ProposedBranch, Reorganization
from partybranch.queries.branches import committee_of
from portal.core.errors import DomainError
from portal.core.models import Notification, User


@transaction.atomic
def apply_for_branch(
    *,
    actor: User | None,
    parent: PartyOrganization,
    name: str,
    kind: str,
    reason: str,
    task_until: dt.date | None = None,
    client_key: uuid.UUID | None = None,
) -> Reorganization:
    """Ask the committee for a functional or temporary branch below ``parent``; sent at once.

    Raises EventError with every rule that is not kept (no last day of a temporary one, a name that
    is taken), DomainError without name or reason, PermissionDenied without the right to keep the
    committee's applications.
    """
    title = _("Request to establish %(name)s") % {"name": name.strip()}
    sent = sent_before(
        Reorganization, client_key, made_by_id=actor and actor.pk, title=title[:80],
        task_until=task_until,
    )  # fmt: skip
    if sent is not None:
        return sent
    if len(name.strip()) < MIN_REASON:
        raise DomainError(_("Give the new branch a name."))
    made = _application(actor, parent, Change.BESIDE, title, client_key)
    made.task_until = task_until
    made.save(update_fields=["task_until"])
    ProposedBranch.objects.create(
        change=made, name=name.strip()[:80], party_kind=kind, parent=parent
    )
    return send_change(actor=actor, change=made, reason=reason)


@transaction.atomic
def apply_to_close(*, actor: User | None, branch: PartyOrganization, reason: str) -> Reorganization:
    """Ask the committee to close a functional or temporary branch before its task ends.

    Raises EventError for a branch of another kind, a closed one, or one about which an application
    waits; PermissionDenied as above.
    """
    title = _("Request to close %(name)s") % {"name": branch.name}
    made = _application(actor, branch, Change.CLOSE, title, None)
    made.sources.set([branch])
    return send_change(actor=actor, change=made, reason=reason)


def _application(
    actor: User | None, unit: PartyOrganization, kind: Change, title: str,
    client_key: uuid.UUID | None,
) -> Reorganization:  # fmt: skip
    return Reorganization.objects.create(  # type: ignore[no-any-return]
        committee=committee_above(unit), title=title[:80], kind=kind, grouping=Grouping.HAND,
        made_by=actor, client_key=client_key,
    )  # fmt: skip


def committee_above(unit: PartyOrganization) -> PartyOrganization:
    """The committee that approves: the one set with the branch, else the nearest above it. Raises
    DomainError where there is none."""
    found = committee_of(unit)
    if found is None:
        raise DomainError(_("No party committee stands above this organisation."))
    return found


def close_beside(branch: PartyOrganization, last: dt.date, order_no: str) -> list[str]:
    """Close the branch on its ``last`` day: members leave it and keep their home branch, its posts
    end, its book stays readable. Returns the names of the members. Raises DomainError where somebody
    joined later."""
    rows = Membership.objects.filter(
        current_branches(last), branch=branch, is_relation=False, until=None
    ).select_related("member__student", "member__person")  # fmt: skip
    names = []
    for row in rows:  # a few dozen at most; each leaving ends its links and is a line of the trail
        leave_branch(actor=None, membership=row, until=last)
        names.append(row.member.name)
    close_unit(actor=None, unit=branch, closed_on=last, order_no=order_no)
    branch.refresh_from_db()
    return names


def close_ended() -> int:
    """Temporary and functional branches whose task is over are closed with its last day; whoever
    applied is told. Safe to run again. Returns how many were closed."""
    rows = Reorganization.objects.filter(
        kind=Change.BESIDE, state=ChangeState.APPLIED, task_until__lt=timezone.localdate(),
        proposed__made__closed_on=None, proposed__made__party_kind__in=BESIDE_KINDS,
    )  # fmt: skip
    closed = 0
    for change in rows.distinct().order_by("pk"):
        with transaction.atomic():
            branch = change.proposed.get().made
            assert branch is not None
            assert change.task_until is not None
            last = max(change.task_until, branch.opened_on or change.task_until)
            close_beside(branch, last, change.decision_no)
            _tell(change, branch)
        closed += 1
    return closed


def _tell(change: Reorganization, branch: PartyOrganization) -> None:
    words = _("%(name)s is closed: its task is over.") % {"name": branch.name}
    for pk in {one for one in (change.made_by_id, change.sent_by_id) if one}:
        Notification.objects.get_or_create(
            user_id=pk, key=f"task over:{change.pk}",
            defaults={"text": words[:300], "url": f"/branches/{branch.pk}/"},
        )  # fmt: skip
