"""Family contacts and aid in the picture of a student: masked, nothing opens here (rulebook 8.3)."""

from typing import Any

from django.utils.translation import gettext as _

from portal.core.asks import Rows
from students.models import Student
from students.queries.picture_blocks import block, newest
from students.queries.records import aid_panel, family_panel


def family_block(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """Who may be called, with masked numbers; the portrait opens them, with a reason."""
    panel = family_panel(user, student, rows)
    if panel is None:
        return None
    items = [
        {"title": one["title"], "meta": one["meta"], "side": one["value"]["text"]}
        for one in panel["rows"]
    ]
    return block(
        _("Family contacts"), _("from the student and the counsellor"),
        newest([row[7] for row in rows]), items, empty=_("Nobody is named yet."),
    )  # fmt: skip


def aid_block(user: Any, student: Student, rows: Rows) -> dict[str, Any] | None:
    """Tier by academic year, and what was granted as far as the reader may see sums."""
    panel = aid_panel(user, student, rows)
    if panel is None or not panel["years"]:
        return None
    items = [
        {
            "title": f"{one['year']} · {one['tier']}",
            "meta": "；".join(
                _("%(words)s %(amount)s yuan") % {"words": g["words"], "amount": g["amount"]}
                for g in one["grants"]
            ),
        }
        for one in panel["years"][:2]
    ]
    return block(_("Aid"), _("from the aid centre"), newest([row[3] for row in rows]), items)
