"""The task force of a case: proposal, seats, duties, letters."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.domain.force import SeatDraft, change_seat, seat_force, unseat
from casework.exporters_force import duty_letters
from casework.forms_plan import EndForm, NewSeatForm, SeatForm
from casework.models import Case, Seat
from casework.queries.case_page import case_rights
from casework.queries.force import force_page, proposed_seats
from cohorts.exporters.letters import PDF, WORD, pdf_sheets, word_sheets
from cohorts.forms.people import suggested_people
from portal.core import audit, reads
from portal.core.errors import DomainError
from portal.core.models import User
from students.access import unit_ids_of


@login_required
def force(request: HttpRequest, pk: int) -> HttpResponse:
    """The team of the case and its history; for those who lead it, who ought to sit there."""
    case = Case.objects.get_for(request.user, "see_case", pk)
    reads.note(request.user, "read_case", case)
    rights = case_rights(request.user, case)
    may_seat = rights["manage_case"] and case.is_open
    form = NewSeatForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        case = Case.objects.get_for(request.user, "manage_case", pk)
        if form.is_valid():
            person = form.cleaned_data.pop("person")
            try:
                made = seat_force(
                    actor=request.user,
                    case=case,
                    seats=[SeatDraft(person, **form.cleaned_data)],  # type: ignore[arg-type]
                )
            except DomainError as error:
                form.add_error("person", str(error))
            else:
                _tell(request, len(made))
                return redirect("casework:force", pk)
        status = 422
    context: dict[str, Any] = {
        "case": case, "rights": rights, "may_seat": may_seat, "form": form,
        "back": reverse("casework:case", args=[pk]),
        "proposed": proposed_seats(case) if may_seat else [],
        "people": suggested_people(request.user, _places(case)) if may_seat else [],
        **force_page(case),
    }  # fmt: skip
    return render(request, "casework/force.html", context, status=status)


def _places(case: Case) -> list[int]:
    return list(unit_ids_of(case.student_id))


def _tell(request: HttpRequest, number: int) -> None:
    if number:
        messages.success(request, _("Seated: %(n)s.") % {"n": number})
    else:
        messages.info(request, _("They sit there already."))


@login_required
@require_POST
def seat_proposed(request: HttpRequest, pk: int) -> HttpResponse:
    """The ticked ones of the proposal, all with one tap; nobody else can be named here."""
    case = Case.objects.get_for(request.user, "manage_case", pk)
    ticked = set(request.POST.getlist("person"))
    wanted = [one for one in proposed_seats(case) if str(one["person"]) in ticked]
    people = User.objects.in_bulk([one["person"] for one in wanted])
    try:
        made = seat_force(
            actor=request.user, case=case,  # type: ignore[arg-type]
            seats=[
                SeatDraft(people[one["person"]], one["duty"], one["write_level"]) for one in wanted
            ],
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, str(error))
    else:
        _tell(request, len(made))
    return redirect("casework:force", pk)


def _seat(request: HttpRequest, pk: int, seat: int) -> Seat:
    case = Case.objects.get_for(request.user, "manage_case", pk)
    return get_object_or_404(Seat.objects.select_related("case", "person"), case=case, pk=seat)


@login_required
def change(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """Another duty, right or last day."""
    held = _seat(request, pk, seat)
    initial = {"duty": held.duty, "write_level": held.write_level, "ends_on": held.ends_on}
    form = SeatForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_seat(actor=request.user, seat=held, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("casework:force", pk)
    title = _("Seat of %(name)s") % {"name": held.person.name}
    return _shown(request, pk, form, title)


@login_required
def end(request: HttpRequest, pk: int, seat: int) -> HttpResponse:
    """The seat ends at once, and the sight with it."""
    held = _seat(request, pk, seat)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unseat(actor=request.user, seat=held, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The seat has ended; its sight ended with it."))
            return redirect("casework:force", pk)
    title = _("End the seat of %(name)s") % {"name": held.person.name}
    return _shown(request, pk, form, title)


def _shown(request: HttpRequest, pk: int, form: Any, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": reverse("casework:force", args=[pk]),
               "action": request.path}  # fmt: skip
    return render(request, "casework/act.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def letters(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Letters of duty of the team, one per page: all, or those of ``?seat=``."""
    case = Case.objects.get_for(request.user, "manage_case", pk)
    wanted = {one for one in request.GET.getlist("seat") if one.isascii() and one.isdigit()}
    seats = [row["seat"] for row in force_page(case)["seats"]]
    chosen = [seat for seat in seats if not wanted or str(seat.pk) in wanted]
    if not chosen or kind not in ("docx", "pdf"):
        raise Http404
    audit.record(
        actor=request.user, action="print_duty_letters", obj=case, kind=kind,  # type: ignore[arg-type]
        people=[seat.person_id for seat in chosen],
    )  # fmt: skip
    sheets = duty_letters(case, chosen)
    is_word = kind == "docx"
    made = word_sheets(sheets) if is_word else pdf_sheets(sheets, "专班任务书")
    answer = HttpResponse(made, content_type=WORD if is_word else PDF)
    name = f"专班任务书（个案{case.number}）.{kind}"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
