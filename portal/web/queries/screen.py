"""The big screen: figures without names, small cells hidden, open to look at for passers-by."""

from typing import Any

from cohorts.models import Unit
from portal.web.queries.below import units_below
from portal.web.queries.sight import shut_for, sight
from portal.web.queries.snapshot import snapshot
from portal.web.queries.study import fail_heat
from portal.web.queries.talks import coverage_chart
from portal.web.queries.tiles import LEAST, shown, tiles

_ROWS = 8


def screen(user: Any, unit: Unit) -> dict[str, Any]:
    """Context of web/screen.html: the tiles with every cell under three hidden."""
    seen = sight(user, unit)
    shut = shut_for(user, seen)
    now = snapshot(unit, with_cases=seen.case_figures, with_results=seen.result_figures, shut=shut)
    rows = [
        {
            "label": row.label,
            "students": row.students,
            "open": shown(row.open, True) if seen.case_figures else "",
            "overdue": shown(row.overdue, True) if seen.case_figures else "",
        }
        for row in units_below(unit, shut)[:_ROWS]
    ]
    page: dict[str, Any] = {
        "unit": unit,
        "tiles": tiles(unit, seen, now, names=False),
        "taken_at": now.taken_at,
        "chart": coverage_chart(now),
        "rows": rows,
        "with_cases": seen.case_figures,
    }
    if seen.result_figures and now.results_term:
        page["courses"] = _courses(unit, now.results_term)
        page["results_term"] = now.results_term
    return page


def _courses(unit: Unit, term: str) -> list[dict[str, Any]]:
    """Courses of the newest term by failing rate, without groups under three."""
    heat = fail_heat(unit, term)
    found = []
    for place, course in enumerate(heat["columns"]):
        cells = [row["cells"][place] for row in heat["rows"] if not row["total"]]
        took = sum(cell["total"] or 0 for cell in cells)
        failed = sum(cell["n"] or 0 for cell in cells)
        if took >= LEAST and not 0 < failed < LEAST:
            found.append(
                {
                    "name": course.replace("|", ""),
                    "took": took,
                    "failed": failed,
                    "rate": failed / took,
                }
            )
    return found
