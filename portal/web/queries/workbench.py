"""Whom do I see today: my due cases in groups, agreed contacts, my figures (design 1, 7)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.access import seated_case_ids
from casework.models import Case
from cohorts.access import granted_unit_ids
from portal.core.access import count_reached, supporter_of
from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.web.queries.lines import CaseLine, lines_of
from portal.web.queries.tiles import case_url, student_url
from students.models import Student

# Rows shown per group; the rest is behind the link to the list.
_SHOWN = 30
# Listed within this many days and without a record: new.
NEW_DAYS = 3


@dataclass
class Group:
    """One heading of the day with its rows; ``total`` also counts rows not shown."""

    code: str
    label: str
    total: int
    rows: list[CaseLine]


@dataclass
class Day:
    """The workbench of one person: groups of the day, and tiles over the whole reach."""

    groups: list[Group]
    counts: dict[str, int]
    tiles: list[dict[str, Any]]


# Tiles count what ``casework.queries.figures`` calls by the same code.
_DAY = """
    WITH seen AS MATERIALIZED (
        SELECT id, student_id, owner_id, level_id, contact_due_at, last_contact_at, reported_at
          FROM casework_case WHERE closed_at IS NULL AND id IN ({reach})
    ), counselled AS MATERIALIZED (
        SELECT t.descendant_id AS unit_id
          FROM cohorts_appointment a JOIN cohorts_role r ON r.id = a.role_id
          JOIN cohorts_unittree t ON t.ancestor_id = a.unit_id
         WHERE a.person_id = %(user)s AND r.code = 'counsellor' AND a.revoked_at IS NULL
           AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
    ), due AS (
        SELECT id, contact_due_at, last_contact_at FROM seen
         WHERE (contact_due_at < %(after)s
                OR (last_contact_at IS NULL AND reported_at >= %(new_since)s))
           AND (owner_id = %(user)s OR id = ANY(%(seated)s::bigint[]) OR EXISTS (
                SELECT 1 FROM students_placement p
                 WHERE p.student_id = seen.student_id
                   AND p.unit_id IN (SELECT unit_id FROM counselled)
                   AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)))
    )
    SELECT f.*, due.id, due.contact_due_at
      FROM (SELECT count(*), count(*) FILTER (WHERE contact_due_at < %(now)s),
                   count(*) FILTER (WHERE level_id = 'RED'),
                   count(*) FILTER (WHERE last_contact_at IS NULL) FROM seen) f
      LEFT JOIN due ON true
     ORDER BY due.contact_due_at, due.id
"""


def _reach_of(rows: QuerySet[Any], named: dict[str, Any]) -> str | None:
    """A restricted set as a sub-select with named places; None when nothing is reached."""
    try:
        statement, values = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    first, *others = statement.split("%s")
    for place, (value, rest) in enumerate(zip(values, others, strict=True)):
        named[f"reach{place}"] = value
        first += f"%(reach{place})s{rest}"
    return first


# As many units as a plan made without knowing them still suits.
_FEW_UNITS = 60


def _planned(user: Any, action: str, statement: str) -> str:
    """Kept plans are for those who reach few units; a wide reach is planned each time."""
    few = len(granted_unit_ids(user, action)) <= _FEW_UNITS
    return prepared(statement) if few else statement


def today(user: Any, *, with_cases: bool = True) -> Day:
    """Open cases that wait for me (I am responsible, seated, or counsellor of the student) by
    lateness, and the tiles; three statements whatever their size."""
    now = timezone.now()
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow, after = start + dt.timedelta(days=1), start + dt.timedelta(days=2)
    asked: dict[str, Any] = {
        "user": user.pk, "day": timezone.localdate(), "now": now, "after": after,
        "new_since": start - dt.timedelta(days=NEW_DAYS),
        "seated": seated_case_ids(user, "write_case"),
    }  # fmt: skip
    reach = _reach_of(Case.objects.restrict(user, "see_case"), asked)
    rows = fetch(_planned(user, "see_case", _DAY.replace("{reach}", reach)), asked) if reach else []
    picked: dict[str, list[int]] = {"overdue": [], "today": [], "tomorrow": [], "new": []}
    for *_counted, pk, due_at in rows:
        if pk is None:
            continue
        if due_at is not None and due_at < now:
            picked["overdue"].append(pk)
        elif due_at is not None and due_at < tomorrow:
            picked["today"].append(pk)
        elif due_at is not None and due_at < after:
            picked["tomorrow"].append(pk)
        else:
            picked["new"].append(pk)
    lines = {
        line.pk: line for line in lines_of([pk for ids in picked.values() for pk in ids[:_SHOWN]])
    }
    words = {
        "overdue": _("Overdue"),
        "today": _("Due today"),
        "tomorrow": _("Tomorrow"),
        "new": _("Newly listed"),
    }
    groups = [
        Group(code, words[code], len(ids), [lines[pk] for pk in ids[:_SHOWN]])
        for code, ids in picked.items()
    ]
    counted = rows[0][:4] if rows else (0, 0, 0, 0)
    return Day(
        groups=groups,
        counts={group.code: group.total for group in groups},
        tiles=_tiles(count_reached(Student, user, "see_card"), counted if with_cases else None),
    )


def latest_notices(user: Any) -> list[dict[str, Any]]:
    """The newest lines of the person's own bell; a supporter who looks as that person reads none."""
    if supporter_of(user) is not None:
        return []
    rows = fetch(prepared(_NOTICES), {"user": user.pk})
    return [
        {"text": text, "url": url, "created_at": created, "read_at": read}
        for text, url, created, read in rows
    ]


