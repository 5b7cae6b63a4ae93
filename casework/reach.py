"""The routes to cases, and by seat to students, as SQL; the rule itself stands in ``access``."""

from typing import Any

from casework.access import glassed_case_ids
from casework.models import Case
from casework.sealed_access import served_unit_ids
from casework.ties import seated_case_ids
from portal.core.access import Asked, Written, listed, register_written, written_reach
from portal.core.rows import array_of
from students.models import Student
from students.reach import placed_in


def _seated_students(user: Any, action: str, asked: Asked) -> Written | None:
    ids = seated_case_ids(user, action)
    if not ids:
        return None
    return Written(
        "SELECT k.student_id FROM casework_case k WHERE k.id = ANY(%(seated)s::bigint[])",
        {"seated": array_of(ids)},
    )


def _served_students(user: Any, action: str, asked: Asked) -> Written | None:
    units = served_unit_ids(user, action)
    if not units:
        return None
    return placed_in("SELECT unnest(%(served)s::bigint[])", {"served": array_of(units)}, asked)


def _of_students(user: Any, action: str, asked: Asked) -> Written | None:
    reach = written_reach(Student, user, action, Asked(asked.by_row), but="seat")
    if reach is None:
        return None
    if asked.by_row:
        within = f"""EXISTS (SELECT 1 FROM ({reach.sql}) of(student_id)
                              WHERE of.student_id = t.student_id OFFSET 0)"""
    else:
        within = f"t.student_id = ANY(ARRAY({reach.sql}))"
    return Written(f"SELECT t.id FROM casework_case t WHERE {within}{asked.only}", reach.params)


def _seated(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("seated", seated_case_ids(user, action))


def _glassed(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("glassed", glassed_case_ids(user, action))


register_written(Student, "seat", _seated_students)
register_written(Student, "centre", _served_students)
register_written(Case, "student", _of_students)
register_written(Case, "seat", _seated)
register_written(Case, "glass", _glassed)
