"""Every cell once more, derived by the words of docs/permissions.md from the catalogue of roles.

Knows no grant, no placement and no row: only which actions somebody has in a position, and which of
them show or open a thing.
"""

from collections.abc import Collection
from typing import Any

from cohorts.catalogue import LINKS, ROLES
from cohorts.enums import UnitKind
from tests.permissions.positions import FRAMES, POSITIONS, STUDENT

BY_SEAT = {"see_card", "see_record", "see_case", "see_talks", "clear_restricted", "write_case",
           "log_talk"}  # fmt: skip
BY_LINK = {code: set(codes.split()) for code, _name, codes, _limit in LINKS}
OF_ROLE = {code: set(codes.split()) for code, _n, _d, _s, _k, codes, _one in ROLES}
IN_FORCE = {"own scope", "child", "moved in", "ends today", "locked out", "last team"}
OUT_OF_FORCE = {"expired yesterday", "starts tomorrow", "frozen account"}
# What belongs to a case, and with it to the lock-out from it.
OF_CASE = {"case", "talk", "note", "closed", "closed note", "key", "move", "step", "sealed file",
           "sealed note", "screening", "hour", "crisis"}  # fmt: skip
OF_UNIT = {
    "unit",
    "post",
    "letter",
    "problem",
    "request",
    "protected",
    "task",
    "export",
    "event",
    "joint event",
    "payment",
    "election",
    "change",
    "league rate",
    "party link",
    "round",
    "nomination",
}
SEALED = {"sealed file", "sealed note", "screening", "hour"}


def answer(name: str, action: str, role: str, kind: str, position: str) -> tuple[bool, bool]:
    """(allowed, visible) of the object ``name`` for a holder of ``role`` on a unit of ``kind``."""
    if role == STUDENT:
        is_own = position in ("own scope", "ends today", "last team") and action == "see_own"
        return is_own, False
    mine = held_at(name, role, kind, position)
    if name in _SPECIAL:
        return _SPECIAL[name](action, mine, role, kind, position)
    return action in mine, _SEES[name] in mine


_SEES = {"student": "see_card", "case": "see_case", "talk": "see_talks", "unit": "see_unit"}


def held_at(name: str, role: str, kind: str, position: str) -> set[str]:
    """The actions that somebody has at this place, by post, seat or link."""
    if position == "locked out" and name in OF_CASE:
        return set()
    mine: set[str] = set()
    if position in IN_FORCE or (position == "branch only" and kind == UnitKind.PARTY):
        mine = OF_ROLE[role]
    elif position == "seat only" and name not in OF_UNIT:
        mine = BY_SEAT
    elif position == "tutor link only" and name not in OF_UNIT:
        mine = BY_LINK["tutor"]
    if kind == UnitKind.OFFICE and _is_served(name, position):
        # A counselling centre serves the unit to which it belongs, in the sealed area only.
        mine = mine | (OF_ROLE[role] & {"clear_psychological"})
    return mine


def _is_served(name: str, position: str) -> bool:
    """Everybody at the school, as long as the post is in force and nothing shuts the person out."""
    is_shut = position == "locked out" and name in OF_CASE
    served = name in ("student", "case", "crisis") or name in SEALED
    return served and not is_shut and position not in ({"graduated"} | OUT_OF_FORCE)


def _anywhere(role: str, action: str, position: str) -> bool:
    """Whether a post of the role carries the action today, wherever it stands."""
    return action in OF_ROLE[role] and position not in OUT_OF_FORCE


def _exists(kind: str, position: str) -> bool:
    """A university has no unit above it."""
    place = POSITIONS[position][1]
    return place != "parent" or bool(FRAMES[kind][2])


Cell = tuple[bool, bool]


def _note(action: str, mine: Collection[str], *_where: Any) -> Cell:
    is_seen = "clear_restricted" in mine
    return is_seen and action == "see_talks", is_seen


def _post(action: str, mine: Collection[str], *_where: Any) -> Cell:
    """Whoever reads the unit or appoints there reads its posts."""
    gives = not {"appoint", "grant_roles"}.isdisjoint(mine)
    is_seen = gives or "see_unit" in mine
    return {"see_unit": is_seen, "appoint": gives}.get(action, False), is_seen


def _letter(action: str, mine: Collection[str], *_where: Any) -> Cell:
    gives = not {"appoint", "grant_roles"}.isdisjoint(mine)
    return gives and action in ("see_unit", "appoint"), gives


def _closed(action: str, mine: Collection[str], _role: str, _kind: str, position: str) -> Cell:
    """Leaders, and the last team as far as the student is theirs; seats ended with the case."""
    held = set() if position == "seat only" else set(mine)
    is_team, leads = position == "last team", "see_closed" in held
    sees = ("see_case" in held and leads) or (is_team and "see_card" in held)
    if action == "see_case":
        return sees, sees
    return action in held and (leads or is_team), sees


