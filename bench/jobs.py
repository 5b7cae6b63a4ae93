"""Work in the background with its bars (design 10)."""

from __future__ import annotations

import json

from bench.registry import Timing, job
from bench.stack import Bench


@job("roster import, csv", floor="parse + COPY", bar=3)
def roster_csv(bench: Bench) -> Timing | None:
    return _roster(bench, "csv")


@job("roster import, xlsx", floor="parse + COPY", bar=3)
def roster_xlsx(bench: Bench) -> Timing | None:
    return _roster(bench, "xlsx")


def _roster(bench: Bench, ending: str) -> Timing:
    """The whole roster of the largest school into a copy of it without students."""
    largest = bench.schools[max(bench.schools)]
    database = f"roster_{largest.students}"
    file = bench.directory / f"roster_{largest.students}.{ending}"
    out = bench.directory / f"roster_{ending}.json"
    bench.copy_school(largest, database)
    bench.run(database, "-m", "bench.roster", str(file), str(out))
    found = json.loads(out.read_text(encoding="utf-8"))
    bench.postgres.sql(f"DROP DATABASE {database}")
    if bench.keep is None:
        file.unlink()
    note = f"{found['rows']:,} rows in {found['median_ms'] / 1000:.1f} s; CPU of the command only"
    return Timing(found["median_ms"], found["cpu_ms"], found["floor_ms"], note)


@job("hand-over of 200 students", floor="one second", bar=1)
def hand_over(bench: Bench) -> Timing:
    """Signing a hand-over in the largest school, rolled back; the bar is absolute (design 10)."""
    largest = bench.schools[max(bench.schools)]
    out = bench.directory / "handover.json"
    bench.run(largest.database, "-m", "bench.handover", str(out))
    found = json.loads(out.read_text(encoding="utf-8"))
    note = f"{found['cases']} cases handed over, {found['grants']} grant rows touched (bar 50)"
    # Too many grant rows fail the job as too long a time does.
    floor = 1000.0 if found["grants"] <= 50 else 1.0
    return Timing(found["median_ms"], found["cpu_ms"], floor, note)


@job("hand-over of 200 cases in the ledger", floor="two seconds", bar=1)
def ledger_hand_over(bench: Bench) -> Timing:
    """Preview, sending and acceptance of 200 cases in the largest school, rolled back; the bar is
    absolute."""
    largest = bench.schools[max(bench.schools)]
    out = bench.directory / "ledger_handover.json"
    bench.run(largest.database, "-m", "bench.ledger_handover", str(out))
    found = json.loads(out.read_text(encoding="utf-8"))
    note = f"{found['cases']} cases, {found['queries']} statements, of one case {found['of_one']}"
    # More statements for many than for one fail the job as too long a time does.
    floor = 2000.0 if found["queries"] <= found["of_one"] else 1.0
    return Timing(found["median_ms"], found["cpu_ms"], floor, note)


@job("warnings for the whole school", floor="SQL by hand", bar=1.5)
def warnings(bench: Bench) -> Timing:
    """Two rule sets, one of them with history, into an empty table, rolled back."""
    largest = bench.schools[max(bench.schools)]
    out = bench.directory / "warnings.json"
    bench.run(largest.database, "-m", "bench.warnings", str(out))
    found = json.loads(out.read_text(encoding="utf-8"))
    note = f"{found['students']:,} students warned, the same as by hand"
    return Timing(found["median_ms"], found["cpu_ms"], found["floor_ms"], note)


@job("results import, csv", floor="parse + COPY", bar=3)
def results_csv(bench: Bench) -> Timing:
    """All results of the largest school into a copy of it without them."""
    largest = bench.schools[max(bench.schools)]
    database = f"results_{largest.students}"
    file = bench.directory / f"results_{largest.students}.csv"
    out = bench.directory / "results.json"
    bench.copy_school(largest, database)
    bench.run(database, "-m", "bench.results", str(file), str(out))
    found = json.loads(out.read_text(encoding="utf-8"))
    bench.postgres.sql(f"DROP DATABASE {database}")
    file.unlink()
    note = f"{found['rows']:,} rows in {found['median_ms'] / 1000:.1f} s; CPU of the command only"
    return Timing(found["median_ms"], found["cpu_ms"], found["floor_ms"], note)
