"""What every order about students is checked for: the paper, the day, the reach, the beds."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Cohort, Room, Unit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.imports_rights import students_out_of_reach, units_held
from students.enums import MovementKind
from students.models import Movement, Placement

ACTION = "edit_student"
_LONGEST = dt.timedelta(days=400)
# Within one college a move needs no paper of the registry; everything else does.
_WITHOUT_NUMBER = (MovementKind.CLASS, MovementKind.ROOM)


@dataclass(frozen=True)
class Order:
    """The paper behind a movement: from which day, why, and its number (文号)."""

    on: dt.date
    reason: str
    order_no: str = ""


def check_order(order: Order, kind: MovementKind) -> None:
    if not order.reason.strip():
        raise DomainError(_("Write the reason: it stands in the student's history."))
    if len(order.reason) > 200 or len(order.order_no) > 40:
        raise DomainError(_("A reason has at most 200 characters, an order number at most 40."))
    if kind not in _WITHOUT_NUMBER and not order.order_no.strip():
        raise DomainError(
            _("Enter the number of the order: “%(kind)s” needs one.") % {"kind": kind.label}
        )
    if abs(order.on - timezone.localdate()) > _LONGEST:
        raise DomainError(_("This day lies too far away. Check the year."))


def check_nothing_planned(student_ids: Collection[int]) -> None:
    """Two orders about the status must not overtake each other."""
    ahead = Movement.objects.filter(
        student_id__in=student_ids, withdrawn_at=None, on__gt=timezone.localdate()
    ).exclude(status_after="")
    first = ahead.select_related("student").order_by("pk").first()
    if first is not None:
        raise DomainError(
            _("An order for %(name)s lies ahead already (%(kind)s): withdraw it first.")
            % {"name": first.student.name, "kind": first.get_kind_display()}
        )


def check_rights(actor: User | None, student_ids: Collection[int], units: Iterable[Unit]) -> None:
    """Asked inside the transaction, after the lock: a post that ended a moment ago moves nobody.
    The actor must reach every student and hold the action on every unit they go to."""
    forget_reach()
    if students_out_of_reach(actor, ACTION, student_ids):
        raise DomainError(
            _("You may move only students whom you reach for “edit students” today."),
            code="denied",
        )
    wanted = {unit.pk: unit for unit in units}
    missing = set(wanted) - units_held(actor, ACTION, wanted.keys())
    if missing:
        raise DomainError(
            _("You may not place students in “%(unit)s”. Ask the registry, which acts for the "
              "whole university.") % {"unit": wanted[min(missing)].name},
            code="denied",
        )  # fmt: skip


def check_rooms(rooms: Collection[Unit], on: dt.date) -> None:
    """No more students than beds, counted after the move. Raises DomainError."""
    beds = dict(Room.objects.filter(pk__in=[room.pk for room in rooms]).values_list("pk", "beds"))
    for room in rooms:
        here = Placement.objects.filter(Q(until=None) | Q(until__gte=on), unit_id=room.pk)
        if here.values("student_id").distinct().count() > beds.get(room.pk, 0):
            raise DomainError(
                _("“%(room)s” has %(n)s beds and is full on that day. Choose another room.")
                % {"room": room.name, "n": beds.get(room.pk, 0)}
            )


def year_of(unit: Unit) -> int | None:
    """Entry year of the cohort that a class or cohort belongs to; None for rooms and branches."""
    rows = Cohort.objects.filter(below__descendant_id=unit.pk).order_by("below__depth")
    year: int | None = rows.values_list("entry_year", flat=True).first()
    return year
