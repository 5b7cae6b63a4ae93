"""One sealed file, its notes; the own notes of a counsellor; notes behind broken glass."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.domain.screenings import record_sheet
from casework.domain.sealed_files import give_advice, set_attention
from casework.domain.sealed_notes import DestroyReason, correct_note, destroy_note, write_note
from casework.models import Case, NoteKind, SealedFile, SealedNote
from casework.queries.centre_people import centre_people
from casework.queries.sealed import (
    bookings_of,
    former_versions,
    open_note,
    open_notes,
    open_screenings,
    own_advice,
)
from casework.sealed_access import CLEARED
from casework.sealed_forms import (
    AdviceForm,
    AttentionForm,
    CorrectForm,
    DestroyForm,
    NoteForm,
    SheetForm,
)
from casework.views.sealed_page import sealed_page
from portal.core import reads
from portal.core.access import reaches_one
from portal.core.errors import DomainError
from students.models import Student


def _file(request: HttpRequest, student_no: str) -> SealedFile:
    file: SealedFile = SealedFile.objects.get_for(
        request.user, CLEARED, student__student_no=student_no
    )
    reads.note(request.user, "read_sealed", file.student)
    return file


@sealed_page
@require_GET
def file_page(request: HttpRequest, student_no: str) -> HttpResponse:
    return _show(request, _file(request, student_no))


def _forms(file: SealedFile) -> dict[str, forms.Form]:
    return {
        "note_form": NoteForm(),
        "attention_form": AttentionForm(
            people=centre_people(),
            initial={"level": file.level_id, "next_on": file.next_on, "keeper": file.keeper_id,
                     "version": file.version},
        ),
        "advice_form": AdviceForm(
            initial={"advice_do": file.advice_do, "advice_dont": file.advice_dont,
                     "own": own_advice(file), "version": file.version},
        ),
        "sheet_form": SheetForm(),
    }  # fmt: skip


def _show(
    request: HttpRequest, file: SealedFile, status: int = 200, **other: forms.Form
) -> HttpResponse:
    """The whole page; a form that came back stands in the place of the fresh one."""
    page: dict[str, Any] = {
        "file": file,
        "student": file.student,
        "may_call": reaches_one(Student, request.user, "see_contact", file.student_id),
        "notes": open_notes(request.user, student_id=file.student_id),
        "screenings": open_screenings(request.user, file.student_id),
        "bookings": bookings_of(request.user, file.student_id),
        **_forms(file),
        **other,
    }
    return render(request, "sealed/file.html", page, status=status)


def _act(
    request: HttpRequest, student_no: str, name: str, form: forms.Form, file: SealedFile,
    save: Callable[[], Any], words: str,
) -> HttpResponse:  # fmt: skip
    status = 422
    if form.is_valid():
        try:
            save()
        except DomainError as error:
            form.add_error(None, str(error))
            status = 409 if error.code == "stale" else 422
        else:
            messages.success(request, words)
            return redirect("casework:sealed_file", student_no=student_no)
    return _show(request, file, status, **{name: form})


@sealed_page
@require_POST
def add_note(request: HttpRequest, student_no: str) -> HttpResponse:
    file = _file(request, student_no)
    form = NoteForm(request.POST)

    def save() -> None:
        data = form.cleaned_data
        write_note(
            actor=request.user, student=file.student, kind=NoteKind(data["kind"]),
            text=data["text"], at=data["at"], client_key=data["client_key"],
        )  # fmt: skip

    return _act(request, student_no, "note_form", form, file, save, _("The note is sealed."))


@sealed_page
@require_POST
def attention(request: HttpRequest, student_no: str) -> HttpResponse:
    file = _file(request, student_no)
    form = AttentionForm(request.POST, people=centre_people())

    def save() -> None:
        data = form.cleaned_data
        set_attention(
            actor=request.user, file=file, level=data["level"], next_on=data["next_on"],
            keeper=form.chosen(), version=data["version"],
        )  # fmt: skip

    return _act(request, student_no, "attention_form", form, file, save, _("Saved."))


@sealed_page
@require_POST
def advice(request: HttpRequest, student_no: str) -> HttpResponse:
    file = _file(request, student_no)
    form = AdviceForm(request.POST)

    def save() -> None:
        give_advice(actor=request.user, file=file, **form.cleaned_data)

    return _act(request, student_no, "advice_form", form, file, save, _("The advice is given."))


@sealed_page
@require_POST
def sheet(request: HttpRequest, student_no: str) -> HttpResponse:
    file = _file(request, student_no)
    form = SheetForm(request.POST)

    def save() -> None:
        record_sheet(actor=request.user, student=file.student, **form.cleaned_data)

    return _act(request, student_no, "sheet_form", form, file, save, _("The result is sealed."))


@sealed_page
@require_http_methods(["GET", "POST"])
def note_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One note with its former versions; the writer corrects it here."""
    note = SealedNote.objects.get_for(request.user, CLEARED, pk)
    reads.note(request.user, "read_sealed", note.student)
    is_own = note.author_id == request.user.pk
    form = CorrectForm(
        request.POST or None, initial={"text": open_note(note), "version": note.version}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                correct_note(actor=request.user, note=note, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, str(error))
                status = 409 if error.code == "stale" else 422
            else:
                messages.success(request, _("Corrected; the former words stay sealed."))
                return redirect("casework:sealed_note", pk=note.pk)
    is_cleared = reaches_one(Student, request.user, CLEARED, note.student_id)  # type: ignore[arg-type]
    page = {
        "note": note, "student": note.student, "text": open_note(note),
        "versions": former_versions(note), "form": form if is_own else None,
        "destroy_form": DestroyForm() if is_cleared else None,
    }  # fmt: skip
    return render(request, "sealed/note.html", page, status=status)


@sealed_page
@require_POST
def destroy(request: HttpRequest, pk: int) -> HttpResponse:
    note = SealedNote.objects.get_for(request.user, CLEARED, pk)
    student_no = note.student.student_no
    form = DestroyForm(request.POST)
    if not form.is_valid():
        return redirect("casework:sealed_note", pk=pk)
    destroy_note(actor=request.user, note=note, reason=DestroyReason(form.cleaned_data["reason"]))
    messages.success(request, _("The note is destroyed; its label stays in the audit trail."))
    return redirect("casework:sealed_file", student_no=student_no)


@sealed_page
@require_http_methods(["GET", "POST"])
def own_notes(request: HttpRequest, student_no: str) -> HttpResponse:
    """A counsellor's own sealed notes about a student, and a new one."""
    student = Student.objects.get_for(request.user, "log_sealed", student_no=student_no)
    reads.note(request.user, "read_sealed", student)
    form = NoteForm(request.POST or None, is_own=True)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                write_note(
                    actor=request.user, student=student, kind=NoteKind.TALK, text=data["text"],
                    at=data["at"], client_key=data["client_key"],
                )  # fmt: skip
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("The note is sealed."))
                return redirect("casework:sealed_own", student_no=student_no)
    notes = open_notes(request.user, student_id=student.pk, author=request.user)
    page = {"student": student, "notes": notes, "form": form}
    return render(request, "sealed/own.html", page, status=status)


@sealed_page
@require_GET
def case_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes of one case behind broken glass, for as long as it is open."""
    case = Case.objects.get_for(request.user, CLEARED, pk)
    notes = open_notes(request.user, case_id=case.pk)
    reads.note(request.user, "read_sealed", case.student)
    return render(request, "sealed/case_notes.html", {"case": case, "notes": notes})
