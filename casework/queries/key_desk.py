"""Which requests for keys wait for whom: the statement behind the page, the number in the
navigation, the reminders and the calendar."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from casework.enums import KeySide, KeyVerdict
from casework.key_access import is_asked_for_opinions
from casework.models import KeyRequest
from casework.queries.key_sides import OFFICES, managed_units
from casework.queries.keys import LINE_JOINS, LINE_VALUES, line
from portal.core.access import Asked, reach_statement
from portal.core.prepared import prepared
from portal.core.rows import array_of, fetch

# Lines of each list; the number beside its title counts all.
MOST = 50
LISTS = ("waiting", "clashes", "asked")

_STANDS = """q.sides @> ARRAY[%(side_{side})s]::varchar[] AND EXISTS (
        SELECT 1 FROM students_placement p
         WHERE p.student_id = k.student_id AND p.unit_id = ANY(%(units_{side})s::bigint[])
           AND p.tree <> 'branch' AND p.since <= %(day)s
           AND (p.until IS NULL OR p.until >= %(day)s))"""
_HAS_AGREED = """EXISTS (SELECT 1 FROM casework_keyturn t WHERE t.request_id = q.id
        AND t.side = %(side_{side})s AND t.verdict = %(agreed)s)"""
# On one side only, the one who asked does not confirm.
_ALONE = "(q.asked_by_id = %(me)s AND NOT q.sides @> %(both)s::varchar[]) IS TRUE"
_MINE = """EXISTS (SELECT 1 FROM casework_keyturn t WHERE t.request_id = q.id
        AND t.person_id = %(me)s AND t.verdict = %(agreed)s)"""
_OPEN = """
    SELECT q.id, q.due_at, {wanted} AS is_waiting, q.disagreed_at IS NOT NULL AS is_clash,
           coalesce(q.asked_by_id = %(me)s, false) AS is_asked
      FROM casework_keyrequest q JOIN casework_case k ON k.id = q.case_id
     WHERE q.settled_at IS NULL AND q.withdrawn_at IS NULL AND q.id = ANY(ARRAY({reach}))
"""
_DESK = """
    WITH open AS MATERIALIZED ({open}), placed AS MATERIALIZED (
        SELECT o.*, {numbers}
          FROM open o WHERE is_waiting OR is_clash OR is_asked
    )
    SELECT o.is_waiting, o.is_clash, o.is_asked, o.all_waiting, o.all_clash, o.all_asked, {values}
      FROM placed o JOIN casework_keyrequest q ON q.id = o.id {joins}
     WHERE o.is_waiting AND o.nth_waiting <= {most} OR o.is_clash AND o.nth_clash <= {most}
        OR o.is_asked AND o.nth_asked <= {most}
     ORDER BY o.due_at, o.id
"""
_NUMBERS = """count(*) FILTER (WHERE is_{name}) OVER (ORDER BY due_at, id) AS nth_{name},
              count(*) FILTER (WHERE is_{name}) OVER () AS all_{name}"""


def _wanted(user: Any) -> tuple[str, dict[str, Any]]:
    """A side that ``user`` speaks for has not said yes, and ``user`` has said yes for none."""
    params: dict[str, Any] = {
        "me": user.pk, "day": timezone.localdate(), "agreed": KeyVerdict.AGREED.value,
        "both": [side.value for side in OFFICES],
    }  # fmt: skip
    ways = []
    for side, units in managed_units(user).items():
        params |= {f"side_{side}": side, f"units_{side}": array_of(units)}
        stands, agreed = _STANDS.format(side=side), _HAS_AGREED.format(side=side)
        ways.append(f"({stands} AND NOT {agreed} AND NOT {_ALONE})")
    if is_asked_for_opinions(user):
        side = KeySide.COUNSELLING.value
        params[f"side_{side}"] = side
        asked = f"q.sides @> ARRAY[%(side_{side})s]::varchar[]"
        ways.append(f"({asked} AND NOT {_HAS_AGREED.format(side=side)})")
    if not ways:
        return "false", params
    return f"(({' OR '.join(ways)}) AND NOT {_MINE})", params


def _open(user: Any) -> tuple[str, dict[str, Any]] | None:
    reach = reach_statement(
        KeyRequest, user, "see_case", Asked(by_row=True), settled_at__isnull=True,
        withdrawn_at__isnull=True,
    )  # fmt: skip
    if reach is None:
        return None
    wanted, params = _wanted(user)
    return _OPEN.format(wanted=wanted, reach=reach[0]), reach[1] | params


def _waiting_ids(user: Any) -> list[int]:
    found = _open(user)
    if found is None:
        return []
    sql, params = found
    return [pk for (pk,) in fetch(f"SELECT id FROM ({sql}) o WHERE is_waiting", params)]


def waiting(user: Any) -> QuerySet[KeyRequest]:
    """Open requests in which a side that ``user`` speaks for has not said yes, and ``user`` has
    not spoken for another side."""
    return KeyRequest.objects.filter(pk__in=_waiting_ids(user))


def count_waiting(user: Any) -> int:
    return len(_waiting_ids(user))


@dataclass(frozen=True)
class KeyList:
    """The most urgent lines of one list, and how many there are in all."""

    lines: list[dict[str, Any]]
    total: int


def desk(user: Any) -> dict[str, KeyList]:
    """``waiting`` for my key, ``clashes`` in my reach, ``asked`` by me; one statement."""
    found = _open(user)
    none = {name: KeyList([], 0) for name in LISTS}
    if found is None:
        return none
    numbers = ", ".join(_NUMBERS.format(name=name) for name in ("waiting", "clash", "asked"))
    statement = _DESK.format(
        open=found[0], numbers=numbers, values=LINE_VALUES, joins=LINE_JOINS, most=MOST
    )
    rows = fetch(prepared(statement), found[1])
    if not rows:
        return none
    today = timezone.localdate()
    shown = [(row[:3], line(row[6:], today)) for row in rows]
    totals = rows[0][3:6]
    return {
        name: KeyList([one for marks, one in shown if marks[at]][:MOST], totals[at])
        for at, name in enumerate(LISTS)
    }
