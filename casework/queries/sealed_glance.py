"""What others learn of a sealed file: level, advice, that there are notes. Never a text.

Level and advice for those who see the student's cases (counsellors, leaders: rulebook 8.3), shown
on the case page and on the portrait; advice alone in the "please care" hint of those who are near.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.ties import shut_case_ids
from portal.core.access import reaches_any, reaches_one
from portal.core.addresses import address
from portal.core.asks import Ask, Rows
from portal.core.rows import array_of
from portal.core.ui.dates import format_day
from portal.core.ui.marks import level_markup
from students.models import Student

# Notes of others only: whoever wrote one knows of it. A level is shown after the talk only, since
# the domain sets none before; until then a date by which somebody talks with the student.
_GLANCE = """
    SELECT json_build_array(f.level_id, f.advice_do, f.advice_dont,
               (SELECT json_build_array(count(*), max(n.at)) FROM casework_sealednote n
                 WHERE n.student_id = f.student_id),
               (SELECT min(t.follow_by) FROM casework_screening t
                 WHERE t.student_id = f.student_id AND t.talked_at IS NULL))
      FROM casework_sealedfile f WHERE f.student_id = {student}
"""
CASE_SQL = _GLANCE.replace("{student}", "c.student_id")
_PANEL = (
    _GLANCE.replace("{student}", "%(student)s")
    + """ AND NOT EXISTS (SELECT 1 FROM casework_case k
            WHERE k.student_id = f.student_id AND k.id = ANY(%(shut)s::bigint[]))
"""
)


_NOTHING: list[Any] = [None, "", "", [0, None], None]


def glance(value: list[Any]) -> dict[str, Any]:
    """Ready words from the JSON of ``_GLANCE``."""
    level, do, dont, (count, last), follow_by = value
    return {
        "level": level_markup(level) if level else "",
        "dos": _sentences(do),
        "donts": _sentences(dont),
        "title": ngettext("%(n)s sealed note", "%(n)s sealed notes", count) % {"n": count},
        "count": count,
        "last": format_day(dt.datetime.fromisoformat(last)) if last else "",
        "text": _("Read by the counselling centre only. You see level and advice."),
        "follow_by": format_day(dt.date.fromisoformat(follow_by)) if follow_by else "",
    }


def case_block(
    user: Any, case: Any, value: Any, sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, Any] | None:
    """Side panel of the case page."""
    if value is None:
        return None
    shown = glance(value)
    if not rights.get("see_level"):
        # A seat shows what to do and not to do; level and number of notes go by post (rulebook 8.3).
        if not shown["dos"] and not shown["donts"]:
            return None
        shown |= {"level": "", "count": 0, "last": "", "follow_by": ""}
    shown["glass_url"] = ""
    if rights.get("break_glass") and sheet["level_rank"] == 1 and sheet["closed_at"] is None:
        shown["glass_url"] = address("casework:sealed_case", case.pk)
    return shown


def student_asked(user: Any, student: Student) -> Ask | None:
    """For the portrait, asked for those who see the student's cases."""
    if not reaches_any(Student, user, "see_case"):
        return None
    if not reaches_one(Student, user, "see_case", student.pk):
        return None
    return Ask(_PANEL, {"shut": array_of(shut_case_ids(user))})


def student_panel(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """Level, advice, count and the way to the own notes; None where there is nothing of it."""
    can_write = reaches_any(Student, user, "log_sealed") and reaches_one(
        Student, user, "log_sealed", student.pk
    )
    if not rows and not can_write:
        return None
    shown = glance(rows[0] if rows else _NOTHING)
    shown["own_url"] = address("casework:sealed_own", student.student_no) if can_write else ""
    return shown


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]
