"""Taking back an order whose day has not come."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.movement_checks import check_rights
from students.domain.placements import lock_students
from students.enums import LEFT_STATUSES, MovementKind
from students.models import Movement, Placement, StatusPeriod

_DAY = dt.timedelta(days=1)


@transaction.atomic
def withdraw_movement(*, actor: User | None, movement: Movement) -> Movement:
    """Undo a movement that lies ahead: places and status go on as if it had not been ordered.

    Links that its leaving would have ended stay ended and are set anew. Raises DomainError for a
    movement that has begun, is withdrawn, or is followed by a later one.
    """
    students = lock_students([movement.student_id])
    check_rights(actor, students, [])
    movement = Movement.objects.select_for_update().get(pk=movement.pk)
    others = Movement.objects.filter(student_id=movement.student_id, withdrawn_at=None)
    if movement.withdrawn_at is not None:
        raise DomainError(_("This order has been withdrawn already."))
    if movement.on <= timezone.localdate() or movement.kind == MovementKind.UNIT:
        raise DomainError(_("This order is in force. Enter a new order that moves back."))
    if others.exclude(pk=movement.pk).filter(on__gte=movement.on, pk__gt=movement.pk).exists():
        raise DomainError(_("A later order builds on this one: withdraw the later one first."))
    here = Placement.objects.filter(student_id=movement.student_id)
    for tree, (old, new) in movement.places.items():
        here.filter(tree=tree, unit_id=new, since=movement.on).delete()
        if old is not None:
            here.filter(tree=tree, unit_id=old, until=movement.on - _DAY).update(until=None)
    if movement.status_after:
        _status_back(movement)
    movement.withdrawn_at = timezone.now()
    movement.save(update_fields=["withdrawn_at"])
    forget_reach()
    audit.record(
        actor=actor, action="withdraw_movement", obj=movement, student=movement.student_id,
        on=movement.on.isoformat(),
    )  # fmt: skip
    return movement


def _status_back(movement: Movement) -> None:
    periods = StatusPeriod.objects.filter(student_id=movement.student_id)
    periods.filter(since=movement.on, status=movement.status_after).delete()
    periods.filter(until=movement.on - _DAY).update(until=None)
    if movement.status_after in LEFT_STATUSES:
        User.objects.filter(student=movement.student_id, expires_on=movement.on - _DAY).update(
            expires_on=None
        )
