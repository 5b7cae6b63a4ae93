"""Correcting, renaming and re-opening units; opening, moving and closing are in tree.py."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.changes import check_day, check_may_manage, keep_past
from cohorts.enums import Succession
from cohorts.models import Unit
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# These change through move_unit and close_unit, which keep the tree and the history right.
_SHAPE = frozenset({"kind", "parent", "closed_on"})


@transaction.atomic
def edit_unit(*, actor: User | None, unit: Unit, fields: Collection[str]) -> Unit:
    """Correct a slip: save the changed ``fields`` of ``unit`` (any typed child), which carries the new values.

    A new name that begins on a day is ``rename_unit``: it keeps the old one for history.

    Raises DomainError for a unit out of the actor's reach, or for fields of the tree's shape.
    """
    check_may_manage(actor, unit)
    if _SHAPE & set(fields):
        raise DomainError(_("Move or close a unit instead of editing its place in the tree."))
    kept = type(unit)._default_manager.select_for_update().get(pk=unit.pk)
    before = {name: str(getattr(kept, name)) for name in fields}
    unit.save(update_fields=sorted(fields))
    after = {name: str(getattr(unit, name)) for name in fields}
    audit.record(actor=actor, action="edit_unit", obj=unit, before=before, after=after)
    return unit


@transaction.atomic
def rename_unit(
    *,
    actor: User | None,
    unit: Unit,
    name: str,
    short_name: str = "",
    on: dt.date | None = None,
    order_no: str = "",
) -> Unit:
    """Give a unit another name from ``on`` (today by default, never ahead); the old one stays
    readable for the days before. Raises DomainError for an empty or unchanged name."""
    on = on or timezone.localdate()
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    check_may_manage(actor, unit)
    check_day(on, may_be_ahead=False)
    name, short_name = name.strip(), short_name.strip()
    if not name or len(name) > 80 or len(short_name) > 40:
        raise DomainError(_("A name has 1 to 80 characters, a short name at most 40."))
    if (name, short_name) == (unit.name, unit.short_name):
        raise DomainError(_("The unit has this name already."))
    keep_past(unit, on, order_no)
    before, unit.name, unit.short_name = unit.name, name, short_name
    unit.save(update_fields=["name", "short_name"])
    audit.record(
        actor=actor, action="rename_unit", obj=unit, before=before, after=name,
        on=on.isoformat(), order_no=order_no,
    )  # fmt: skip
    return unit


@transaction.atomic
def reopen_unit(*, actor: User | None, unit: Unit) -> Unit:
    """Take back the closing of a unit whose parent is open. Raises DomainError otherwise."""
    check_may_manage(actor, unit)
    if unit.parent is not None and unit.parent.closed_on is not None:
        raise DomainError(_("Open “%(parent)s” again first.") % {"parent": unit.parent})
    merged = unit.successions.filter(how=Succession.MERGE).select_related("successor").last()
    if merged is not None:
        raise DomainError(
            _("This unit was merged into “%(unit)s”. Split it off there instead.")
            % {"unit": merged.successor}
        )
    unit.closed_on = None
    unit.save(update_fields=["closed_on"])
    audit.record(actor=actor, action="reopen_unit", obj=unit)
    return unit
