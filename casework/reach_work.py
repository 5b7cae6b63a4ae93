"""The routes to requests for keys, to moves and to requests as SQL; the rules themselves stand in
``key_access``, ``transition_access`` and ``request_access``."""

from collections.abc import Sequence
from typing import Any

from casework.enums import KeySide
from casework.key_access import is_asked_for_opinions
from casework.models import Case, KeyRequest, Request, Transition
from casework.request_access import (
    OWN_ACTIONS,
    READS,
    desk_units,
    guard_units,
    office_units,
    sender_mark,
)
from casework.ties import shut_case_ids
from casework.transition_access import CASE_ACTIONS, MOVE_ACTIONS, answering_unit_ids
from portal.core.access import Asked, Written, register_written, written_reach
from portal.core.rows import array_of
from students.access import own_student_id


def of_cases(table: str, user: Any, action: str | None, asked: Asked) -> Written | None:
    """Rows of ``table`` whose case is reached for ``action``."""
    cases = written_reach(Case, user, action, Asked(asked.by_row)) if action else None
    if cases is None:
        return None
    among = asked.inside("t.case_id", cases.sql)
    return Written(f"SELECT t.id FROM {table} t WHERE {among}{asked.only}", cases.params)


def _those(table: str, where: str, asked: Asked, **params: Any) -> Written:
    return Written(f"SELECT t.id FROM {table} t WHERE {where}{asked.only}", params)


_KEYS = "casework_keyrequest"


def _keys_of_cases(user: Any, action: str, asked: Asked) -> Written | None:
    return of_cases(_KEYS, user, action, asked)


def _opinions(user: Any, action: str, asked: Asked) -> Written | None:
    if action != "see_case" or not is_asked_for_opinions(user):
        return None
    where = """t.sides @> ARRAY[%(opinion)s]::varchar[] AND t.settled_at IS NULL
               AND t.withdrawn_at IS NULL AND t.case_id <> ALL(%(opinion_shut)s::bigint[])"""
    shut = array_of(shut_case_ids(user))
    return _those(_KEYS, where, asked, opinion=KeySide.COUNSELLING.value, opinion_shut=shut)


register_written(KeyRequest, "case", _keys_of_cases)
register_written(KeyRequest, "opinion", _opinions)

_MOVES = "casework_transition"


def _moves_of_cases(user: Any, action: str, asked: Asked) -> Written | None:
    return of_cases(_MOVES, user, CASE_ACTIONS.get(action), asked)


def _sent(user: Any, action: str, asked: Asked) -> Written | None:
    if action != "see_move":
        return None
    return _those(_MOVES, "t.from_person_id = %(sender)s", asked, sender=user.pk)


def _received(user: Any, action: str, asked: Asked) -> Written | None:
    if action not in MOVE_ACTIONS:
        return None
    where = "t.to_person_id = %(receiver)s AND t.revoked_at IS NULL AND t.declined_at IS NULL"
    return _those(_MOVES, where, asked, receiver=user.pk)


def _of_unit(user: Any, action: str, asked: Asked) -> Written | None:
    units = answering_unit_ids(user, action)
    if not units:
        return None
    where = """t.to_unit_id = ANY(%(answering)s::bigint[])
               AND t.revoked_at IS NULL AND t.declined_at IS NULL"""
    return _those(_MOVES, where, asked, answering=array_of(units))


register_written(Transition, "case", _moves_of_cases)
register_written(Transition, "sender", _sent)
register_written(Transition, "receiver", _received)
register_written(Transition, "unit", _of_unit)

_REQUESTS = "casework_request"


def _own(user: Any, action: str, asked: Asked) -> Written | None:
    if action not in OWN_ACTIONS:
        return None
    where = """(t.student_id IS NULL AND t.sent_by_id = %(asker)s OR t.sender_mark = %(mark)s
                OR t.student_id = %(asks_as)s)"""
    student = own_student_id(user)
    places = {"asker": user.pk, "mark": sender_mark(user), "asks_as": student}
    return _those(_REQUESTS, where, asked, **places)


def _first(user: Any, action: str, asked: Asked) -> Written | None:
    if action != READS:
        return None
    return _those(_REQUESTS, "t.first_asked_id = %(first)s AND t.is_open", asked, first=user.pk)


def _office(user: Any, action: str, asked: Asked) -> Written | None:
    units: Sequence[int] = office_units(user, action)
    if not units:
        return None
    where = "NOT t.is_protected AND t.office_id = ANY(%(offices)s::bigint[])"
    return _those(_REQUESTS, where, asked, offices=array_of(units))


def _desk(user: Any, action: str, asked: Asked) -> Written | None:
    if not desk_units(user, action):
        return None
    return _those(_REQUESTS, "NOT t.is_protected", asked)


def _guard(user: Any, action: str, asked: Asked) -> Written | None:
    if not guard_units(user, action):
        return None
    where = "t.is_protected AND (t.handler_id IS NULL OR t.handler_id = %(guard)s)"
    return _those(_REQUESTS, where, asked, guard=user.pk)


for _name, _write in (
    ("own", _own), ("first", _first), ("office", _office), ("desk", _desk), ("guard", _guard),
):  # fmt: skip
    register_written(Request, _name, _write)
