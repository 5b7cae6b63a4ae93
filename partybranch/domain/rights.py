"""The right, asked once more inside the transaction of the write (design 5.11)."""

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from cohorts.access import granted_unit_ids
from partybranch.access import COMMITTEE_ACTION
from partybranch.domain.book import StepRule
from partybranch.models import Development, PartyOrganization
from portal.core.access import reaches_one
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.models import Student


def action_of(rule: StepRule) -> str:
    """Who enters a step: the branch its own, the committee what it decides (a general branch never)."""
    return COMMITTEE_ACTION if rule.is_committee else "write_party_file"


def denied() -> PermissionDenied:
    return PermissionDenied(_("Your post no longer allows this. Nothing was changed."))


def check_still(actor: User | None, obj: models.Model, action: str) -> None:
    """Raises PermissionDenied when a post ended meanwhile; the system (None) may."""
    forget_reach()
    if actor is not None and not reaches_one(type(obj), actor, action, obj.pk):
        raise denied()


def check_branch(
    actor: User | None, branch: PartyOrganization, student: Student | None,
    action: str = "write_party_file",
) -> None:  # fmt: skip
    """Whoever writes the file of the branch, or of the student, keeps the roll of members; so with
    another ``action`` on the branch or the student."""
    forget_reach()
    if actor is None or branch.pk in granted_unit_ids(actor, action):
        return
    if student is None or not reaches_one(Student, actor, action, student.pk):
        raise denied()


def locked(development: Development, version: int | None = None) -> Development:
    """The row as it is now, locked. Raises DomainError when it has ended, StaleError when somebody
    changed it since the form was opened."""
    kept: Development = (
        Development.objects.select_for_update(of=("self",))
        .select_related("student", "branch")
        .get(pk=development.pk)
    )
    if version is not None and kept.version != version:
        raise StaleError(
            _("Somebody else changed this entry after you opened it. Reload, then try again.")
        )
    if kept.ended_on is not None:
        raise DomainError(_("This development has ended; nothing can be added."))
    return kept


def in_turn(*rows: models.Model | None) -> None:
    """Two hands that write about the same row at once come one after the other: the second waits
    here, and then finds what the first one wrote."""
    for row in rows:
        if row is not None:
            kept = type(row)._base_manager.select_for_update(of=("self",), no_key=True)
            kept.only("pk").get(pk=row.pk)


def check_seen(now: str, seen: str) -> None:
    """Raises StaleError when somebody wrote the lines between the opening of a form, which saw them
    as ``seen``, and this moment; empty: no form was opened."""
    if seen and seen != now:
        raise StaleError(
            _("Somebody else changed this entry after you opened it. Reload, then try again.")
        )
