"""What every change of a unit checks and keeps: the day, the reach, the earlier state."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import Permission
from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cohorts.access import holds_on_unit
from cohorts.domain.duties import DUTY_ACTIONS
from cohorts.models import Grant, Unit, UnitPast
from portal.core.errors import DomainError
from portal.core.models import User

# One lock for the shape of the tree: two moves at once could otherwise close a cycle.
_TREE_LOCK = 814_001
_LONGEST_BACK = dt.timedelta(days=5 * 366)
_LONGEST_AHEAD = dt.timedelta(days=366)


@dataclass
class Outcome:
    """What a change did, in lines for people: (what, how many, names)."""

    unit: Unit
    lines: list[tuple[str, int, str]] = field(default_factory=list)
    posts_ended: list[str] = field(default_factory=list)

    def add(self, label: object, count: int, names: Iterable[str] = ()) -> None:
        if count:
            self.lines.append((str(label), count, "、".join(names)))


def lock_tree() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


def check_may_manage(actor: User | None, unit: Unit | None) -> None:
    """``actor`` None is the system. Raises DomainError out of the actor's reach."""
    if actor is None:
        return
    if unit is None or not holds_on_unit(actor, "manage_unit", unit.pk):
        raise DomainError(
            _("You may change units only below a unit on which you hold “manage units”."),
            code="denied",
        )


def check_no_gain(actor: User | None, unit: Unit, target: Unit) -> None:
    """Nobody widens the own sight by hanging units below a unit on which he holds a post."""
    if actor is None:
        return
    people = Permission.objects.filter(
        content_type__app_label="cohorts", content_type__model="unit"
    ).exclude(codename__in=DUTY_ACTIONS)
    held = grants_of(actor, target, people)
    if held and held - grants_of(actor, unit, people):
        raise DomainError(
            _("You hold a post on “%(unit)s” yourself and would see more people through this "
              "change. Ask another administrator to make it.") % {"unit": target},
            code="denied",
        )  # fmt: skip


def grants_of(actor: User, unit: Unit, permissions: Iterable[Permission]) -> set[str]:
    """Codenames that ``actor`` holds today on the unit or above it, among ``permissions``."""
    rows = Grant.objects.filter(
        user=actor, permission__in=permissions, content_object__below__descendant_id=unit.pk
    ).exclude(ends_on__lt=timezone.localdate())
    return set(rows.values_list("permission__codename", flat=True))


def check_day(on: dt.date, *, may_be_ahead: bool) -> None:
    """A change of the tree takes effect on its day; history reaches back a few years."""
    today = timezone.localdate()
    if on < today - _LONGEST_BACK or on > today + _LONGEST_AHEAD:
        raise DomainError(_("This day lies too far away. Check the year."))
    if on > today and not may_be_ahead:
        raise DomainError(
            _("The tree changes on the day itself: enter this change on %(day)s, or today with "
              "today's date.") % {"day": date_format(on, "DATE_FORMAT")}
        )  # fmt: skip


def check_open(unit: Unit, on: dt.date) -> None:
    if unit.closed_on is not None and unit.closed_on < on:
        raise DomainError(_("“%(unit)s” is closed. Choose an open unit.") % {"unit": unit})


def keep_past(unit: Unit, on: dt.date, order_no: str = "") -> None:
    """Note the name and place that ``unit`` (not yet changed) has up to the day before ``on``.

    Raises DomainError when the unit did not exist then or was changed later already.
    """
    if unit.opened_on is not None and on < unit.opened_on:
        raise DomainError(
            _("“%(unit)s” was opened on %(day)s: the change cannot be earlier.")
            % {"unit": unit, "day": date_format(unit.opened_on, "DATE_FORMAT")}
        )
    last = UnitPast.objects.filter(unit=unit).order_by("-until").first()
    until = on - dt.timedelta(days=1)
    if last is not None and last.until > until:
        raise DomainError(
            _("“%(unit)s” was changed after that day already: the change must be on %(day)s or "
              "later.")
            % {"unit": unit, "day": date_format(last.until + dt.timedelta(days=1), "DATE_FORMAT")}
        )  # fmt: skip
    if unit.opened_on == on or (last is not None and last.until == until):
        # Opened or changed on this very day: the state in between never stood on any day.
        return
    UnitPast.objects.create(
        unit=unit, name=unit.name, short_name=unit.short_name, parent_id=unit.parent_id,
        until=until, order_no=order_no,
    )  # fmt: skip
