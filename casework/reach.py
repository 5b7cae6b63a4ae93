"""The routes to cases, and by seat to students, as SQL; the rule itself stands in ``access``."""

import re
from typing import Any

from casework.access import TEAM_KEEPS, glassed_case_ids, keeps_closed
from casework.enums import RED_RANK
from casework.models import Case
from casework.office_access import ECONOMIC_SQL, crisis_unit_ids
from casework.sealed_access import served_unit_ids
from casework.ties import last_team_case_ids, seated_case_ids, shut_case_ids
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


def _in_crisis(user: Any, action: str, asked: Asked) -> Written | None:
    units = crisis_unit_ids(user, action)
    if not units:
        return None
    here = placed_in("SELECT unnest(%(crisis)s::bigint[])", {"crisis": array_of(units)}, asked)
    red = """ AND p.student_id IN (
        SELECT c.student_id FROM casework_case c JOIN casework_caselevel l ON l.code = c.level_id
         WHERE c.closed_at IS NULL AND l.rank = %(red)s AND c.id <> ALL(%(not_red)s::bigint[]))"""
    places = {"red": RED_RANK, "not_red": array_of(shut_case_ids(user))}
    return Written(here.sql + red, here.params | places)


def _of_students(user: Any, action: str, asked: Asked) -> Written | None:
    still_open = "" if keeps_closed(user, action) else " AND t.closed_at IS NULL"
    return _cases(user, action, asked, still_open)


def _cases(user: Any, action: str, asked: Asked, only: str, name: str = "") -> Written | None:
    """Cases of the students reached for ``action``. Several such statements stand side by side:
    ``name`` gives the places of this one names of their own."""
    reach = _students(user, action, Asked(asked.by_row), name)
    if reach is None:
        return None
    among = asked.inside("t.student_id", reach.sql)
    sql = f"SELECT t.id FROM casework_case t WHERE {among}{only}{asked.only}"
    return Written(sql, reach.params)


def _students(user: Any, action: str, asked: Asked, name: str) -> Written | None:
    reach = written_reach(Student, user, action, asked, but="seat")
    if reach is None or not name:
        return reach
    sql = re.sub(r"%\((\w+)\)s", rf"%({name}_\1)s", reach.sql)
    return Written(sql, {f"{name}_{place}": value for place, value in reach.params.items()})


def _closed(user: Any, action: str, asked: Asked) -> Written | None:
    if keeps_closed(user, action):
        return None
    also = _students(user, "see_closed", Asked(), "closed")
    if also is None:
        return None
    only = f" AND t.closed_at IS NOT NULL AND {Asked().inside('t.student_id', also.sql)}"
    found = _cases(user, action, asked, only, "closing")
    return None if found is None else Written(found.sql, found.params | also.params)


def _economic(user: Any, action: str, asked: Asked) -> Written | None:
    if action != "see_case":
        return None
    return _cases(user, "see_economic", asked, f" AND {ECONOMIC_SQL}", "economic")


def _last_team(user: Any, action: str, asked: Asked) -> Written | None:
    right, ids = TEAM_KEEPS.get(action), last_team_case_ids(user)
    if not right or not ids:
        return None
    found = _cases(user, right, asked, " AND t.id = ANY(%(last_team)s::bigint[])", "team")
    return found and Written(found.sql, found.params | {"last_team": array_of(ids)})


def _seated(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("seated", seated_case_ids(user, action))


def _glassed(user: Any, action: str, asked: Asked) -> Written | None:
    return listed("glassed", glassed_case_ids(user, action))


register_written(Student, "seat", _seated_students)
register_written(Student, "centre", _served_students)
register_written(Student, "crisis", _in_crisis)
register_written(Case, "student", _of_students)
register_written(Case, "closed", _closed)
register_written(Case, "team", _last_team)
register_written(Case, "economic", _economic)
register_written(Case, "seat", _seated)
register_written(Case, "glass", _glassed)
