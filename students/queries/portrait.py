"""What the portrait shows: results by term, who looks after the student."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portal.core.access import rows_within
from portal.core.asks import Ask, Rows
from portal.core.ui.words import choice_words
from students.access import unit_ids_of
from students.enums import AttemptKind
from students.models import CourseResult


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
    def average(self) -> str:
        """学分绩 = Σ(score × credit) ÷ Σ credit (rulebook 6.4), one decimal."""
        return f"{self.points / self.weight:.1f}" if self.weight else "—"

    @property
    def summary(self) -> str:
        return _("%(n)s results, %(earned)s credits earned, average %(average)s") % {
            "n": len(self.rows), "earned": plain(self.earned), "average": self.average,
        }  # fmt: skip

    @property
    def failed_words(self) -> str:
        return _("%(n)s failed") % {"n": self.failed} if self.failed else ""


_RESULTS = """
    SELECT json_build_array(r.term_id, c.name, r.credits::text, r.grade, r.score::text, r.passed,
                            r.attempt, r.is_required)
      FROM students_courseresult r JOIN students_course c ON c.id = r.course_id
      JOIN cohorts_term t ON t.code = r.term_id
     WHERE r.student_id = %(student)s AND {seen}
     ORDER BY t.starts_on DESC, c.code, r.sequence
"""


def results_asked(user: Any, student_id: int, action: str = "see_results") -> Ask | None:
    """For ``results_by_term``; None where ``user`` may see none."""
    seen = rows_within(CourseResult, user, action, "r", student_id=student_id)
    return Ask(_RESULTS.replace("{seen}", seen.sql), seen.params) if seen else None


def results_by_term(rows: Rows) -> list[TermResults]:
    """Every attempt, grouped by term, the newest first."""
    attempts = choice_words(AttemptKind)
    elective = _("elective")
    numbers: dict[str, tuple[Decimal, str]] = {}
    terms: dict[str, TermResults] = {}
    for term, course, credit_text, grade, score, passed, attempt, is_required in rows:
        if credit_text not in numbers:
            numbers[credit_text] = Decimal(credit_text), plain(Decimal(credit_text))
        credits, credit_words = numbers[credit_text]
        block = terms.get(term) or terms.setdefault(term, TermResults(term))
        is_first = attempt == AttemptKind.FIRST
        if passed:
            block.earned += credits
        elif passed is False:
            block.failed += 1
        if score is not None and is_first:
            block.points += Decimal(score) * credits
            block.weight += credits
        kind = "" if is_required else elective
        block.rows.append(
            {
                "course": course,
                "credits": credit_words,
                "grade": grade,
                "css": " p-text-late" if passed is False else "",
                "kind": kind if is_first else attempts.get(attempt, attempt),
            }
        )
    return list(terms.values())


# Posts that look after a student directly, in the order in which they are named; then links.
CARE_ROLES = ["counsellor", "class_adviser"]
_STAFF = """
    SELECT json_build_array(role, name, phone) FROM (
        SELECT DISTINCT 1 AS part, r."order" AS place, r.name AS role, p.name, p.phone, p.pinyin
          FROM cohorts_unittree t JOIN cohorts_appointment a ON a.unit_id = t.ancestor_id
          JOIN cohorts_role r ON r.id = a.role_id JOIN core_user p ON p.id = a.person_id
         WHERE t.descendant_id = ANY(%(units)s::bigint[]) AND r.code = ANY(%(roles)s::text[])
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


def staff_asked(student_id: int) -> Ask:
    """For ``staff_of``; shares ``student`` and ``day`` with the page."""
    return Ask(_STAFF, {"units": unit_ids_of(student_id), "roles": CARE_ROLES})


def staff_of(rows: Rows) -> list[dict[str, str]]:
    """Counsellor, class adviser and linked people of today with their work telephone."""
    return [{"role": role, "name": name, "phone": phone} for role, name, phone in rows]
