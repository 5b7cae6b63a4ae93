"""Help for several students of the study analysis at once: an entry in the academic ledger with a
plan from its template, or a task for each where somebody may not write cases."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.domain.cases import open_case
from casework.domain.plans import StepDraft, make_plan
from casework.domain.rights import check_still, is_shut, still_allows
from casework.domain.warning_follow import CATEGORY
from casework.enums import Source
from casework.models import Case, CaseCategory, CaseLevel, LedgerEntry, Plan, PlanTemplate
from casework.queries.plans import proposal, template_for
from cohorts.domain.tasks import check_day, give_task, may_give_to
from cohorts.task_sources import TaskLine, TaskSource, register_source
from portal.core import audit
from portal.core.access import reached_keys
from portal.core.domain.bulk import BulkOutcome, each
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Course, Student

SOURCE = "study_help"
# Each of them is tried before it is done; more at once would keep somebody waiting.
MOST = 50


def _check_number(students: Sequence[Student]) -> None:
    if len(students) > MOST:
        raise DomainError(_("At most %(n)s students at once. Choose fewer.") % {"n": MOST})


@transaction.atomic
def plan_help(
    *, actor: User, students: Sequence[Student], level: CaseLevel, words: str, due_on: dt.date,
    course: Course | None = None, person: User | None = None, is_trial: bool = False,
) -> BulkOutcome:  # fmt: skip
    """Enter each of ``students`` in the academic ledger, or join the open case, and make the plan
    of the template where there is none. ``person``, the teacher of the course for example, gets a
    step of his own due ``due_on`` and a seat with it.

    Students for whom the actor may not write cases, and those who stand there with a plan already,
    are refused one by one. ``is_trial``: what would happen; nothing is written. Raises DomainError
    for too many, a day that makes no sense, or without the academic category.
    """
    _check_number(students)
    check_day(due_on)
    category = CaseCategory.objects.filter(pk=CATEGORY, is_used=True).first()
    if category is None:
        raise DomainError(_("The academic ledger is not in use."))

    def help_one(student: Student) -> None:
        case = _entered(actor, student, category, level, words)
        if case is not None and not Plan.objects.filter(case=case).exists():
            _plan(actor, case, words, due_on, course, person)

    outcome = each(students, help_one, is_trial)
    if outcome.done and not is_trial:
        audit.record_many(
            actor=actor, action="plan_help", model=Student, ids=outcome.done, level=level.pk,
            course=course.pk if course else None,
        )  # fmt: skip
    return outcome


def _entered(
    actor: User, student: Student, category: CaseCategory, level: CaseLevel, words: str
) -> Case | None:
    """The open case with its academic entry; None for one from which the actor is locked out:
    then nothing is done, and nothing is told."""
    case: Case | None = Case.objects.filter(student=student, closed_at=None).first()
    if case is not None and is_shut(actor, case):
        return None
    entries = LedgerEntry.objects.filter(case=case, category=category, left_at=None)
    if case is not None and entries.exists():
        check_still(actor, case, "write_case")
        if Plan.objects.filter(case=case).exists():
            raise DomainError(_("Stands in the academic ledger with a plan already."))
        return case
    check_still(actor, student, "write_case")
    return open_case(
        actor=actor, student=student, category=category, level=level, reason=words,
        source=Source.RULE, owner=actor if case is None else None,
    )  # fmt: skip


def _plan(
    actor: User, case: Case, words: str, due_on: dt.date, course: Course | None,
    person: User | None,
) -> None:  # fmt: skip
    template = PlanTemplate.objects.filter(
        is_used=True, category=CATEGORY, level=case.level_id
    ).first() or template_for(case)
    proposed = proposal(case, template)
    steps = _steps(actor, case, proposed["steps"])
    if person is not None or not steps:
        text = _("Tutoring: %(course)s") % {"course": course.name} if course else words
        steps.append(StepDraft(text, person or actor, due_on))
    fields = dict(proposed["fields"])
    days = [dt.date.fromisoformat(day) for day in fields.pop("check_dates").split("，") if day]
    fields["goal"] = fields["goal"] or words
    make_plan(
        actor=actor, case=case, steps=steps, check_dates=days, template=template,
        seat_owners=person is not None, **fields,
    )  # fmt: skip


def _steps(actor: User, case: Case, proposed: list[dict[str, Any]]) -> list[StepDraft]:
    """Whoever is proposed and may see the case gets the step; the others' come to the actor."""
    ids = {int(one["owner"]) for one in proposed if one["owner"]}
    people = {
        pk: one for pk, one in User.objects.in_bulk(ids).items()
        if one.is_in_force() and still_allows(one, case, "see_case")
    }  # fmt: skip
    return [
        StepDraft(one["text"], people.get(int(one["owner"] or 0), actor), one["due_on"],
                  one["wanted"], one["counting"])
        for one in proposed
    ]  # fmt: skip


@transaction.atomic
def give_help_tasks(
    *, actor: User, students: Sequence[Student], words: str, due_on: dt.date,
    course: Course | None = None, person: User | None = None, is_trial: bool = False,
) -> BulkOutcome:  # fmt: skip
    """A task about each of ``students`` for ``person``, or for the actor: for those who see results
    and write no cases. The same person gets the same words about a student once.

    Refused one by one: students whose results actor or person may not see, and people to whom the
    actor gives no tasks. Raises DomainError for too many.
    """
    _check_number(students)
    owner = person or actor
    if not may_give_to(actor, owner, None):
        raise DomainError(
            _("You give tasks to yourself, and where a post of yours directs the staff."),
            code="denied",
        )

    def help_one(student: Student) -> None:
        check_still(actor, student, "see_results")
        give_task(
            actor=actor, source=SOURCE, source_id=student.pk, owner=owner, due_on=due_on,
            text=words, key=f"study:{student.pk}:{course.pk if course else 0}:{owner.pk}:{due_on}",
        )  # fmt: skip

    return each(students, help_one, is_trial)


def _lines(user: User, ids: Sequence[int]) -> Mapping[int, TaskLine]:
    mine = Student.objects.restrict(user, "see_results").filter(pk__in=list(ids))
    return {
        pk: TaskLine(_("%(name)s: help with studies") % {"name": name},
                     reverse("students:study", args=[number]))
        for pk, name, number in mine.values_list("pk", "name", "student_no")
    }  # fmt: skip


def _can_act(person: User, ids: Collection[int]) -> set[int]:
    mine = Student.objects.restrict(person, "see_results").filter(pk__in=list(ids))
    return set(mine.values_list("pk", flat=True))


def _reach(user: User, action: str) -> "QuerySet[Any] | None":
    right = {"see_task": "see_results", "direct_task": "manage_case"}.get(action, "")
    return reached_keys(Student, user, right) if right else None


register_source(
    TaskSource(
        SOURCE, gettext_lazy("help with studies"), "analysis", lines=_lines, can_act=_can_act,
        reach=_reach,
    )
)  # fmt: skip
