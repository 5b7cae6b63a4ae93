"""The board of open developments by stage, and the due list: what is late, due soon, incomplete.

Figures of all files in reach and the cards of the board are kept until something that they tell is
written; who reaches what is asked each time, and names what is kept.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.enums import Stage
from partybranch.models import Development
from partybranch.queries.cards import COLUMNS, JOINS, SOON, Card, card_of
from portal.core.access import reach_statement
from portal.core.asks import Ask
from portal.core.listing import Found, Listing, Order, digest, reached_page
from portal.core.rows import fetch, named
from portal.core.unchanged import kept_in_state, state_column
from students.queries.standing import class_of

SHOWN = 4
_ACTION = "see_party_file"
_RANGES = {1: "1–2", 2: "3–6", 3: "7–11", 4: "12–18", 5: "19–25"}
# What a list may be narrowed to: a number and the list behind it come from here.
_NARROWED = {
    "late": "d.first_due < %(day)s",
    "soon": "d.first_due >= %(day)s AND d.first_due <= %(soon)s",
    "missing": "d.papers_missing > 0",
}
ONLY = tuple(_NARROWED)
# All that figures and cards tell. Records of steps have no history: they are only added, and taken
# back by a decision.
HISTORIES = (
    "partybranch_developmentevent", "students_placementevent", "students_studentevent",
    "cohorts_unitevent", "partybranch_admissionplanevent", "partybranch_steprecord.id",
    "partybranch_decisionrecord.id",
)  # fmt: skip
_OPEN = {"ended_on__isnull": True}


def stage_names() -> dict[int, str]:
    return {
        1: _("Application"), 2: _("Activists"), 3: _("Development targets"),
        4: _("Admission on probation"), 5: _("Probation and full membership"),
    }  # fmt: skip


def open_files(user: Any) -> QuerySet[Development]:
    """Open developments whose file ``user`` may see."""
    rows: QuerySet[Development] = Development.objects.restrict(user, _ACTION)
    return rows.filter(ended_on=None)


@dataclass(frozen=True)
class Figures:
    """``total`` files with how many are late, due soon, incomplete; each opens its list."""

    total: int = 0
    late: int = 0
    soon: int = 0
    missing: int = 0


@dataclass(frozen=True)
class Counts:
    """Numbers of open files by (branch, stage), names of the branches, and of each the members
    admitted this year and the places planned."""

    files: dict[tuple[int, int], tuple[int, int, int, int]]
    names: dict[int, str]
    admitted: dict[int, int]
    places: dict[int, int]

    def figures(self, branch: int = 0, stage: int = 0) -> Figures:
        chosen = [
            row for (unit, reached), row in self.files.items()
            if branch in (0, unit) and stage in (0, reached)
        ]  # fmt: skip
        return Figures(*map(sum, zip(*chosen, strict=True))) if chosen else Figures()

    def branches(self) -> list[tuple[int, str, int]]:
        """(key, name, open files) of the branches, by name."""
        totals: Counter[int] = Counter()
        for (unit, _stage), row in self.files.items():
            totals[unit] += row[0]
        rows = ((pk, self.names[pk], n) for pk, n in totals.items())
        return sorted(rows, key=lambda row: row[1])

    def plan(self, branch: int = 0) -> tuple[int, int] | None:
        """(admitted, places) of the year (P22); None where there is no plan."""
        chosen = [branch] if branch else list(self.names)
        if not any(pk in self.places for pk in chosen):
            return None
        return (
            sum(self.admitted.get(pk, 0) for pk in chosen),
            sum(self.places.get(pk, 0) for pk in chosen),
        )


def state_asked() -> Ask:
    """The state of all that the board tells, for the page's own statement."""
    return Ask(f"SELECT to_json({state_column(HISTORIES)})")


def _days() -> dict[str, Any]:
    day = timezone.localdate()
    return {"day": day, "soon": day + SOON}


_FILTERED = ", ".join(f"count(*) FILTER (WHERE {sql})" for sql in _NARROWED.values())
_MINE = "partybranch_development d WHERE d.ended_on IS NULL AND d.id = ANY(ARRAY({reach}))"
_COUNTED = f"SELECT d.branch_id, d.stage, count(*), {_FILTERED} FROM {_MINE} GROUP BY 1, 2"
_PLANS = """
    SELECT u.id, coalesce(nullif(u.short_name, ''), u.name), p.places,
           (SELECT count(*) FROM partybranch_steprecord r
             WHERE r.branch_id = u.id AND r.step = 17 AND r.withdrawn_by_id IS NULL
               AND NOT r.is_former AND r.on BETWEEN %(first)s AND %(last)s)
      FROM cohorts_unit u
      LEFT JOIN partybranch_admissionplan p ON p.branch_id = u.id AND p.year = %(year)s
     WHERE u.id = ANY(%(units)s::bigint[])
"""


