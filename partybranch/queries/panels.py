"""The party file in one line, on the page of a student."""

from typing import Any

from partybranch.models import Development
from partybranch.queries.board import cards
from portal.core.access import reaches_any


def student_file(user: Any, student: Any) -> dict[str, Any] | None:
    """Stage and next step for whoever may see the file; None without a file or the right."""
    if not reaches_any(Development, user, "see_party_file"):
        return None
    rows = Development.objects.restrict(user, "see_party_file", student_id=student.pk)
    found = cards(rows.filter(student_id=student.pk).order_by("-opened_at")[:1])
    return {"card": found[0]} if found else None
