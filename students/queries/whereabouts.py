"""Where one student stands and stood, and the major: one statement for the head of a page."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.access import rows_within
from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.core.scope import remembered
from portal.core.ui.dates import format_day
from portal.core.ui.marks import ok_markup
from students.enums import Tree
from students.models import Placement
from students.queries.standing import Stand

_PLACES = """
    SELECT m.name, p.tree, p.since, p.until, p.unit_id,
           u.kind, coalesce(nullif(u.short_name, ''), u.name), u.name,
           a.kind, coalesce(nullif(a.short_name, ''), a.name), a.name,
           b.kind, coalesce(nullif(b.short_name, ''), b.name), b.name, {is_open}
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


def whereabouts(user: Any, student_id: int) -> Whereabouts:
    """Callers pass a student that they may show. ``until`` is the last day."""
    seen = rows_within(Placement, user, "see_record", "p", student_id=student_id)
    is_open, params = (seen.sql, seen.params) if seen else ("FALSE", {})
    rows = fetch(prepared(_PLACES.replace("{is_open}", is_open)), {"student": student_id, **params})
    found, day, trees = Whereabouts(), timezone.localdate(), dict(Tree.choices)
    today: list[int] = []
    at_present = ok_markup(_("at present"))
    for major, tree, since, until, unit_id, *chain, is_shown in rows:
        found.major = major or ""
        if tree is None:
            continue
        if since <= day and (until is None or until >= day):
            today.append(unit_id)
            found.stand.put(tree, chain)
        if is_shown:
            found.over_time.append(
                {
                    "tree": trees.get(tree, tree),
                    "unit": chain[2],
                    "parent": chain[5] or "",
                    "since": format_day(since, "full"),
                    "until": format_day(until, "full") if until else at_present,
                }
            )
    # The reasons ask the same.
    remembered(("stands in", student_id, day), lambda: today)
    return found
