"""Routes to moves of cases: by the case, as the sender, as the receiver, at the receiving office.

Whoever sent something keeps sight of it (design 6); none of these routes opens the case.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import Case, Transition
from casework.ties import shut_case_ids
from cohorts.access import reached_unit_ids
from cohorts.post_reasons import post_reasons
from portal.core.access import (
    Action,
    Denial,
    Reason,
    Route,
    reached_keys,
    reasons,
    register_actions,
    register_denial,
    register_route,
)
from portal.core.models import User

# ``see_move`` and ``answer_move`` go with sending and receiving; no role carries them.
MOVE_ACTIONS = frozenset({"see_move", "answer_move"})
# What opens the moves of a case: the right to the case itself.
CASE_ACTIONS = {"see_move": "see_case", "manage_case": "manage_case"}
register_actions(
    Action("see_move", gettext_lazy("see moves of cases"),
           gettext_lazy("What was sent to oneself, to one's office, or by oneself; never given to "
                        "a role.")),
    Action("answer_move", gettext_lazy("answer moves of cases"),
           gettext_lazy("Accept, decline, finish what was sent to oneself or to one's office; "
                        "never given to a role.")),
)  # fmt: skip


def _by_case(user: User, action: str) -> QuerySet[Any] | None:
    """Readers of the case read its moves; those who lead it may take them back."""
    asked = CASE_ACTIONS.get(action)
    cases = reached_keys(Case, user, asked) if asked else None
    if cases is None:
        return None
    rows: QuerySet[Any] = Transition.objects.filter(case_id__in=cases).values("pk")
    return rows


def _by_case_reasons(user: User, action: str, move: Transition) -> list[Reason]:
    asked = CASE_ACTIONS.get(action)
    return reasons(user, asked, move.case) if asked else []


def _sent(user: User, action: str) -> QuerySet[Any] | None:
    if action != "see_move":
        return None
    rows: QuerySet[Any] = Transition.objects.filter(from_person=user).values("pk")
    return rows


def _sent_reasons(user: User, action: str, move: Transition) -> list[Reason]:
    is_own = action == "see_move" and move.from_person_id == user.pk
    return [Reason("sender", _("You sent it"))] if is_own else []


def _received(user: User, action: str) -> QuerySet[Any] | None:
    """What was sent to me and not taken back: as long as it concerns me."""
    if action not in MOVE_ACTIONS:
        return None
    rows: QuerySet[Any] = Transition.objects.filter(to_person=user, revoked_at=None)
    return rows.filter(declined_at=None).values("pk")


def _received_reasons(user: User, action: str, move: Transition) -> list[Reason]:
    is_mine = action in MOVE_ACTIONS and move.to_person_id == user.pk
    concerns = move.revoked_at is None and move.declined_at is None
    return [Reason("receiver", _("It was sent to you"))] if is_mine and concerns else []


def answering_unit_ids(user: User, action: str) -> Sequence[int]:
    """Units for which ``user`` answers what was sent to them."""
    return reached_unit_ids(user, ("do_task",)) if action in MOVE_ACTIONS else []


def _of_unit(user: User, action: str) -> QuerySet[Any] | None:
    """What was sent to an office, for those who do its work."""
    units = answering_unit_ids(user, action)
    if not units:
        return None
    rows: QuerySet[Any] = Transition.objects.filter(revoked_at=None, declined_at=None)
    return rows.filter(to_unit_id__any=units).values("pk")


def _of_unit_reasons(user: User, action: str, move: Transition) -> list[Reason]:
    if action not in MOVE_ACTIONS or move.to_unit_id is None:
        return []
    if move.revoked_at is not None or move.declined_at is not None:
        return []
    return post_reasons(user, "do_task", [move.to_unit_id])


for _name, _keys, _why in (
    ("case", _by_case, _by_case_reasons),
    ("sender", _sent, _sent_reasons),
    ("receiver", _received, _received_reasons),
    ("unit", _of_unit, _of_unit_reasons),
):
    register_route(Transition, Route(_name, _keys, _why))


def _lock_out(user: User, move: Transition) -> list[Reason]:
    """Whoever is locked out of the case learns nothing of its moves either."""
    is_shut = move.case_id in shut_case_ids(user)
    return [Reason("lock-out", _("locked out"))] if is_shut else []


register_denial(Transition, Denial("lock-out", "case_id", shut_case_ids, _lock_out))
