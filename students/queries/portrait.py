"""What the portrait shows: places over time, results by term, who looks after the student."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cohorts.access import in_force
from cohorts.models import Appointment
from portal.core.ui.dates import format_day
from students.access import standing
from students.enums import AttemptKind, Tree
from students.models import CourseResult, Placement, StudentLink


def places_over_time(
    user: Any, student_id: int, action: str = "see_record"
) -> list[dict[str, Any]]:
    """Every placement, the newest first; ``until`` is the last day."""
    rows = (
        Placement.objects.restrict(user, action, student_id=student_id)
        .order_by("-since", "tree")
        .values_list("tree", "unit__name", "unit__parent__name", "since", "until")
    )
    words = dict(Tree.choices)
    return [
        {
            "tree": words.get(tree, tree),
            "unit": unit,
            "parent": parent or "",
            "since": format_day(since, "full"),
            "until": format_day(until, "full") if until else "",
        }
        for tree, unit, parent, since, until in rows
    ]


def plain(number: Decimal) -> str:
    """3 and 2.5, never 3.0 or 1E+1."""
    return f"{number.normalize():f}"


@dataclass
class TermResults:
    """One term: its rows, credits earned and the credit-weighted average of first sittings."""

    term: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    earned: Decimal = Decimal(0)
    points: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)
    failed: int = 0

    @property
    def earned_words(self) -> str:
        return plain(self.earned)

    @property
    def average(self) -> str:
        """学分绩 = Σ(score × credit) ÷ Σ credit (rulebook 6.4), one decimal."""
        return f"{self.points / self.weight:.1f}" if self.weight else "—"


def results_by_term(user: Any, student_id: int, action: str = "see_results") -> list[TermResults]:
    """Every attempt, grouped by term, the newest first; one query."""
    rows = (
        CourseResult.objects.restrict(user, action, student_id=student_id)
        .order_by("-term__starts_on", "course__code", "sequence")
        .values_list(
            "term_id", "course__name", "credits", "grade", "score", "passed", "attempt",
            "is_required",
        )
    )  # fmt: skip
    attempts = dict(AttemptKind.choices)
    terms: dict[str, TermResults] = {}
    for term, course, credits, grade, score, passed, attempt, is_required in rows:
        block = terms.setdefault(term, TermResults(term))
        if passed:
            block.earned += credits
        elif passed is False:
            block.failed += 1
        if score is not None and attempt == AttemptKind.FIRST:
            block.points += score * credits
            block.weight += credits
        block.rows.append(
            {
                "course": course,
                "credits": plain(credits),
                "grade": grade,
                "passed": passed,
                "attempt": "" if attempt == AttemptKind.FIRST else attempts.get(attempt, attempt),
                "is_required": is_required,
            }
        )
    return list(terms.values())


# Posts that look after a student directly, in the order in which they are named.
CARE_ROLES = ("counsellor", "class_adviser")


def staff_of(student_id: int) -> list[dict[str, str]]:
    """Counsellor, class adviser and linked people of today with their work telephone."""
    today = timezone.localdate()
    places = Placement.objects.filter(standing(today), student_id=student_id)
    posts = (
        Appointment.objects.in_force(today)
        .filter(
            role__code__in=CARE_ROLES,
            unit__below__descendant_id__in=places.values("unit_id"),
        )
        .order_by("role__order", "starts_on", "person__pinyin")
        .values_list("role__name", "person__name", "unit__name", "person__phone")
        .distinct()
    )
    links = (
        StudentLink.objects.filter(in_force(today), student_id=student_id)
        .order_by("kind__code", "starts_on")
        .values_list("kind__name", "person__name", "person__title", "person__phone")
    )
    return [
        {"role": role, "name": name, "note": note, "phone": phone}
        for role, name, note, phone in [*posts, *links]
    ]
