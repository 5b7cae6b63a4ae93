"""The early ranking on made-up folders: only what is known on the day counts, and it says why."""

import ast
import copy
import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from students import early
from students.early.evaluate import measure, two_term_rule
from students.early.features import FACTS, columns
from students.early.folder import Key, known, outcomes, read_folder
from students.early.rank import HEAD
from students.early.words import sentence
from tests.students.early_folders import DAY, TRAIN, Tables, made_up, write

PERSONAL = ("gender", "region", "highest_education", "imd_band", "age_band", "disability")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("early")


@pytest.fixture(scope="module")
def train(base: Path) -> Path:
    return write(base / "train", made_up(*TRAIN))


@pytest.fixture(scope="module")
def target() -> Tables:
    return made_up("2014J")


def ranked(train: Path, score: Path, *more: str) -> tuple[bytes, str]:
    """(bytes of the list, what was printed)."""
    out, said = score / "out.csv", io.StringIO()
    call_command("rank_early", "--train", str(train), "--score", str(score), "--day", str(DAY),
                 "--out", str(out), *more, stdout=said, stderr=io.StringIO())  # fmt: skip
    return out.read_bytes(), said.getvalue()


@pytest.fixture(scope="module")
def first(base: Path, train: Path, target: Tables) -> tuple[bytes, str]:
    return ranked(train, write(base / "score", target), "--evaluate")


def rows(found: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.decode())))


def still_there(target: Tables) -> set[str]:
    return {
        row["id_student"]
        for row in target["studentRegistration"]
        if row["date_unregistration"] == "" or row["date_unregistration"] > DAY
    }


def test_everyone_still_registered_is_ranked_with_three_reasons(
    first: tuple[bytes, str], target: Tables
) -> None:
    found = rows(first[0])
    assert list(found[0]) == list(HEAD)
    assert {row["id_student"] for row in found} == still_there(target)
    assert len(found) == len(still_there(target)) < len(target["studentInfo"])
    scores = [float(row["score"]) for row in found]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] < scores[0] < 1
    assert all(len({row["reason1"], row["reason2"], row["reason3"]}) == 3 for row in found)
    assert "到期" in found[0]["reason1"] + found[0]["reason2"] + found[0]["reason3"]


def test_the_list_is_held_against_what_came(first: tuple[bytes, str]) -> None:
    said = first[1]
    for line in ("time cut 2013J", "time cut 2014B", "this ranking", "rule: 100 x missing", "Brier", "decile"):  # fmt: skip
        assert line in said, line
    auc = float(said.split("this ranking")[1].split("AUC")[1].split()[0])
    assert auc > 0.75


