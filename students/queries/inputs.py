"""Words of teachers in the picture of a student, and the questions that wait."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from portal.core.access import rows_within
from portal.core.addresses import address
from portal.core.asks import Ask, Rows, moment
from portal.core.scope import today
from portal.core.ui.dates import format_day
from students.input_access import keeps_record
from students.models import Student, TeacherInput
from students.queries.picture_blocks import block, newest

_INPUTS = """
    SELECT json_build_array(t.name, t.title, i.question, i.learning, i.attitude, i.advice,
           i.answered_at, i.due_on, (SELECT name FROM core_user WHERE id = i.asked_by_id),
           (SELECT id FROM cohorts_task WHERE key = 'input:' || i.id))
      FROM students_teacherinput i JOIN core_user t ON t.id = i.teacher_id
     WHERE i.student_id = %(student)s AND i.withdrawn_at IS NULL AND {seen}
     ORDER BY i.answered_at DESC NULLS FIRST, i.id DESC LIMIT 8
"""


def inputs_asked(user: Any, student: Student) -> Ask | None:
    seen = rows_within(TeacherInput, user, "see_record", "i", student_id=student.pk)
    return Ask(_INPUTS.replace("{seen}", seen.sql), seen.params) if seen else None


def inputs_block(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """Answers with name and day, then what was asked and waits; None for who keeps no record."""
    if not keeps_record(user, student.pk):
        return None
    answers, waiting = [], []
    for name, title, question, learning, attitude, advice, at, due, by, task in rows:
        if at:
            words = ((_("learning"), learning), (_("attitude"), attitude), (_("advice"), advice))
            answers.append({
                "who": " · ".join(one for one in (name, title) if one), "question": question,
                "day": format_day(moment(at)), "words": [one for one in words if one[1]],
            })  # fmt: skip
        else:
            waiting.append(_waiting(name, question, due, by, task))
    return block(
        _("Words of teachers"), _("asked from each teacher"), newest([row[6] for row in rows]),
        waiting, empty=_("Nobody was asked yet."), answers=answers,
        ask_url=address("students:input_ask", student.student_no),
    )  # fmt: skip


def _waiting(name: str, question: str, due: str, by: str, task: int | None) -> dict[str, Any]:
    day = dt.date.fromisoformat(due)
    is_late = day < today()
    words = _("no answer by %(day)s") if is_late else _("waits until %(day)s")
    return {
        "title": name, "meta": f"{question}（{by}）", "side": words % {"day": format_day(day)},
        "side_tone": "late" if is_late else "due",
        "url": address("cohorts:task", task) if task else "",
    }  # fmt: skip
