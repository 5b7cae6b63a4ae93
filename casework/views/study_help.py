"""Planning help for students chosen in the study analysis: preview, then the act."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from casework.domain.study_help import MOST, give_help_tasks, plan_help
from casework.forms_study import PLAN, StudyHelpForm
from cohorts.access import held_units
from cohorts.forms.people import suggested_people
from portal.core.access import reaches_any
from portal.core.domain.bulk import BulkOutcome
from portal.core.errors import DomainError
from students.models import Course, Student
from students.queries.standing import stands


@login_required
@require_POST
def study_help(request: HttpRequest) -> HttpResponse:
    """The chosen ones among those whose results this person may see; ``step=try`` shows what
    would happen, ``step=do`` does it."""
    user: Any = request.user
    if not reaches_any(Student, user, "see_results"):
        raise PermissionDenied(_("None of your posts shows the results of students."))
    typed = request.POST.getlist("selected")[: MOST + 1]
    ids = [int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 19]
    mine = Student.objects.restrict(user, "see_results").filter(pk__in=ids)
    students = list(mine.order_by("pinyin", "pk"))
    if ids and not students:
        raise Http404
    if not students:
        messages.error(request, _("Choose the students first."))
        return redirect("students:analysis")
    course = _course(request)
    # A plan is offered where it is possible for one of those chosen.
    may_plan = Student.objects.restrict(user, "write_case").filter(pk__in=ids).exists()
    step = request.POST.get("step", "")
    form = StudyHelpForm(
        request.POST if step else None, may_plan=may_plan,
        initial=StudyHelpForm.first(may_plan, _first_words(request, course)),
    )  # fmt: skip
    outcome = None
    if step and form.is_valid():
        try:
            outcome = _act(user, students, course, form.cleaned_data, is_trial=step != "do")
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if step == "do":
                return _done(request, form.cleaned_data["way"], outcome)
    return _shown(request, form, students, course, outcome)


def _act(
    user: Any,
    students: list[Student],
    course: Course | None,
    data: dict[str, Any],
    *,
    is_trial: bool,
) -> BulkOutcome:
    common = {"actor": user, "students": students, "course": course, "is_trial": is_trial,
              "words": data["words"], "due_on": data["due_on"], "person": data["person"]}  # fmt: skip
    if data["way"] == PLAN:
        if data["level"] is None:
            raise DomainError(_("Choose the level."))
        return plan_help(level=data["level"], **common)
    return give_help_tasks(**common)


def _course(request: HttpRequest) -> Course | None:
    text = request.POST.get("course", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 12
    return Course.objects.filter(pk=int(text)).first() if is_number else None


def _first_words(request: HttpRequest, course: Course | None) -> str:
    term = request.POST.get("term", "")[:11]
    if course is not None:
        return _("%(course)s, %(term)s: failed or weak; arrange help") % {
            "course": course.name, "term": term,
        }  # fmt: skip
    return _("Results of %(term)s: arrange help") % {"term": term}


def _shown(
    request: HttpRequest, form: Any, students: list[Student], course: Course | None,
    outcome: BulkOutcome | None,
) -> HttpResponse:  # fmt: skip
    places = stands([one.pk for one in students], ("class",))
    refused = outcome.refused if outcome else {}
    lines = [
        {"student": one, "class_name": places[one.pk].class_name if one.pk in places else "—",
         "why": refused.get(one.pk, "")}
        for one in students
    ]  # fmt: skip
    units = list(held_units(request.user, "see_results"))  # type: ignore[arg-type]
    context = {
        "form": form, "lines": lines, "outcome": outcome, "course": course,
        "term": request.POST.get("term", "")[:11], "back": reverse("students:analysis"),
        "people": suggested_people(request.user, units[:200]),
    }  # fmt: skip
    return render(request, "casework/study_help.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, way: str, outcome: BulkOutcome) -> HttpResponse:
    if outcome.done:
        number = len(outcome.done)
        words = ngettext(
            "Help planned for %(n)s student.", "Help planned for %(n)s students.", number
        )
        messages.success(request, words % {"n": number})
    if outcome.refused:
        number = len(outcome.refused)
        words = ngettext("%(n)s student was left as he is.", "%(n)s students were left as they are.",
                         number)  # fmt: skip
        messages.error(request, words % {"n": number})
    if way == PLAN:
        return redirect("casework:ledger", "ACADEMIC")
    return redirect("cohorts:tasks")