_NOTICES = """
    SELECT text, url, created_at, read_at FROM core_notification
     WHERE user_id = %(user)s ORDER BY id DESC LIMIT 5
"""
_AGREED = """
    SELECT s.name, s.student_no, f.next_on, f.happened_at
      FROM casework_followup f JOIN students_student s ON s.id = f.student_id
     WHERE ((f.author_id = %(user)s AND f.next_by_id IS NULL) OR f.next_by_id = %(user)s)
       AND f.next_on <= %(until)s AND f.student_id IN ({reach})
       AND NOT EXISTS (SELECT 1 FROM casework_followup later
                        WHERE later.student_id = f.student_id AND later.is_real
                          AND later.happened_at > f.happened_at)
     ORDER BY f.next_on, f.id LIMIT %(most)s
"""


def agreed_contacts(user: Any, shown: set[str]) -> list[dict[str, Any]]:
    """Contacts I agreed on for up to tomorrow that nobody has made since; one statement.

    For people who talk with students but see no cases: class advisers and tutors. ``shown``
    holds the student numbers that already stand in the list of the day.
    """
    day = timezone.localdate()
    asked: dict[str, Any] = {
        "user": user.pk, "until": day + dt.timedelta(days=1), "most": _SHOWN,
    }  # fmt: skip
    reach = _reach_of(Student.objects.restrict(user, "log_talk"), asked)
    agreed = _AGREED.replace("{reach}", reach) if reach else ""
    found = fetch(_planned(user, "log_talk", agreed), asked) if reach else []
    return [
        {
            "name": name, "on": on, "last": last, "days": (day - on).days,
            "url": f"/students/{number}/", "log_url": f"/log/?student={number}",
        }
        for name, number, on, last in found
        if number not in shown
    ]  # fmt: skip


# A key that a template asks for in vain costs more than one that is empty.
_PLAIN = dict.fromkeys(("denominator", "rate", "delta_text", "delta_note", "split"), "")


def _tiles(students: int, counted: Sequence[int] | None) -> list[dict[str, Any]]:
    """Tiles over the whole reach: each counts the rows of the list it opens."""
    made: list[dict[str, Any]] = []
    if students:
        tile = {"label": _("students"), "url": student_url(None), "value": students}
        made.append({**_PLAIN, **tile})
    if counted is None:
        return made
    numbers = dict(zip(("open", "overdue", "red", "unrecorded"), counted, strict=True))
    labels = {
        "open": _("focus students"),
        "overdue": _("overdue follow-ups"),
        "red": _("red cases"),
        "unrecorded": _("flagged, nothing written"),
    }
    return made + [
        {
            **_PLAIN,
            "label": labels[code],
            "url": case_url(None, code),
            "value": value,
            "denominator": students if code == "open" else numbers["open"],
        }
        for code, value in numbers.items()
    ]
