"""Everything one unit's dashboard shows to one viewer, in a constant number of statements."""

from typing import Any

from django.utils.translation import get_language

from casework.queries.figures import cases
from cohorts.enums import UnitKind
from cohorts.models import Contract, Unit
from cohorts.queries.contract_groups import group_counts
from portal.core.access import reasons
from portal.web.queries.below import Below, units_below
from portal.web.queries.items import Owner, owners
from portal.web.queries.kept import kept_while_unchanged
from portal.web.queries.lines import case_lines
from portal.web.queries.sight import Sight, shut_for, sight
from portal.web.queries.snapshot import snapshot
from portal.web.queries.study import fail_heat
from portal.web.queries.talks import coverage_chart
from portal.web.queries.tiles import case_url, list_url, shown, student_url, tiles

# Above these the page ranks units instead of naming people.
_PERSON_KINDS = {
    UnitKind.COHORT, UnitKind.CLASS, UnitKind.GROUP, UnitKind.BUILDING, UnitKind.FLOOR,
    UnitKind.ROOM,
}  # fmt: skip
_TOP = 5
_TOP_OWNERS = 6


def dashboard(user: Any, unit: Unit) -> dict[str, Any]:
    """Context of web/unit.html. ``unit`` was fetched with ``get_for(user, "see_unit", …)``."""
    seen = sight(user, unit)
    shut = shut_for(user, seen)
    now = snapshot(unit, with_cases=seen.case_figures, with_results=seen.result_figures, shut=shut)
    page: dict[str, Any] = {
        "unit": unit,
        "sight": seen,
        "taken_at": now.taken_at,
        "tiles": tiles(unit, seen, now),
        "why": "；".join(reason.text for reason in reasons(user, "see_unit", unit)),
        "chart": coverage_chart(now),
        "untalked_url": student_url(unit, "untalked") if seen.has("see_talks") else "",
        "contract": _contract(unit),
    }
    if seen.result_figures and now.results_term:
        page["fails"] = fail_heat(unit, now.results_term)
        page["results_term"] = now.results_term
    if seen.cases:
        # The list behind the number asks the same question (``/silence/?unit=``).
        page["silent"] = cases(user, unit, "silent").count()
        page["silent_url"] = list_url("casework:silence", unit.pk, "")
    if unit.kind in _PERSON_KINDS and seen.cases:
        page |= _people(user, unit, now.cases.unrecorded if now.cases else 0, shut)
    if unit.kind in {UnitKind.UNIVERSITY, UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT}:
        page["below"] = _below(unit, seen, shut)
    return page


def _people(user: Any, unit: Unit, unrecorded: int, shut: tuple[int, ...]) -> dict[str, Any]:
    first = cases(user, unit, "unrecorded").order_by("contact_due_at", "pk")
    late = [owner for owner in owners(unit.pk, shut) if owner.late]
    return {
        "unrecorded": case_lines(first, _TOP),
        "unrecorded_total": unrecorded,
        "unrecorded_url": case_url(unit, "unrecorded"),
        "open_url": case_url(unit, "open"),
        "late_owners": [_owner_row(unit, owner) for owner in late[:_TOP_OWNERS]],
        "late_total": sum(owner.late for owner in late),
        "late_owner_count": len(late),
    }


def _owner_row(unit: Unit, owner: Owner) -> dict[str, Any]:
    # The overdue contacts open the case list; the other kinds the list of items.
    return {"owner": owner, "key": owner.pk or 0, "kinds": owner.late_by_kind}


def _contract(unit: Unit) -> dict[str, Any] | None:
    """The contracting group of a cohort: leader, strength, gaps."""
    if unit.kind != UnitKind.COHORT:
        return None
    found = Contract.objects.filter(cohort_id=unit.pk).order_by("-academic_year").first()
    if found is None:
        return None
    group = kept_while_unchanged(
        f"group:{found.pk}:{get_language()}", lambda: group_counts([found])
    )
    types = group[found.pk]
    leader = next((one.names[0] for one in types if one.member_type == "leader" and one.names), "")
    return {
        "pk": found.pk,
        "leader": leader,
        "members": sum(one.have for one in types),
        "gaps": [one for one in types if one.gap],
    }


def _below(unit: Unit, seen: Sight, shut: tuple[int, ...]) -> list[dict[str, Any]]:
    """Rows of the units below; case numbers only as far as the viewer sees them here."""
    hide = seen.counts_only
    return [_below_row(row, seen, hide) for row in units_below(unit, shut)]


def _below_row(row: Below, seen: Sight, hide: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "label": row.label,
        "url": row.url,
        "kind": UnitKind(row.kind).label,
        "students": row.students,
        "students_url": list_url("students:list", row.pk, "") if seen.students else "",
    }
    if seen.case_figures:
        made["figures"] = [
            {
                "code": code,
                "text": shown(n, hide),
                "zero": n == 0,
                "url": list_url("casework:cases", row.pk, code) if seen.cases and n else "",
            }
            for code, n in (
                ("open", row.open), ("overdue", row.overdue), ("red", row.red),
                ("unrecorded", row.unrecorded),
            )
        ]  # fmt: skip
        small = hide and 0 < row.open < 3
        made["rate"] = "" if small or not row.students else f"{row.open / row.students:.1%}"
    return made
