"""Requests: the list of staff, the sender's own list, one request, and sending one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.domain.request_moves import moves_now
from casework.domain.request_notes import is_hidden_sender, sender_account
from casework.domain.requests import send_request
from casework.models import ReportCode, Request, RequestKind
from casework.queries.request_board import board, labels
from casework.queries.request_boxes import BOXES, box_page, counts_asked, counts_told
from casework.queries.request_lines import lines_of, table_rows
from casework.queries.requests import KINDS, own_page, own_student, own_waiting, story
from casework.request_enums import OPEN, Side
from casework.request_forms import RequestForm
from cohorts.models import Unit
from cohorts.queries.working_days import CALENDAR, WorkCalendar, calendar_of
from portal.core import audit
from portal.core.access import reaches_any, reaches_one
from portal.core.asks import answers
from portal.core.errors import DomainError
from students.access import own_student_id
from students.models import Student
from students.queries.rights import reaches_anyone
from students.queries.standing import stands
from students.views.listing import page_number, shown_page


@login_required
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests that come to one by work, in boxes; ``?desk`` is the sorting desk."""
    work = [a for a in ("handle_request", "sort_requests", "handle_protected")
            if reaches_any(Request, request.user, a)]  # fmt: skip
    if not work and not reaches_anyone(request.user, "log_talk"):
        raise PermissionDenied(_("None of your posts handles requests."))
    wanted = "desk" if "desk" in request.GET else request.GET.get("box", "open")
    box = wanted if wanted in BOXES else "open"
    kind = request.GET.get("kind", "")
    kinds, days, counts = _told(request.user, kind)
    within = {"kind": kind} if kind in dict(kinds) else {}
    found = box_page(request.user, box, page_number(request), **within)
    words = {
        "open": _("Open"), "mine": _("Waits for me"), "desk": _("Sorting desk"),
        "overdue": _("Overdue"), "first": _("Asked me first"), "closed": _("Closed"),
        "all": _("All"),
    }  # fmt: skip
    keep = f"&kind={kind}" if kind else ""
    tabs = [
        {"label": words[name], "count": counts[name], "url": f"?box={name}{keep}",
         "active": name == box}
        for name in BOXES if name != "desk" or "sort_requests" in work
    ]  # fmt: skip
    chips = [{"value": code, "label": name, "active": code == kind} for code, name in kinds]
    lines = lines_of(found.rows, days)
    context = {"page": shown_page(found), "lines": table_rows(lines, is_own=False), "tabs": tabs,
               "box": box, "kinds": chips,
               "may_send": reaches_anyone(request.user, "log_talk")}  # fmt: skip
    return render(request, "casework/requests.html", context)


def _told(user: Any, kind: str) -> tuple[list[tuple[str, str]], WorkCalendar, dict[str, int]]:
    """Kinds, the calendar of working days, and counts of the boxes; one statement. A kind that is
    not known narrows nothing."""
    asks = {"kinds": KINDS, "days": CALENDAR, "counts": counts_asked(user)}
    if kind:
        asks["narrowed"] = counts_asked(user, kind=kind)
    told = answers(asks)
    kinds = [(code, name) for code, name in told["kinds"]]
    counts = told["narrowed"] if kind in dict(kinds) else told["counts"]
    return kinds, calendar_of(told["days"]), counts_told(counts)


@login_required
@require_GET
def my_requests(request: HttpRequest) -> HttpResponse:
    """What one sent oneself, the newest first; what waits for one's word stands on top."""
    found = own_page(request.user, page_number(request))
    waiting = own_waiting(request.user)
    known = {line.pk for line in waiting}
    lines = table_rows([line for line in found.rows if line.pk not in known], is_own=True)
    context = {"page": shown_page(found), "lines": lines, "waiting": waiting,
               "has_record": own_student_id(request.user) is not None}  # fmt: skip
    return render(request, "casework/my_requests.html", context)


