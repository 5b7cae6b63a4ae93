"""What is measured. Later pages and jobs register here, in `bench/pages.py` or beside it.

@page("students list, counsellor", account="counsellor", floor=F2, bar=1.5)
def students_list(site, turn):
    return Visit("/students/")

@job("roster import", bar=3.0, floor="parse + COPY")
def roster_import(bench):
    return Timing(median_ms=..., cpu_ms=..., floor_ms=...)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

F1 = "F1"
F2 = "F2"


@dataclass(frozen=True)
class Visit:
    """One request. With `form` it is a POST of these fields."""

    path: str
    form: dict[str, str] | None = None


@dataclass(frozen=True)
class Page:
    """`visit(site, turn)` names the request; `turn` counts up, so a POST can differ each time.

    `growth`: the reach is the same in both schools, so their medians are compared (design 10).
    `sizes`: which schools, `"all"`, `"small"` or `"large"`.
    `count_as`: accounts with 1, 3 and 50 rows; the page must make the same number of queries
    for each.
    """

    name: str
    account: str
    floor: str
    bar: float
    visit: Callable[[dict[str, Any], int], Visit | None]
    growth: bool = False
    sizes: str = "all"
    count_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timing:
    """What a job found; the ratio is `median_ms / floor_ms`. `note` is printed under the table."""

    median_ms: float
    cpu_ms: float
    floor_ms: float
    note: str = ""


@dataclass(frozen=True)
class Job:
    """`run(bench)` gets the running `bench.stack.Bench` and returns None when it cannot run."""

    name: str
    floor: str
    bar: float
    run: Callable[[Any], Timing | None]


@dataclass
class _Shelf:
    pages: dict[str, Page] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)


_shelf = _Shelf()


def page(name: str, *, account: str, floor: str, bar: float, **more: Any) -> Callable[..., Any]:
    """Decorator: register a page; `more` are the further fields of `Page`."""

    def keep(visit: Callable[..., Visit | None]) -> Callable[..., Visit | None]:
        _shelf.pages[name] = Page(name, account, floor, bar, visit, **more)
        return visit

    return keep


def job(name: str, *, floor: str, bar: float) -> Callable[..., Any]:
    """Decorator: register a job."""

    def keep(run: Callable[[Any], Timing | None]) -> Callable[[Any], Timing | None]:
        _shelf.jobs[name] = Job(name, floor, bar, run)
        return run

    return keep


def pages(only: str = "") -> list[Page]:
    return [one for one in _shelf.pages.values() if only in one.name]


def jobs(only: str = "") -> list[Job]:
    return [one for one in _shelf.jobs.values() if only in one.name]
