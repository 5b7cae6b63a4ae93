"""The signed table ``matrix.csv``: role × position × action, as answered and as derived.

A line is (object, action, role, kind of the post's unit); its cells are the positions of
``positions.py``. ``allow``: the rule gives the row for the action. ``403``: the row is visible, the
action is not held. ``404``: the row is not visible. ``-``: units and posts have no such position.
"""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from casework.models import Case, FollowUp
from cohorts.catalogue import LINKS, ROLES
from cohorts.enums import UnitKind
from cohorts.models import Appointment, Unit
from portal.core.access import actions
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import remembered, request_scope
from students.models import Student
from tests.permissions.positions import POSITIONS, STATES, STUDENT, Positions

FILE = Path(__file__).with_name("matrix.csv")
UNKNOWN = "no_such_action"
Line = tuple[str, str, str, str]
Cells = dict[str, str]
# object: its model, the shelf of the campus, and what may be asked about it; None: every action.
OBJECTS: dict[str, tuple[Any, str, tuple[str, ...] | None]] = {
    "student": (Student, "students", None),
    "case": (Case, "cases", ("see_case", "write_case", "manage_case", "clear_restricted",
                             "clear_psychological", "break_glass")),
    "talk": (FollowUp, "talks", ("see_talks",)),
    "note": (FollowUp, "notes", ("see_talks",)),
    "unit": (Unit, "units", ("see_unit", "see_counts", "manage_unit", "appoint", "grant_roles",
                             "manage_contract", "import_staff", "view_as")),
    "post": (Appointment, "posts", ("see_unit", "appoint")),
}  # fmt: skip
# Units and posts do not move, graduate or stand in a branch.
_ONLY_STUDENTS = {"moved in", "moved out", "graduated", "branch only"}


def asked_of(name: str) -> list[str]:
    """The actions asked about an object, one that does not exist among them."""
    listed = OBJECTS[name][2]
    known = [one.code for one in actions()] if listed is None else list(listed)
    return [*known, UNKNOWN]


def places_of(name: str) -> dict[str, tuple[str, str]]:
    if name in ("unit", "post"):
        return {p: pair for p, pair in POSITIONS.items() if p not in _ONLY_STUDENTS}
    return POSITIONS


def answered(campus: Positions) -> dict[Line, Cells]:
    """What the portal says: one question per person, object and action for all positions at once."""
    table: dict[Line, Cells] = {}
    for role, kind in campus.held:
        by_state = {state: _sight(campus, role, kind, state) for state in STATES}
        for name in OBJECTS:
            for action in asked_of(name):
                cells = {}
                for position, (state, place) in places_of(name).items():
                    allowed, visible = by_state[state][name, action]
                    cells[position] = cell(place in allowed, place in visible)
                table[name, action, role, kind] = cells
    _own_records(campus, table)
    return table


def _sight(
    campus: Positions, role: str, kind: str, state: str
) -> dict[tuple[str, str], tuple[set[str], set[str]]]:
    """(places allowed, places visible) by object and action, for one person."""
    person = campus.people[role, kind, state]
    wanted = {place for one, place in POSITIONS.values() if one == state}
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    with request_scope(None):
        for name, (model, shelf, _listed) in OBJECTS.items():
            rows = getattr(campus, shelf)
            asked = {rows[kind, p].pk: p for p in wanted if (kind, p) in rows}
            reached = {
                action: {asked[pk] for pk in _reached(model, person, action, asked)}
                for action in {*asked_of(name), model.see_action}
            }
            for action in asked_of(name):
                found[name, action] = (reached[action], reached[model.see_action])
    return found


def _reached(model: Any, person: User, action: str, asked: Collection[int]) -> list[int]:
    """The rows of ``restrict``. Most actions of one post are the same statement: it is run once."""
    mine = model.objects.restrict(person, action)
    if mine.query.is_empty():
        return []
    rows = mine.filter(pk__in=sorted(asked)).order_by().values("pk")
    sql, params = rows.query.sql_with_params()
    return remembered((sql, repr(params)), lambda: [pk for (pk,) in fetch(sql, params)])


def _own_records(campus: Positions, table: dict[Line, Cells]) -> None:
    """The pseudo role ``student``: what an account has on its own record and on another's."""
    kind = str(UnitKind.CLASS)
    of = {"own scope": ("now", "own"), "sibling": ("now", "sibling"),
          "graduated": ("graduated", "graduated"), "expired yesterday": ("expired", "child"),
          "ends today": ("last day", "moved in"), "frozen account": ("frozen", "moved out")}  # fmt: skip
    for action in asked_of("student"):
        cells = {}
        for position, (state, place) in of.items():
            person, row = campus.people[STUDENT, kind, state], campus.students[kind, place]
            with request_scope(None):
                allowed, visible = (
                    Student.objects.restrict(person, one).filter(pk=row.pk).exists()
                    for one in (action, "see_card")
                )
            cells[position] = cell(allowed, visible)
        table["student", action, STUDENT, kind] = cells


