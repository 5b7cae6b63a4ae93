"""Pages of orders about students: one student, a list to divide or to see off, what lies ahead."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cohorts.domain.rehearsal import rehearse
from portal.core.access import reaches_any
from portal.core.errors import DomainError, StaleError
from portal.core.sheets import SheetError
from students.domain.movement import (
    allocate_majors,
    leave_university,
    return_to_study,
    take_leave,
    transfer,
)
from students.domain.movement_checks import ACTION
from students.domain.withdrawals import withdraw_movement
from students.enums import StudentStatus
from students.forms.movement import BulkForm, LeavingForm, MoveForm, SplitForm
from students.models import Movement, Student
from students.queries.movement_plans import Plan, leaving_plan, split_plan
from students.queries.movements import lines, movements
from students.queries.standing import Stand, stands
from students.views.listing import page_of


def _check_door(request: HttpRequest) -> None:
    if not reaches_any(Student, request.user, ACTION):
        raise PermissionDenied(_("None of your posts lets you move students."))


@login_required
@require_GET
def movement_list(request: HttpRequest) -> HttpResponse:
    """Orders that lie ahead and those in force, of the students one may move."""
    _check_door(request)
    is_planned = request.GET.get("show") != "done"
    page = page_of(request, movements(request.user, planned=is_planned))
    rows = lines(page.object_list)
    return render(
        request, "students/movements.html", {"page": page, "rows": rows, "is_planned": is_planned}
    )


@login_required
@require_http_methods(["GET", "POST"])
def move_student(request: HttpRequest, student_no: str) -> HttpResponse:
    """Transfer, leave or return of one student."""
    student = Student.objects.get_for(request.user, ACTION, student_no=student_no)
    what = request.GET.get("what", "transfer")
    sent = request.POST if request.method == "POST" else None
    form = MoveForm(sent, user=request.user, initial={"what": what})
    if request.method == "POST" and form.is_valid():
        try:
            _move(request.user, student, form)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The order was entered."))
            return redirect("students:movements")
    place = stands([student.pk], ("class", "academy", "room")).get(student.pk, Stand())
    status = 422 if form.is_bound else 200
    context = {"form": form, "student": student, "place": place}
    return render(request, "students/move.html", context, status=status)


def _move(user: Any, student: Student, form: MoveForm) -> None:
    data, order = form.cleaned_data, form.order()
    if data["what"] == "leave":
        take_leave(
            actor=user, student=student, order=order, expected_on=data["expected_on"],
            keep_room=data["keep_room"],
        )  # fmt: skip
    elif data["what"] == "return":
        return_to_study(actor=user, student=student, order=order, units=form.units())
    else:
        transfer(actor=user, student=student, units=form.units(), order=order, major=data["major"])


@login_required
@require_http_methods(["GET", "POST"])
def split_majors(request: HttpRequest) -> HttpResponse:
    """大类分流: a list of number, class and major; preview, then all or nothing."""

    def plan_of(form: BulkForm) -> Plan:
        return split_plan(request.user, form.cleaned_data["rows"], form.cleaned_data["file"])

    def apply(form: BulkForm, plan: Plan) -> int:
        made = allocate_majors(actor=request.user, goals=plan.goals, order=form.order())
        return len(made)

    title = _("Major allocation")
    return _bulk(request, SplitForm, title, _("Columns: 学号, 班级, 专业."), plan_of, apply)


@login_required
@require_http_methods(["GET", "POST"])
def graduation(request: HttpRequest) -> HttpResponse:
    """Graduation and other leaving of many: preview, then all or nothing."""

    def plan_of(form: BulkForm) -> Plan:
        data = form.cleaned_data
        words = str(StudentStatus(data["status"]).label)
        return leaving_plan(request.user, data["rows"], data["file"], data["unit"], words)

    def apply(form: BulkForm, plan: Plan) -> int:
        status = StudentStatus(form.cleaned_data["status"])
        return leave_university(
            actor=request.user, student_ids=list(plan.goals), order=form.order(), status=status
        )

    title = _("Graduation and leaving")
    note = _("Placements and links end, accounts of students open nothing from that day.")
    return _bulk(request, LeavingForm, title, note, plan_of, apply)


def _bulk(
    request: HttpRequest,
    form_class: type[BulkForm],
    title: str,
    note: str,
    plan_of: Callable[[BulkForm], Plan],
    apply: Callable[[BulkForm, Plan], int],
) -> HttpResponse:
    """Form → preview (the write itself, taken back) → write, if the preview still holds."""
    _check_door(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = form_class(*sent, user=request.user)
    plan, is_ready = None, False
    if request.method == "POST" and form.is_valid():
        try:
            plan = plan_of(form)
            if not plan.faults:
                is_ready = bool(plan.goals)
                if request.POST.get("step") == "apply":
                    return _apply(request, form, plan, apply)
                rehearse(lambda: apply(form, plan))
        except (DomainError, SheetError) as error:
            form.add_error(None, str(error))
            is_ready = False
    context = {
        "form": form, "plan": plan, "is_ready": is_ready, "title": title, "note": note,
        "shown": plan.rows[:200] if plan else [],
    }  # fmt: skip
    refused = form.is_bound and not is_ready
    return render(request, "students/bulk_move.html", context, status=422 if refused else 200)


def _apply(
    request: HttpRequest, form: BulkForm, plan: Plan, apply: Callable[[BulkForm, Plan], int]
) -> HttpResponse:
    if plan.seen != form.cleaned_data["seen"]:
        raise StaleError(_("Something changed since the preview. Look at it again and confirm."))
    done = apply(form, plan)
    words = ngettext("%(n)s student was moved.", "%(n)s students were moved.", done)
    messages.success(request, words % {"n": done})
    return redirect("students:movements")


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back an order that lies ahead."""
    movement = Movement.objects.get_for(request.user, ACTION, pk)
    try:
        withdraw_movement(actor=request.user, movement=movement)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The order was withdrawn."))
    return redirect("students:movements")
