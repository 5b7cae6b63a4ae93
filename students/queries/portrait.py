"""What the portrait shows: places over time, results by term, who looks after the student."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from portal.core.rows import fetch
from portal.core.ui.dates import format_day
from students.enums import AttemptKind, Tree
from students.models import CourseResult, Placement


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


# Posts that look after a student directly, in the order in which they are named; then links.
CARE_ROLES = ["counsellor", "class_adviser"]
_STAFF = """
    SELECT role, name, phone FROM (
        SELECT DISTINCT 1 AS part, r."order" AS place, r.name AS role, p.name, p.phone, p.pinyin
          FROM students_placement s JOIN cohorts_unittree t ON t.descendant_id = s.unit_id
          JOIN cohorts_appointment a ON a.unit_id = t.ancestor_id
          JOIN cohorts_role r ON r.id = a.role_id JOIN core_user p ON p.id = a.person_id
         WHERE s.student_id = %(student)s AND s.since <= %(day)s
           AND (s.until IS NULL OR s.until >= %(day)s) AND r.code = ANY(%(roles)s::text[])
           AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
           AND a.revoked_at IS NULL
         UNION ALL
        SELECT 2, 0, k.name, p.name, p.phone, p.pinyin
          FROM students_studentlink l JOIN cohorts_linkkind k ON k.id = l.kind_id
          JOIN core_user p ON p.id = l.person_id
         WHERE l.student_id = %(student)s AND l.starts_on <= %(day)s
           AND (l.ends_on IS NULL OR l.ends_on >= %(day)s) AND l.revoked_at IS NULL
    ) found ORDER BY part, place, role, pinyin
"""


def staff_of(student_id: int) -> list[dict[str, str]]:
    """Counsellor, class adviser and linked people of today with their work telephone."""
    day = timezone.localdate()
    rows = fetch(_STAFF, {"student": student_id, "day": day, "roles": CARE_ROLES})
    return [{"role": role, "name": name, "phone": phone} for role, name, phone in rows]