def test_nothing_that_happens_later_and_nothing_personal_moves_a_byte(
    base: Path, train: Path, target: Tables, first: tuple[bytes, str]
) -> None:
    """Later submissions, scores and unregistrations moved, added and taken out; outcomes gone."""
    later = copy.deepcopy(target)
    work = later["studentAssessment"]
    late = [row for row in work if row["date_submitted"] > DAY]
    assert len(late) > 50
    for n, row in enumerate(late):
        row["score"] = 100 - row["score"]
        row["date_submitted"] += n % 40
    later["studentAssessment"] = [row for row in work if row not in late[::3]]
    have = {(row["id_assessment"], row["id_student"]) for row in work}
    for row in target["studentInfo"]:
        module, presentation = row["code_module"], row["code_presentation"]
        for n in range(3):
            if (f"{module}{presentation}{n}", row["id_student"]) not in have:
                later["studentAssessment"].append(
                    {"id_assessment": f"{module}{presentation}{n}", "id_student": row["id_student"],
                     "date_submitted": DAY + 1, "is_banked": "False", "score": 100}
                )  # fmt: skip
    moved = 0
    for n, row in enumerate(later["studentRegistration"]):
        if row["date_unregistration"] == "" or row["date_unregistration"] > DAY:
            row["date_unregistration"] = DAY + 1 if n % 2 else ""
            moved += 1
    assert moved > 100
    for n, row in enumerate(later["studentInfo"]):
        del row["final_result"]
        for name in PERSONAL:
            row[name] = f"other {n}"
    later["studentInfo"].reverse()
    folder = write(base / "later", later)
    for path in list(folder.glob("*.csv")):
        (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    assert ranked(train, folder)[0] == first[0]


def test_a_fact_known_on_the_day_does_move_the_score(
    base: Path, train: Path, target: Tables, first: tuple[bytes, str]
) -> None:
    before = {row["id_student"]: row for row in rows(first[0])}
    best = min(before.values(), key=lambda row: float(row["score"]))["id_student"]
    other = copy.deepcopy(target)
    other["studentAssessment"] = [r for r in other["studentAssessment"] if r["id_student"] != best]
    after = {row["id_student"]: row for row in rows(ranked(train, write(base / "other", other), "--language", "en")[0])}  # fmt: skip
    assert float(after[best]["score"]) > float(before[best]["score"]) + 0.2
    told = " ".join(after[best][f"reason{n}"] for n in (1, 2, 3))
    assert "assignments due" in told or "handed in" in told


def test_the_cut_keeps_no_later_fact_and_no_outcome(train: Path) -> None:
    folder = read_folder(train)
    seen = known(folder, DAY)
    assert all(one.day <= DAY for works in seen.handed.values() for one in works.values())
    assert all(work.due <= DAY for works in seen.due.values() for work in works)
    assert not hasattr(seen, "outcomes")
    gone = {key for key, one in folder.enrolments.items() if one.unregistered is not None and one.unregistered <= DAY}  # fmt: skip
    assert gone
    assert gone.isdisjoint(seen.keys)
    assert set(outcomes(folder)) == set(folder.enrolments)


def test_registered_from_the_day_until_the_day_before_leaving(base: Path) -> None:
    tables = made_up("2014J", people=4)
    dates = [("", ""), (DAY, ""), (DAY + 1, ""), (-20, DAY), (-20, DAY + 1)]
    for row, (since, until) in zip(tables["studentRegistration"], dates, strict=False):
        row["date_registration"], row["date_unregistration"] = since, until
    tables["studentRegistration"] = tables["studentRegistration"][: len(dates)]
    tables["studentInfo"] = tables["studentInfo"][: len(dates)]
    seen = known(read_folder(write(base / "edges", tables)), DAY)
    wanted = [tables["studentInfo"][n]["id_student"] for n in (0, 1, 4)]
    assert [key.student for key in seen.keys] == wanted


def numbers(base: Path, handed: list[tuple[int, int, Any]], name: str) -> dict[str, float]:
    """Columns of one person on module AAA (due on days 20 and 50): (piece, day, score)."""
    tables = made_up("2014J", people=1)
    person = tables["studentInfo"][0]["id_student"]
    tables["studentAssessment"] = [
        {"id_assessment": f"AAA2014J{n}", "id_student": person, "date_submitted": day,
         "is_banked": "False", "score": score}
        for n, day, score in handed
    ] or [{"id_assessment": "none", "id_student": "1", "date_submitted": 1, "is_banked": 0, "score": 1}]  # fmt: skip
    for row in tables["studentRegistration"]:
        row["date_unregistration"] = ""
    return columns(known(read_folder(write(base / name, tables)), DAY)).shown[0]


def test_columns_say_what_happened(base: Path) -> None:
    none = numbers(base, [], "none")
    assert (none["due"], none["missing"], none["missing_run"]) == (2, 2, 2)
    some = numbers(base, [(0, 26, 35), (2, 55, 80)], "some")
    assert (some["missing"], some["missing_run"], some["lowest"], some["late_mean"]) == (
        1,
        1,
        35,
        6,
    )
    assert (some["earned"], some["ahead"], some["silence"]) == (17.5, 1, 34)
    blank = numbers(base, [(0, 19, "?"), (1, 61, 90)], "blank")
    assert (blank["missing"], blank["late_mean"], blank["earned"]) == (1, -1, 0)


@pytest.mark.parametrize(
    ("fact", "weight", "said"),
    [
        ("missing", 1.0, "到期的2次作业缺交1次"),
        ("silence", 0.5, "距上次提交作业已34天"),
        ("ahead", -0.4, "有利：已提前提交1次未到期作业"),
        ("late", 0.001, "与课程多数人相同：平均迟交6天"),
    ],
)
def test_reasons_are_sentences_with_numbers(
    base: Path, fact: str, weight: float, said: str
) -> None:
    assert sentence(fact, weight, numbers(base, [(0, 26, 35), (2, 55, 80)], "words")) == said


def test_every_fact_has_words_even_when_nothing_is_known() -> None:
    blank = {name: float("nan") for names in FACTS.values() for name in names}
    blank |= {"due": 0, "missing": 0, "ahead": 0, "attempts": 0, "credits": 60.0}
    for fact in FACTS:
        assert "nan" not in sentence(fact, 1.0, blank)


def test_clicks_are_read_where_both_folders_have_them(base: Path) -> None:
    tables = made_up("2014J", people=3)
    clicks = [
        {**{k: row[k] for k in ("code_module", "code_presentation", "id_student")},
         "id_site": 1, "date": day, "sum_click": 10}
        for row in tables["studentInfo"][:1] for day in (3, DAY - 5, DAY + 9)
    ]  # fmt: skip
    tables["studentVle"] = clicks
    folder = read_folder(write(base / "clicks", tables))
    found = columns(known(folder, DAY), with_clicks=True)
    busy = found.keys.index(Key(*list(clicks[0].values())[:3]))
    assert found.shown[busy]["active_days"] == 1
    assert found.shown[busy]["quiet"] == 5
    assert found.values.shape[1] == columns(known(folder, DAY)).values.shape[1] + 3


def test_the_two_term_rule_and_the_measures_are_what_they_say(base: Path) -> None:
    import numpy as np

    tables = made_up("2014J", people=1)
    found = columns(known(read_folder(write(base / "rule", tables)), DAY))
    for value, row in zip(two_term_rule(found), found.shown, strict=True):
        mean = row["mean"] if row["mean"] == row["mean"] else 0
        assert value == pytest.approx(100 * row["missing"] + 100 - mean)
    scores = np.array([n / 20 for n in range(20)])
    right = measure(scores, (scores > 0.7).astype(float))
    assert (right.auc, right.precision) == (1.0, 1.0)
    assert right.capacity == ((1, 1), (2, 2), (4, 4))
    assert right.deciles[0].observed == 0
    assert right.deciles[-1].observed == 1


def _imported(path: Path) -> set[str]:
    """Modules that ``path`` imports when it is loaded itself."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def test_the_portal_starts_without_the_fitting_programs() -> None:
    """Only the modules of the ranking load them, and only functions load those modules."""
    heavy, light = ("sklearn", "numpy", "scipy", "threadpoolctl"), {"linear", "words"}
    here = Path(early.__file__).parent
    for module in light | {"__init__"}:
        assert not [m for m in _imported(here / f"{module}.py") if m.startswith(heavy)]
    for app in ("portal", "cohorts", "students", "partybranch", "casework"):
        for path in (here.parent.parent / app).rglob("*.py"):
            if path.parent == here:
                continue
            for module in _imported(path):
                assert not module.startswith(heavy), path
                if module.startswith("students.early"):
                    assert module.rpartition(".")[2] in light, path
