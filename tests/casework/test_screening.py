"""Screening by the lines of rulebook 3.7, its file, and the talk that comes before any label."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from casework.domain.screening_imports import import_screening
from casework.domain.screenings import open_round, record_sheet
from casework.domain.sealed_files import set_attention
from casework.domain.sealed_notes import write_note
from casework.models import (
    CaseLevel,
    NoteKind,
    Scale,
    ScaleLine,
    Screening,
    ScreeningRound,
    SealedFile,
    SealedText,
)
from casework.queries.sealed_desk import clock, round_counts
from casework.screening_rules import Reading, Sheet, read_sheet, total_of
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, Job, Upload
from portal.core.sheets import SheetError
from tests.world import World

pytestmark = pytest.mark.django_db


def reading(code: str, answers: list[int]) -> Reading:
    scale = Scale.objects.get(pk=code)
    return read_sheet(scale, scale.lines.all(), Sheet(answers, total_of(scale, answers)))


def sheet(code: str, **items: int) -> list[int]:
    """Lowest answers but for ``q9=1``."""
    scale = Scale.objects.get(pk=code)
    answers = [scale.answer_min] * scale.items
    for name, answer in items.items():
        answers[int(name[1:]) - 1] = answer
    return answers


def line_of(found: Reading) -> str:
    return found.line.name if found.line else ""


def test_example_20_item_nine_of_the_phq_asks_for_a_talk_today_without_any_line() -> None:
    found = reading("PHQ-9", sheet("PHQ-9", q1=3, q9=1))
    assert found.total == 4
    assert found.line is None
    assert found.is_same_day


@pytest.mark.parametrize(
    ("total", "line"), [(4, ""), (5, "5 分线"), (10, "10 分线"), (15, "15 分线"), (20, "20 分线")]
)
def test_lines_of_the_phq_9(total: int, line: str) -> None:
    answers = [3] * (total // 3) + [total % 3]
    answers += [0] * (9 - len(answers))
    found = reading("PHQ-9", answers)
    assert (found.total, line_of(found), found.is_same_day) == (total, line, False)
    assert found.follow_days == (14 if line else None)


@pytest.mark.parametrize(
    ("total", "line"), [(4, ""), (5, "5 分线"), (10, "10 分线"), (15, "15 分线"), (21, "15 分线")]
)
def test_lines_of_the_gad_7(total: int, line: str) -> None:
    answers = ([3] * (total // 3) + [total % 3] + [0] * 7)[:7]
    assert line_of(reading("GAD-7", answers)) == line


# Items of the UPI that are neither key items nor left out of the sum.
PLAIN = [n for n in range(1, 61) if n not in (5, 8, 16, 20, 25, 26, 35, 50)]


@pytest.mark.parametrize(
    ("items", "line", "same_day"),
    [
        (PLAIN[:19], "", False),
        (PLAIN[:20], "II 类（总分）", False),
        (PLAIN[:24], "II 类（总分）", False),
        (PLAIN[:25], "I 类（总分）", False),
        ([25], "I 类（第 25 题）", True),
        ([8], "II 类（关键题）", False),
        ([*PLAIN[:19], 5, 20, 35, 50], "", False),
    ],
)
def test_lines_of_the_upi(items: list[int], line: str, same_day: bool) -> None:
    found = reading("UPI", [1 if n in items else 0 for n in range(1, 61)])
    assert (line_of(found), found.is_same_day) == (line, same_day)


def test_lines_of_the_scl_90() -> None:
    calm = [1] * 90
    assert line_of(reading("SCL-90", calm)) == ""
    assert line_of(reading("SCL-90", [2] * 43 + [1] * 47)) == "阳性项目 ≥43"
    assert reading("SCL-90", [2] * 42 + [1] * 48).positive == 42
    raised = [*calm]
    for item in (11, 24, 63, 67, 74, 81):
        raised[item - 1] = 2
    assert line_of(reading("SCL-90", raised)) == "因子分 ≥2"
    for item in (11, 24, 63, 67, 74, 81):
        raised[item - 1] = 3
    assert line_of(reading("SCL-90", raised)) == "因子分 ≥3"
    assert line_of(reading("SCL-90", [2] * 70 + [1] * 20)) != ""


def test_a_line_is_a_row_that_the_school_moves() -> None:
    answers = sheet("PHQ-9", q1=3)
    assert line_of(reading("PHQ-9", answers)) == ""
    ScaleLine.objects.filter(scale="PHQ-9", name="5 分线").update(threshold=3)
    assert line_of(reading("PHQ-9", answers)) == "5 分线"


def test_no_label_before_the_talk_and_the_talk_stops_the_clock(world: World) -> None:
    today = timezone.localdate()
    made = record_sheet(
        actor=world.psy, student=world.gu, scale=Scale.objects.get(pk="PHQ-9"),
        answers=sheet("PHQ-9", q1=3, q2=3, q3=3, q4=3), taken_on=today,
    )  # fmt: skip
    assert made.follow_by == today + dt.timedelta(days=14)
    (waiting,) = clock(world.psy)["lines"]
    assert waiting["student_no"] == world.gu.student_no
    file, level = SealedFile.objects.get(student=world.gu), CaseLevel.objects.get(pk="BLUE")
    label = {"level": level, "next_on": None, "keeper": None, "version": file.version}
    with pytest.raises(DomainError):
        set_attention(actor=world.psy, file=file, **label)
    write_note(actor=world.zhou, student=world.gu, kind=NoteKind.TALK, text="辅导员先谈了一次")
    with pytest.raises(DomainError):
        set_attention(actor=world.psy, file=file, **label)
    write_note(actor=world.psy, student=world.gu, kind=NoteKind.TALK, text="复谈，建议就诊")
    assert clock(world.psy)["lines"] == []
    assert set_attention(actor=world.psy, file=file, **label).level == level


def make_round(world: World, code: str = "PHQ-9") -> ScreeningRound:
    day = timezone.localdate()
    return open_round(
        actor=world.psy, name=f"普查{code}", scale=Scale.objects.get(pk=code), starts_on=day,
        ends_on=day, entry_year=2023,
    )  # fmt: skip


def rows(world: World, *lines: tuple[str, str]) -> bytes:
    head = ",".join(["学号", "姓名", "测评日期", *(f"第{n}题" for n in range(1, 10))])
    body = [f"{world.students[key].student_no},x,,{answers}" for key, answers in lines]
    return "\n".join([head, *body]).encode()


def test_a_file_of_results_is_sealed_and_the_second_time_changes_nothing(world: World) -> None:
    of = make_round(world)
    content = rows(world, ("gu", "3,0,0,0,0,0,0,0,1"), ("cheng", "0,0,0,0,0,0,0,0,0"))
    result = import_screening(actor=world.psy, of=of, content=content)
    assert result.touched == {"results": 2, "asked": 1}
    gu = Screening.objects.get(student=world.gu)
    assert (gu.line, gu.is_same_day, gu.follow_by) == (None, True, timezone.localdate())
    assert [one.student_id for one in SealedFile.objects.all()] == [world.gu.pk]
    again = import_screening(actor=world.psy, of=of, content=content)
    assert again.diff.is_empty
    assert Screening.objects.count() == SealedText.objects.count() == 2
    assert [row["n"] for row in round_counts(world.psy, of)] == [2]
    assert not Upload.objects.exists()
    assert not Job.objects.exists()
    assert "3,0" not in str(AuditEntry.objects.get(action="import_screening").detail)


@pytest.mark.parametrize(
    "bad",
    ["3,0,0,0,0,0,0,0,4", "3,0,0,0,0,0,0,0,", "3,0,0,0,0,0,0,0,x"],
    ids=["too high", "blank", "a letter"],
)
def test_one_bad_row_and_nothing_is_imported_and_no_answer_is_repeated(
    world: World, bad: str
) -> None:
    content = rows(world, ("gu", "1,1,1,1,1,1,1,1,0"), ("cheng", bad))
    result = import_screening(actor=world.psy, of=make_round(world), content=content)
    assert len(result.faults) >= 1
    assert {fault.value for fault in result.faults} == {""}
    assert not Screening.objects.exists()
    assert not SealedText.objects.exists()


def test_strangers_doubles_and_wrong_sums_are_faults(world: World) -> None:
    of = make_round(world)
    number = world.gu.student_no
    for body in (f"{number},28", "9999999999,3", f"{number},3\n{number},3"):
        result = import_screening(actor=world.psy, of=of, content=f"学号,总分\n{body}\n".encode())
        assert result.faults
    with pytest.raises(SheetError):
        import_screening(actor=world.psy, of=of, content=b"\x00\x01\x02")
    assert not Screening.objects.exists()


def test_the_page_takes_a_file_and_tells_what_to_correct(world: World) -> None:
    of = make_round(world)
    client = Client()
    client.force_login(world.psy)
    url = f"/sealed/rounds/{of.pk}/results/"
    bad = SimpleUploadedFile("r.csv", rows(world, ("gu", "3,0,0,0,0,0,0,0,7")))
    answer = client.post(url, {"file": bad})
    assert answer.status_code == 422
    good = SimpleUploadedFile("r.csv", rows(world, ("gu", "3,0,0,0,0,0,0,0,1")))
    assert client.post(url, {"file": good}).status_code == 302
    assert Screening.objects.filter(round=of).count() == 1
    template = client.get(f"/sealed/rounds/{of.pk}/template/")
    assert template.content.startswith(b"PK")


def test_nothing_on_the_pages_calls_a_line_a_diagnosis(world: World) -> None:
    of = make_round(world)
    import_screening(actor=world.psy, of=of, content=rows(world, ("gu", "3,3,3,3,3,3,3,3,0")))
    client = Client()
    client.force_login(world.psy)
    for url in ("/sealed/", f"/sealed/rounds/{of.pk}/", f"/sealed/{world.gu.student_no}/"):
        assert "诊断为" not in client.get(url).content.decode()


def test_the_desk_makes_as_many_statements_for_three_students_as_for_one(
    world: World,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    of = make_round(world)
    client = Client()
    client.force_login(world.psy)
    import_screening(actor=world.psy, of=of, content=rows(world, ("gu", "3,3,3,3,3,0,0,0,0")))
    client.get("/sealed/")
    counts = []
    for more in ((), (("cheng", "3,3,3,3,3,0,0,0,0"), ("luo", "0,0,0,0,0,0,0,0,1"))):
        if more:
            import_screening(actor=world.psy, of=of, content=rows(world, *more))
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/sealed/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
