"""Runs inside the portal: imports the files by its commands and compares what it then shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from unicodedata import east_asian_width

from bench.records import RESULTS, ROSTER, Records, write_csv, write_workbook


@dataclass(frozen=True)
class Line:
    """One figure: from the source files by plain Python, and from the portal."""

    what: str
    source: str
    portal: str

    @property
    def is_equal(self) -> bool:
        return self.source == self.portal


def write_files(records: Records, directory: Path) -> tuple[Path, Path]:
    """Roster and results; the smaller records as xlsx, the larger as csv."""
    small = len(records.results) < 10_000
    write, ending = (write_workbook, "xlsx") if small else (write_csv, "csv")
    return (
        write(directory / f"{records.name}-roster.{ending}", ROSTER, records.roster),
        write(directory / f"{records.name}-results.{ending}", RESULTS, records.results),
    )


def import_records(records: Records, directory: Path, say: Callable[[str], object] = print) -> None:
    """Both files through the commands that an administrator would use."""
    from django.core.management import call_command

    roster, results = write_files(records, directory)
    for command, path, count in (
        ("import_roster", roster, len(records.roster)),
        ("import_results", results, len(records.results)),
    ):
        began = time.monotonic()
        call_command(command, str(path), can_create=True, verbosity=0)
        say(f"{command} {path.name}: {count:,} rows, {time.monotonic() - began:.1f} s")
    if records.points:
        _write_scale(records)


def compare(records: Records) -> Iterator[Line]:
    """Figures of the dashboards against the counts made from the source files."""
    from django.utils import timezone

    from cohorts.models import Unit
    from portal.web.queries.snapshot import people
    from students.models import CourseResult, Student
    from students.queries.population import fail_table, standing_in

    today = timezone.localdate()
    units = {unit.code: unit for unit in Unit.objects.filter(kind="cohort")}
    numbers = [row[0] for row in records.roster]
    yield _line(
        f"{records.name}: students",
        len(numbers),
        Student.objects.filter(student_no__in=numbers).count(),
    )
    yield _line(
        f"{records.name}: results", len(records.results),
        CourseResult.objects.filter(student__student_no__in=numbers).count(),
    )  # fmt: skip
    for code, tally in sorted(records.cohorts.items()):
        unit = units.get(code)
        if unit is None:
            yield Line(f"{code} students", str(tally.students), "no such cohort")
            continue
        yield _line(f"{code} students", tally.students, people(unit, today).total)
        here = standing_in(unit.pk, today)
        results = CourseResult.objects.filter(student_id__in=here)
        yield _line(f"{code} results", tally.results, results.count())
        took = failed = 0
        for term in records.terms_of(code):
            for cell in fail_table(unit.pk, term, today, courses=10_000):
                took, failed = took + cell.took, failed + cell.failed
        yield Line(f"{code} failed / took", f"{tally.failed} / {tally.took}", f"{failed} / {took}")
    yield from _averages(records)


def _line(what: str, source: int, portal: int) -> Line:
    return Line(what, f"{source:,}", f"{portal:,}")


def _write_scale(records: Records) -> None:
    """The points of the source as a scale of its own, in which every attempt counts."""
    from students.models import GradePoint, GradeScale

    scale, made = GradeScale.objects.get_or_create(
        code=records.name[:20], defaults={"name": records.name, "sitting": "all"}
    )
    if made:
        GradePoint.objects.bulk_create(
            GradePoint(scale=scale, grade=grade, point=Decimal(str(point)))
            for grade, point in records.points.items()
        )


def _averages(records: Records) -> Iterator[Line]:
    """Grade point average of each student, as the portal computes it."""
    from students.models import GradeScale, Student
    from students.queries.averages import averages_of

    if not records.averages:
        return
    scale = GradeScale.objects.get(pk=records.name[:20])
    numbers = Student.objects.filter(student_no__in=list(records.averages))
    keys = dict(numbers.values_list("pk", "student_no"))
    mine = {keys[pk]: found.gpa for pk, found in averages_of(list(keys), scale).items()}
    same = sum(
        mine.get(number) is not None and abs(float(mine[number] or 0) - mean) < 1e-9
        for number, mean in records.averages.items()
    )
    yield _line("students with the same grade point average", len(records.averages), same)


def _width(text: str) -> int:
    """Columns on a screen: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def print_table(lines: list[Line], say: Callable[[str], object] = print) -> bool:
    """The comparison, ending in one word; returns whether everything is equal."""
    width = max(_width(line.what) for line in lines) + 2
    say(f"{'':<{width}}{'source':>16}{'portal':>16}")
    for line in lines:
        mark = "" if line.is_equal else "   different"
        space = " " * (width - _width(line.what))
        say(f"{line.what}{space}{line.source:>16}{line.portal:>16}{mark}")
    different = sum(not line.is_equal for line in lines)
    say(
        f"{different} of {len(lines)} figures: different"
        if different
        else f"{len(lines)} figures: equal"
    )
    return not different
