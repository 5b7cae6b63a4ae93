"""Moves of cases: what waits for me, what I sent, one move in full, the block of the case page."""

import datetime as dt
from typing import Any

from django.db.models import Case as When_
from django.db.models import IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.transitions import MOVES, may_answer
from casework.enums import Move, MoveState
from casework.models import Case, Transition
from cohorts.models import Unit
from portal.core.ui.dates import due_words, format_day

OPEN = (MoveState.WAITING, MoveState.ACCEPTED)
CAME_BACK = (MoveState.DECLINED, MoveState.REVOKED)
_ICONS = {Move.ASSIGN: "user-plus", Move.TRANSFER: "transfer", Move.REQUEST: "request",
          Move.REFER: "external"}  # fmt: skip


def _whole(rows: QuerySet[Transition]) -> QuerySet[Transition]:
    """With the names that a line shows and no more of the records behind them."""
    named = rows.select_related("case__student", "from_person", "to_person", "to_unit")
    return named.only(
        "kind", "state", "due_at", "to_outside", "case__student__name", "from_person__name",
        "to_person__name", "to_unit__name", "to_unit__short_name",
    )  # fmt: skip


def waiting(user: Any) -> QuerySet[Transition]:
    """What ``user`` can answer now: sent to the person or to an office, not finished; unanswered
    first, then by day."""
    rows: QuerySet[Transition] = Transition.objects.restrict(user, "answer_move")
    # A transfer that was accepted is done by looking after the case.
    found = rows.filter(state__in=OPEN).exclude(
        state=MoveState.ACCEPTED, kind__in=(Move.ASSIGN, Move.TRANSFER)
    )
    first = When_(
        When(state=MoveState.WAITING, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return _whole(found).order_by(first, "due_at", "pk")


def sent(user: Any) -> QuerySet[Transition]:
    """What ``user`` sent, newest first; the sender keeps sight of it."""
    rows: QuerySet[Transition] = Transition.objects.restrict(user, "see_move", from_person=user.pk)
    return _whole(rows).order_by("-asked_at", "-pk")


def came_back(user: Any, case: Case, key: str) -> Transition | None:
    """What ``user`` sent about this case and got back, by the key in an address."""
    if not key.isdecimal() or len(key) > 18:
        return None
    found: Transition | None = (
        sent(user).defer(None).filter(case=case, pk=key, state__in=CAME_BACK).first()
    )
    return found


def items(rows: Any, *, with_state: bool = False) -> list[dict[str, Any]]:
    """Lines for item_list."""
    today = timezone.localdate()
    found = []
    for move in rows:
        words, tone = due_words(move.due_at, today=today)
        is_open = move.state in OPEN
        side = (words or format_day(move.due_at, today=today)) if is_open else ""
        state = move.state_label
        found.append(
            {
                "pk": move.pk,
                "title": f"{move.get_kind_display()} · {move.case.student.name}",
                "url": reverse("casework:move", args=[move.pk]),
                "meta": " → ".join(
                    part for part in (move.from_person.name if move.from_person else "",
                                      move.receiver) if part
                ),
                "side": f"{state} · {side}" if side and with_state else side or state,
                "side_tone": tone if is_open else "",
                "can_join": move.state == MoveState.WAITING and move.kind in ("assign", "transfer"),
            }
        )  # fmt: skip
    return found


def acts(user: Any, move: Transition) -> list[str]:
    """What ``user`` may do with this move now, by the table of moves."""
    return [act for (state, act) in MOVES if state == move.state and may_answer(user, move, act)]


def offices() -> QuerySet[Unit]:
    """Units to which something can be sent: where somebody does the unit's tasks today."""
    today = timezone.localdate()
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
    today, lines = timezone.localdate(), []
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
