"""Crises: raising an alarm in two taps, the list, the page of the night."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from casework.domain.crises import open_crisis
from casework.forms_crisis import AlarmForm
from casework.models import Crisis
from casework.queries.call_list import general_numbers
from casework.queries.crises import crises, follows, lines, running, student_named
from casework.queries.crisis_figures import crisis_counts
from casework.queries.quick_log import alarm_picks
from casework.sealed_access import CLEARED
from students.access import own_student_id
from students.models import Student
from students.queries.lookup import typed
from students.views.listing import page_of


def staff_only(request: HttpRequest) -> None:
    """An alarm is raised by staff; a student is told whom to call."""
    if own_student_id(request.user) is not None:  # type: ignore[arg-type]
        raise PermissionDenied(
            _("Call your counsellor, 12356 or 120; alarms in the portal are raised by staff.")
        )


@login_required
@require_GET
def crisis_list(request: HttpRequest) -> HttpResponse:
    """What the reader may follow, running ones first; for leaders the counts alone."""
    staff_only(request)
    now = timezone.now()
    page = page_of(request, crises(request.user).filter(handed_at__isnull=False))
    context = {
        "running": lines(running(request.user), now),
        "past": lines(page, now),
        "page": page,
        "counts": crisis_counts(request.user, now),
    }
    return render(request, "casework/crises.html", context)


@login_required
def alarm(request: HttpRequest) -> HttpResponse:
    """GET: choose the student and press. POST: the alarm runs; again: the same one."""
    staff_only(request)
    text = typed(request.POST.get("q") or request.GET.get("q"))
    chosen = _chosen(request, request.GET.get("student", ""))
    if request.method != "POST":
        return _page(request, AlarmForm(), chosen, text)
    form = AlarmForm(request.POST)
    if not form.is_valid():
        return _page(request, form, chosen, text, 422)
    data = form.cleaned_data
    student = _chosen(request, data["student"])
    is_named = student is None
    if student is None:
        student = student_named(data["number"], data["name"])
    if student is None:
        form.add_error(None, _("No student has this number and this name. Check both, and call the "
                               "numbers below meanwhile."))  # fmt: skip
        return _page(request, form, None, text, 422)
    crisis = open_crisis(
        actor=request.user, student=student, is_with_student=data["is_with"],  # type: ignore[arg-type]
        place=data["place"], words=data["words"], client_key=data["client_key"],
        is_named=is_named,
    )  # fmt: skip
    return _opened(request, crisis)


def _opened(request: HttpRequest, crisis: Crisis) -> HttpResponse:
    messages.success(request, _("The alarm is out. Everybody on the call list was told; call them, "
                                "and do not leave the student alone."))  # fmt: skip
    # Whoever is kept out of the case has helped by this, and learns no more.
    is_open_to = follows(request.user, crisis)
    return redirect("casework:crisis", pk=crisis.pk) if is_open_to else redirect("/")


def _chosen(request: HttpRequest, number: str) -> Student | None:
    """The student of this number for whom the reader may raise an alarm; 404 for any other."""
    number = number.replace("\x00", "")[:20]
    if not number:
        return None
    for action in ("see_card", CLEARED):
        mine = Student.objects.restrict(request.user, action)
        student: Student | None = mine.filter(student_no=number).first()
        if student is not None:
            return student
    raise Http404


def _page(
    request: HttpRequest, form: AlarmForm, student: Student | None, text: str, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "student": student,
        "q": text,
        "people": [] if student else alarm_picks(request.user, text),
        "numbers": general_numbers(),
        "client_key": form.data.get("client_key") or uuid.uuid4(),
        "is_named": bool(form.errors),
    }
    return render(request, "casework/alarm.html", context, status=status)


@login_required
@require_GET
def alarm_pick(request: HttpRequest) -> HttpResponse:
    """Typeahead of the alarm: students whose card the reader sees, a button beside each."""
    staff_only(request)
    people = alarm_picks(request.user, typed(request.GET.get("q")))
    context = {"people": people, "client_key": uuid.uuid4(), "q": request.GET.get("q", "")}
    return render(request, "casework/_alarm_picks.html", context)
