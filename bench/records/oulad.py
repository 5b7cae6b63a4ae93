"""Open University Learning Analytics Dataset (Kuzilek, Hlosta, Zdrahal 2017, CC BY 4.0).

A module presentation is a cohort with classes of forty; an enrolment is a student of it, with a
number of its own; an assessment is a course, a score its result. The region is the academy, so
that two trees cross as they do at home. The records have no names: each gets an invented one.
"""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Collection, Iterator
from pathlib import Path

from bench.records import Records
from portal.web.seed.names import NameMaker

CLASS_SIZE = 40
# The portal's pass mark (rulebook 6.4); the Open University itself passes from 40.
PASS_MARK = 60


def is_there(directory: Path) -> bool:
    return (directory / "oulad" / "studentInfo.csv.gz").is_file()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def term_of(presentation: str) -> str:
    """2013J begins in October 2013, 2013B in February 2013."""
    year = int(presentation[:4])
    return f"{year}-{year + 1}-1" if presentation[4] == "J" else f"{year - 1}-{year}-2"


def college_of(module: str, presentation: str) -> str:
    return f"{module}模块{'秋季班' if presentation[4] == 'J' else '春季班'}"


def cohort_of(module: str, presentation: str) -> str:
    return f"{college_of(module, presentation)}-{presentation[:4]}"


def read(directory: Path, only: Collection[tuple[str, str]] | None = None) -> Records:
    """All presentations, or those named by (module, presentation)."""
    home = directory / "oulad"
    records = Records("OULAD")
    people: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in _rows(home / "studentInfo.csv.gz"):
        key = (row["code_module"], row["code_presentation"])
        if only is None or key in only:
            people.setdefault(key, []).append(row)
    for (module, presentation), rows in sorted(people.items()):
        _enrol(records, module, presentation, rows)
    with (home / "assessments.csv").open(encoding="utf-8", newline="") as file:
        assessments = {row["id_assessment"]: row for row in csv.DictReader(file)}
    for row in _rows(home / "studentAssessment.csv.gz"):
        about = assessments[row["id_assessment"]]
        if (about["code_module"], about["code_presentation"]) in people:
            _mark(records, about, row)
    records.sum_up()
    return records


def _enrol(records: Records, module: str, presentation: str, rows: list[dict[str, str]]) -> None:
    cohort, year = cohort_of(module, presentation), presentation[:4]
    began = f"{year}-{'10' if presentation[4] == 'J' else '02'}-01"
    for place, row in enumerate(sorted(rows, key=lambda row: int(row["id_student"]))):
        is_male = row["gender"] == "M"
        name = NameMaker(random.Random(row["id_student"])).student(is_male)
        records.roster.append((
            f"{module}{presentation}{row['id_student']}", name, "男" if is_male else "女",
            college_of(module, presentation), year,
            f"{module}{presentation[2:]}{place // CLASS_SIZE + 1:02d}", row["region"], began,
        ))  # fmt: skip
        records.cohorts[cohort].students += 1


def _mark(records: Records, about: dict[str, str], row: dict[str, str]) -> None:
    module, presentation = about["code_module"], about["code_presentation"]
    term, score = term_of(presentation), row["score"]
    course = f"{module}{about['id_assessment']}"
    number = f"{module}{presentation}{row['id_student']}"
    # The weight in percent becomes credits: 100 % are ten.
    credits = f"{float(about['weight']) / 10:.1f}"
    name = f"{module} {about['assessment_type']} {about['id_assessment']}"
    records.results.append(
        (number, course, name, credits, term, score or "未登录", "正考", "1", "必修")
    )
    passed = None if score == "" else float(score) >= PASS_MARK
    records.sit(cohort_of(module, presentation), term, course, passed)
