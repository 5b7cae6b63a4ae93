"""On the page of a warning: the student's case, for those who may see it."""

from typing import Any

from casework.enums import Stage
from casework.models import Case, LedgerEntry
from portal.core.registry import Panel, register_panel


def ledger_block(user: Any, warning: Any) -> dict[str, Any] | None:
    """The open case of the student with its academic entry; None without the right or a case."""
    case = (
        Case.objects.restrict(user, "see_case")
        .filter(student_id=warning.student_id, closed_at=None)
        .select_related("level", "owner").first()
    )  # fmt: skip
    if case is None:
        return None
    entries = LedgerEntry.objects.filter(case=case, left_at=None).select_related("category")
    return {
        "case": case, "entries": "、".join(entry.category.name for entry in entries),
        "stage": Stage(case.stage).label,
    }  # fmt: skip


register_panel("warning", Panel("ledger", 10, "casework/_warning_case.html", ledger_block))