def counts(user: Any, state: str) -> Counts:
    """Figures of the open files in reach, as they are in this ``state``."""
    reach = reach_statement(Development, user, _ACTION, **_OPEN)
    if reach is None:
        return Counts({}, {}, {}, {})

    def read() -> Counts:
        rows = fetch(_COUNTED.format(reach=reach[0]), reach[1] | _days())
        files = {(unit, stage): tuple(numbers) for unit, stage, *numbers in rows}
        plans = plans_of({unit for unit, _stage in files})
        return Counts(
            files,  # type: ignore[arg-type]
            {pk: name for pk, name, _places, _n in plans},
            {pk: n for pk, _name, _places, n in plans},
            {pk: places for pk, _name, places, _n in plans if places is not None},
        )

    name = f"party-files:{timezone.localdate()}:{digest(reach)}"
    return kept_in_state(name, state, HISTORIES, read)


def plans_of(units: Iterable[int]) -> list[tuple[Any, ...]]:
    """(key, name, places of the year, admitted in it) of organisations."""
    year = timezone.localdate().year
    asked = {"units": list(units), "year": year, "first": dt.date(year, 1, 1),
             "last": dt.date(year, 12, 31)}  # fmt: skip
    return fetch(_PLANS, asked)


_URGENT = f"""
    SELECT {", ".join(COLUMNS)}, {{class_of}}
      FROM (SELECT d.*, row_number() OVER (
                     PARTITION BY d.stage ORDER BY d.first_due NULLS LAST, d.id) AS place
              FROM {_MINE} AND (%(branch)s = 0 OR d.branch_id = %(branch)s)) d {JOINS}
     WHERE d.place <= {SHOWN} ORDER BY d.stage, d.place
"""


def lanes(user: Any, counted: Counts, branch: int, state: str) -> list[dict[str, Any]]:
    """The five stages: how many, and the four most urgent of each."""
    by_stage: dict[int, list[Card]] = {}
    for row in _urgent(user, branch, state):
        card = card_of(row)
        by_stage.setdefault(card.stage, []).append(card)
    names = stage_names()
    totals = {stage: counted.figures(branch, stage).total for stage in Stage.values}
    return [
        {"stage": stage, "label": names[stage], "range": _("steps %(r)s") % {"r": _RANGES[stage]},
         "total": totals[stage], "cards": by_stage.get(stage, []),
         "more": max(totals[stage] - SHOWN, 0)}
        for stage in Stage.values
    ]  # fmt: skip


def _urgent(user: Any, branch: int, state: str) -> list[tuple[Any, ...]]:
    reach = reach_statement(Development, user, _ACTION, **_OPEN)
    if reach is None:
        return []

    def read() -> list[tuple[Any, ...]]:
        place = class_of("d.student_id")
        inside, params = named(place.sql, place.params, "place")
        sql = _URGENT.format(reach=reach[0], class_of=inside)
        return fetch(sql, reach[1] | params | _days() | {"branch": branch})

    name = f"party-lanes:{timezone.localdate()}:{branch}:{digest(reach)}"
    return kept_in_state(name, state, HISTORIES, read)


_FILES = Listing(
    Development, "d", JOINS, COLUMNS, ("partybranch_developmentevent", "students_placementevent"),
    wide=400,
)  # fmt: skip


@dataclass(frozen=True)
class Narrow:
    """What the list is narrowed to: a branch, a stage, one of ``ONLY``."""

    branch: int = 0
    stage: int = 0
    only: str = ""


def due_page(user: Any, narrow: Narrow, counted: Counts, number: int) -> Found:
    """One page of 50 of the open files in reach as cards, what is due first at the head."""
    parts = [_NARROWED[narrow.only]] if narrow.only else []
    params: dict[str, Any] = _days() if narrow.only else {}
    for name in ("stage", "branch"):
        if value := getattr(narrow, name):
            parts.append(f"d.{name}{'_id' if name == 'branch' else ''} = %(of_{name})s")
            params[f"of_{name}"] = value
    # An index has the open files in this order; those without a day stand at its end.
    walk = " AND ".join(["d.ended_on IS NULL", *parts, "{test}"])
    order = Order(
        "d.first_due, d.id", walk=f"partybranch_development d WHERE {walk}", params=params,
        where=" AND ".join(parts),
    )  # fmt: skip

    def count(_state: str, _reach: str) -> int:
        figures = counted.figures(narrow.branch, narrow.stage)
        return int(getattr(figures, narrow.only or "total"))

    found = reached_page(
        _FILES, user, _ACTION, order, number, [class_of("d.student_id")], count, **_OPEN
    )
    return Found([card_of(row) for row in found.rows], found.total, found.number)
