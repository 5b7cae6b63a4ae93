"""The signed table ``matrix.csv``: role × position × action, as answered and as derived.

A line is (object, action, role, kind of the post's unit); its cells are the positions of
``positions.py``. ``allow``: the rule gives the row for the action. ``403``: the row is visible, the
action is not held. ``404``: the row is not visible. ``-``: units and posts have no such position.
"""

import csv
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

from casework.models import (
    Booking,
    Case,
    CommonProblem,
    Crisis,
    FollowUp,
    KeyRequest,
    Request,
    Screening,
    SealedFile,
    SealedNote,
    Transition,
)
from cohorts.enums import UnitKind
from cohorts.models import Appointment, Export, Letter, Task, Unit
from partybranch.models import (
    BranchEvent,
    DuesPayment,
    Election,
    LeagueRate,
    LinkRound,
    Nomination,
    PartyLink,
    Reorganization,
)
from portal.core.access import actions
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import remembered, request_scope
from students.models import Student
from tests.permissions.positions import POSITIONS, STATES, STUDENT, Positions
from tests.permissions.reading import OF_UNIT, answer

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
    "closed": (Case, "closed", ("see_case", "write_case", "manage_case", "clear_restricted")),
    "closed note": (FollowUp, "closed_notes", ("see_talks",)),
    "key": (KeyRequest, "keys", ("see_case", "write_case", "manage_case")),
    "move": (Transition, "moves", ("see_move", "manage_case", "answer_move")),
    "step": (Task, "steps", ("see_task", "do_task", "direct_task")),
    "sealed file": (SealedFile, "sealed_files", ("clear_psychological",)),
    "sealed note": (SealedNote, "sealed_notes", ("clear_psychological",)),
    "screening": (Screening, "screenings", ("clear_psychological",)),
    "hour": (Booking, "hours", ("clear_psychological", "see_own")),
    "letter": (Letter, "letters", ("see_unit", "appoint")),
    "problem": (CommonProblem, "problems", ("see_case", "manage_case")),
    "event": (BranchEvent, "life_events", ("see_branch_life", "write_branch_life",
                                           "approve_party_file")),
    "joint event": (BranchEvent, "joint_events", ("see_branch_life", "write_branch_life",
                                                  "approve_party_file")),
    "election": (Election, "elections", ("see_branch_life", "write_branch_life",
                                        "approve_party_file")),
    "league rate": (LeagueRate, "rates", ("see_unit", "approve_party_file")),
    "party link": (PartyLink, "party_links", ("see_branch_life", "write_branch_life")),
    "round": (LinkRound, "link_rounds", ("see_branch_life", "write_branch_life")),
    "nomination": (Nomination, "nominations", ("see_branch_life", "write_branch_life",
                                              "approve_party_file")),
    "payment": (DuesPayment, "payments", ("see_dues", "write_dues")),
    "change": (Reorganization, "changes", ("see_party_file", "write_party_file",
                                           "approve_party_file")),
    "task": (Task, "tasks", ("see_task", "do_task", "direct_task")),
    "request": (Request, "requests", ("see_request", "handle_request", "sort_requests",
                                      "own_request")),
    "protected": (Request, "protected", ("see_request", "handle_protected", "handle_request",
                                         "sort_requests", "own_request")),
    "crisis": (Crisis, "crises", ("see_crisis", "close_crisis")),
    "export": (Export, "exports", ("see_export", "approve_export")),
}  # fmt: skip
# Units and posts do not move, graduate or stand in a branch.
_ONLY_STUDENTS = {"moved in", "moved out", "graduated", "branch only"}


def asked_of(name: str) -> list[str]:
    """The actions asked about an object, one that does not exist among them."""
    listed = OBJECTS[name][2]
    known = [one.code for one in actions()] if listed is None else list(listed)
    return [*known, UNKNOWN]


def places_of(name: str) -> dict[str, tuple[str, str]]:
    if name in OF_UNIT:
        return {p: pair for p, pair in POSITIONS.items() if p not in _ONLY_STUDENTS}
    return POSITIONS


# In how many runs of the suite every cell outside the state "now" is asked once; 1: in each.
PARTS = 1 if os.environ.get("MATRIX_WRITE") or os.environ.get("MATRIX_FULL") else 4


def is_asked(role: str, kind: str, state: str, name: str, action: str) -> bool:
    """Whether this run asks: all of a post in force, of the other states each object and action with
    a quarter of the roles (``MATRIX_PART`` 0 to 3, ``MATRIX_FULL=1`` for all)."""
    words = f"{role} {kind} {state} {name} {action}"
    part = int(os.environ.get("MATRIX_PART", "0"))
    return state == "now" or crc32(words.encode()) % PARTS == part % PARTS


def answered(campus: Positions) -> dict[Line, Cells]:
    """What the portal says, for the cells of this run: one question per person, object and action
    for all positions at once."""
    table: dict[Line, Cells] = {}
    for role, kind in campus.held:
        by_state = {state: _sight(campus, role, kind, state) for state in STATES}
        for name in OBJECTS:
            for action in asked_of(name):
                cells = {}
                for position, (state, place) in places_of(name).items():
                    if (name, action) not in by_state[state]:
                        continue
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
            listed = [one for one in asked_of(name) if is_asked(role, kind, state, name, one)]
            if not listed:
                continue
            if not asked:  # units other than party organisations keep no events
                found |= {(name, one): (set(), set()) for one in listed}
                continue
            reached = {
                action: {asked[pk] for pk in _reached(model, person, action, asked)}
                for action in {*listed, model.see_action}
            }
            for action in listed:
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


def derived(line: Line, position: str) -> str:
    """The cell as a reader finds it (``reading.py``)."""
    name, action, role, kind = line
    if position not in places_of(name):
        return "-"
    return cell(*answer(name, action, role, kind, position))


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
                found = now[line].get(position, answer if PARTS > 1 else "-")
                if found != answer:
                    yield f"{words}, {position}: signed {answer}, now {found}"
