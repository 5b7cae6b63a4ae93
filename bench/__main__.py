"""python -m bench [--quick] [--students N,N] [--only NAME] [--keep DIR]"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench import jobs as _jobs  # noqa: F401 - registers the jobs
from bench import pages  # noqa: F401 - registers the pages
from bench.client import Client
from bench.measure import Result, client_for, growth, measure, query_counts
from bench.registry import jobs
from bench.registry import pages as registered
from bench.report import machine, table, write
from bench.stack import Bench, School, say
from portal.embedded.application import ROOT
from portal.embedded.errors import StackError

SIZES, PAIRS = [2_000, 50_000], 40
QUICK_SIZES, QUICK_PAIRS = [600, 3_000], 12
LATEST = ROOT / "var" / "bench" / "latest.json"


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the portal.")
    parser.add_argument("--quick", action="store_true", help="small schools, few samples")
    parser.add_argument("--students", help="sizes of school, such as 2000,50000")
    parser.add_argument("--only", default="", metavar="NAME", help="pages with this in their name")
    parser.add_argument("--pairs", type=int, help="samples of page and floor each")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the data for the next run")
    parser.add_argument(
        "--look", choices=("log", "profile", "body"),
        help="print the SQL, the profile or the reply of the pages instead of measuring",
    )  # fmt: skip
    return parser.parse_args()


def main() -> int:
    asked = options()
    sizes = QUICK_SIZES if asked.quick else SIZES
    if asked.students:
        sizes = sorted({int(part) for part in asked.students.split(",")})
    pairs = asked.pairs or (QUICK_PAIRS if asked.quick else PAIRS)
    keep = asked.keep.resolve() if asked.keep else None
    with Bench(keep, seed=asked.seed, quick=asked.quick) as bench:
        schools = [bench.open_school(size) for size in sizes]
        if asked.look:
            look(schools[-1], asked.only, asked.look)
            return 0
        results = run(bench, schools, asked.only, pairs)
    print(table(results))
    for school in schools:
        print(f"{school.students:,}: {facts(school)}")
    print(machine())
    if asked.only:
        say("part of the pages only: var/bench/latest.json stays as it is")
    else:
        write(results, LATEST)
        say(f"wrote {LATEST}")
    return 0 if all(one.holds for one in results) else 1


def run(bench: Bench, schools: list[School], only: str, pairs: int) -> list[Result]:
    results: list[Result] = []
    chosen = registered(only)
    for page in chosen:
        say(page.name)
        wanted = {"small": schools[:1], "large": schools[-1:]}.get(page.sizes, schools)
        results += measure(page, wanted, pairs)
    results += growth(results, chosen, schools)
    for page in chosen:
        results += query_counts(page, schools[-1])
    for job in jobs(only):
        say(job.name)
        try:
            timing = job.run(bench)
        except StackError as error:  # the other figures are not to be lost
            say(str(error))
            results.append(Result(job.name, schools[-1].students, 0, 0, job.floor, 0, job.bar, False,
                                  note="failed"))  # fmt: skip
            continue
        if timing is None:
            continue
        ratio = timing.median_ms / timing.floor_ms
        results.append(
            Result(
                job.name, schools[-1].students, timing.median_ms, timing.cpu_ms, job.floor, ratio,
                job.bar, ratio <= job.bar, floor_ms=timing.floor_ms, note=timing.note,
            )
        )  # fmt: skip
    return results


def facts(school: School) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in school.site["rows"].items())
    reach = ", ".join(f"{name} {count:,}" for name, count in school.site["reach"].items())
    return f"{rows}; reach: {reach}"


def look(school: School, only: str, how: str) -> None:
    """Print what one request of each chosen page does: for finding out why it is slow."""
    for page in registered(only):
        visit = page.visit(school.site, 30_000)
        if visit is None:
            continue
        client: Client = client_for(school, page.account)
        for _ in range(3):
            client.send(visit)
        print(f"\n== {page.name}: {visit.path}")
        if how == "body":
            print(client.send(visit).body.decode())
        elif how == "profile":
            print(client.send(visit, bench="profile").body.decode())
        else:
            for query in json.loads(client.send(visit, bench="log").body):
                print(f"{query['ms']:8.2f} ms  {query['sql']}\n             {query['params']}")
        client.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StackError as error:
        sys.exit(f"bench: {error}")
