"""An open file goes along with its person: to another branch of the school, or out of it (P7, P18)."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain import effects
from partybranch.domain.decisions import check_after
from partybranch.domain.facts import MIN_REASON
from partybranch.domain.rights import check_still, locked
from partybranch.enums import Decision, Ended
from partybranch.models import DecisionRecord, Development, PartyMember, PartyOrganization
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def hand_over(
    *,
    actor: User | None,
    development: Development,
    on: dt.date,
    reason: str,
    branch: PartyOrganization | None = None,
    outside: str = "",
) -> Development:
    """Hand the file of somebody who is no member yet to another ``branch`` of the school, where the
    time of cultivation goes on, or to an organisation ``outside``, with which it ends here.

    Raises DomainError for neither or both, a branch that admits nobody, a day ahead or before a step
    that was taken, and for a member, whose file moves with the membership relation.
    """
    kept = locked(development)
    if PartyMember.objects.filter(student=kept.student_id, left_on=None).exists():
        raise DomainError(
            _("This person is on the roll: move the membership relation, the file goes along.")
        )
    _check(kept, on, reason, branch, outside)
    check_still(actor, kept, "write_party_file")  # before the place of the student moves
    _go(actor, kept, on, branch, outside.strip(), reason.strip())
    if branch is not None:
        effects.stand_in_branch(actor, kept.student, branch, on)
    return kept


def _check(
    kept: Development, on: dt.date, reason: str, branch: PartyOrganization | None, outside: str
) -> None:
    if (branch is None) == (not outside.strip()):
        raise DomainError(_("Choose a branch of the school, or name the organisation outside."))
    if branch is not None and (not branch.holds_relation or branch.closed_on is not None):
        raise DomainError(_("Only a branch that holds the membership relation can own a file."))
    if (branch is not None and branch.pk == kept.branch_id) or len(reason.strip()) < MIN_REASON:
        raise DomainError(_("Choose another branch, and say in one sentence why."))
    if on > timezone.localdate():
        raise DomainError(_("This day lies ahead. Enter it on the day itself."))
    check_after(on, kept.records.filter(withdrawn_by=None).values_list("on", flat=True))


def file_goes_along(
    actor: User | None, member: PartyMember, on: dt.date, branch: PartyOrganization | None,
    outside: str,
) -> None:  # fmt: skip
    """The open file of a member follows the relation; called by what moves it, in its transaction."""
    if member.student_id is None:
        return
    rows = Development.objects.select_for_update(of=("self",)).select_related("student", "branch")
    kept = rows.filter(student=member.student_id, ended_on=None).first()
    if kept is not None and (branch is None or kept.branch_id != branch.pk):
        _go(actor, kept, on, branch, outside, _("with the membership relation"))


def _go(
    actor: User | None, kept: Development, on: dt.date, branch: PartyOrganization | None,
    outside: str, reason: str,
) -> None:  # fmt: skip
    old, where = kept.branch, branch.name if branch else outside
    DecisionRecord.objects.create(
        development=kept, kind=Decision.MOVED, on=on, decided_by=old.name[:80],
        reason=_("from %(old)s to %(new)s: %(why)s")[:300]
        % {"old": old.label, "new": where, "why": reason[:150]},
        entered_by=actor,
    )  # fmt: skip
    if branch is None:
        effects.end(kept, on, Ended.MOVED)
    else:
        kept.branch = branch
    kept.version = F("version") + 1
    kept.save(update_fields=["branch", "version"])
    kept.refresh_from_db()
    audit.record(
        actor=actor, action="hand_over_file", obj=kept, before=old.pk,
        after=branch.pk if branch else None, on=on, reason=reason[:300],
    )  # fmt: skip
