"""Opening masked particulars of a student, one by one (rulebook 8.3)."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.core.errors import DomainError
from students.domain.particulars import unmask
from students.fields import FIELDS, may_see_field
from students.models import Student
from students.queries.particulars import particular
from students.views.portrait import portrait_context


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What do you need it for"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say in a few words what you need it for.")},
    )


@login_required
@require_http_methods(["GET", "POST"])
def open_field(request: HttpRequest, student_no: str, field: str) -> HttpResponse:
    """GET asks for the reason; POST shows the value on this one page and nowhere else.

    With htmx both are fragments in place of the masked value; without script, whole pages.
    """
    student = Student.objects.get_for(request.user, "see_card", student_no=student_no)
    if field not in FIELDS:
        raise Http404
    if may_see_field(request.user, student.pk, field) != "clear":  # type: ignore[arg-type]
        raise PermissionDenied(_("None of your posts opens this particular of the student."))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (form.is_valid() or not FIELDS[field].needs_reason):
        try:
            value = unmask(
                actor=request.user, student=student, field=field,
                reason=form.cleaned_data.get("reason", ""),
            )  # fmt: skip
        except DomainError as error:
            form.add_error("reason", str(error))
        else:
            return _shown(request, student, field, value)
    return _asked(request, student, field, form)


def _shown(request: HttpRequest, student: Student, field: str, value: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        shown = particular(student, field, True, value)
        return render(request, "students/_particular.html", {"p": shown})
    context = portrait_context(request, student, {field: value})
    return render(request, "students/portrait.html", context)


def _asked(request: HttpRequest, student: Student, field: str, form: ReasonForm) -> HttpResponse:
    """The reason form; 422 when it came back without one."""
    is_htmx = bool(request.headers.get("HX-Request"))
    context = {"form": form, "p": particular(student, field, True), "student": student}
    template = "students/_unmask.html" if is_htmx else "students/unmask.html"
    status = 422 if request.method == "POST" and not is_htmx else 200
    return render(request, template, context, status=status)