def _closed_note(action: str, mine: Collection[str], *where: Any) -> Cell:
    is_seen = _closed("clear_restricted", mine, *where)[0]
    return is_seen and action == "see_talks", is_seen


def _key(action: str, mine: Collection[str], role: str, _kind: str, position: str) -> Cell:
    """By the case; the counselling centre is asked for its opinion, wherever its post stands."""
    is_asked = _anywhere(role, "clear_psychological", position) and position != "locked out"
    is_seen = is_asked or "see_case" in mine
    return (is_seen if action == "see_case" else action in mine), is_seen


def _move(action: str, mine: Collection[str], *_where: Any) -> Cell:
    """Readers of the case read its moves, whoever leads it may take them back; nobody of the
    campus is their receiver."""
    is_seen = "see_case" in mine
    allowed = {"see_move": is_seen, "manage_case": "manage_case" in mine}
    return allowed.get(action, False), is_seen


def _step(action: str, mine: Collection[str], *_where: Any) -> Cell:
    """A promise of a plan is somebody's: others see it by the case, and direct it by leading it."""
    is_seen = "see_case" in mine
    allowed = {"see_task": is_seen, "direct_task": "manage_case" in mine}
    return allowed.get(action, False), is_seen


def _problem(action: str, mine: Collection[str], *_where: Any) -> Cell:
    return action in mine, "see_case" in mine


def _task(action: str, mine: Collection[str], *_where: Any) -> Cell:
    is_seen = not {"do_task", "direct_task"}.isdisjoint(mine)
    return (is_seen if action == "see_task" else action in mine), is_seen


def _request(action: str, mine: Collection[str], role: str, kind: str, position: str) -> Cell:
    """By the office that has it; by the desk, from wherever the post stands."""
    sorts = _anywhere(role, "sort_requests", position) and _exists(kind, position)
    is_seen = sorts or "handle_request" in mine
    allowed = {
        "see_request": is_seen,
        "sort_requests": sorts,
        "handle_request": "handle_request" in mine,
    }
    return allowed.get(action, False), is_seen


def _protected(action: str, _mine: Any, role: str, kind: str, position: str) -> Cell:
    """By the independent handler, unless a post ties him to the unit complained about."""
    is_tied = position in IN_FORCE - {"child"} or position == "parent"
    is_seen = (
        _anywhere(role, "handle_protected", position) and _exists(kind, position) and not is_tied
    )
    allowed = ("see_request", "handle_protected", "handle_request")
    return is_seen and action in allowed, is_seen


def _of_branch(see: str) -> Any:
    """What a party organisation keeps about itself; other units have nothing of the kind."""

    def told(action: str, mine: Collection[str], _role: str, kind: str, position: str) -> Cell:
        held = set(mine) if kind == UnitKind.PARTY else set()
        return action in held, see in held

    return told


def _rate(action: str, mine: Collection[str], _role: str, kind: str, _position: str) -> Cell:
    """Study rates are those of classes and what lies above them; houses and branches have none."""
    held = set() if kind in (UnitKind.BUILDING, UnitKind.PARTY) else set(mine)
    return action in held, "see_unit" in held


def _joint(action: str, mine: Collection[str], _role: str, kind: str, _position: str) -> Cell:
    """An event that another branch entered, in which the unit is named: read and never written."""
    is_seen = kind == UnitKind.PARTY and "see_branch_life" in mine
    return is_seen and action == "see_branch_life", is_seen


def _crisis(action: str, mine: Collection[str], *_where: Any) -> Cell:
    """By the right over the student's cases, by seat, by the centre; nobody of the campus is on its
    call list or acted in it."""
    is_served = "clear_psychological" in mine
    is_seen = is_served or "see_case" in mine
    allowed = {"see_crisis": is_seen, "close_crisis": is_served or "write_case" in mine}
    return allowed.get(action, False), is_seen


def _export(action: str, mine: Collection[str], *_where: Any) -> Cell:
    """What somebody else asked for on the unit: by whoever may consent."""
    is_seen = "approve_export" in mine
    return is_seen and action in ("see_export", "approve_export"), is_seen


def _sealed(action: str, mine: Collection[str], *_where: Any) -> Cell:
    is_seen = "clear_psychological" in mine
    return is_seen and action == "clear_psychological", is_seen


_SPECIAL = {
    "note": _note, "post": _post, "letter": _letter, "closed": _closed,
    "closed note": _closed_note, "key": _key, "move": _move, "step": _step, "problem": _problem,
    "task": _task, "request": _request, "protected": _protected, "crisis": _crisis,
    "export": _export, **dict.fromkeys(SEALED, _sealed),
    "event": _of_branch("see_branch_life"), "joint event": _joint, "election": _of_branch("see_branch_life"),
    "league rate": _rate,
    "nomination": _of_branch("see_branch_life"),
    "party link": _of_branch("see_branch_life"), "round": _of_branch("see_branch_life"),
    "payment": _of_branch("see_dues"), "change": _of_branch("see_party_file"),
}  # fmt: skip
