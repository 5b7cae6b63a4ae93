"""Page, floor, lean floor, page, …: all see the same noise, so a ratio is steadier than either time."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field

from bench.client import Client, Reply
from bench.registry import F1, Page, Visit
from bench.stack import School

WARM_UP = 8


@dataclass
class Result:
    """One line of the table and of `var/bench/latest.json`.

    `median_ms` is wall time at the client; `cpu_ms` is the CPU of web server and database for
    one request; `ratio` is to the floor's median in the same run; `holds` is `ratio <= bar`.
    `lean_ratio` and `lean_cpu_ratio` are to the lean floor of the same kind (`bench.floors`).
    """

    name: str
    students: int
    median_ms: float
    cpu_ms: float
    floor: str
    ratio: float
    bar: float
    holds: bool
    floor_ms: float = 0.0
    web_ms: float = 0.0
    db_ms: float = 0.0
    cpu_ratio: float = 0.0
    lean_ms: float = 0.0
    lean_ratio: float = 0.0
    lean_cpu_ratio: float = 0.0
    queries: int | None = None
    rows: int | None = None
    note: str = ""

    def as_json(self) -> dict[str, object]:
        return {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }


@dataclass
class _Series:
    """Samples of one address: wall, CPU of the web server, CPU of the database."""

    wall: list[float] = field(default_factory=list)
    web: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """Of web server and database for one request."""
        return statistics.median(map(sum, zip(self.web, self.database, strict=True)))

    def add(self, school: School, client: Client, visit: Visit) -> Reply:
        web, database = school.web_ms(), school.database_ms()
        reply = client.send(visit)
        self.web.append(school.web_ms() - web)
        self.database.append(school.database_ms() - database)
        self.wall.append(reply.ms)
        return reply


def measure(page: Page, schools: list[School], pairs: int) -> list[Result]:
    """Measure one page in all schools, taking turns between schools as well as with the floor.

    A page that does not answer 200 (a POST: 302) yields a result that does not hold.
    """
    runs = [run for school in schools if (run := _Run.begin(page, school))]
    try:
        for turn in range(pairs):
            for run in runs:
                if not run.broken:
                    run.turn(turn + WARM_UP)
        return [run.result() for run in runs]
    finally:
        for run in runs:
            run.client.close()


@dataclass
class _Run:
    page: Page
    school: School
    client: Client
    broken: str = ""
    own: _Series = field(default_factory=_Series)
    floor: _Series = field(default_factory=_Series)
    lean: _Series = field(default_factory=_Series)

    @classmethod
    def begin(cls, page: Page, school: School) -> _Run | None:
        if page.visit(school.site, 0) is None:
            return None
        run = cls(page, school, client_for(school, page.account))
        for turn in range(WARM_UP):
            if not run.broken:
                run.turn(turn)
        run.own, run.floor, run.lean = _Series(), _Series(), _Series()
        return run

    def turn(self, number: int) -> None:
        visit = self.page.visit(self.school.site, number)
        assert visit is not None
        self._check(visit, self.own.add(self.school, self.client, visit))
        for series, lean in ((self.floor, False), (self.lean, True)):
            bare = floor_visit(self.page.floor, self.school, lean=lean)
            reply = series.add(self.school, self.client, bare)
            if reply.status != 200:
                self.broken = f"the floor {bare.path} answered {reply.status}"

    def _check(self, visit: Visit, reply: Reply) -> None:
        is_fine = reply.status == 200 if visit.form is None else reply.status in (204, 302, 303)
        if not is_fine or "/login" in reply.location:
            self.broken = f"{visit.path} answered {reply.status} {reply.location}".strip()

    def result(self) -> Result:
        page, school = self.page, self.school
        common = {"name": page.name, "students": school.students, "floor": page.floor}
        if self.broken:
            return Result(
                **common, median_ms=0.0, cpu_ms=0.0, ratio=0.0, bar=page.bar, holds=False,
                note=self.broken,
            )  # fmt: skip
        own, floor, lean = (
            statistics.median(one.wall) for one in (self.own, self.floor, self.lean)
        )
        counted = None
        visit = page.visit(school.site, 10_000)
        if visit is not None:
            counted = self.client.send(visit, bench="count").queries
        return Result(
            **common, median_ms=own, cpu_ms=self.own.cpu, ratio=own / floor, bar=page.bar,
            holds=own / floor <= page.bar, floor_ms=floor, web_ms=statistics.median(self.own.web),
            db_ms=statistics.median(self.own.database), cpu_ratio=self.own.cpu / self.floor.cpu,
            lean_ms=lean, lean_ratio=own / lean, lean_cpu_ratio=self.own.cpu / self.lean.cpu,
            queries=counted,
        )  # fmt: skip


def client_for(school: School, account: str) -> Client:
    host, port = school.listener.getsockname()[:2]
    return Client(host, port, school.site["sessions"][account])


def floor_visit(floor: str, school: School, *, lean: bool) -> Visit:
    kind = "lean-" if lean else ""
    row = f"?pk={school.site['student_id']}" if floor == F1 else ""
    return Visit(f"/bench/{kind}{floor.lower()}{row}")


def growth(
    results: list[Result], pages: list[Page], schools: list[School], bar: float = 1.3
) -> list[Result]:
    """Median at the largest school ÷ at the smallest, for the same reach (design 10).

    A page is left out where the smallest school is too small for the account's reach.
    """
    found = []
    for page in pages:
        of_page = sorted(
            (one for one in results if one.name == page.name and one.median_ms),
            key=lambda one: one.students,
        )
        reach = [school.site["reach"][page.account] for school in schools]
        if not page.growth or len(of_page) < 2 or min(reach) < 0.8 * max(reach):
            continue
        small, large = of_page[0], of_page[-1]
        ratio = large.median_ms / small.median_ms
        found.append(
            Result(
                f"growth: {page.name}", large.students, large.median_ms, large.cpu_ms,
                f"{small.students:,} students", ratio, bar, ratio <= bar,
                floor_ms=small.median_ms,
                cpu_ratio=large.cpu_ms / small.cpu_ms if small.cpu_ms else 0.0,
            )
        )  # fmt: skip
    return found


def query_counts(page: Page, school: School) -> list[Result]:
    """The same number of queries for 1, 3 and 50 rows; the ratio is the most to the fewest."""
    counts: dict[str, int] = {}
    for account in page.count_as:
        if account not in school.site["sessions"]:
            return []
        client = client_for(school, account)
        try:
            visit = page.visit({**school.site, **school.site["as"].get(account, {})}, 20_000)
            if visit is None:
                return []
            if client.send(visit).status != 200:
                return []  # the line of its median says what is wrong
            counts[account] = client.send(visit, bench="count").queries or 0
        finally:
            client.close()
    if not counts or not min(counts.values()):
        return []
    ratio = max(counts.values()) / min(counts.values())
    shown = " / ".join(map(str, counts.values()))
    return [
        Result(
            f"queries: {page.name}", school.students, 0.0, 0.0, "1 / 3 / 50 rows", ratio, 1.0,
            ratio <= 1.0, queries=max(counts.values()), note=shown,
        )
    ]  # fmt: skip
