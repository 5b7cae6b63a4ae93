"""Listing a student, reviewing, closing, reopening, and looking again afterwards."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.domain.cases import open_case
from casework.domain.closing import ask_closing, reopen_case
from casework.domain.reviews import answer_feedback, record_after_check, record_review
from casework.enums import Outcome
from casework.forms_keys import (
    AfterForm,
    CloseForm,
    EntryForm,
    HelpedForm,
    ReopenForm,
    ReviewForm,
)
from casework.models import AfterCheck, Case, HelpFeedback
from casework.queries.after import check_items, open_checks
from casework.queries.closing import conditions
from casework.views.case_acts import _act, _case_url
from cohorts.models import Appointment
from portal.core.access import reaches_any
from portal.core.errors import DomainError
from portal.core.ui.dates import format_day
from students.models import Student


@login_required
def enter(request: HttpRequest, student_no: str) -> HttpResponse:
    """List one student: category, level, cause, source, what was noticed, who is responsible."""
    student = Student.objects.get_for(request.user, "write_case", student_no=student_no)
    form = EntryForm(request.POST or None, initial={"is_mine": _is_counsellor(request.user)})
    made: list[Case] = []

    def save() -> str:
        data = form.cleaned_data
        owner: Any = request.user if data.pop("is_mine") else None
        made.append(open_case(actor=request.user, student=student, owner=owner, **data))
        return _("%(name)s is listed; both sides are asked to confirm.") % {"name": student.name}

    back = reverse("students:portrait", args=[student.student_no])
    words = _("List %(name)s in a ledger") % {"name": student.name}
    answer = _act(request, form, save, words, back)
    return redirect("casework:case", pk=made[0].pk) if made else answer


def _is_counsellor(user: Any) -> bool:
    """Whoever looks after students day by day is proposed as the responsible person."""
    posts = Appointment.objects.in_force(timezone.localdate()).filter(person=user)
    return bool(posts.filter(role__code__in=("counsellor", "part_counsellor")).exists())


@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Record one review."""
    case = Case.objects.get_for(request.user, "write_case", pk)
    initial = {"held_on": timezone.localdate(), "level": case.level_id, "version": case.version}
    form = ReviewForm(request.POST or None, initial=initial)

    def save() -> str:
        kept = record_review(actor=request.user, case=case, **form.cleaned_data)
        return _("Review kept. The next one is due %(day)s.") % {"day": format_day(kept.next_on)}

    return _act(request, form, save, _("Record a review"), _case_url(case))


@login_required
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """The check list of the outcome chosen, and asking both sides to close."""
    case = Case.objects.get_for(request.user, "write_case", pk)
    outcome = request.POST.get("outcome") or request.GET.get("outcome") or Outcome.SOLVED
    initial = {"outcome": outcome, "version": case.version}
    form = CloseForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                ask_closing(actor=request.user, case=case, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, str(error))
                status = 409 if error.code in ("stale", "asked") else 422
            else:
                messages.success(request, _("Asked. The case closes when the last key is turned."))
                return redirect("casework:case", pk=case.pk)
    page = {
        "case": case,
        "form": form,
        "checks": conditions(case, outcome),
        "outcomes": [
            {"label": one.label, "url": f"?outcome={one.value}", "active": one.value == outcome}
            for one in Outcome
            if one != Outcome.UNFOUNDED
        ],
    }
    return render(request, "casework/close.html", page, status=status)


@login_required
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The next episode of a closed case."""
    case = Case.objects.get_for(request.user, "write_case", pk)
    initial = {"level": case.level_id, "is_mine": _is_counsellor(request.user)}
    form = ReopenForm(request.POST or None, initial=initial)
    made: list[Case] = []

    def save() -> str:
        data = form.cleaned_data
        owner: Any = request.user if data.pop("is_mine") else None
        made.append(reopen_case(actor=request.user, case=case, owner=owner, **data))
        return _("Opened again as episode %(n)s of the same file.") % {"n": made[0].episode}

    answer = _act(request, form, save, _("Open again"), _case_url(case))
    return redirect("casework:case", pk=made[0].pk) if made else answer


@login_required
@require_GET
def rechecks(request: HttpRequest) -> HttpResponse:
    """Closed cases that are to be looked at again, the longest due first."""
    if not reaches_any(Case, request.user, "see_case"):
        raise Http404
    found = open_checks(request.user)
    return render(request, "casework/rechecks.html", {"items": check_items(found)})


@login_required
def recheck(request: HttpRequest, pk: int) -> HttpResponse:
    """Was the student reached, and still fine?"""
    check = AfterCheck.objects.get_for(request.user, "write_case", pk)
    form = AfterForm(request.POST or None)

    def save() -> str:
        kept = record_after_check(actor=request.user, check=check, **form.cleaned_data)
        if kept.done_at is None:
            return _("Kept. The check comes back on %(day)s.") % {"day": format_day(kept.due_on)}
        if not kept.is_fine:
            return _("Kept. Not fine any more: open the case again from its page.")
        return _("Kept: still fine.")

    return _act(request, form, save, _("Check after closing"), _case_url(check.case))


@login_required
@require_POST
def my_word(request: HttpRequest) -> HttpResponse:
    """The student's own answer; nothing here names a case."""
    student = Student.objects.restrict(request.user, "see_own").first()
    if student is None:
        raise Http404
    feedback: Any = HelpFeedback.objects.filter(student=student, answered_at=None).first()
    form = HelpedForm(request.POST)
    if feedback is not None and form.is_valid():
        answer_feedback(actor=request.user, feedback=feedback, **form.cleaned_data)
        messages.success(request, _("Thank you. Your answer helps us to do better."))
    return redirect("students:my")
