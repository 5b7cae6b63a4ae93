"""Who has seen a student's record: readings, openings and exports from the audit trail."""

import json
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from portal.core.rows import fetch
from portal.core.ui.dates import format_day
from students.fields import FIELDS
from students.models import Student

MOST = 200
# Of a reading by staff a student learns that it took place, never which blocks were shown: they
# would tell of a case.
_OPEN_TO_SELF = ("read_student", "unmask", "export_students", "read_sealed")

# Higher apps add the records of a student that this reader may know of: (kind, ids).
_sources: list[Callable[[Any, Student], tuple[str, list[int]]]] = []


def register_source(source: Callable[[Any, Student], tuple[str, list[int]]]) -> None:
    """``source(user, student)``: kind of record and the ids whose readings ``user`` may see."""
    _sources.append(source)


_READINGS = """
    SELECT a.at, w.name, w.title, a.action, a.object_type, a.object_id, a.detail, v.name
      FROM core_auditentry a LEFT JOIN core_user w ON w.id = a.actor_id
      LEFT JOIN core_user v ON v.id = (a.detail ->> 'seen_as')::bigint
     WHERE ({places})
       AND (a.action LIKE 'read\\_%%' OR a.action LIKE 'export\\_%%' OR a.action = 'unmask')
     ORDER BY a.at DESC, a.id DESC LIMIT %(most)s
"""
_ONE = "(a.object_type = %(kind{n})s AND a.object_id = ANY(%(ids{n})s::text[]))"
_SEVERAL = """(a.object_type = %(kind{n})s AND a.object_id = ''
               AND a.detail -> 'ids' @> ANY(%(bulk{n})s::jsonb[]))"""
_BULK = """(a.object_type = 'student' AND a.object_id = ''
            AND a.detail -> 'ids' @> to_jsonb(%(student)s::bigint))"""


def readings(user: Any, student: Student) -> list[dict[str, Any]]:
    """The newest readings that ``user`` may know of; the caller holds ``see_readers`` here."""
    kinds = [("student", [student.pk]), *(source(user, student) for source in _sources)]
    return [_line(row, is_own=False) for row in _rows(student, kinds)]


def readings_of_own(student: Student) -> list[dict[str, Any]]:
    """What a student is told about the own record."""
    rows = [row for row in _rows(student, [("student", [student.pk])]) if row[3] in _OPEN_TO_SELF]
    return [_line(row, is_own=True) for row in rows]


def _rows(student: Student, kinds: list[tuple[str, list[int]]]) -> list[tuple[Any, ...]]:
    params: dict[str, Any] = {"most": MOST, "student": student.pk}
    places = [_BULK]
    for n, (kind, ids) in enumerate(kinds):
        if ids:
            places += [_ONE.replace("{n}", str(n)), _SEVERAL.replace("{n}", str(n))]
            keys = [str(pk) for pk in ids]
            params |= {f"kind{n}": kind, f"ids{n}": keys, f"bulk{n}": keys}
    return fetch(_READINGS.replace("{places}", " OR ".join(places)), params)


def _line(row: tuple[Any, ...], *, is_own: bool) -> dict[str, Any]:
    at, name, title, action, _kind, _object_id, detail, seen_as = row
    # A cursor of one's own gets JSON as text.
    detail = json.loads(detail) if isinstance(detail, str) else detail or {}
    field = FIELDS.get(str(detail.get("field", "")))
    words = {
        "read_student": _("opened the record"),
        "read_case": _("opened the case"),
        "read_sealed": _("opened the psychological file"),
        "read_readers": _("looked at who has seen the record"),
        "unmask": _("opened: %(field)s") % {"field": field.label if field else "—"},
    }
    what = words.get(action) or (_("exported") if action.startswith("export_") else action)
    return {
        "at": format_day(at, "time"),
        "name": name or _("system"),
        "title": title or "",
        "what": what,
        "reason": "" if is_own else detail.get("reason", ""),
        "seen_as": seen_as or "",
    }
