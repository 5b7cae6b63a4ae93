"""Merging and splitting units: old ones are closed with a successor, what stood in them goes on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.changes import (
    Outcome,
    check_day,
    check_may_manage,
    check_no_gain,
    check_open,
    lock_tree,
)
from cohorts.domain.followers import carry_over, copy_posts, end_posts, followers
from cohorts.domain.tree import hang, open_unit
from cohorts.enums import Succession, UnitKind
from cohorts.models import Unit, UnitSuccession, UnitTree
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach


def _locked(units: Sequence[Unit]) -> list[Unit]:
    rows = Unit.objects.select_for_update(no_key=True).filter(pk__in=[unit.pk for unit in units])
    found = {row.pk: row for row in rows.order_by("pk")}
    return [found[unit.pk] for unit in units]


@transaction.atomic
def merge_units(
    *,
    actor: User | None,
    units: Sequence[Unit],
    into: Unit,
    on: dt.date | None = None,
    order_no: str = "",
) -> Outcome:
    """From ``on`` (today by default) ``into`` goes on in place of ``units``.

    Students, open cases, posts, contracting groups and majors go over on that day, units below
    hang under the successor, the old units close the day before. A day ahead is possible for
    units without units below: everything in them is dated. Raises DomainError for different
    kinds, sides or entry years, a unit below one of those that end, and units out of reach.
    """
    on = on or timezone.localdate()
    lock_tree()
    if not units or into.pk in {unit.pk for unit in units}:
        raise DomainError(_("Choose at least one other unit: it ends, this one goes on."))
    into, *olds = _locked([into, *units])
    check_may_manage(actor, into)
    check_open(into, on)
    outcome = Outcome(into)
    for old in olds:
        _check_merge(actor, old, into, on)
        children = _open_children(old)
        check_day(on, may_be_ahead=not children)
        for child in children:
            hang(child, into, on, order_no)
        outcome.add(_("units below go over"), len(children), [child.name for child in children])
        carry_over(actor, old, into, on, outcome)
        _close_after(old, on)
        UnitSuccession.objects.create(
            unit=old, successor=into, how=Succession.MERGE, on=on, order_no=order_no
        )
    forget_reach()
    audit.record(
        actor=actor, action="merge_units", obj=into, units=[old.pk for old in olds],
        on=on.isoformat(), order_no=order_no,
    )  # fmt: skip
    return outcome


def _check_merge(actor: User | None, old: Unit, into: Unit, on: dt.date) -> None:
    check_may_manage(actor, old)
    check_no_gain(actor, old, into)
    check_open(old, on)
    if old.kind != into.kind or old.kind == UnitKind.UNIVERSITY:
        raise DomainError(
            _("“%(one)s” and “%(other)s” are of different kinds: only units of one kind merge.")
            % {"one": old, "other": into}
        )
    if UnitTree.objects.filter(ancestor_id=old.pk, descendant_id=into.pk).exists():
        raise DomainError(
            _("“%(into)s” stands below “%(old)s”: move it out first, or merge the other way round.")
            % {"into": into, "old": old}
        )
    if old.opened_on is not None and on <= old.opened_on:
        raise DomainError(
            _("“%(unit)s” was opened on that day or later: choose a later day.") % {"unit": old}
        )
    if old.kind == UnitKind.COHORT:
        _check_cohorts(old, into)


def _check_cohorts(old: Unit, into: Unit) -> None:
    if old.cohort.entry_year != into.cohort.entry_year:
        raise DomainError(_("These cohorts entered in different years and cannot be merged."))
    sides = {unit.parent.kind for unit in (old, into) if unit.parent is not None}
    if len(sides) > 1:
        raise DomainError(_("A cohort of a college and one of an academy cannot be merged."))


def _open_children(unit: Unit) -> list[Unit]:
    return list(unit.children.filter(closed_on=None).order_by("code"))


def _close_after(unit: Unit, on: dt.date) -> None:
    unit.closed_on = on - dt.timedelta(days=1)
    unit.save(update_fields=["closed_on"])


@dataclass(frozen=True)
class Part:
    """One unit that comes out of a split: its name and code, and who and what goes there.

    ``members`` are student numbers, ``children`` units that stand below the old one.
    """

    name: str
    code: str
    short_name: str = ""
    members: Sequence[str] = ()
    children: Sequence[Unit] = field(default=())


@transaction.atomic
def split_unit(
    *,
    actor: User | None,
    unit: Unit,
    parts: Sequence[Part],
    on: dt.date | None = None,
    order_no: str = "",
) -> Outcome:
    """From ``on`` new units of the same kind stand beside ``unit``, under the same parent.

    Each takes the named students and units; who holds a post on ``unit`` holds it on the parts
    too, so nobody loses or gains sight of anybody. When nothing is left, ``unit`` closes.
    Raises DomainError for a student or unit that does not stand in ``unit``, or is named twice.
    """
    on = on or timezone.localdate()
    lock_tree()
    (unit,) = _locked([unit])
    check_may_manage(actor, unit)
    check_open(unit, on)
    if unit.parent is None or not parts:
        raise DomainError(_("Name at least one new unit."))
    check_day(on, may_be_ahead=not any(part.children for part in parts))
    if unit.opened_on is not None and on <= unit.opened_on:
        raise DomainError(
            _("“%(unit)s” was opened on that day or later: choose a later day.") % {"unit": unit}
        )
    _check_parts(unit, parts)
    outcome = Outcome(unit)
    for part in parts:
        _split_off(actor, unit, part, on, order_no, outcome)
    if not _open_children(unit) and not sum(one.left(unit.pk, on) for one in followers()):
        end_posts(unit, on, outcome)
        _close_after(unit, on)
    forget_reach()
    audit.record(
        actor=actor, action="split_unit", obj=unit, parts=[part.code for part in parts],
        on=on.isoformat(), order_no=order_no,
    )  # fmt: skip
    return outcome


def _check_parts(unit: Unit, parts: Sequence[Part]) -> None:
    members = [key for part in parts for key in part.members]
    twice = sorted({key for key in members if members.count(key) > 1})
    if twice:
        raise DomainError(_("Named twice: %(list)s.") % {"list": "、".join(twice[:10])})
    children = [child.pk for part in parts for child in part.children]
    below = set(unit.children.values_list("pk", flat=True))
    if len(set(children)) < len(children) or set(children) - below:
        raise DomainError(
            _("Only units that stand directly below “%(unit)s” go to a new unit, each to one.")
            % {"unit": unit}
        )
    taken = Unit.objects.filter(code__in=[part.code for part in parts])
    if taken.exists() or len({part.code for part in parts}) < len(parts):
        raise DomainError(_("This code is taken already. Choose another one."))
    if any(not part.name.strip() or not part.code.strip() for part in parts):
        raise DomainError(_("Each new unit needs a name and a code."))


def _split_off(
    actor: User | None, unit: Unit, part: Part, on: dt.date, order_no: str, outcome: Outcome
) -> None:
    made = open_unit(actor=actor, unit=_beside(unit, part, on))
    for child in part.children:
        hang(child, made, on, order_no)
    outcome.add(_("units below go over"), len(part.children), [str(c) for c in part.children])
    copy_posts(unit, made, on, outcome)
    if part.members:
        for follower in followers():
            count = follower.move(actor, unit, made, on, part.members)
            outcome.add(follower.label, count)
    UnitSuccession.objects.create(
        unit=unit, successor=made, how=Succession.SPLIT, on=on, order_no=order_no
    )


def _beside(unit: Unit, part: Part, on: dt.date) -> Unit:
    """A new unit of the same kind with the columns of its kind (entry year, major, beds)."""
    made = typed(unit)
    made.pk = made.id = None
    made._state.adding = True
    made.code, made.name, made.short_name = part.code, part.name.strip(), part.short_name
    made.opened_on, made.closed_on = on, None
    return made


def typed(unit: Unit) -> Unit:
    """The unit as its own kind: a SchoolClass, a Cohort, a party organisation."""
    for link in Unit._meta.related_objects:
        model = link.related_model
        if link.one_to_one and issubclass(model, Unit) and model.kind_of_model == unit.kind:
            found: Unit = model._default_manager.get(pk=unit.pk)
            return found
    return unit