@login_required
@require_GET
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: its story, its files, and what its reader may do now."""
    asked = Request.objects.select_related("kind", "office", "handler", "student", "unit", "about",
                                           "first_asked")  # fmt: skip
    found = asked.get(pk=Request.objects.get_for(request.user, "see_request", pk).pk)
    told = story(request.user, found)
    context: dict[str, Any] = {"r": found, "told": told, "line": told.line,
                               "moves": [str(one) for one in moves_now(found, told.sides)],
                               "is_sender": Side.SENDER in told.sides,
                               "is_open": found.state in OPEN}  # fmt: skip
    context["back"] = _back(told.sides)
    if found.student_id and Side.SENDER not in told.sides:
        context["may_open"] = reaches_one(Student, request.user, "see_card", found.student_id)
        context["may_log"] = reaches_one(Student, request.user, "log_talk", found.student_id)
    if found.is_protected and found.handler_id == request.user.pk and Side.OFFICE in told.sides:
        context["sender"] = _sender(request, found)
    return render(request, "casework/request.html", context)


def _back(sides: set[Side]) -> str:
    return "casework:my_requests" if sides == {Side.SENDER} else "casework:requests"


def _sender(request: HttpRequest, found: Request) -> str:
    """Who sent a protected complaint, for its independent handler alone; each opening is logged."""
    person = sender_account(found)
    if person is None or is_hidden_sender(found, request.user):  # type: ignore[arg-type]
        return ""
    audit.record(actor=request.user, action="open_protected_sender", obj=found)  # type: ignore[arg-type]
    return f"{person.name} {person.username}"


@login_required
def my_new(request: HttpRequest) -> HttpResponse:
    """A request of one's own, from the student's page."""
    student = own_student(request.user)
    if student is None:
        raise Http404
    rooms = stands([student.pk], ("room",)).get(student.pk)
    return _form(request, student=student, place=rooms.room if rooms else "")


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """By staff on a student's behalf: ``?student=`` names whom; whoever sends it was asked first."""
    number = (request.GET.get("student") or "").replace("\x00", "")[:20]
    if not number:
        if not reaches_anyone(request.user, "log_talk"):
            raise PermissionDenied(_("None of your posts allows you to send for a student."))
        return render(request, "casework/request_pick.html", {})
    student = Student.objects.get_for(request.user, "log_talk", student_no=number)
    return _form(request, student=student)


@login_required
def report(request: HttpRequest, code: str) -> HttpResponse:
    """From the sheet in a building: the place is known, only what is wrong is asked."""
    found = ReportCode.objects.filter(code=code, revoked_at=None).select_related("unit").first()
    if found is None:
        return render(request, "casework/report_gone.html", {}, status=404)
    student = own_student(request.user)
    return _form(request, student=student, unit=found.unit, first="repair")


def _form(
    request: HttpRequest, *, student: Student | None, unit: Unit | None = None, place: str = "",
    first: str = "",
) -> HttpResponse:  # fmt: skip
    is_own = student is not None and own_student_id(request.user) == student.pk  # type: ignore[arg-type]
    kinds = [one for one in RequestKind.objects.filter(is_used=True).order_by("order")
             if is_own or not one.is_protected]  # fmt: skip
    initial = {"place": place, "kind": request.GET.get("kind") or first}
    form = RequestForm(request.POST or None, request.FILES or None, kinds=kinds, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _send(request, form, student, unit)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(
                    request, _("Sent as %(number)s. You will be told when it is answered.")
                    % {"number": made.number}
                )  # fmt: skip
                return redirect("casework:request", pk=made.pk)
    context = {
        "form": form, "student": student, "unit": unit, "is_own": is_own,
        "kinds": kinds, "chosen": form["kind"].value(),
        "class_name": _class_of(student) if student is not None and not is_own else "",
    }  # fmt: skip
    return render(request, "casework/request_form.html", context, status=status)


def _class_of(student: Student) -> str:
    stand = stands([student.pk], ("class",)).get(student.pk)
    return stand.class_name if stand else ""


def _send(
    request: HttpRequest, form: RequestForm, student: Student | None, unit: Unit | None
) -> Request:
    data = form.cleaned_data
    return send_request(
        actor=request.user,  # type: ignore[arg-type]
        kind=form.kind_chosen(), text=data["text"], place=data["place"], unit=unit,
        student=student, about=form.about_chosen(), files=data["files"],
        client_key=data["client_key"],
    )  # fmt: skip


@login_required
@require_GET
def request_board(request: HttpRequest) -> HttpResponse:
    """The public board: four rates by office, kind and month; open to every account."""
    shown = board()
    names = {"offices": _("By office"), "kinds": _("By kind"), "months": _("By month sent")}
    tables = [{"title": names[key], "rows": rows} for key, rows in shown.parts.items()]
    whole = list(zip(labels(), shown.all.rates, strict=True)) if shown.all else []
    context = {
        "board": shown,
        "whole": whole,
        "tables": tables,
        "labels": labels(),
        "day": timezone.localdate(),
    }
    return render(request, "casework/request_board.html", context)
