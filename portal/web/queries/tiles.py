"""Tiles 1, 2, 3 and 7 of rulebook 9.4 as plain values for ``components/tiles.html``."""

from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.queries.coverage import Coverage
from cohorts.models import Unit
from portal.core.ui.marks import delta_words, percent
from portal.web.queries.sight import Sight
from portal.web.queries.snapshot import Snapshot

# Cells of fewer people are not shown to those who see counts only (rulebook 9.4).
LEAST = 3
Tile = dict[str, Any]


def tiles(unit: Unit, sight: Sight, now: Snapshot, *, names: bool = True) -> list[Tile]:
    """The tiles this viewer may see. ``names`` False (big screen): no links, small cells hidden."""
    made = [_students(unit, now, linked=names and sight.students)]
    if now.cases is not None and sight.case_figures:
        hide = sight.counts_only or not names
        made += [
            _focus(unit, now, hide),
            _overdue(unit, now, hide),
            _red(unit, now, hide),
        ]
        if hide:
            made[1:] = [_without_link(tile) for tile in made[1:]]
    if now.owed is not None and sight.result_figures:
        made.append(_academic(unit, now, hide=not (names and sight.results)))
    if now.coverage is not None:
        made.append(_talks(unit, now, linked=names and sight.has("see_talks")))
    return made


def case_url(unit: Unit | None, figure: str, **more: Any) -> str:
    return _list("casework:cases", unit, figure, **more)


def student_url(unit: Unit | None, figure: str = "", **more: Any) -> str:
    return _list("students:list", unit, figure, **more)


def _list(name: str, unit: Unit | None, figure: str, **more: Any) -> str:
    return list_url(name, unit.pk if unit else None, figure, **more)


@cache
def _path(name: str) -> str:
    return reverse(name)


def list_url(name: str, unit_id: int | None, figure: str, **more: Any) -> str:
    """Address of a list narrowed to a unit and a figure; cheap enough for every table cell."""
    path = _path(name)
    parts = {"unit": unit_id or "", "figure": figure, **more}
    words = "&".join(f"{key}={value}" for key, value in parts.items() if value != "")
    return f"{path}?{words}" if words else path


def shown(value: int, hide: bool) -> str:
    """The number, or ``<3`` where it would point at one or two people."""
    return f"<{LEAST}" if hide and 0 < value < LEAST else str(value)


def _change(now: int, before: int, good: str, hide: bool = False) -> dict[str, Any]:
    """较上月末 ±n; left out where the numbers themselves are hidden."""
    if hide and (0 < now < LEAST or 0 < before < LEAST or 0 < abs(now - before) < LEAST):
        return {}
    words, tone = delta_words(now - before, good)
    return {
        "delta_text": _("since last month end %(change)s") % {"change": words},
        "delta_tone": tone or "same",
    }


def _rate(n: int, total: int, hide: bool) -> str:
    return "" if (hide and 0 < n < LEAST) or not total else percent(n, total)


def _students(unit: Unit, now: Snapshot, *, linked: bool) -> Tile:
    total, away = now.people.total, now.people.away
    split = [{"label": name, "value": n} for name, n in now.people.split if n >= LEAST or linked]
    return {
        "code": "students",
        "label": _("students"),
        "url": student_url(unit) if linked else "",
        "value": total,
        "split": split,
        **_change(total, now.people_before, "none"),
        "delta_note": _("(on campus %(n)s)") % {"n": total - away},
    }


def _focus(unit: Unit, now: Snapshot, hide: bool) -> Tile:
    cases, before = now.cases, now.cases_before
    assert cases is not None
    assert before is not None
    tile: Tile = {
        "code": "open",
        "label": _("focus students"),
        "url": case_url(unit, "open"),
        "value": shown(cases.open, hide),
        "denominator": now.people.total,
        "rate": _rate(cases.open, now.people.total, hide),
        **_change(cases.open, before.open, "down", hide),
    }
    if not hide:
        tile["delta_note"] = _("(%(new)s new, %(closed)s closed)") % {
            "new": cases.opened_this_month,
            "closed": cases.closed_this_month,
        }
    extras = now.extras
    if extras is not None:
        parts = [*extras.categories, (_("several"), extras.multiple)]
        tile["split"] = [{"label": name, "value": shown(n, hide)} for name, n in parts if n]
    return tile


