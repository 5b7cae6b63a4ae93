"""Runs inside the portal: importing all results of a school against its floor.

    python -m bench.results FILE.csv OUT.json

The results of the school are written to a file and taken out of the (copied) database; the import
brings them back. The floor is parsing the file with the plainest reader, and `COPY` of one result
per row into a table with the same columns and indexes.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import time
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection, transaction

HEAD = ("学号", "课程代码", "学期", "成绩", "学分", "考试性质", "次数", "是否必修")
_ROWS = """
    SELECT s.student_no, c.code, r.term_id, r.grade, r.credits::text,
           CASE r.attempt WHEN 'resit' THEN '补考' WHEN 'retake' THEN '重修' ELSE '正考' END,
           r.sequence::text, CASE WHEN r.is_required THEN '必修' ELSE '选修' END
      FROM students_courseresult r JOIN students_student s ON s.id = r.student_id
      JOIN students_course c ON c.id = r.course_id ORDER BY r.id
"""


def write_file(path: Path) -> int:
    with connection.cursor() as cursor, path.open("w", encoding="utf-8", newline="") as file:
        cursor.execute(_ROWS)
        rows = cursor.fetchall()
        csv.writer(file).writerows([HEAD, *rows])
    return len(rows)


def floor(path: Path) -> float:
    began = time.perf_counter()
    text = io.StringIO()
    with path.open(encoding="utf-8", newline="") as file:
        for pk, row in enumerate(list(csv.reader(file))[1:], 1):
            score = row[3] if row[3].isdigit() else r"\N"
            text.write(f"{pk}\t{pk // 24 + 1}\t{pk % 24 + 1}\t{row[2]}\tfirst\t{row[6]}\t{row[3]}\t"
                       f"{score}\t\tt\t{row[4]}\tt\n")  # fmt: skip
    text.seek(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE floor_result (LIKE students_courseresult INCLUDING ALL)")
        cursor.copy_expert(
            "COPY floor_result (id, student_id, course_id, term_id, attempt, sequence, grade,"
            " score, special, passed, credits, is_required) FROM STDIN",
            text,
        )
    took = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE floor_result")
    return took


def main(path: Path, out: Path) -> None:
    django.setup()
    from students.models import CourseResult

    rows = write_file(path)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE students_courseresult CASCADE")
    lower = floor(path)
    began, cpu = time.perf_counter(), time.process_time()
    call_command("import_results", str(path), stdout=io.StringIO())
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    assert CourseResult.objects.count() == rows
    found = {"rows": rows, "median_ms": took * 1000, "cpu_ms": spent * 1000,
             "floor_ms": lower * 1000}  # fmt: skip
    out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
