"""The shape in which every app hands a block to the picture of a student (system 41).

A block says where it comes from and of which day it is. What speaks for the student it names as a
strength; the page gathers those first.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from portal.core.ui.dates import format_day

# A panel with an ``order`` from here on stands in the narrow column.
SIDE = 100
BLOCK = "components/picture_block.html"


def block(
    title: object,
    source: object,
    day: dt.date | dt.datetime | str | None,
    rows: Sequence[dict[str, Any]],
    *,
    empty: object = "",
    strengths: Sequence[str] = (),
    **more: Any,
) -> dict[str, Any] | None:
    """Values of a block; None where there is nothing to show and nothing to say about it.

    ``day`` is the newest day that the rows speak of, or words for it. ``rows`` are those of
    components/item_list.html; ``empty`` stands in their place. ``strengths`` are sentences.
    """
    if not rows and not empty and not strengths:
        return None
    dated = day if isinstance(day, str) else format_day(day) if day else ""
    note = " · ".join(str(part) for part in (source, dated) if part)
    return {
        "title": title if rows or empty else "", "note": note, "rows": list(rows), "empty": empty,
        "strengths": [{"text": one, "note": note} for one in strengths], **more,
    }  # fmt: skip


def newest(days: Sequence[str | None]) -> dt.date | None:
    """The latest of some ISO days or moments as JSON brings them, nothing among them left out."""
    found = [one for one in days if one]
    if not found:
        return None
    moments = [dt.datetime.fromisoformat(one) for one in found]
    latest = max(moments, key=lambda one: one.date())
    return latest if latest.tzinfo is not None else latest.date()