def cell(is_allowed: bool, is_visible: bool) -> str:
    if is_allowed:
        return "allow"
    return "403" if is_visible else "404"


# --- the same, derived from the role catalogue by the words of docs/permissions.md

_BY_SEAT = {"see_card", "see_record", "see_case", "see_talks", "clear_restricted", "write_case",
            "log_talk"}  # fmt: skip
_BY_LINK = {code: set(codes.split()) for code, _name, codes, _limit in LINKS}
_OF_ROLE = {code: set(codes.split()) for code, _n, _d, _s, _k, codes, _one in ROLES}
_IN_FORCE = {"own scope", "child", "moved in", "ends today", "locked out"}


def derived(line: Line, position: str) -> str:
    """The cell as a reader finds it: which actions does this person have here, and is the one
    asked for, or the one that shows the object, among them?"""
    name, action, role, kind = line
    if role == STUDENT:
        is_own = position in ("own scope", "ends today") and action == "see_own"
        return "allow" if is_own else "404"
    if position not in places_of(name):
        return "-"
    mine = _actions_at(name, role, kind, position)
    if kind == UnitKind.OFFICE and _is_served(name, position):
        # A counselling centre serves the unit to which it belongs, in the sealed area only.
        mine = mine | (_OF_ROLE[role] & {"clear_psychological"})
    return cell(*_held(name, action, mine))


def _is_served(name: str, position: str) -> bool:
    """Everybody at the school, as long as the post is in force and nothing shuts the person out."""
    not_served = {"graduated", "expired yesterday", "starts tomorrow", "frozen account"}
    return name in ("student", "case") and position not in (
        not_served | ({"locked out"} if name == "case" else set())
    )


def _actions_at(name: str, role: str, kind: str, position: str) -> set[str]:
    if position == "locked out" and name in ("case", "talk", "note"):
        return set()
    if position in _IN_FORCE:
        return _OF_ROLE[role]
    if position == "branch only" and kind == UnitKind.PARTY:
        return _OF_ROLE[role]
    if position == "seat only" and name not in ("unit", "post"):
        return _BY_SEAT
    if position == "tutor link only" and name not in ("unit", "post"):
        return _BY_LINK["tutor"]
    return set()


def _held(name: str, action: str, mine: Collection[str]) -> tuple[bool, bool]:
    """(allowed, visible) of an object for somebody who has the actions ``mine`` there."""
    see = OBJECTS[name][0].see_action
    if name == "note":  # a note of the task force is read by clearance
        is_seen = "clear_restricted" in mine
        return is_seen and action == see, is_seen
    if name == "post":  # whoever reads the unit or appoints there reads its posts
        gives = not {"appoint", "grant_roles"}.isdisjoint(mine)
        is_seen = gives or "see_unit" in mine
        return {"see_unit": is_seen, "appoint": gives}.get(action, False), is_seen
    return action in mine, see in mine


# --- the file


def written(table: dict[Line, Cells]) -> str:
    """The table as it is kept; grouped by object and action, roles in the catalogue's order."""
    rows = [["object", "action", "role", "unit", *POSITIONS]]
    for line in sorted(table, key=lambda one: (list(OBJECTS).index(one[0]), one[1])):
        rows.append([*line, *(table[line].get(position, "-") for position in POSITIONS)])
    return "".join(",".join(row) + "\n" for row in rows)


def kept() -> dict[Line, Cells]:
    with FILE.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return {
        (row[0], row[1], row[2], row[3]): dict(zip(head[4:], row[4:], strict=True)) for row in rows
    }


def differences(signed: dict[Line, Cells], now: dict[Line, Cells]) -> Iterator[str]:
    """One line for every cell, or whole line, that is not as signed."""
    for line in sorted({*signed, *now}):
        words = " ".join(line[:3]) + f"@{line[3]}"
        if line not in now:
            yield f"{words}: signed, but there is no such role, unit or action any more"
        elif line not in signed:
            yield f"{words}: not signed yet"
        else:
            for position, answer in signed[line].items():
                found = now[line].get(position, "-")
                if found != answer:
                    yield f"{words}, {position}: signed {answer}, now {found}"
