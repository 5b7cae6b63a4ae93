"""Correcting and re-opening units; opening, moving and closing are in tree.py."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.access import holds_on_unit
from cohorts.models import Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# These change through move_unit and close_unit, which keep the tree and the history right.
_SHAPE = frozenset({"kind", "parent", "closed_on"})


def _check(actor: User | None, unit: Unit) -> None:
    if actor is not None and not holds_on_unit(actor, "manage_unit", unit.pk):
        raise DomainError(
            _("You may change units only below a unit on which you hold “manage units”."),
            code="denied",
        )


@transaction.atomic
def edit_unit(*, actor: User | None, unit: Unit, fields: Collection[str]) -> Unit:
    """Save the changed ``fields`` of ``unit`` (any typed child), which carries the new values.

    Raises DomainError for a unit out of the actor's reach, or for fields of the tree's shape.
    """
    _check(actor, unit)
    if _SHAPE & set(fields):
        raise DomainError(_("Move or close a unit instead of editing its place in the tree."))
    kept = type(unit)._default_manager.select_for_update().get(pk=unit.pk)
    before = {name: str(getattr(kept, name)) for name in fields}
    unit.save(update_fields=sorted(fields))
    after = {name: str(getattr(unit, name)) for name in fields}
    audit.record(actor=actor, action="edit_unit", obj=unit, before=before, after=after)
    return unit


@transaction.atomic
def reopen_unit(*, actor: User | None, unit: Unit) -> Unit:
    """Take back the closing of a unit whose parent is open. Raises DomainError otherwise."""
    _check(actor, unit)
    if unit.parent is not None and unit.parent.closed_on is not None:
        raise DomainError(_("Open “%(parent)s” again first.") % {"parent": unit.parent})
    unit.closed_on = None
    unit.save(update_fields=["closed_on"])
    audit.record(actor=actor, action="reopen_unit", obj=unit)
    return unit
