"""Programme plans of the invented school, and the warnings of the last term with results."""

import datetime as dt
from collections.abc import Iterator

from django.apps import apps
from django.db.models import F
from django.utils import timezone

from cohorts.models import Appointment, Task, Term
from portal.core.models import User
from students.domain.warning_runs import run_warnings
from students.domain.warning_sets import last_results_term
from students.domain.warning_steps import finish_step
from students.domain.warnings import confirm_warnings
from students.models import (
    AcademicWarning,
    CourseGroup,
    PlanCourse,
    Programme,
    WarningSet,
)
from students.study_enums import StepKind, WarningState

from .campus import Campus
from .load import copy_rows, first_id
from .results import Syllabus
from .timeline import Timeline

_GROUPS = (("公共必修课", "required"), ("专业必修课", "required"), ("选修课", "elective"))
# Colleges whose clerk has dealt with the gravest warnings already, and how many of them.
_CONFIRMED = 8
_SENT = 4


def load_plans(campus: Campus, syllabus: Syllabus, times: Timeline) -> None:
    """One plan for each major and entry year; of its electives three quarters have to be chosen."""
    plans = [(major, year) for major in campus.majors for year in times.entry_years]
    first = (first_id(Programme), first_id(CourseGroup), first_id(PlanCourse))
    copy_rows(
        Programme._meta.db_table, ("id", "major_id", "entry_year", "years", "credits"),
        ((first[0] + n, major.id, year, 4, 0) for n, (major, year) in enumerate(plans)),
    )  # fmt: skip
    groups, courses = [], []
    for n, (major, _year) in enumerate(plans):
        chosen = 0.0
        for term_no, listed in enumerate(syllabus.by_major[major.id], 1):
            for course in listed:
                place = 2 if not course.is_required else 0 if course.college is None else 1
                chosen += course.credits if place == 2 else 0
                courses.append((first[0] + n, first[1] + 3 * n + place, course.id, course.credits,
                                term_no))  # fmt: skip
        for place, (name, need) in enumerate(_GROUPS):
            wanted = int(chosen * 0.75) if need == "elective" else 0
            groups.append((first[1] + 3 * n + place, first[0] + n, name, need, wanted, 8,
                           10 * place))  # fmt: skip
    copy_rows(
        CourseGroup._meta.db_table,
        ("id", "programme_id", "name", "need", "credits", "due_term", "order"), groups,
    )  # fmt: skip
    copy_rows(
        PlanCourse._meta.db_table,
        ("id", "programme_id", "group_id", "course_id", "credits", "term_no"),
        _numbered(first[2], courses),
    )


def _numbered(first: int, rows: list[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    yield from ((first + n, *row) for n, row in enumerate(rows))


def seed_warnings() -> int:
    """Evaluate the rules for the terms with results; one clerk has confirmed the gravest and sent
    some notices. Through the domain, as people would; how many warnings there are."""
    term = last_results_term()
    if term is None:
        return 0
    WarningSet.objects.filter(family="generic", on_at=None).update(on_at=timezone.now())
    before = Term.objects.filter(starts_on__lt=term.starts_on).order_by("-starts_on").first()
    for one in (before, term):
        if one is not None:
            run_warnings(actor=None, term=one)
    clerk = _clerk()
    if clerk is not None:
        mine = AcademicWarning.objects.restrict(clerk, "confirm_warnings").filter(
            state=WarningState.FOUND, period=term.pk
        )
        chosen = list(mine.order_by("rank", "student_id").values_list("pk", flat=True)[:_CONFIRMED])
        begun = timezone.now()
        confirm_warnings(actor=clerk, ids=chosen)
        rows = AcademicWarning.objects.filter(pk__in=chosen[:_SENT]).order_by("pk")
        for warning in rows:
            for step in warning.steps.filter(kind=StepKind.NOTICE):
                finish_step(actor=clerk, step=step, note="通知单已当面送达，学生签收")
        _date_back(begun)
    return AcademicWarning.objects.count()


def _date_back(begun: dt.datetime) -> None:
    """What was written since ``begun`` bears the first minute of today: the same school each time."""
    morning = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    apps.get_model("casework", "LedgerEntry").objects.filter(entered_at__gte=begun).update(
        entered_at=morning
    )
    cases = apps.get_model("casework", "Case").objects
    cases.filter(reported_at__gte=begun).update(
        contact_due_at=F("contact_due_at") - F("reported_at") + morning, reported_at=morning
    )
    Task.objects.filter(given_at__gte=begun, done_at__gte=begun).update(done_at=morning)
    Task.objects.filter(given_at__gte=begun).update(given_at=morning)
    asked = apps.get_model("casework", "KeyRequest").objects.filter(asked_at__gte=begun)
    apps.get_model("casework", "KeyTurn").objects.filter(request__in=asked).update(at=morning)
    asked.update(due_at=F("due_at") - F("asked_at") + morning, asked_at=morning)


def _clerk() -> User | None:
    post = (
        Appointment.objects.in_force(timezone.localdate())
        .filter(role__code="clerk").select_related("person").order_by("unit__code", "pk").first()
    )  # fmt: skip
    return post.person if post else None
