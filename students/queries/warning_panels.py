"""Warnings on other pages: on the portrait, on the student's own page, beside the navigation."""

from typing import Any

from portal.core.access import reaches_any, rows_within
from portal.core.asks import Ask, Rows
from portal.core.rows import fetch, named
from students.models import AcademicWarning, Student
from students.study_enums import WarningState

_STANDING = """
    SELECT json_build_array(w.id, w.colour, w.level, w.period, w.state, r.name)
      FROM students_academicwarning w JOIN students_warningset r ON r.id = w.rules_id
     WHERE w.student_id = %(student)s AND w.state IN ({states}) AND {seen}
     ORDER BY w.period DESC, w.rank, w.id
"""


def _asked(user: Any, student_id: int, action: str, states: str) -> Ask | None:
    seen = rows_within(AcademicWarning, user, action, "w", student_id=student_id)
    if seen is None:
        return None
    return Ask(_STANDING.replace("{states}", states).replace("{seen}", seen.sql), seen.params)


def warnings_asked(user: Any, student: Any) -> Ask | None:
    """For ``warnings_shown``: what stands now, confirmed or to be confirmed."""
    return _asked(user, student.pk, "see_results", "'found', 'confirmed'")


def warnings_shown(_user: Any, _student: Any, found: Rows) -> dict[str, Any] | None:
    """None where nothing stands: a page without a warning says nothing about warnings."""
    states = {state.value: state.label for state in WarningState}
    rows = [
        {"pk": pk, "colour": colour, "level": level, "period": period, "rules": rules,
         "state": states.get(state, state)}
        for pk, colour, level, period, state, rules in found
    ]  # fmt: skip
    return {"rows": rows} if rows else None


def my_asked(user: Any, student: Any) -> Ask | None:
    """For ``my_notices``: what was addressed to the student and stands."""
    return _asked(user, student.pk, "see_own", "'confirmed'")


def my_notices(user: Any, student: Any, found: Rows) -> dict[str, Any] | None:
    return warnings_shown(user, student, found)


def count_to_confirm(user: Any) -> int | None:
    """Warnings that wait for this person; None for those who do not confirm."""
    if not reaches_any(Student, user, "confirm_warnings"):
        return None
    rows = AcademicWarning.objects.restrict(user, "confirm_warnings")
    keys = rows.filter(state=WarningState.FOUND).order_by().values("pk")
    statement, params = named(*keys.query.sql_with_params(), "key")
    return int(fetch(f"SELECT count(*) FROM ({statement}) waiting", params)[0][0]) or None
