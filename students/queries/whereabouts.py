"""Where one student stands and stood, and the major: the head of a page."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from portal.core import scope
from portal.core.access import rows_within
from portal.core.asks import Ask, Rows
from portal.core.ui.dates import format_day
from portal.core.ui.marks import ok_markup
from portal.core.ui.words import choice_words
from students.enums import Tree
from students.models import Placement
from students.queries.standing import Stand

_PLACES = """
    SELECT json_build_array(m.name, p.tree, p.since, p.until,
           u.kind, coalesce(nullif(u.short_name, ''), u.name), u.name,
           a.kind, coalesce(nullif(a.short_name, ''), a.name), a.name,
           b.kind, coalesce(nullif(b.short_name, ''), b.name), b.name, {is_open})
      FROM students_student s LEFT JOIN cohorts_major m ON m.id = s.major_id
      LEFT JOIN students_placement p ON p.student_id = s.id
      LEFT JOIN cohorts_unit u ON u.id = p.unit_id
      LEFT JOIN cohorts_unit a ON a.id = u.parent_id
      LEFT JOIN cohorts_unit b ON b.id = a.parent_id
     WHERE s.id = %(student)s
     ORDER BY p.since DESC, p.tree
"""


@dataclass
class Whereabouts:
    """``stand`` of today; ``over_time`` newest first, empty without the right to the record."""

    stand: Stand = field(default_factory=Stand)
    over_time: list[dict[str, Any]] = field(default_factory=list)
    major: str = ""


def places_asked(user: Any, student_id: int) -> Ask:
    """For ``whereabouts``. Callers pass a student that they may show."""
    seen = rows_within(Placement, user, "see_record", "p", student_id=student_id)
    is_open, params = (seen.sql, seen.params) if seen else ("FALSE", {})
    return Ask(_PLACES.replace("{is_open}", is_open), params)


def whereabouts(rows: Rows) -> Whereabouts:
    """``until`` is the last day."""
    found, day, trees = Whereabouts(), scope.today(), choice_words(Tree)
    at_present = ok_markup(_("at present"))
    for major, tree, since, until, *chain, is_shown in rows:
        found.major = major or ""
        if tree is None:
            continue
        first = dt.date.fromisoformat(since)
        last = dt.date.fromisoformat(until) if until else None
        if first <= day and (last is None or last >= day):
            found.stand.put(tree, chain)
        if is_shown:
            found.over_time.append(
                {
                    "tree": trees.get(tree, tree),
                    "unit": chain[2],
                    "parent": chain[5] or "",
                    "since": format_day(first, "full"),
                    "until": format_day(last, "full") if last else at_present,
                }
            )
    return found
