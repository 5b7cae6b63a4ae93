"""Folders that cannot be ranked: told by file, line and column, and nothing is written."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.core.errors import DomainError
from students.early.folder import read_folder
from tests.students.early_folders import DAY, TRAIN, Tables, made_up, write


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("early")


@pytest.fixture(scope="module")
def train(base: Path) -> Path:
    return write(base / "train", made_up(*TRAIN, people=30))


def rank(train: Path, score: Path) -> None:
    call_command("rank_early", "--train", str(train), "--score", str(score), "--day", str(DAY),
                 "--out", str(score / "out.csv"), stdout=io.StringIO(), stderr=io.StringIO())  # fmt: skip


def _without(table: str, column: str) -> Any:
    def change(tables: Tables) -> None:
        for row in tables[table]:
            del row[column]

    return change


def _put(table: str, column: str, value: str) -> Any:
    def change(tables: Tables) -> None:
        tables[table][3][column] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("studentRegistration"), "studentRegistration"),
        (_without("studentInfo", "id_student"), "id_student"),
        (_put("studentAssessment", "score", "八十"), "studentAssessment.csv:5"),
        (_put("studentAssessment", "date_submitted", "inf"), "inf"),
        (_put("studentInfo", "id_student", ""), "studentInfo.csv:5"),
        (lambda t: t["studentInfo"].append(t["studentInfo"][0]), "两次"),
    ],
)
def test_a_folder_with_a_fault_is_refused_by_line_and_nothing_is_written(
    base: Path, train: Path, change: Any, said: str, request: pytest.FixtureRequest
) -> None:
    tables = made_up("2014J", people=3)
    change(tables)
    folder = write(base / request.node.name.replace("/", ""), tables)
    with pytest.raises(CommandError, match=said):
        rank(train, folder)
    assert not list(folder.glob("*out*"))


def test_a_past_that_cannot_teach_is_refused(base: Path, train: Path) -> None:
    score = write(base / "fresh", made_up("2014J"))
    with pytest.raises(CommandError, match="早于"):
        rank(score, train)
    few = write(base / "few", made_up("2013B", people=8))
    with pytest.raises(CommandError, match="至少"):
        rank(few, score)
    with pytest.raises(CommandError, match="不存在"):
        rank(base / "nowhere", score)
    with pytest.raises(DomainError):
        read_folder(base / "nowhere")
