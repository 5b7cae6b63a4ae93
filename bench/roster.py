"""Runs inside the portal: the roster import against its floor, on a copy of a seeded school.

    python -m bench.roster FILE OUT.json

The copy keeps units and staff and loses its students; the roster brings them back. The floor is
what nobody can do without: parsing the file, and `COPY` of the students, placements and status
periods that the import writes, into tables with the same columns and indexes, without history.
"""

from __future__ import annotations

import csv
import io
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, transaction

# Half a minute each: reading xlsx takes a multiple of writing the rows.
ROUNDS = {".csv": 5, ".xlsx": 2}
HEAD = ("学号", "姓名", "性别", "学院", "年级", "班级", "书院")
_ROSTER = """
    SELECT s.student_no, s.name, CASE s.sex WHEN '1' THEN '男' ELSE '女' END, col.name,
           co.entry_year::text, class.name, coalesce(aca.name, '')
      FROM students_student s
      JOIN students_placement c ON c.student_id = s.id AND c.tree = 'class' AND c.until IS NULL
      JOIN cohorts_unit class ON class.id = c.unit_id
      JOIN cohorts_cohort co ON co.unit_ptr_id = class.parent_id
      JOIN cohorts_unittree ct ON ct.descendant_id = c.unit_id
      JOIN cohorts_unit col ON col.id = ct.ancestor_id AND col.kind = 'college'
      LEFT JOIN students_placement a
        ON a.student_id = s.id AND a.tree = 'academy' AND a.until IS NULL
      LEFT JOIN cohorts_unittree at ON at.descendant_id = a.unit_id AND at.depth = 1
      LEFT JOIN cohorts_unit aca ON aca.id = at.ancestor_id AND aca.kind = 'academy'
     ORDER BY s.student_no
"""


def write_file(path: Path) -> int:
    """The roster of this school as a file, csv or xlsx by its ending; returns its rows."""
    with connection.cursor() as cursor:
        cursor.execute(_ROSTER)
        rows = cursor.fetchall()
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEAD, *rows])
        return len(rows)
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("roster")
    for row in (HEAD, *rows):
        sheet.append(row)
    book.save(path)
    return len(rows)


def parse(path: Path) -> list[tuple[str, ...]]:
    """The cells of the file by the plainest reader there is."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]
    from openpyxl import load_workbook

    sheet = load_workbook(path, read_only=True).active
    rows = sheet.iter_rows(min_row=2, values_only=True)
    return [tuple(str(cell or "") for cell in row) for row in rows]


def copy_rows(rows: list[tuple[str, ...]]) -> None:
    """Raw COPY of one student, two placements and one status period per row."""
    people, places, periods = io.StringIO(), io.StringIO(), io.StringIO()
    for pk, (number, name, _sex, _college, year, *_rest) in enumerate(rows, 1):
        people.write(f"{pk}\t{number}\t{name}\tpin yin\tpy\t1\t\t\t\t{year}\t01\t\t\t\t\t1\n")
        places.write(f"{2 * pk}\t{pk}\t1\tclass\t2026-09-01\n")
        places.write(f"{2 * pk + 1}\t{pk}\t1\tacademy\t2026-09-01\n")
        periods.write(f"{pk}\t{pk}\t01\t2026-09-01\t\n")
    columns = (
        "id, student_no, name, pinyin, initials, sex, ethnic_group, political_status, "
        "origin_region, entry_year, status, phone, email, id_hash, id_last4, version"
    )
    wanted = (
        ("students_student", columns, people),
        ("students_placement", "id, student_id, unit_id, tree, since", places),
        ("students_statusperiod", "id, student_id, status, since, reason", periods),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        for table, names, text in wanted:
            cursor.execute(f"CREATE TABLE floor_{table} (LIKE {table} INCLUDING ALL)")
            text.seek(0)
            cursor.copy_expert(f"COPY floor_{table} ({names}) FROM STDIN", text)


def empty() -> None:
    """Without students, and with nothing of an earlier turn left to be written to the disk."""
    with connection.cursor() as cursor:
        for table in ("students_student", "students_placement", "students_statusperiod"):
            cursor.execute(f"DROP TABLE IF EXISTS floor_{table}")
        cursor.execute("TRUNCATE students_student, students_courseresult CASCADE")
        for table in ("student", "placement"):
            cursor.execute(f"TRUNCATE students_{table}event CASCADE")
        cursor.execute("CHECKPOINT")


def floor_run(path: Path) -> float:
    """Seconds that parsing and copying take."""
    empty()
    began = time.perf_counter()
    copy_rows(parse(path))
    return time.perf_counter() - began


def import_run(path: Path) -> tuple[float, float]:
    """Seconds of the import, by the clock and of this process."""
    empty()
    began, cpu = time.perf_counter(), time.process_time()
    call_command("import_roster", str(path), stdout=io.StringIO())
    return time.perf_counter() - began, time.process_time() - cpu


def main(path: Path, out: Path) -> None:
    django.setup()
    from students.models import Student

    rows = write_file(path) if Student.objects.exists() else 0
    floors, turns = [], []
    # By turns: the disk of a shared machine is quicker at one time than at another.
    for _turn in range(ROUNDS[path.suffix]):
        floors.append(floor_run(path))
        turns.append(import_run(path))
    found: dict[str, Any] = {
        "rows": Student.objects.count(),
        "written": rows,
        "floor_ms": statistics.median(floors) * 1000,
        "median_ms": statistics.median(took for took, _cpu in turns) * 1000,
        "cpu_ms": statistics.median(cpu for _took, cpu in turns) * 1000,
    }
    out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
