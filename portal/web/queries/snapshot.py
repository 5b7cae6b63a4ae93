"""The numbers of one unit at one moment, for tiles, big screen and reports (rulebook 9.4).

Nothing here decides who may see them: the page asks ``sight`` first and leaves out what the
viewer may not see. Every number equals the length of the list its tile opens.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from casework.queries.coverage import Coverage, talk_coverage
from casework.queries.figures import CaseCounts, counts, last_month_end
from cohorts.enums import UnitKind
from cohorts.models import Term, Unit
from portal.web.queries.kept import (
    PAST_SECONDS,
    SCHOOL_SECONDS,
    kept,
    kept_out,
    kept_while_unchanged,
)
from students.enums import ENROLLED_STATUSES, ON_CAMPUS_STATUSES
from students.queries.population import (
    BELOW,
    OwedCounts,
    headcount_on,
    newest_term_with_results,
    owed_counts,
)

HERE = (
    """
    here AS (
        SELECT DISTINCT p.student_id FROM students_placement p
          JOIN ("""
    + BELOW
    + """) t ON t.descendant_id = p.unit_id
         WHERE p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
    )
"""
)

_PEOPLE = f"""
    WITH {HERE}, crossing AS (
        SELECT coalesce(nullif(u.short_name, ''), u.name) AS label, count(DISTINCT p.student_id) AS n
          FROM here JOIN students_placement p USING (student_id)
          JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
          JOIN cohorts_unit u ON u.id = t.ancestor_id AND u.kind = %(kind)s
         WHERE p.tree IN ('academy', 'class')
           AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
         GROUP BY u.id ORDER BY n DESC, u.code LIMIT 4
    )
    SELECT count(*), count(*) FILTER (WHERE s.status = ANY(%(away)s)),
           (SELECT array_agg(label) FROM crossing), (SELECT array_agg(n) FROM crossing)
      FROM here JOIN students_student s ON s.id = here.student_id
"""

_EXTRAS = f"""
    WITH {HERE}, cases AS (
        SELECT c.id, c.level_id, c.last_contact_at FROM casework_case c JOIN here USING (student_id)
         WHERE c.closed_at IS NULL AND c.id <> ALL(%(shut)s::bigint[])
    ), entries AS (
        SELECT e.case_id, e.category_id, coalesce(g.parent_id, g.code) AS top
          FROM cases JOIN casework_ledgerentry e ON e.case_id = cases.id AND e.left_at IS NULL
          JOIN casework_casecategory g ON g.code = e.category_id
    ), tops AS (
        SELECT g.short_name, g."order" AS place, count(DISTINCT e.case_id) AS n
          FROM entries e JOIN casework_casecategory g ON g.code = e.top GROUP BY g.code
    )
    SELECT (SELECT array_agg(short_name ORDER BY place) FROM tops),
           (SELECT array_agg(n ORDER BY place) FROM tops),
           (SELECT count(*) FROM (SELECT case_id FROM entries GROUP BY case_id
                                  HAVING count(category_id) >= 2) many),
           (SELECT count(*) FROM cases WHERE level_id = 'RED' AND last_contact_at >= %(since)s)
"""


@dataclass(frozen=True)
class People:
    """Students standing in the unit, those of them away, and the other tree's units."""

    total: int
    away: int
    split: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Extras:
    """Open cases by category, in several categories, red ones contacted since yesterday."""

    categories: tuple[tuple[str, int], ...]
    multiple: int
    red_contacted: int


@dataclass(frozen=True)
class Snapshot:
    """``before`` values are those of the last month end; None where a part was not asked for."""

    taken_at: dt.datetime
    people: People
    people_before: int
    cases: CaseCounts | None
    cases_before: CaseCounts | None
    extras: Extras | None
    owed: OwedCounts | None
    coverage: Coverage | None
    coverage_before: Coverage | None
    term: Term | None
    term_before: Term | None
    results_term: str | None


