"""One warning with everything its page and its papers say."""

from dataclasses import dataclass, field
from typing import Any

from cohorts.models import Task
from portal.core.rows import fetch
from students.models import AcademicWarning, WarningStep
from students.queries.averages import Averages, standing_of
from students.queries.portrait import plain
from students.queries.standing import Stand, stands
from students.study_enums import StepKind
from students.warning_rules import read_rules
from students.warning_words import explain, rule_words

SOURCE = "warning"


@dataclass
class StepLine:
    step: WarningStep
    owner: str = ""
    task: Task | None = None

    @property
    def is_open(self) -> bool:
        return self.step.done_at is None and self.step.dropped_at is None


@dataclass
class WarningFile:
    warning: AcademicWarning
    reasons: list[str]
    rule: str
    stand: Stand
    steps: list[StepLine] = field(default_factory=list)
    owed: list[dict[str, Any]] = field(default_factory=list)
    averages: Averages | None = None


# What is owed now: failed at least once and never passed.
_OWED = """
    SELECT c.name, max(r.credits), bool_or(r.is_required), count(*) FILTER (WHERE NOT r.passed),
           (array_agg(r.grade ORDER BY t.starts_on DESC, r.sequence DESC))[1],
           (array_agg(r.term_id ORDER BY t.starts_on DESC, r.sequence DESC))[1]
      FROM students_courseresult r JOIN students_course c ON c.id = r.course_id
      JOIN cohorts_term t ON t.code = r.term_id
     WHERE r.student_id = %s GROUP BY c.id, c.name
    HAVING bool_or(NOT r.passed) AND NOT coalesce(bool_or(r.passed), false)
     ORDER BY bool_or(r.is_required) DESC, max(r.credits) DESC, c.name
"""


def owed_courses(student_id: int) -> list[dict[str, Any]]:
    """Courses failed and not passed since, required ones first; the caller asked for the right."""
    return [
        {"course": name, "credits": plain(credits), "required": required, "times": times,
         "grade": grade, "term": term}
        for name, credits, required, times, grade, term in fetch(_OWED, [student_id])
    ]  # fmt: skip


def warning_file(warning: AcademicWarning) -> WarningFile:
    """Facts in words, steps with their owners, courses owed, averages and rank."""
    rules = read_rules(warning.rules.body)
    rule = rules.rule(warning.rule)
    steps = list(warning.steps.select_related("done_by"))
    tasks = {
        task.source_id: task
        for task in Task.objects.filter(source=SOURCE, source_id__in=[one.pk for one in steps])
        .select_related("owner", "unit").order_by("pk")
    }  # fmt: skip
    lines = []
    for step in sorted(steps, key=lambda one: list(StepKind).index(StepKind(one.kind))):
        task = tasks.get(step.pk)
        who = task.owner or task.unit if task else None
        lines.append(StepLine(step, who.name if who else "", task))
    owed = owed_courses(warning.student_id)
    return WarningFile(
        warning, explain(rules, warning.rule, warning.facts),
        rule_words(rule, rules) if rule else "",
        stands([warning.student_id], ("class", "academy")).get(warning.student_id, Stand()),
        lines, owed, standing_of(warning.student_id),
    )  # fmt: skip
