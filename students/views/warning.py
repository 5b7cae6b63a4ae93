"""One warning: why, what follows, its papers; setting it aside."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.core import audit
from portal.core.access import reasons
from portal.core.asks import asked_panels
from portal.core.errors import DomainError
from portal.core.papers import WORD
from students.domain.warning_steps import finish_step
from students.domain.warnings import ACTION, confirm_warnings, set_aside
from students.exporters.warning_papers import TITLES, paper
from students.forms.warnings import AsideForm, StepForm
from students.models import AcademicWarning, Student
from students.queries.warning_file import warning_file
from students.study_enums import StepKind, WarningState


def _fetch(request: HttpRequest, pk: int) -> AcademicWarning:
    one: AcademicWarning = AcademicWarning.objects.get_for(request.user, "see_results", pk)
    return one


def _confirms(request: HttpRequest, one: AcademicWarning) -> bool:
    rows = AcademicWarning.objects.restrict(request.user, ACTION)
    return bool(rows.filter(pk=one.pk).exists())


@login_required
def warning_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One warning. POST with ``act``: confirm, step (with its number) or aside."""
    one = _fetch(request, pk)
    bound: dict[str, Any] = {}
    if request.method == "POST":
        bound = _act(request, one)
        if not bound:
            return redirect("students:warning", pk=pk)
        one = _fetch(request, pk)
    confirms = _confirms(request, one)
    file = warning_file(one)
    shown, _found = asked_panels("warning", request.user, one, {})
    is_standing = one.state in (WarningState.FOUND, WarningState.CONFIRMED)
    context = {
        "warning": one, "file": file, "confirms": confirms, "panels": shown,
        "why": "；".join(reason.text for reason in reasons(request.user, "see_results", one)),
        "may_confirm": confirms and one.state == WarningState.FOUND,
        "aside": bound.get("aside") or (AsideForm(initial={"version": one.version})
                                        if confirms and is_standing else None),
        "step_form": StepForm(), "step_bound": bound.get("step"),
        "step_pk": bound.get("pk"), "papers": list(TITLES.items()) if one.is_shown else [],
    }  # fmt: skip
    return render(request, "students/warning.html", context, status=422 if bound else 200)


def _act(request: HttpRequest, one: AcademicWarning) -> dict[str, Any]:
    """Do it; what the page needs to show the form again when it was refused."""
    act, actor = request.POST.get("act", ""), request.user
    try:
        if act == "confirm":
            done = confirm_warnings(actor=actor, ids=[one.pk])  # type: ignore[arg-type]
            messages.success(request, _("Confirmed. The tasks that follow have been given."))
            for note in done.notes:
                messages.info(request, note)
        elif act == "step":
            return _step(request, one)
        elif act == "aside":
            if not _confirms(request, one):
                raise PermissionDenied(_("None of your posts lets you confirm warnings."))
            form = AsideForm(request.POST)
            if not form.is_valid():
                return {"aside": form}
            try:
                set_aside(actor=actor, warning=one, **form.cleaned_data)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error(None, str(error))
                return {"aside": form}
            messages.success(request, _("Set aside, with the reason. Its open tasks have ended."))
    except DomainError as error:
        messages.error(request, str(error))
    return {}


def _step(request: HttpRequest, one: AcademicWarning) -> dict[str, Any]:
    number = request.POST.get("step", "")
    step = one.steps.filter(pk=int(number) if number.isdigit() and len(number) < 12 else 0).first()
    if step is None:
        raise Http404
    form = StepForm(request.POST)
    if form.is_valid():
        try:
            finish_step(actor=request.user, step=step, note=form.cleaned_data["note"])  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Recorded."))
            return {}
    return {"step": form, "pk": step.pk}


@login_required
@require_GET
def warning_paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Notice, talk record, family letter or plan of a confirmed warning as Word."""
    one = _fetch(request, pk)
    if kind not in StepKind.values or not one.is_shown:
        raise Http404
    return _answer(request, one, StepKind(kind))


@login_required
@require_GET
def my_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The notice that was addressed to the student."""
    one = AcademicWarning.objects.restrict(request.user, "see_own").filter(pk=pk).first()
    if one is None:
        raise Http404
    return _answer(request, one, StepKind.NOTICE)


def _answer(request: HttpRequest, one: AcademicWarning, kind: StepKind) -> HttpResponse:
    made = paper(warning_file(one), kind)
    audit.record(
        actor=request.user, action="print_warning", obj=one, kind=kind.value,  # type: ignore[arg-type]
        student=one.student_id,
    )  # fmt: skip
    answer = HttpResponse(made, content_type=WORD)
    student = Student.objects.only("student_no").get(pk=one.student_id)
    name = f"{TITLES[kind]}（{student.student_no}，{one.period}）.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
