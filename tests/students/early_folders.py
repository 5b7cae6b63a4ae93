"""Small folders in the OULAD format, made up so that late and missing work goes with failing."""

import csv
import random
from pathlib import Path
from typing import Any

Tables = dict[str, list[dict[str, Any]]]
TRAIN = ("2013B", "2013J", "2014B")
DUE = {"AAA": (20, 50, 90), "BBB": (15, 45, 75, 110)}
DAY = 60


def made_up(*presentations: str, people: int = 90, seed: int = 7) -> Tables:
    """Tables of ``presentations`` with ``people`` on each of two modules."""
    rng = random.Random(f"{seed} {presentations}")
    tables: Tables = {
        name: [] for name in ("assessments", "studentInfo", "studentRegistration", "studentAssessment")
    }  # fmt: skip
    for presentation in presentations:
        for module, dues in DUE.items():
            course = {"code_module": module, "code_presentation": presentation}
            works = [f"{module}{presentation}{n}" for n in range(len(dues))]
            for work, due in zip(works, dues, strict=True):
                tables["assessments"].append(
                    {**course, "id_assessment": work, "assessment_type": "TMA", "date": due, "weight": 25}
                )  # fmt: skip
            tables["assessments"].append(
                {**course, "id_assessment": f"{module}{presentation}X", "assessment_type": "Exam",
                 "date": "", "weight": 100}
            )  # fmt: skip
            for n in range(people):
                _enrol(tables, rng, course, f"{presentation[2:4]}{module[0]}{n:04d}", works, dues)
    return tables


def _enrol(
    tables: Tables, rng: random.Random, course: dict[str, str], student: str,
    works: list[str], dues: tuple[int, ...],
) -> None:  # fmt: skip
    strength = rng.gauss(0, 1)
    leaves = rng.randint(5, 170) if strength < -1 else None
    who = {**course, "id_student": student}
    for work, due in zip(works, dues, strict=True):
        if rng.random() < 0.12 - 0.25 * min(strength, 0) or (leaves and due > leaves):
            continue
        day = due + round(rng.gauss(-2 - 2 * strength, 3))
        score = max(0, min(100, round(68 + 12 * strength + rng.gauss(0, 8))))
        tables["studentAssessment"].append(
            {"id_assessment": work, "id_student": student, "date_submitted": day,
             "is_banked": "False", "score": score}
        )  # fmt: skip
    failed = strength + rng.gauss(0, 0.7) < -0.4
    result = "Withdrawn" if leaves else "Fail" if failed else "Pass"
    tables["studentInfo"].append(
        {**who, "gender": rng.choice("MF"), "region": rng.choice(("North", "South")),
         "highest_education": "A Level", "imd_band": rng.choice(("0-10%", "90-100%")),
         "age_band": rng.choice(("0-35", "55<=")), "num_of_prev_attempts": int(rng.random() < 0.1),
         "studied_credits": rng.choice((60, 120)), "disability": "False", "final_result": result}
    )  # fmt: skip
    tables["studentRegistration"].append(
        {**who, "date_registration": -rng.randint(5, 120), "date_unregistration": leaves or ""}
    )


def write(folder: Path, tables: Tables) -> Path:
    """Write each table as ``name.csv`` below ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder
