"""A roster and the functions for single students leave the same rows, refusals included."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from cohorts.domain.rehearsal import rehearse
from portal.core.domain.imports import Context, import_kind, run_import
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.placements import place_student
from students.domain.statuses import change_status
from students.enums import StudentStatus
from students.models import Placement, StatusPeriod, Student, StudentLink
from tests.sheets import csv_file
from tests.world import World

TODAY = timezone.localdate()
SOON = TODAY + dt.timedelta(days=20)
BEGUN = dt.date(2023, 9, 4)
EARLY = dt.date(2023, 9, 1)
Write = Callable[[World, dt.date], Any]


def rows() -> dict[str, Any]:
    """Everything that says where students stand and what they may open."""
    tables: dict[str, Any] = {
        "placements": Placement.objects.values_list("student", "tree", "unit", "since", "until"),
        "periods": StatusPeriod.objects.values_list("student", "status", "since", "until"),
        "cards": Student.objects.values_list("pk", "status", "entry_year", "major"),
        "links": StudentLink.objects.values_list("student", "starts_on", "ends_on"),
        "accounts": User.objects.filter(student__isnull=False).values_list("pk", "expires_on"),
    }
    return {name: sorted(map(repr, table)) for name, table in tables.items()}


def by_file(row: dict[str, str]) -> Callable[[], dict[str, Any]]:
    def work() -> dict[str, Any]:
        kind = import_kind("roster")
        assert kind is not None
        cells = {"学号": "2230514127", "姓名": "顾言川", **row}
        result = run_import(kind, csv_file([list(cells), list(cells.values())]), Context(None))
        return {} if result.faults else rows()

    return work


def by_function(world: World, write: Write, day: dt.date) -> Callable[[], dict[str, Any]]:
    def work() -> dict[str, Any]:
        try:
            with transaction.atomic():
                write(world, day)
        except DomainError:
            return {}
        return rows()

    return work


def move(*units: str) -> Write:
    def write(w: World, day: dt.date) -> None:
        for unit in units:
            place_student(actor=None, student=w.gu, unit=w.units[unit], since=day)

    return write


def status(code: StudentStatus) -> Write:
    return lambda w, day: change_status(actor=None, student=w.gu, status=code, since=day)


CLASS, ROOM = {"班级": "化工2302"}, {"宿舍楼": "东12舍", "房间": "411"}
ACADEMY = {"书院": "致远书院"}
CASES = [
    ("class", CLASS, move("c2302"), TODAY),
    ("all trees", CLASS | ROOM | ACADEMY, move("c2302", "room411", "zhiyuan23"), TODAY),
    ("ahead", CLASS, move("c2302"), SOON),
    ("same day", CLASS, move("c2302"), BEGUN),
    ("too early", CLASS, move("c2302"), EARLY),
    ("leave", {"学籍状态": "休学"}, status(StudentStatus.ON_LEAVE), TODAY),
    ("graduation", {"学籍状态": "毕业"}, status(StudentStatus.GRADUATED), TODAY),
    ("graduation ahead", {"学籍状态": "毕业"}, status(StudentStatus.GRADUATED), SOON),
    ("left on the first day", {"学籍状态": "退学"}, status(StudentStatus.WITHDRAWN), BEGUN),
    ("left before", {"学籍状态": "退学"}, status(StudentStatus.WITHDRAWN), EARLY),
]


@pytest.mark.parametrize(("row", "write", "day"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_file_and_the_functions_leave_the_same_rows(
    world: World, row: dict[str, str], write: Write, day: dt.date
) -> None:
    before = rows()
    imported = rehearse(by_file({**row, "异动日期": day.isoformat()}))
    assert rows() == before
    written = rehearse(by_function(world, write, day))
    assert imported == written
    assert imported != before
    assert bool(imported) is (day != EARLY)


def test_an_overlap_is_refused_in_both(world: World) -> None:
    Placement.objects.filter(student=world.gu, tree="class").update(until=SOON)
    row = by_file({**CLASS, "异动日期": TODAY.isoformat()})
    assert rehearse(row) == rehearse(by_function(world, move("c2302"), TODAY)) == {}
