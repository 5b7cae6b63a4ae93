"""Whom do I see today: my due cases in groups, agreed contacts, my figures (design 1, 7)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.models import Case
from casework.ties import seated_case_ids
from portal.core.access import GATHERED, Asked, reach_statement, supporter_of
from portal.core.asks import Ask, answers, moment
from portal.core.rows import array_of
from portal.web.queries.lines import LINE, CaseLine, line_of
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
    """The workbench of one person: groups of the day, contacts agreed on with students who are not
    in them, the newest notices, and tiles over the whole reach."""

    groups: list[Group]
    counts: dict[str, int]
    tiles: list[dict[str, Any]]
    agreed: list[dict[str, Any]]
    notices: list[dict[str, Any]]


# Tiles count what ``casework.queries.figures`` calls by the same code.
_DAY = f"""
    WITH seen AS MATERIALIZED (
        SELECT id, student_id, owner_id, level_id, contact_due_at, last_contact_at, reported_at
          FROM casework_case WHERE closed_at IS NULL AND id = ANY(ARRAY({{reach}}))
    ), counselled AS MATERIALIZED (
        SELECT t.descendant_id AS unit_id
          FROM cohorts_appointment a JOIN cohorts_role r ON r.id = a.role_id
          JOIN cohorts_unittree t ON t.ancestor_id = a.unit_id
         WHERE a.person_id = %(user)s AND r.code = 'counsellor' AND a.revoked_at IS NULL
           AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
    ), due AS (
        SELECT d.*, count(*) OVER (PARTITION BY heading) AS total,
               row_number() OVER (PARTITION BY heading ORDER BY contact_due_at, id) AS place
          FROM (SELECT id, contact_due_at,
                       CASE WHEN contact_due_at < %(now)s THEN 'overdue'
                            WHEN contact_due_at < %(tomorrow)s THEN 'today'
                            WHEN contact_due_at < %(after)s THEN 'tomorrow'
                            ELSE 'new' END AS heading
                  FROM seen
                 WHERE (contact_due_at < %(after)s
                        OR (last_contact_at IS NULL AND reported_at >= %(new_since)s))
                   AND (owner_id = %(user)s OR id = ANY(%(my_seats)s::bigint[]) OR EXISTS (
                        SELECT 1 FROM students_placement p
                         WHERE p.student_id = seen.student_id
                           AND p.unit_id IN (SELECT unit_id FROM counselled)
                           AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)))
               ) d
    )
    SELECT json_build_array(f.counted, due.heading, due.total, ({LINE} WHERE c.id = due.id))
      FROM (SELECT json_build_array(
                   count(*), count(*) FILTER (WHERE contact_due_at < %(now)s),
                   count(*) FILTER (WHERE level_id = 'RED'),
                   count(*) FILTER (WHERE last_contact_at IS NULL)) AS counted FROM seen) f
      LEFT JOIN due ON due.place <= {_SHOWN}
     ORDER BY due.contact_due_at, due.id
"""
_COUNT = "SELECT to_json(count(*)) FROM (SELECT DISTINCT pk FROM ({reach}) reach(pk)) each_once"
_AGREED = f"""
    SELECT json_build_array(s.name, s.student_no, f.next_on, f.happened_at)
      FROM casework_followup f JOIN students_student s ON s.id = f.student_id
     WHERE ((f.author_id = %(user)s AND f.next_by_id IS NULL) OR f.next_by_id = %(user)s)
       AND f.next_on <= %(until)s
       AND EXISTS (SELECT 1 FROM ({{reach}}) reach(pk) WHERE reach.pk = f.student_id OFFSET 0)
       AND NOT EXISTS (SELECT 1 FROM casework_followup later
                        WHERE later.student_id = f.student_id AND later.is_real
                          AND later.happened_at > f.happened_at)
     ORDER BY f.next_on, f.id LIMIT {_SHOWN}
"""
_NOTICES = """
    SELECT json_build_array(text, url, created_at, read_at) FROM core_notification
     WHERE user_id = %(user)s ORDER BY id DESC LIMIT 5
"""


def _asked(
    model: type[Any], user: Any, action: str, form: Asked, sql: str, only: dict[str, Any],
    **params: Any,
) -> Ask | None:  # fmt: skip
    """``sql`` with what ``user`` reaches in the place of {reach}; None when nothing is."""
    reach = reach_statement(model, user, action, form, **only)
    if reach is None:
        return None
    return Ask(sql.format(reach=reach[0]), reach[1] | params)


def today(user: Any, *, with_cases: bool = True) -> Day:
    """Open cases that wait for me (I am responsible, seated, or counsellor of the student) by
    lateness, contacts I agreed on, notices and the tiles: one statement whatever their size."""
    now, day = timezone.now(), timezone.localdate()
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    found = answers(
        {
            "cases": _asked(
                Case, user, "see_case", GATHERED, _DAY, {"closed_at__isnull": True},
                tomorrow=start + dt.timedelta(days=1), after=start + dt.timedelta(days=2),
                new_since=start - dt.timedelta(days=NEW_DAYS),
                my_seats=array_of(seated_case_ids(user, "write_case")),
            ),
            "students": _asked(Student, user, "see_card", GATHERED, _COUNT, {}),
            "agreed": _asked(
                Student, user, "log_talk", Asked(by_row=True), _AGREED, {},
                until=day + dt.timedelta(days=1),
            ),
            "notices": _ask_notices(user),
        },
        user=user.pk, day=day, now=now,
    )  # fmt: skip
    groups = _groups(found["cases"])
    counted = found["cases"][0][0] if found["cases"] else (0, 0, 0, 0)
    students = found["students"][0] if found["students"] else 0
    shown = {line.student_no for group in groups for line in group.rows}
    return Day(
        groups=groups,
        counts={group.code: group.total for group in groups},
        tiles=_tiles(students, counted if with_cases else None),
        agreed=[_contact(row, day) for row in found["agreed"] if row[1] not in shown],
        notices=_notices(found["notices"]),
    )


def _groups(rows: list[Any]) -> list[Group]:
    words = {
        "overdue": _("Overdue"),
        "today": _("Due today"),
        "tomorrow": _("Tomorrow"),
        "new": _("Newly listed"),
    }
    groups = {code: Group(code, label, 0, []) for code, label in words.items()}
    for _counted, heading, total, line in rows:
        if heading is not None:
            groups[heading].total = total
            groups[heading].rows.append(line_of(line))
    return list(groups.values())


def _contact(row: list[Any], day: dt.date) -> dict[str, Any]:
    """A contact I agreed on for up to tomorrow that nobody has made since. For people who talk
    with students but see no cases: class advisers and tutors."""
    name, number, on, last = row
    on = dt.date.fromisoformat(on)
    return {
        "name": name, "on": on, "last": moment(last), "days": (day - on).days,
        "url": f"/students/{number}/", "log_url": f"/log/?student={number}",
    }  # fmt: skip


def latest_notices(user: Any) -> list[dict[str, Any]]:
    """The newest lines of the person's own bell; a supporter who looks as that person reads none."""
    return _notices(answers({"notices": _ask_notices(user)}, user=user.pk)["notices"])


def _ask_notices(user: Any) -> Ask | None:
    return Ask(_NOTICES) if supporter_of(user) is None else None


def _notices(rows: list[Any]) -> list[dict[str, Any]]:
    return [
        {"text": text, "url": url, "created_at": moment(created), "read_at": moment(read)}
        for text, url, created, read in rows
    ]


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
