"""Opening and moving units; the closure table follows in the same transaction."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.changes import (
    Outcome,
    check_day,
    check_may_manage,
    check_no_gain,
    check_open,
    keep_past,
    lock_tree,
)
from cohorts.domain.followers import end_posts, followers
from cohorts.enums import CHILD_KINDS, INNER_KINDS, UnitKind
from cohorts.models import Unit, UnitTree
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach


def _check_kinds(child_kind: str, parent: Unit | None) -> None:
    if parent is not None and child_kind not in CHILD_KINDS[parent.kind]:
        raise DomainError(
            _("A unit of this kind cannot stand under “%(parent)s” (%(kind)s).")
            % {"parent": parent.name, "kind": parent.get_kind_display()}
        )


@transaction.atomic
def open_unit(*, actor: User | None, unit: Unit) -> Unit:
    """Save a new unit (any typed child) under its parent, with its closure rows.

    ``actor`` None is the system. Raises DomainError when the kind does not fit the parent.
    """
    lock_tree()
    _check_kinds(unit.kind_of_model or unit.kind, unit.parent)
    check_may_manage(actor, unit.parent)
    unit.opened_on = unit.opened_on or timezone.localdate()
    if unit.parent is not None:
        check_open(unit.parent, unit.opened_on)
    unit.save()
    inner = unit.kind in INNER_KINDS
    rows = [UnitTree(ancestor_id=unit.pk, descendant_id=unit.pk, depth=0, is_inner=inner)]
    if unit.parent_id:
        above = UnitTree.objects.filter(descendant_id=unit.parent_id)
        rows += [
            UnitTree(ancestor_id=a, descendant_id=unit.pk, depth=d + 1, is_inner=inner)
            for a, d in above.values_list("ancestor_id", "depth")
        ]
    UnitTree.objects.bulk_create(rows)
    forget_reach()
    audit.record(actor=actor, action="open_unit", obj=unit, parent=unit.parent_id, code=unit.code)
    return unit


@transaction.atomic
def move_unit(
    *,
    actor: User | None,
    unit: Unit,
    parent: Unit,
    on: dt.date | None = None,
    order_no: str = "",
) -> Unit:
    """Hang a unit with everything below it under another parent, effective at once.

    ``on`` is the day from which it stands there (today by default, never ahead): what stood where
    on an earlier day stays readable. Raises DomainError for a cycle, an unfitting kind, a closed
    parent, or a parent out of the actor's reach.
    """
    on = on or timezone.localdate()
    lock_tree()
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    parent = Unit.objects.get(pk=parent.pk)
    check_may_manage(actor, unit)
    check_may_manage(actor, parent)
    check_day(on, may_be_ahead=False)
    before = unit.parent_id
    hang(unit, parent, on, order_no, actor)
    audit.record(
        actor=actor, action="move_unit", obj=unit, before=before, after=parent.pk,
        on=on.isoformat(), order_no=order_no,
    )  # fmt: skip
    return unit


def hang(
    unit: Unit, parent: Unit, on: dt.date, order_no: str = "", mover: User | None = None
) -> None:
    """Change the parent of ``unit`` with its closure rows and its history. Callers hold the lock
    of the tree and write the audit row. Raises DomainError as ``move_unit`` does."""
    if UnitTree.objects.filter(ancestor_id=unit.pk, descendant_id=parent.pk).exists():
        raise DomainError(
            _("“%(parent)s” stands below “%(unit)s”: a unit cannot be moved below itself.")
            % {"unit": unit, "parent": parent}
        )
    _check_kinds(unit.kind, parent)
    check_open(parent, on)
    check_no_gain(mover, unit, parent)
    _check_side(unit, parent)
    if unit.parent_id == parent.pk:
        return
    keep_past(unit, on, order_no)
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
            INSERT INTO cohorts_unittree (ancestor_id, descendant_id, depth, is_inner)
            SELECT above.ancestor_id, sub.descendant_id, above.depth + sub.depth + 1, sub.is_inner
              FROM cohorts_unittree above, cohorts_unittree sub
             WHERE above.descendant_id = %(parent)s AND sub.ancestor_id = %(unit)s
            """,
            {"parent": parent.pk, "unit": unit.pk},
        )
    forget_reach()


def _check_side(unit: Unit, parent: Unit) -> None:
    """Students of a cohort stand in it as of a college or as of an academy: it stays that side."""
    old = unit.parent
    if unit.kind == UnitKind.COHORT and old is not None and old.kind != parent.kind:
        raise DomainError(
            _("A cohort of a college cannot go to an academy, nor the other way round. Open a new "
              "cohort there and transfer the students.")
        )  # fmt: skip


@transaction.atomic
def close_unit(
    *, actor: User | None, unit: Unit, closed_on: dt.date, order_no: str = ""
) -> Outcome:
    """Mark the last day of a unit; it stays for history, and posts on it end that day.

    Refused while open units hang below, or while students or open cases stand in it longer.
    """
    lock_tree()
    unit = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    check_may_manage(actor, unit)
    check_day(closed_on, may_be_ahead=True)
    if unit.opened_on is not None and closed_on < unit.opened_on:
        raise DomainError(_("The last day is before the day on which the unit was opened."))
    longer = unit.children.filter(Q(closed_on=None) | Q(closed_on__gt=closed_on))
    if longer.exists():
        raise DomainError(
            _("Close or move the units below “%(unit)s” first: %(list)s.")
            % {"unit": unit, "list": "、".join(str(child) for child in longer[:5])}
        )
    after = closed_on + dt.timedelta(days=1)
    for follower in followers():
        count = follower.left(unit.pk, after)
        if count:
            raise DomainError(
                _("After that day %(n)s of this kind still stand in “%(unit)s”: %(kind)s. Transfer "
                  "them first, or merge the unit into another one.")
                % {"n": count, "unit": unit, "kind": follower.label}
            )  # fmt: skip
    outcome = Outcome(unit)
    end_posts(unit, after, outcome)
    unit.closed_on = closed_on
    unit.save(update_fields=["closed_on"])
    audit.record(
        actor=actor, action="close_unit", obj=unit, on=closed_on.isoformat(), order_no=order_no,
        posts=len(outcome.posts_ended),
    )  # fmt: skip
    return outcome


def rebuild_tree() -> None:
    """Compute the whole closure table from the parents, for bulk loads of units."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_tree()
        cursor.execute("DELETE FROM cohorts_unittree")
        cursor.execute(
            """
            INSERT INTO cohorts_unittree (ancestor_id, descendant_id, depth, is_inner)
            WITH RECURSIVE walk(ancestor_id, descendant_id, depth, is_inner) AS (
                SELECT id, id, 0, kind = ANY(%(inner)s) FROM cohorts_unit
                UNION ALL
                SELECT w.ancestor_id, u.id, w.depth + 1, u.kind = ANY(%(inner)s)
                  FROM walk w JOIN cohorts_unit u ON u.parent_id = w.descendant_id
            ) SELECT * FROM walk
            """,
            {"inner": [str(kind) for kind in INNER_KINDS]},
        )
    forget_reach()
