"""The board of branch life: the lights of all branches in reach, what they lack first.

What is counted of the branches is kept until an event, its attendance, the roll or a rhythm is
written; which branches there are is asked each time, and names what is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from partybranch.domain.months import add_months
from partybranch.domain.quotas import Light
from partybranch.enums import BRANCHES, Presence
from partybranch.models import PartyOrganization
from partybranch.queries.life import Branch, healths
from portal.core.access import reach_statement
from portal.core.listing import digest
from portal.core.rows import array_of, fetch
from portal.core.unchanged import kept_in_state, state_column

HISTORIES = (
    "partybranch_brancheventevent", "partybranch_attendanceevent", "partybranch_eventkindevent",
    "partybranch_branchevent_kinds.id", "partybranch_membershipevent",
    "partybranch_partymemberevent", "cohorts_parameterevent",
)  # fmt: skip
_BRANCHES = f"""
    SELECT u.id, u.code, u.name, o.party_kind, o.party_groups, u.opened_on,
           (SELECT {state_column(HISTORIES)})
      FROM partybranch_partyorganization o JOIN cohorts_unit u ON u.id = o.unit_ptr_id
     WHERE o.party_kind = ANY(%(kinds)s::text[]) AND u.closed_on IS NULL
       AND u.id = ANY(ARRAY({{reach}})) ORDER BY u.code
"""
# Events of the last twelve months: how many, with a first item, who came, who was called.
_EVENTS = """
    SELECT e.branch_id, count(*), count(*) FILTER (WHERE e.first_item <> ''),
           sum(came.present)::bigint, sum(came.called)::bigint
      FROM partybranch_branchevent e
      LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE a.presence = %(present)s) AS present, count(*) AS called
             FROM partybranch_attendance a WHERE a.event_id = e.id) came ON true
     WHERE e.branch_id = ANY(%(units)s::bigint[]) AND e.withdrawn_at IS NULL AND e.on > %(since)s
     GROUP BY 1
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
    asked = {"units": array_of(one.pk for one in branches), "present": Presence.PRESENT.value,
             "since": add_months(timezone.localdate(), -12)}  # fmt: skip
    counted = {pk: numbers for pk, *numbers in fetch(_EVENTS, asked)}
    rows = []
    for one in branches:
        health = lights[one.pk]
        late = tuple((each.quota.code, each.quota.name) for each in health.late)
        rows.append(BoardRow(
            one.pk, one.code, one.name, health.light, late, health.met, health.over,
            health.percent, *counted.get(one.pk, ()),
        ))  # fmt: skip
    rows.sort(key=lambda row: (_ORDER[row.light], -len(row.late), row.code))
    return rows
