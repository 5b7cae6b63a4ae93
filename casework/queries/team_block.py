"""On the case page: a missing task force, and the way to seats and letters."""

from typing import Any

from casework.queries.blocks import CaseBlock, register_block
from casework.queries.force import FORCE_RANK
from portal.core.addresses import address


def _shown(
    _user: Any, case: Any, seats: int, sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, Any]:
    is_open = sheet["closed_at"] is None
    return {
        "is_missing": is_open and sheet["level_rank"] <= FORCE_RANK and not seats,
        "may_seat": is_open and rights["manage_case"],
        "force_url": address("casework:force", case.pk),
    }


register_block(
    CaseBlock(
        code="team", place="side", order=10,
        sql="SELECT count(*) FROM casework_seat q WHERE q.case_id = c.id"
            " AND q.starts_on <= %(day)s AND (q.ends_on IS NULL OR q.ends_on >= %(day)s)",
        template="casework/_block_team.html",
        context=_shown,
    )
)  # fmt: skip
