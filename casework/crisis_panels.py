"""What crises hand to the frame, to the student's page and to the page of a case."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.crisis_access import may_alarm
from casework.models import Crisis
from casework.queries.blocks import CaseBlock, register_block
from casework.queries.crises import minutes_words, running
from portal.core.access import reaches_one
from portal.core.addresses import address
from portal.core.asks import Ask, Rows, moment
from portal.core.registry import NavItem, Panel, register_nav, register_panel
from students.access import own_student_id
from students.models import Student

_OF_STUDENT = """
    SELECT json_build_array(k.id, k.opened_at) FROM casework_crisis k
     WHERE k.student_id = %(student)s AND k.handed_at IS NULL
"""


def crisis_asked(_user: Any, _student: Student) -> Ask:
    """The crisis that runs, which is rare: the right is asked when there is one."""
    return Ask(_OF_STUDENT)


def crisis_panel(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """The one that runs, for those who may follow it, or the way to raise one."""
    if rows and reaches_one(Crisis, user, "see_crisis", rows[0][0]):
        return _running(*rows[0])
    if not may_alarm(user, student.pk):
        return None
    return {"alarm_url": f"{address('casework:alarm')}?student={student.student_no}"}


def _running(pk: int, opened: str) -> dict[str, Any]:
    at = moment(opened)
    span = minutes_words(timezone.now() - at) if at is not None else ""
    return {"url": address("casework:crisis", pk), "span": span}


def crisis_block(
    user: Any, _case: Any, value: Any, _sheet: dict[str, Any], _rights: dict[str, bool]
) -> dict[str, Any] | None:
    """The one that runs, for those who may follow it."""
    return _running(*value) if value and reaches_one(Crisis, user, "see_crisis", value[0]) else None


CRISIS_SQL = """SELECT json_build_array(k.id, k.opened_at) FROM casework_crisis k
    WHERE k.case_id = c.id AND k.handed_at IS NULL"""
register_nav(
    NavItem(
        "crises", _("Students"), _("Crises"), "casework:crises", "alert", 105,
        lambda user: own_student_id(user) is None,
        lambda user: running(user).count() or None,
    )
)  # fmt: skip
register_panel(
    "student",
    Panel("crisis", 5, "casework/_student_crisis.html", crisis_panel, crisis_asked,
          tables=("casework_crisis",)),
)  # fmt: skip
register_block(
    CaseBlock("crisis", "main", 5, CRISIS_SQL, "casework/_block_crisis.html", crisis_block)
)