def _overdue(unit: Unit, now: Snapshot, hide: bool) -> Tile:
    cases, before = now.cases, now.cases_before
    assert cases is not None
    assert before is not None
    days = ngettext("longest %(n)s day", "longest %(n)s days", cases.longest_late_days) % {
        "n": cases.longest_late_days
    }
    people = ngettext("%(n)s responsible person", "%(n)s responsible people", cases.owners_late) % {
        "n": cases.owners_late
    }
    return {
        "code": "overdue",
        "label": _("overdue follow-ups"),
        "url": case_url(unit, "overdue"),
        "value": shown(cases.overdue, hide),
        "denominator": _("to follow up %(n)s") % {"n": shown(cases.open, hide)},
        "split": f"{days} · {people}" if cases.overdue and not hide else "",
        **_change(cases.overdue, before.overdue, "down", hide),
    }


def _red(unit: Unit, now: Snapshot, hide: bool) -> Tile:
    cases, before, extras = now.cases, now.cases_before, now.extras
    assert cases is not None
    assert before is not None
    words = ""
    if cases.red and extras is not None and not hide:
        words = _("contacted since yesterday %(n)s / %(total)s") % {
            "n": extras.red_contacted,
            "total": cases.red,
        }
    return {
        "code": "red",
        "label": _("red cases"),
        "url": case_url(unit, "red"),
        "value": shown(cases.red, hide),
        "denominator": shown(cases.open, hide),
        "split": words,
        **_change(cases.red, before.red, "down", hide),
    }


def _academic(unit: Unit, now: Snapshot, *, hide: bool) -> Tile:
    owed = now.owed
    assert owed is not None
    levels = (("RED", owed.red), ("ORANGE", owed.orange), ("YELLOW", owed.yellow))
    return {
        "code": "failed",
        "label": _("academic warnings"),
        "url": "" if hide else student_url(unit, "failed"),
        "value": shown(owed.total, hide),
        "denominator": now.people.total,
        "rate": _rate(owed.total, now.people.total, hide),
        "delta_note": _("failed required credits from 15"),
        "split": [{"level": code, "value": shown(n, hide)} for code, n in levels if n],
    }


def _talks(unit: Unit, now: Snapshot, *, linked: bool) -> Tile:
    coverage = now.coverage
    assert coverage is not None
    tile: Tile = {
        "code": "talked",
        "label": _("talk coverage"),
        "url": student_url(unit, "talked") if linked else "",
        "value": coverage.reached,
        "denominator": coverage.students,
        "rate": _rate(coverage.reached, coverage.students, False),
        **coverage_change(coverage, now.coverage_before),
    }
    left = coverage.students - coverage.reached
    tile["split"] = _("not yet talked with: %(n)s") % {"n": left} if left else ""
    return tile


def coverage_change(now: Coverage, before: Coverage | None) -> dict[str, Any]:
    """Against the same week of the term before, in percentage points."""
    earlier = same_week_rate(now, before)
    if earlier is None or now.rate is None:
        return {}
    words, tone = delta_words(round((now.rate - earlier) * 100, 1), "up")
    return {
        "delta_text": _("same week last term %(change)s points") % {"change": words},
        "delta_tone": tone or "same",
    }


def same_week_rate(now: Coverage, before: Coverage | None) -> float | None:
    """Coverage of the earlier term at the week that this term has reached."""
    if before is None or not before.students or not any(before.weekly):
        return None
    week = min(len(now.weekly), len(before.weekly)) - 1
    return before.weekly[week] / before.students


def _without_link(tile: Tile) -> Tile:
    return {**tile, "url": ""}
