"""The record of 25 steps in Word: what is on the paper, who prints it, what never is on it."""

import io

import pytest
from django.test import Client
from django.utils import timezone
from docx import Document

from partybranch.domain.decisions import decide
from partybranch.enums import Decision
from partybranch.exporters.step_form import _WIDTHS
from partybranch.models import StepRecord
from portal.core.models import AuditEntry
from portal.core.papers import a4_document, list_table
from tests.partybranch.party import DAY, add_party, bring_to
from tests.world import World

SECRET = "政审结论仅组织员可见"


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def _paper(world: World, who: str, pk: int) -> list[list[list[str]]]:
    """Tables of the paper, by row and cell."""
    client = Client()
    client.force_login(world.people[who])
    answer = client.get(f"/development/{pk}/record.docx")
    assert answer.status_code == 200
    tables = Document(io.BytesIO(answer.content)).tables
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in tables]


def test_a_case_of_all_steps_stands_on_the_paper_with_days_votes_and_papers(campus: World) -> None:
    made = bring_to(campus, "gu", 25)
    person, steps, rest = _paper(campus, "gao", made.pk)
    assert person[0] == ["姓名", "顾言川", "学号", campus.gu.student_no]
    facts = {row[n]: row[n + 1] for row in person for n in (0, 2)}
    assert sorted(facts["入党介绍人"].split("、")) == ["方书语", "秦守正"]
    assert "年" in facts["预备期"]
    numbered = [row for row in steps if row[0].isdecimal()]
    assert [int(row[0]) for row in numbered] == list(range(1, 26))
    days = {one.step: one.on for one in StepRecord.objects.filter(development=made)}
    for row in numbered:
        on = days[int(row[0])]
        assert row[2] == f"{on.year}年{on.month}月{on.day}日"
        assert row[3].split()[0] in ("2014", "2026.05")
    assert len(steps) - len(numbered) == 6  # head and the five stages
    vote = numbered[14][4]
    assert "应到9、实到9，赞成9、反对0、弃权0、无效0" in vote
    assert "补录" in numbered[0][4]
    assert "据纸质档案补录" in numbered[0][4]
    assert "团组织推优：应到30人、实到20人、赞成10人" in numbered[2][4]
    assert "PX-01" in numbered[10][4]
    assert rest[0][1].count("年") == 2  # both assessments
    assert [row[0] for row in rest][3:] == ["培养联系人\n（介绍人）", "党支部", "党委"]


def test_steps_to_come_are_blank_and_what_was_taken_back_is_told(campus: World) -> None:
    made = bring_to(campus, "gu", 8)
    decide(actor=campus.gao, development=made, kind=Decision.TARGET_OFF,
           on=timezone.localdate() - DAY, reason="群众意见较大", decided_by="支部委员会")  # fmt: skip
    made.refresh_from_db()
    _person, steps, rest = _paper(campus, "gao", made.pk)
    by_number = {row[0]: row for row in steps}
    assert by_number["7"][2] == by_number["25"][4] == ""
    assert by_number["6"][2]
    decided = rest[2][1]
    assert "群众意见较大" in decided
    assert "第7步" in decided
    assert "第8步" in decided


def test_the_text_of_a_review_is_never_printed(campus: World) -> None:
    from tests.partybranch.cases import DETAIL

    given = DETAIL[10]["conclusion"]
    DETAIL[10]["conclusion"] = SECRET
    try:
        made = bring_to(campus, "gu", 11)
    finally:
        DETAIL[10]["conclusion"] = given
    for who in ("gao", "qin", "yan"):
        text = str(_paper(campus, who, made.pk))
        assert "政治审查" in text
        assert SECRET not in text


def test_who_keeps_the_file_or_decides_prints_it_others_do_not(campus: World) -> None:
    made = bring_to(campus, "gu", 6)
    for who, status in (("gao", 200), ("qin", 200), ("yan", 200), ("fang", 403), ("lin", 404)):
        client = Client()
        client.force_login(campus.people[who])
        page = client.get(f"/development/{made.pk}/record.docx")
        assert page.status_code == status, who
        shown = client.get(f"/development/{made.pk}/").content.decode()
        assert (f"/development/{made.pk}/record.docx" in shown) == (status == 200), who
    rows = AuditEntry.objects.filter(action="print_step_form")
    assert sorted(one.actor.name for one in rows) == ["严立", "秦守正", "高敏"]
    assert all(one.detail == {"student_id": campus.gu.pk} for one in rows)


def test_a_table_of_lines_repeats_its_head_and_tears_no_row() -> None:
    document = a4_document()
    list_table(document, ("序号", "步骤"), [("一、申请",), ("1", "递交")], (20, 100))
    (table,) = document.tables
    assert ["tblHeader" in row._tr.xml for row in table.rows] == [True, False, False]
    assert all("cantSplit" in row._tr.xml for row in table.rows)
    assert table.rows[1].cells[0]._tc is table.rows[1].cells[1]._tc


def test_the_longest_day_stands_in_one_line_of_its_column() -> None:
    """“2026年11月29日” at 10.5 points: a figure is half a letter wide, and offices' programs set a
    quarter of a letter between figures and letters; the cell keeps 3.8 mm to its lines."""
    letters, figures, joints, letter = 3, 8, 5, 10.5 * 25.4 / 72
    needed = (letters + figures / 2 + joints / 4) * letter + 3.8
    days, rules = _WIDTHS[2], _WIDTHS[3]
    assert min(days, rules) >= needed
    assert sum(_WIDTHS) == 160  # the text of an A4 page with its margins


def test_the_last_day_in_time_stands_in_a_line_of_its_own(campus: World) -> None:
    made = bring_to(campus, "gu", 1, shift=985)
    due = made.due_on
    _person, steps, _rest = _paper(campus, "gao", made.pk)
    row = next(row for row in steps if row[0] == "2")
    assert row[3].split("\n")[1:] == ["最迟", f"{due.year}年{due.month}月{due.day}日"]
