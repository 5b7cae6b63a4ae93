"""Which actions a person has on one student, asked of the one rule in one statement."""

from collections.abc import Iterable
from typing import Any

from portal.core.access import actions_on, prove, reaches_any
from students.models import Student

PORTRAIT_ACTIONS = (
    "see_record", "see_masked", "see_phone", "see_identity", "see_results", "see_readers", "log_talk",
)  # fmt: skip
# What the panels of the portrait ask; asked together, one statement answers all.
PANEL_ACTIONS = (
    "see_case", "see_talks", "clear_restricted", "see_care_hint", "edit_student", "see_contact",
    "see_health", "write_health", "see_aid_tier", "see_aid", "write_aid", "write_case",
)  # fmt: skip


def rights_on(
    user: Any, student_id: int, actions: Iterable[str], known: str = "see_card"
) -> frozenset[str]:
    """Those of ``actions`` that ``user`` may do today on this student, read by ``known`` before.

    Actions held in the same places as ``known`` need no query; the others share one.
    """
    prove(Student, user, student_id, known)
    return actions_on(Student, user, student_id, actions)


def reaches_anyone(user: Any, action: str) -> bool:
    """Whether any post, link or seat carries ``action`` at all (pages without a student)."""
    return reaches_any(Student, user, action)
