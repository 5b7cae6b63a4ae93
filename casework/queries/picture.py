"""What casework says in the picture of a student: the case, and the contacts of this term."""

from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from casework.enums import Channel
from casework.models import FollowUp
from casework.queries.panels import case_summary
from portal.core.access import rows_within
from portal.core.addresses import address
from portal.core.asks import Ask, Rows, moment
from portal.core.ui.dates import format_day
from students.models import Student
from students.queries.picture_blocks import block, newest

_CONTACTS = """
    SELECT json_build_array(f.channel, count(*), max(f.happened_at),
                            (SELECT max(starts_on) FROM cohorts_term WHERE starts_on <= %(day)s))
      FROM casework_followup f
     WHERE f.student_id = %(student)s AND f.is_real AND {seen} AND f.happened_at >= (
           SELECT max(starts_on) FROM cohorts_term WHERE starts_on <= %(day)s)
     GROUP BY f.channel ORDER BY count(*) DESC, f.channel
"""


def case_block(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """Level, categories, stage and who is responsible, for whoever may see the case."""
    case = case_summary(user, student, rows)
    if case is None or case["pk"] is None:
        return None
    pk, last = rows[0][0], rows[0][5]
    item = {
        "title": format_html("{} {}", case["level"], case["categories"]),
        "url": address("casework:case", pk),
        "meta": " · ".join(
            str(part) for part in (case["stage"], case["owner"] or _("not assigned")) if part
        ),
    }
    return block(
        _("Ledger and case"), _("from case %(number)s") % {"number": case["number"]},
        newest([last]), [item],
    )  # fmt: skip


def contacts_asked(user: Any, student: Student) -> Ask | None:
    """Counts over the records that the reader may read, never over others."""
    seen = rows_within(FollowUp, user, "see_talks", "f", student_id=student.pk)
    return Ask(_CONTACTS.replace("{seen}", seen.sql), seen.params) if seen else None


def contacts_block(_user: Any, _student: Student, rows: Rows) -> dict[str, Any] | None:
    """How often people were in touch with the student this term, by way."""
    items = [
        {
            "title": Channel(channel).label,
            "meta": _("last %(day)s") % {"day": format_day(moment(last))},
            "side": _("%(n)s times") % {"n": count},
        }
        for channel, count, last, _since in rows
    ]
    return block(
        _("Contacts this term"), _("from talks, calls and visits"),
        newest([row[2] for row in rows]), items,
    )  # fmt: skip