def snapshot(
    unit: Unit, *, with_cases: bool, with_results: bool, shut: Sequence[int] = ()
) -> Snapshot:
    """Count the unit now. Sums over the whole school are kept for a few minutes. Cases in ``shut``
    are not counted: the reader is locked out of them."""
    key = f"snapshot:{unit.pk}:{with_cases:d}{with_results:d}{kept_out(shut)}"
    if unit.kind == UnitKind.UNIVERSITY:
        key = f"{key}:{timezone.localdate()}"
        return kept(key, SCHOOL_SECONDS, lambda: _take(unit, with_cases, with_results, shut))
    return kept_while_unchanged(key, lambda: _take(unit, with_cases, with_results, shut))


def _take(unit: Unit, with_cases: bool, with_results: bool, shut: Sequence[int]) -> Snapshot:
    now = timezone.now()
    today, month_end = timezone.localdate(), last_month_end(now)
    past = f"{unit.pk}:{timezone.localdate(month_end)}:{today}"
    term, before = two_terms(today)
    return Snapshot(
        taken_at=now,
        people=people(unit, today),
        people_before=kept(
            f"heads:{past}",
            PAST_SECONDS,
            lambda: headcount_on(unit.pk, timezone.localdate(month_end)),
        ),
        cases=counts(unit.pk, now, shut) if with_cases else None,
        cases_before=(
            kept(
                f"cases:{past}{kept_out(shut)}",
                PAST_SECONDS,
                lambda: counts(unit.pk, month_end, shut),
            )
            if with_cases
            else None
        ),
        extras=extras(unit.pk, today, shut) if with_cases else None,
        owed=owed_counts(unit.pk, today) if with_results else None,
        coverage=talk_coverage(unit.pk, term, now, today) if term else None,
        coverage_before=_earlier_coverage(unit, before, past),
        term=term,
        term_before=before,
        results_term=newest_term_with_results() if with_results else None,
    )


def _earlier_coverage(unit: Unit, term: Term | None, key: str) -> Coverage | None:
    """The whole of the term before, as the line to compare with."""
    if term is None:
        return None
    end = timezone.make_aware(
        dt.datetime.combine(term.starts_on + dt.timedelta(weeks=term.weeks), dt.time())
    ) - dt.timedelta(seconds=1)
    return kept(
        f"coverage:{term.pk}:{key}",
        PAST_SECONDS,
        lambda: talk_coverage(unit.pk, term, end, timezone.localdate()),
    )


def two_terms(day: dt.date) -> tuple[Term | None, Term | None]:
    """The term that began last on ``day`` and the one before it."""
    begun = list(Term.objects.filter(starts_on__lte=day).order_by("-starts_on")[:2])
    return (begun[0] if begun else None, begun[1] if len(begun) > 1 else None)


def people(unit: Unit, day: dt.date) -> People:
    """Head count and how it splits over the units of the other tree (rulebook 0.2)."""
    other = {
        UnitKind.ACADEMY: UnitKind.COLLEGE,
        UnitKind.UNIVERSITY: "",
    }.get(unit.kind, UnitKind.ACADEMY)
    if unit.kind in {UnitKind.COHORT, UnitKind.GROUP} and unit.parent_id:
        other = _other_side(unit)
    away = [s for s in ENROLLED_STATUSES if s not in ON_CAMPUS_STATUSES]
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"unit": unit.pk, "day": day, "kind": other, "away": away})
        total, gone, labels, numbers = cursor.fetchone()
    return People(total, gone, tuple(zip(labels or (), numbers or (), strict=True)))


def _other_side(unit: Unit) -> str:
    parent = unit.parent
    return UnitKind.COLLEGE if parent and parent.kind == UnitKind.ACADEMY else UnitKind.ACADEMY


def extras(unit_id: int, day: dt.date, shut: Sequence[int] = ()) -> Extras:
    """Details of the case tiles in one statement."""
    yesterday = timezone.make_aware(
        dt.datetime.combine(timezone.localdate() - dt.timedelta(days=1), dt.time())
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _EXTRAS, {"unit": unit_id, "day": day, "since": yesterday, "shut": list(shut)}
        )
        names, numbers, multiple, contacted = cursor.fetchone()
    return Extras(tuple(zip(names or (), numbers or (), strict=True)), multiple, contacted)
