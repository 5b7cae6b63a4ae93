"""The board of branch life: the lights of all branches in reach, what they lack first.

What is counted of the branches is kept until an event, its attendance, the roll or a rhythm is
written; which branches there are is asked each time, and names what is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from partybranch.domain.months import DAY, add_months
from partybranch.domain.quotas import Light
from partybranch.enums import BRANCHES
from partybranch.models import PartyOrganization
from partybranch.queries.joint import Tally, tallies
from partybranch.queries.life import Branch, healths
from portal.core.access import reach_statement
from portal.core.listing import digest
from portal.core.rows import fetch
from portal.core.unchanged import kept_in_state, state_column

HISTORIES = (
    "partybranch_brancheventevent", "partybranch_attendanceevent", "partybranch_eventkindevent",
    "partybranch_branchevent_kinds.id", "partybranch_branchevent_partners.id",
    "partybranch_membershipevent", "partybranch_partymemberevent", "cohorts_parameterevent",
)  # fmt: skip
_BRANCHES = f"""
    SELECT u.id, u.code, u.name, o.party_kind, o.party_groups, u.opened_on,
           (SELECT {state_column(HISTORIES)})
      FROM partybranch_partyorganization o JOIN cohorts_unit u ON u.id = o.unit_ptr_id
     WHERE o.party_kind = ANY(%(kinds)s::text[]) AND u.closed_on IS NULL
       AND u.id = ANY(ARRAY({{reach}})) ORDER BY u.code
"""
_ORDER = {Light.LATE: 0, Light.DUE: 1, None: 2, Light.MET: 3}


@dataclass(frozen=True)
class BoardRow:
    """A branch with its light, the kinds (code, name) it lacks now, periods met of those that are
    over, and of the last twelve months events, first items, attendance."""

    pk: int
    code: str
    name: str
    light: Light | None
    late: tuple[tuple[str, str], ...]
    met: int
    over: int
    percent: str
    events: int = 0
    first_items: int = 0
    present: int = 0
    called: int = 0

    @property
    def attendance(self) -> str:
        return f"{self.present} / {self.called}" if self.called else "—"


@dataclass(frozen=True)
class Board:
    """``name`` and ``state`` name what was kept, for what a page makes of it."""

    rows: Sequence[BoardRow]
    name: str = ""
    state: str = ""


def life_board(user: Any) -> Board:
    """All open branches whose life ``user`` may see, the latest first; one statement while
    nothing changes."""
    reach = reach_statement(PartyOrganization, user, "see_branch_life")
    if reach is None:
        return Board([])
    asked = reach[1] | {"kinds": [str(kind) for kind in BRANCHES]}
    rows = fetch(_BRANCHES.replace("{reach}", reach[0]), asked)
    if not rows:
        return Board([])
    branches, state = [Branch(*row[:-1]) for row in rows], rows[0][-1]
    name = f"party-life:{timezone.localdate()}:{digest(branches)}"
    kept = kept_in_state(name, state, HISTORIES, lambda: _count(branches))
    return Board(kept, name, state)


def _count(branches: Sequence[Branch]) -> list[BoardRow]:
    lights = healths(branches)
    today = timezone.localdate()
    counted = tallies([one.pk for one in branches], add_months(today, -12) + DAY, today)
    rows = []
    for one in branches:
        health = lights[one.pk]
        late = tuple((each.quota.code, each.quota.name) for each in health.late)
        n = counted.get(one.pk, Tally())
        rows.append(BoardRow(
            one.pk, one.code, one.name, health.light, late, health.met, health.over,
            health.percent, n.events, n.first_items, n.present, n.called,
        ))  # fmt: skip
    rows.sort(key=lambda row: (_ORDER[row.light], -len(row.late), row.code))
    return rows
