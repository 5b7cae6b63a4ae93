"""Counselling hours by channel: offered, booked, cancelled, held (systems 95)."""

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from casework.domain.sealed_text import check_centre, is_cleared, keep_text
from casework.models import Booking, SealedText, Slot, Way
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.access import own_student_id
from students.models import Student

# Open bookings a student may have at once: hours are few.
MOST_OPEN = 2


@transaction.atomic
def offer_slots(
    *, actor: User, starts: Sequence[dt.datetime], ways: Sequence[Way], minutes: int = 50,
    place: str = "",
) -> list[Slot]:  # fmt: skip
    """Hours of the actor. Raises DomainError for one in the past or one that overlaps another."""
    check_centre(actor)
    if not ways:
        raise DomainError(_("Choose at least one way."))
    if not 20 <= minutes <= 180:
        raise DomainError(_("An hour lasts 20 to 180 minutes."))
    if any(start <= timezone.now() for start in starts):
        raise DomainError(_("The hour lies in the past."))
    made = [
        Slot(teacher=actor, starts_at=start, minutes=minutes, ways=",".join(ways), place=place)
        for start in starts
    ]
    length = dt.timedelta(minutes=minutes)
    for one in made:
        near = Slot.objects.filter(
            teacher=actor, withdrawn_at=None, starts_at__lt=one.starts_at + length,
            starts_at__gt=one.starts_at - dt.timedelta(minutes=180),
        )  # fmt: skip
        if any(other.starts_at + dt.timedelta(minutes=other.minutes) > one.starts_at
               for other in near):  # fmt: skip
            raise DomainError(_("You offer another hour at that time."))
    Slot.objects.bulk_create(made)
    audit.record_many(actor=actor, action="offer_slots", model=Slot, ids=[slot.pk for slot in made])
    return made


@transaction.atomic
def withdraw_slot(*, actor: User, slot: Slot) -> Slot:
    """An hour that nobody has booked is offered no more."""
    check_centre(actor)
    slot = Slot.objects.select_for_update().get(pk=slot.pk)
    if slot.bookings.filter(cancelled_at=None).exists():
        raise DomainError(_("The hour is booked. Cancel the booking first."))
    slot.withdrawn_at = slot.withdrawn_at or timezone.now()
    slot.save(update_fields=["withdrawn_at"])
    audit.record(actor=actor, action="withdraw_slot", obj=slot)
    return slot


def _check_may(actor: User, student_id: int) -> None:
    """The student for himself, or the centre."""
    forget_reach()
    if own_student_id(actor) != student_id and not is_cleared(actor, student_id):
        raise PermissionDenied(_("None of your posts allows this booking."))


@sensitive_variables("about")
@transaction.atomic
def book(
    *, actor: User, slot: Slot, student: Student, way: Way, about: str = ""
) -> Booking:  # fmt: skip
    """One hour for one student. The same student again gets the same booking; an hour that is
    taken, over, or not offered in this way raises DomainError."""
    _check_may(actor, student.pk)
    slot = Slot.objects.select_for_update().get(pk=slot.pk)
    taken = slot.bookings.filter(cancelled_at=None).first()
    if taken is not None and taken.student_id == student.pk:
        return taken
    if taken is not None or slot.withdrawn_at is not None or slot.starts_at <= timezone.now():
        raise DomainError(_("This hour is no longer free. Choose another one."))
    if way not in slot.ways.split(","):
        raise DomainError(_("This hour is not offered in that way."))
    Student.objects.select_for_update().only("pk").get(pk=student.pk)
    still_open = Booking.objects.filter(
        student=student, cancelled_at=None, came=None, slot__starts_at__gt=timezone.now()
    )
    if own_student_id(actor) == student.pk and still_open.count() >= MOST_OPEN:
        raise DomainError(_("You have two hours booked already. Cancel one of them first."))
    text = keep_text(about.strip()[:2000]) if about.strip() else None
    try:
        with transaction.atomic():
            made: Booking = Booking.objects.create(
                slot=slot, student=student, way=way, about=text, booked_by=actor
            )
    except IntegrityError:
        raise DomainError(_("This hour is no longer free. Choose another one.")) from None
    audit.record(actor=actor, action="book_hour", obj=made, student=student.pk, way=str(way))
    return made


@transaction.atomic
def cancel_booking(*, actor: User, booking: Booking) -> Booking:
    """By the student or the centre, before it begins; what it was about is wiped."""
    _check_may(actor, booking.student_id)
    booking = Booking.objects.select_for_update().select_related("slot").get(pk=booking.pk)
    if booking.cancelled_at is not None:
        return booking
    if booking.slot.starts_at <= timezone.now():
        raise DomainError(_("The hour has begun; it cannot be cancelled any more."))
    text, booking.about = booking.about_id, None
    booking.cancelled_at = timezone.now()
    booking.save(update_fields=["cancelled_at", "about"])
    SealedText.objects.filter(pk=text).delete()
    audit.record(actor=actor, action="cancel_hour", obj=booking, student=booking.student_id)
    return booking


@transaction.atomic
def note_presence(*, actor: User, booking: Booking, came: bool) -> Booking:
    """Whether the student came, told by the centre after the hour began."""
    booking = Booking.objects.select_for_update().select_related("slot").get(pk=booking.pk)
    if not is_cleared(actor, booking.student_id):
        raise PermissionDenied(_("None of your posts allows this booking."))
    if booking.cancelled_at is not None or booking.slot.starts_at > timezone.now():
        raise DomainError(_("The hour has not begun, or it was cancelled."))
    booking.came = came
    booking.save(update_fields=["came"])
    audit.record(actor=actor, action="note_presence", obj=booking, came=came)
    return booking
