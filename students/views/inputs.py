"""Questions to teachers: asked from the picture, answered on a page with one form."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cohorts.forms.people import suggested_people
from portal.core.errors import DomainError
from students.access import unit_ids_of
from students.domain.inputs import answer_input, ask_teacher
from students.forms.inputs import AnswerForm, AskForm
from students.input_access import ANSWER, keeps_record
from students.models import Student, TeacherInput


@login_required
@require_http_methods(["GET", "POST"])
def input_ask(request: HttpRequest, student_no: str) -> HttpResponse:
    """A question about one student, for whoever keeps the record."""
    student = Student.objects.get_for(request.user, "see_record", student_no=student_no)
    if not keeps_record(request.user, student.pk):  # type: ignore[arg-type]
        raise PermissionDenied(_("None of your posts lets you ask teachers about this student."))
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ask_teacher(actor=request.user, student=student, **form.cleaned_data)  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The teacher was asked and has a notice with the link."))
            return redirect("students:picture", student_no)
    people = suggested_people(request.user, unit_ids_of(student.pk))
    context = {"form": form, "student": student, "people": people}
    return render(request, "students/input_ask.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def input_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Name and question, and one form; nothing else of the student. Gone once answered."""
    row = get_object_or_404(TeacherInput.objects.restrict(request.user, ANSWER), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            answer_input(actor=request.user, row=row, words=form.words())  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. Your words stand in the student's record."))
            return redirect("cohorts:tasks")
    context = {"form": form, "row": row, "name": row.student.name, "asker": row.asked_by.name}
    return render(
        request, "students/input_answer.html", context, status=422 if form.errors else 200
    )
