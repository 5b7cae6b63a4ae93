"""Causes that repeat, and the general fixes against them (system 15)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from casework.models import Case, CommonProblem, LedgerEntry
from casework.queries.numbers import number
from cohorts.access import granted_unit_ids
from cohorts.models import Unit
from portal.core.access import reach_statement
from portal.core.rows import array_of, fetch
from students.queries.population import standing_in


@dataclass(frozen=True)
class Alike:
    """Open cases of one cause in one unit, enough of them to look for a general fix."""

    cause: str
    cause_name: str
    unit_id: int
    unit: Unit
    number: int


# The smallest unit that holds all cases alike stands for those above it; what is being fixed in
# the unit or above it is not proposed again.
_ALIKE = """
    WITH mine AS MATERIALIZED (
        SELECT c.id, c.student_id FROM casework_case c
         WHERE c.id = ANY(ARRAY({reach})) AND c.closed_at IS NULL
    ), stands AS (
        SELECT DISTINCT e.cause_id, mine.id AS case_id, t.ancestor_id AS unit_id
          FROM mine JOIN casework_ledgerentry e
            ON e.case_id = mine.id AND e.left_at IS NULL AND e.cause_id IS NOT NULL
          JOIN students_placement p ON p.student_id = mine.student_id
           AND p.tree IN ('class', 'academy') AND p.since <= %(alike_day)s
           AND (p.until IS NULL OR p.until >= %(alike_day)s)
          JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
         WHERE t.ancestor_id = ANY(%(alike_units)s::bigint[])
    ), alike AS MATERIALIZED (
        SELECT cause_id, unit_id, count(*) AS n FROM stands
         GROUP BY cause_id, unit_id HAVING count(*) >= %(alike_from)s
    )
    SELECT a.cause_id, k.name, a.unit_id, a.n
      FROM alike a JOIN casework_causecode k ON k.code = a.cause_id
     WHERE NOT EXISTS (
           SELECT 1 FROM alike d JOIN cohorts_unittree t
               ON t.ancestor_id = a.unit_id AND t.descendant_id = d.unit_id AND t.depth > 0
            WHERE d.cause_id = a.cause_id AND d.n = a.n)
       AND NOT EXISTS (
           SELECT 1 FROM casework_commonproblem q JOIN cohorts_unittree t
               ON t.ancestor_id = q.unit_id AND t.descendant_id = a.unit_id
            WHERE q.cause_id = a.cause_id AND q.fixed_at IS NULL AND q.dropped_at IS NULL)
     ORDER BY a.n DESC, k."order", a.unit_id
     LIMIT 50
"""


def alike(user: Any) -> list[Alike]:
    """Causes of at least ``problem.from_cases`` open cases in a unit where ``user`` leads cases,
    the most frequent first; among the cases that ``user`` may see. Three statements."""
    mine, units = reach_statement(Case, user, "see_case"), granted_unit_ids(user, "manage_case")
    if mine is None or not units:
        return []
    statement, params = mine
    asked = {
        "alike_day": timezone.localdate(), "alike_units": array_of(units),
        "alike_from": number("problem.from_cases"),
    }  # fmt: skip
    rows = fetch(_ALIKE.format(reach=statement), {**params, **asked})
    named = Unit.objects.in_bulk({row[2] for row in rows})
    return [Alike(cause, name, unit, named[unit], n) for cause, name, unit, n in rows]


def cases_alike(user: Any, cause: str, unit_id: int) -> QuerySet[Case]:
    """Open cases with an open entry of this cause, of students in the unit, that ``user`` sees."""
    rows: QuerySet[Case] = Case.objects.restrict(user, "see_case").filter(closed_at=None)
    entries = LedgerEntry.objects.filter(left_at=None, cause=cause).values("case_id")
    here = standing_in(unit_id, timezone.localdate())
    return rows.filter(pk__in=entries, student_id__in=here)


def in_state(rows: QuerySet[CommonProblem], state: str) -> QuerySet[CommonProblem]:
    """Those of one state, what is due first coming first."""
    order = ("check_on", "pk") if state == "fixed" else ("due_on", "pk")
    if state in ("checked", "dropped"):
        order = ("-opened_at", "pk")
    return rows.filter(state=state).select_related("cause", "unit", "owner").order_by(*order)


def linked_cases(user: Any, problem: CommonProblem) -> QuerySet[Case]:
    """The cases behind a problem, as far as ``user`` may see them."""
    rows: QuerySet[Case] = Case.objects.restrict(user, "see_case")
    found = rows.filter(problem_links__problem=problem).select_related("student", "level")
    return found.order_by("level__rank", "-reported_at", "pk")


def new_entries(problem: CommonProblem, since: dt.datetime, until: dt.datetime) -> int:
    """Cases newly entered with this cause in [since, until), of students in the unit today."""
    rows = LedgerEntry.objects.filter(
        cause=problem.cause_id,
        entered_at__gte=since,
        entered_at__lt=until,
        case__student_id__in=standing_in(problem.unit_id, timezone.localdate()),
    )
    return rows.values("case_id").distinct().count()


def counted(problem: CommonProblem) -> tuple[int, int, int] | None:
    """(new cases before the fix, after it, days on each side) up to now; None before the fix."""
    fixed = problem.fixed_at
    if fixed is None:
        return None
    whole = dt.timedelta(days=number("problem.check_days"))
    span = min(whole, max(timezone.now() - fixed, dt.timedelta(days=1)))
    before = new_entries(problem, fixed - span, fixed)
    return before, new_entries(problem, fixed, fixed + span), span.days
