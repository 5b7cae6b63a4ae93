"""Published, de-identified records as files that the portal imports, with counts of their own.

The counts are made by plain Python from the source files; nothing of the portal takes part.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROSTER = ("学号", "姓名", "性别", "学院", "年级", "班级", "书院", "异动日期")
RESULTS = ("学号", "课程代码", "课程名称", "学分", "学期", "成绩", "考试性质", "次数", "是否必修")


@dataclass
class Tally:
    """What a cohort must show. ``failed`` and ``took`` cover courses that ten students took."""

    students: int = 0
    results: int = 0
    took: int = 0
    failed: int = 0


@dataclass
class Records:
    """Rows for the two files, and what the portal has to say about them afterwards.

    ``cohorts`` is keyed by the code of the cohort, ``terms`` names the term in which it sat its
    exams (None: several), ``averages`` holds an average per student number.
    """

    name: str
    roster: list[tuple[str, ...]] = field(default_factory=list)
    results: list[tuple[str, ...]] = field(default_factory=list)
    cohorts: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    sat: dict[tuple[str, str, str], list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0])
    )
    averages: dict[str, float] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)

    def sit(self, cohort: str, term: str, course: str, passed: bool | None) -> None:
        """Count one result; ``passed`` None is no decision."""
        self.cohorts[cohort].results += 1
        if passed is not None:
            count = self.sat[cohort, term, course]
            count[0] += 1
            count[1] += not passed

    def sum_up(self) -> None:
        """Failing rates are told for courses that at least ten students of the cohort took."""
        for (cohort, _term, _course), (took, failed) in self.sat.items():
            if took >= 10:
                self.cohorts[cohort].took += took
                self.cohorts[cohort].failed += failed

    def terms_of(self, cohort: str) -> list[str]:
        return sorted({term for one, term, _course in self.sat if one == cohort})


def data_directory() -> Path:
    """Where the published records lie: PORTAL_DATA, else beside the project."""
    return Path(os.environ.get("PORTAL_DATA") or ROOT.parent / "shared" / "data")


def write_csv(path: Path, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


def write_workbook(path: Path, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Path:
    from openpyxl import Workbook

    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path
