"""Family contacts, health and aid of one student: enter, correct, open, confirm, take out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.errors import DomainError
from students.domain.particulars import open_record
from students.domain.records import (
    KINDS,
    Kind,
    confirm_contact,
    end_contact,
    keep_record,
    may_write,
)
from students.fields import RECORD_LABELS
from students.forms.records import FORMS
from students.models import FamilyContact, Student
from students.queries.records import hidden, initial_of
from students.views.particulars import ReasonForm


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise Http404
    return KINDS[code]


def _writer(request: HttpRequest, student: Student, kind: Kind) -> None:
    if not may_write(request.user, student.pk, kind):  # type: ignore[arg-type]
        raise PermissionDenied(_("None of your posts lets you enter or correct this."))


@login_required
@require_http_methods(["GET", "POST"])
def new_record(request: HttpRequest, student_no: str, kind: str) -> HttpResponse:
    student = Student.objects.get_for(request.user, "see_card", student_no=student_no)
    wanted = _kind(kind)
    _writer(request, student, wanted)
    return _form(request, student, wanted, None, redirect("students:portrait", student_no))


@login_required
@require_http_methods(["GET", "POST"])
def edit_record(request: HttpRequest, student_no: str, kind: str, pk: int) -> HttpResponse:
    student = Student.objects.get_for(request.user, "see_card", student_no=student_no)
    wanted = _kind(kind)
    row = wanted.model.objects.get_for(request.user, wanted.sees, pk)
    _same(row, student)
    _writer(request, student, wanted)
    return _form(request, student, wanted, row, redirect("students:portrait", student_no))


def _same(row: Any, student: Student) -> None:
    if row.student_id != student.pk or getattr(row, "ended_at", None) is not None:
        raise Http404


def _form(
    request: HttpRequest,
    student: Student,
    kind: Kind,
    row: Any,
    done: HttpResponse,
    own: bool = False,
) -> HttpResponse:
    """The form; what was typed stays when a rule or another hand refuses it (422)."""
    made = FORMS[kind.code]
    initial = initial_of(row, made.base_fields) | {"version": row.version} if row else {}
    posted = request.POST if request.method == "POST" else None
    form = made(posted, is_new=row is None, initial=initial)
    if posted is not None and form.is_valid():
        try:
            keep_record(
                actor=request.user, student=student, kind=kind, values=form.values(),  # type: ignore[arg-type]
                pk=row.pk if row else None, version=form.cleaned_data["version"],
                client_key=form.cleaned_data["client_key"],
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return done
    context = {
        "form": form, "student": student, "title": RECORD_LABELS[kind.code], "back": done["Location"],
        "end": row if kind.code == "family" else None, "is_own": own,
    }  # fmt: skip
    return render(request, "students/record.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def open_one(request: HttpRequest, student_no: str, kind: str, pk: int) -> HttpResponse:
    """GET asks for the reason; POST shows the value on this answer and nowhere else."""
    student = Student.objects.get_for(request.user, "see_card", student_no=student_no)
    wanted = _kind(kind)
    row = wanted.model.objects.get_for(request.user, wanted.sees, pk)
    _same(row, student)
    shown = hidden(student, kind, pk, masked="", may_open=True)
    shown["label"] = RECORD_LABELS[kind]
    form = ReasonForm(request.POST if request.method == "POST" else None)
    is_htmx = bool(request.headers.get("HX-Request"))
    if request.method == "POST" and form.is_valid():
        try:
            value = open_record(
                actor=request.user, kind=wanted, row=row,  # type: ignore[arg-type]
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except DomainError as error:
            form.add_error("reason", str(error))
        else:
            shown |= {"text": value, "is_shown": True}
            page = "students/_particular.html" if is_htmx else "students/opened.html"
            return render(request, page, {"p": shown, "student": student})
    page = "students/_unmask.html" if is_htmx else "students/unmask.html"
    status = 422 if request.method == "POST" and not is_htmx else 200
    return render(request, page, {"form": form, "p": shown, "student": student}, status=status)


@login_required
@require_POST
def confirm_one(request: HttpRequest, student_no: str, kind: str, pk: int) -> HttpResponse:
    """Called and reached: who, and when."""
    student = Student.objects.get_for(request.user, "see_card", student_no=student_no)
    row = FamilyContact.objects.get_for(request.user, "see_contact", pk)
    _same(row, student)
    try:
        confirm_contact(actor=request.user, contact=row)  # type: ignore[arg-type]
        messages.success(request, _("Confirmed: you have reached this contact."))
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("students:portrait", student_no)


@login_required
@require_POST
def end_one(request: HttpRequest, student_no: str, kind: str, pk: int) -> HttpResponse:
    student = Student.objects.get_for(request.user, "see_card", student_no=student_no)
    row = FamilyContact.objects.get_for(request.user, "see_contact", pk)
    _same(row, student)
    _writer(request, student, KINDS["family"])
    return _end(request, row, redirect("students:portrait", student_no))


def _end(request: HttpRequest, row: FamilyContact, done: HttpResponse) -> HttpResponse:
    try:
        end_contact(actor=request.user, contact=row, reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
        messages.success(request, _("Taken out of the record."))
    except DomainError as error:
        messages.warning(request, str(error))
    return done


def _me(request: HttpRequest) -> Student:
    student: Student | None = Student.objects.restrict(request.user, "see_own").first()
    if student is None:
        raise Http404
    return student


@login_required
@require_http_methods(["GET", "POST"])
def my_contact_new(request: HttpRequest) -> HttpResponse:
    student = _me(request)
    return _form(request, student, KINDS["family"], None, redirect("students:my"), own=True)


@login_required
@require_http_methods(["GET", "POST"])
def my_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct one's own contact; ``?end`` takes it out."""
    student = _me(request)
    mine = FamilyContact.objects.restrict(request.user, "see_own")
    row = mine.filter(pk=pk, ended_at=None).first()
    if row is None:
        raise Http404
    if request.method == "POST" and "reason" in request.POST:
        return _end(request, row, redirect("students:my"))
    return _form(request, student, KINDS["family"], row, redirect("students:my"), own=True)
