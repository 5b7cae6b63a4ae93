"""Course grades of a small college (R package statisticalModeling, Daniel Kaplan, MIT).

Students enter in the year of their first course. A section is a course, a letter its grade; the
records know no credits, so each course has one. GPA is the mean of grade points per student with
empty cells left out, which needs nothing of ours.
"""

from __future__ import annotations

import csv
import random
from collections import defaultdict
from pathlib import Path

from bench.records import Records
from portal.web.seed.names import NameMaker

COLLEGE = "文理学院"
CLASS_SIZE = 30
# What the source writes without points, as a clerk here would write it.
_WORDS = {"S": "合格", "NC": "不合格", "AU": "未登录"}
# The part of an academic year: autumn, spring, and the two summer terms as one.
_PARTS = {"FA": 1, "IT": 2, "SP": 2, "S1": 3, "S2": 3}


def is_there(directory: Path) -> bool:
    return (directory / "college_grades" / "grades.csv").is_file()


def term_of(semester: str) -> str:
    """FA2003 lies in 2003-2004, SP2004 and S12004 too."""
    part, year = _PARTS[semester[:2]], int(semester[2:])
    first = year if part == 1 else year - 1
    return f"{first}-{first + 1}-{part}"


def read(directory: Path) -> Records:
    records = Records("college_grades")
    with (directory / "college_grades" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cohorts = _enrol(records, rows)
    seen: dict[tuple[str, str, str], int] = defaultdict(int)
    points: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        number, term, course = row["sid"], term_of(row["sem"]), row["sessionID"]
        seen[number, term, course] += 1
        word = _WORDS.get(row["grade"], row["grade"])
        name = f"{row['dept']}{row['level']} {course.removeprefix('session')}"
        records.results.append(
            (number, course, name, "1", term, word, "正考", str(seen[number, term, course]), "必修")
        )
        # Every letter from A to D- passes; NC is "no credit"; AU sat in without a grade.
        passed = None if row["grade"] == "AU" else row["grade"] != "NC"
        records.sit(cohorts[number], term, course, passed)
        if row["gradepoint"]:
            points[number].append(float(row["gradepoint"]))
            records.points[word] = float(row["gradepoint"])
    records.averages = {number: sum(found) / len(found) for number, found in points.items()}
    records.sum_up()
    return records


def _enrol(records: Records, rows: list[dict[str, str]]) -> dict[str, str]:
    """Roster rows; returns the cohort of every student."""
    first: dict[str, int] = {}
    for row in rows:
        year = int(term_of(row["sem"])[:4])
        first[row["sid"]] = min(year, first.get(row["sid"], year))
    places: dict[int, int] = defaultdict(int)
    cohorts = {}
    for number, year in sorted(first.items()):
        places[year] += 1
        name = NameMaker(random.Random(number)).student(is_male=int(number[1:]) % 2 == 0)
        school_class = f"文理{year % 100:02d}{(places[year] - 1) // CLASS_SIZE + 1:02d}"
        records.roster.append(
            (number, name, "", COLLEGE, str(year), school_class, "", f"{year}-09-01")
        )
        cohorts[number] = f"{COLLEGE}-{year}"
        records.cohorts[cohorts[number]].students += 1
    return cohorts
