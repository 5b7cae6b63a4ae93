"""Moves of cases: what waits for me, what I sent, one move in full, the block of the case page."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.domain.transitions import MOVES, may_answer
from casework.enums import Move, MoveState
from casework.models import Case, Transition
from cohorts.models import Unit
from portal.core import scope
from portal.core.listing import Found, Listing, Order, reached_page
from portal.core.ui.dates import due_words, format_day, local_days

OPEN = (MoveState.WAITING, MoveState.ACCEPTED)
CAME_BACK = (MoveState.DECLINED, MoveState.REVOKED)
_ICONS = {Move.ASSIGN: "user-plus", Move.TRANSFER: "transfer", Move.REQUEST: "request",
          Move.REFER: "external"}  # fmt: skip


_NAMES = """JOIN casework_case c ON c.id = m.case_id JOIN students_student s ON s.id = c.student_id
    LEFT JOIN core_user a ON a.id = m.from_person_id LEFT JOIN core_user b ON b.id = m.to_person_id
    LEFT JOIN cohorts_unit u ON u.id = m.to_unit_id"""
_LISTING = Listing(
    Transition, "m", _NAMES,
    ("m.id", "m.kind", "m.state", "m.due_at", "m.to_outside", "s.name", "a.name", "b.name",
     "coalesce(nullif(u.short_name, ''), u.name)"),
    ("casework_transitionevent",),
)  # fmt: skip
# What can be answered, by state. An assignment or transfer that was accepted is done by looking after
# the case.
_ANSWERABLE = {
    MoveState.WAITING: (Move.ASSIGN, Move.TRANSFER, Move.REQUEST, Move.REFER),
    MoveState.ACCEPTED: (Move.REQUEST, Move.REFER),
}
_UNANSWERED_FIRST = Order(
    f"m.state <> '{MoveState.WAITING}', m.due_at, m.id",
    where=" OR ".join(
        f"m.state = '{state}' AND m.kind IN ({', '.join(map(repr, map(str, kinds)))})"
        for state, kinds in _ANSWERABLE.items()
    ).join("()"),
)
_NEWEST = Order("m.asked_at DESC, m.id DESC")


def waiting(user: Any) -> QuerySet[Transition]:
    """What ``user`` can answer now: sent to the person or to an office, not finished."""
    rows: QuerySet[Transition] = Transition.objects.restrict(user, "answer_move")
    ways = (Q(state=state, kind__in=kinds) for state, kinds in _ANSWERABLE.items())
    return rows.filter(reduce(or_, ways))


def sent(user: Any) -> QuerySet[Transition]:
    """What ``user`` sent; the sender keeps sight of it."""
    rows: QuerySet[Transition] = Transition.objects.restrict(user, "see_move", from_person=user.pk)
    return rows


def waiting_page(user: Any, number: int) -> Found:
    """One page of ``waiting``, unanswered first, then by day; one statement."""
    return _lines(reached_page(_LISTING, user, "answer_move", _UNANSWERED_FIRST, number), False)


def sent_page(user: Any, number: int) -> Found:
    """One page of ``sent``, the newest first; one statement."""
    found = reached_page(_LISTING, user, "see_move", _NEWEST, number, from_person=user.pk)
    return _lines(found, True)


def came_back(user: Any, case: Case, key: str) -> Transition | None:
    """What ``user`` sent about this case and got back, by the key in an address."""
    if not key.isdecimal() or len(key) > 18:
        return None
    found: Transition | None = sent(user).filter(case=case, pk=key, state__in=CAME_BACK).first()
    return found


def _lines(found: Found, with_state: bool) -> Found:
    """The rows as lines for components/item_list.html."""
    today, language, day_of = scope.today(), get_language(), local_days()
    return replace(
        found,
        rows=[
            _line(row, day_of(row[3]), today, language, with_state=with_state) for row in found.rows
        ],
    )


def _line(
    row: Sequence[Any], due: dt.date, today: dt.date, language: str | None, *, with_state: bool
) -> dict[str, Any]:
    pk, kind, state, _at, outside, name, sender, person, unit = row
    side, tone = _side(state, due, today, language, with_state=with_state)
    receiver = person or unit or outside
    return {
        "pk": pk,
        "title": f"{_kind(kind, language)} · {name}",
        "url": f"/moves/{pk}/",
        "meta": f"{sender} → {receiver}" if sender else receiver,
        "side": side,
        "side_tone": tone,
        "can_join": state == MoveState.WAITING and kind in ("assign", "transfer"),
    }


@lru_cache(maxsize=50)
def _kind(kind: str, _language: str | None) -> str:
    return str(Move(kind).label)


@lru_cache(maxsize=1_000)
def _side(
    state: str, due: dt.date, today: dt.date, _language: str | None, *, with_state: bool
) -> tuple[str, str]:
    """Until when it is to be answered, what became of it, or both; and the colour."""
    label = str(MoveState(state).label)
    if state not in OPEN:
        return label, ""
    words, tone = due_words(due, today=today)
    side = words or format_day(due, today=today)
    return (f"{label} · {side}" if with_state else side), tone


def acts(user: Any, move: Transition) -> list[str]:
    """What ``user`` may do with this move now, by the table of moves."""
    return [act for (state, act) in MOVES if state == move.state and may_answer(user, move, act)]


def offices() -> QuerySet[Unit]:
    """Units to which something can be sent: where somebody does the unit's tasks today."""
    today = scope.today()
    return (
        Unit.objects.filter(
            kind__in=("office", "college", "academy"), closed_on=None,
            appointments__role__permissions__codename="do_task",
            appointments__revoked_at=None, appointments__starts_on__lte=today,
        )
        .exclude(appointments__ends_on__lt=today)
        .distinct().order_by("kind", "code")
    )  # fmt: skip


# The moves of a case for its page: one value of the page's one statement.
BLOCK_SQL = """SELECT json_agg(json_build_array(m.id, m.kind, m.state, m.due_at, m.to_outside,
              (SELECT name FROM core_user WHERE id = m.to_person_id),
              (SELECT name FROM cohorts_unit WHERE id = m.to_unit_id)) ORDER BY m.asked_at DESC)
         FROM casework_transition m WHERE m.case_id = c.id"""
_SHOWN = 5


def moves_shown(
    _user: Any, case: Any, value: Any, _sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, Any] | None:
    """The latest moves, open ones with their day; and where a new one is sent."""
    may_send = bool(rights.get("write_case")) and case.is_open
    if not value and not may_send:
        return None
    kinds, states = dict(Move.choices), dict(MoveState.choices)
    today, lines = scope.today(), []
    for pk, kind, state, due, outside, person, unit in (value or [])[:_SHOWN]:
        words, tone = due_words(dt.datetime.fromisoformat(due), today=today)
        is_open = state in OPEN
        lines.append({
            "icon": _ICONS[kind], "url": f"/moves/{pk}/",
            "text": f"{kinds[kind]} → {person or unit or outside}",
            "state": f"{states[state]} · {words}" if is_open and words else states[state],
            "tone": tone if is_open else "plain",
        })  # fmt: skip
    return {"lines": lines, "url": f"/cases/{case.pk}/transfer/" if may_send else "",
            "title": _("Transfers and referrals")}  # fmt: skip
