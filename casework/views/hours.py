"""Counselling hours: offered by the centre, booked by students on their own page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from casework.domain.bookings import book, cancel_booking, note_presence, offer_slots, withdraw_slot
from casework.models import Booking, SealedFile, Slot, Way
from casework.queries.hours import free_slots, slot_rows
from casework.queries.sealed import booking_rows, own_advice
from casework.sealed_access import CLEARED
from casework.sealed_forms import BookForm, SlotForm
from casework.views.sealed_page import centre_page, sealed_page
from portal.core.errors import DomainError
from students.models import Student


@centre_page
@require_http_methods(["GET", "POST"])
def slots(request: HttpRequest) -> HttpResponse:
    """Hours of the centre from today on, with a form for new ones of one's own."""
    form = SlotForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                offer_slots(
                    actor=request.user, starts=data["starts"], minutes=data["minutes"],  # type: ignore[arg-type]
                    ways=[Way(way) for way in data["ways"]], place=data["place"],
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Offered."))
                return redirect("casework:slots")
    page = {"form": form, "rows": slot_rows(request.user)}
    return render(request, "sealed/slots.html", page, status=status)


@sealed_page
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    slot = Slot.objects.get_for(request.user, CLEARED, pk)
    try:
        withdraw_slot(actor=request.user, slot=slot)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("casework:slots")


@sealed_page
@require_POST
def presence(request: HttpRequest, pk: int) -> HttpResponse:
    booking = Booking.objects.get_for(request.user, CLEARED, pk)
    try:
        note_presence(
            actor=request.user,
            booking=booking,
            came=request.POST.get("came") == "yes",  # type: ignore[arg-type]
        )
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("casework:sealed")


@sealed_page
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    booking = Booking.objects.get_for(request.user, CLEARED, pk)
    try:
        cancel_booking(actor=request.user, booking=booking)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("casework:sealed")


def _own(request: HttpRequest) -> Student:
    student: Student | None = Student.objects.restrict(request.user, "see_own").first()
    if student is None:
        raise Http404
    return student


@sealed_page
@require_http_methods(["GET", "POST"])
def my_care(request: HttpRequest) -> HttpResponse:
    """The student's page: what the centre advises, own hours, free hours. The same for everybody,
    so that having opened it says nothing."""
    student = _own(request)
    form = BookForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            slot = get_object_or_404(Slot, pk=data["slot"], withdrawn_at=None)
            try:
                book(
                    actor=request.user, slot=slot, student=student, way=Way(data["way"]),  # type: ignore[arg-type]
                    about=data["about"],
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Booked. Only you and the counselling centre see it."))
                return redirect("casework:my_care")
    mine = Booking.objects.restrict(request.user, "see_own").filter(
        cancelled_at=None, slot__starts_at__gt=timezone.now()
    )
    file = SealedFile.objects.select_related("own_advice").filter(student=student).first()
    page = {
        "student": student, "form": form, "slots": free_slots(),
        "rows": booking_rows(mine.order_by("slot__starts_at"), with_about=True),
        "advice": own_advice(file),
    }  # fmt: skip
    return render(request, "sealed/my_care.html", page, status=status)


@sealed_page
@require_POST
def my_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    booking = Booking.objects.restrict(request.user, "see_own").filter(pk=pk).first()
    if booking is None:
        raise Http404
    try:
        cancel_booking(actor=request.user, booking=booking)  # type: ignore[arg-type]
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("casework:my_care")
