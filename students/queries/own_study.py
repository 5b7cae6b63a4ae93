"""What a student reads of the help that follows a notice: who does what by when, and no notes."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.core.rows import array_of, fetch
from portal.core.ui.dates import format_day
from students.study_enums import StepKind

# The notice itself is in the student's hands. What staff wrote about a step is theirs.
_STEPS = """
    SELECT s.warning_id, s.kind, s.due_on, s.done_at,
           coalesce((SELECT name FROM core_user WHERE id = s.done_by_id),
                    (SELECT u.name FROM cohorts_task t JOIN core_user u ON u.id = t.owner_id
                      WHERE t.source = 'warning' AND t.source_id = s.id
                      ORDER BY t.id DESC LIMIT 1), '')
      FROM students_warningstep s
     WHERE s.warning_id = ANY(%(ids)s::bigint[]) AND s.kind <> 'notice' AND s.dropped_at IS NULL
     ORDER BY s.due_on, s.id
"""


def help_lines(warning_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Lines by warning; the caller has asked which warnings the student was told of."""
    kinds = dict(StepKind.choices)
    found: dict[int, list[dict[str, Any]]] = {}
    if not warning_ids:
        return found
    for pk, kind, due, done, name in fetch(_STEPS, {"ids": array_of(warning_ids)}):
        found.setdefault(pk, []).append(
            {"words": _words(str(kinds.get(kind, kind)), name, due, done), "done": bool(done)}
        )
    return found


def _words(kind: str, name: str, due: dt.date, done: dt.datetime | None) -> str:
    if done is not None:
        day = _("done %(day)s") % {"day": format_day(done)}
    else:
        day = _("by %(day)s") % {"day": format_day(due)}
    return " · ".join(part for part in (kind, name, day) if part)
