"""Opening and moving units; the closure table follows in the same transaction."""

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import holds_on_unit
from cohorts.enums import CHILD_KINDS
from cohorts.models import Unit, UnitTree
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach

# One lock for the shape of the tree: two moves at once could otherwise close a cycle.
_TREE_LOCK = 814_001


def _lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def _check_kinds(child_kind: str, parent: Unit | None) -> None:
    if parent is not None and child_kind not in CHILD_KINDS[parent.kind]:
        raise DomainError(
            _("A unit of this kind cannot stand under “%(parent)s” (%(kind)s).")
            % {"parent": parent.name, "kind": parent.get_kind_display()}
        )


def _check_may_manage(actor: User | None, unit: Unit | None) -> None:
    if actor is None:
        return
    if unit is None or not holds_on_unit(actor, "manage_unit", unit.pk):
        raise DomainError(
            _("You may change units only below a unit on which you hold “manage units”."),
            code="denied",
        )


@transaction.atomic
def open_unit(*, actor: User | None, unit: Unit) -> Unit:
    """Save a new unit (any typed child) under its parent, with its closure rows.

    ``actor`` None is the system. Raises DomainError when the kind does not fit the parent.
    """
    _lock_tree()
    _check_kinds(unit.kind_of_model or unit.kind, unit.parent)
    _check_may_manage(actor, unit.parent)
    unit.opened_on = unit.opened_on or timezone.localdate()
    unit.save()
    rows = [UnitTree(ancestor_id=unit.pk, descendant_id=unit.pk, depth=0)]
    if unit.parent_id:
        above = UnitTree.objects.filter(descendant_id=unit.parent_id)
        rows += [
            UnitTree(ancestor_id=a, descendant_id=unit.pk, depth=d + 1)
            for a, d in above.values_list("ancestor_id", "depth")
        ]
    UnitTree.objects.bulk_create(rows)
    forget_reach()
    audit.record(actor=actor, action="open_unit", obj=unit, parent=unit.parent_id, code=unit.code)
    return unit


@transaction.atomic
def move_unit(*, actor: User | None, unit: Unit, parent: Unit) -> Unit:
    """Hang a unit with everything below it under another parent, effective at once.

    Raises DomainError for a cycle, an unfitting kind, or a parent out of the actor's reach.
    """
    _lock_tree()
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    if UnitTree.objects.filter(ancestor_id=unit.pk, descendant_id=parent.pk).exists():
        raise DomainError(_("A unit cannot be moved below itself."))
    _check_kinds(unit.kind, parent)
    _check_may_manage(actor, unit)
    _check_may_manage(actor, parent)
    before = unit.parent_id
    unit.parent = parent
    unit.save(update_fields=["parent"])
    with connection.cursor() as cursor:
        # Cut every path from above the subtree into it, then join each new ancestor to each node.
        cursor.execute(
            """
            DELETE FROM cohorts_unittree t USING cohorts_unittree sub, cohorts_unittree above
             WHERE sub.ancestor_id = %(unit)s AND above.descendant_id = %(unit)s AND above.depth > 0
               AND t.descendant_id = sub.descendant_id AND t.ancestor_id = above.ancestor_id
            """,
            {"unit": unit.pk},
        )
        cursor.execute(
            """
            INSERT INTO cohorts_unittree (ancestor_id, descendant_id, depth)
            SELECT above.ancestor_id, sub.descendant_id, above.depth + sub.depth + 1
              FROM cohorts_unittree above, cohorts_unittree sub
             WHERE above.descendant_id = %(parent)s AND sub.ancestor_id = %(unit)s
            """,
            {"parent": parent.pk, "unit": unit.pk},
        )
    forget_reach()
    audit.record(actor=actor, action="move_unit", obj=unit, before=before, after=parent.pk)
    return unit


@transaction.atomic
def close_unit(*, actor: User | None, unit: Unit, closed_on: dt.date) -> Unit:
    """Mark the last day of a unit; it stays for history. Refused while open units hang below."""
    _check_may_manage(actor, unit)
    if unit.children.filter(closed_on=None).exists():
        raise DomainError(_("Close or move the units below “%(unit)s” first.") % {"unit": unit})
    unit.closed_on = closed_on
    unit.save(update_fields=["closed_on"])
    audit.record(actor=actor, action="close_unit", obj=unit, on=closed_on.isoformat())
    return unit


def rebuild_tree() -> None:
    """Compute the whole closure table from the parents, for bulk loads of units."""
    with transaction.atomic(), connection.cursor() as cursor:
        _lock_tree()
        cursor.execute("DELETE FROM cohorts_unittree")
        cursor.execute(
            """
            INSERT INTO cohorts_unittree (ancestor_id, descendant_id, depth)
            WITH RECURSIVE walk(ancestor_id, descendant_id, depth) AS (
                SELECT id, id, 0 FROM cohorts_unit
                UNION ALL
                SELECT w.ancestor_id, u.id, w.depth + 1
                  FROM walk w JOIN cohorts_unit u ON u.parent_id = w.descendant_id
            ) SELECT * FROM walk
            """
        )
    forget_reach()
