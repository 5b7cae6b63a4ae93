"""Reports of the study analysis: written in the background, equal to the page, one version each."""

import io
import re
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from docx import Document
from openpyxl import load_workbook

from portal.core.domain.jobs import run
from portal.core.models import AuditEntry, Job, JobState
from students.domain.study_reports import start_report
from students.exporters import study_charts
from students.queries.analysis import scope_of
from students.queries.analysis_sheet import sheet
from tests.students.test_analysis import NOW, add_marks, mark, now
from tests.web.test_pages import client_of
from tests.world import World


@pytest.fixture
def school(world: World) -> World:
    add_marks(world)
    return world


def written(person: Any, unit: Any = None) -> Job:
    job = start_report(actor=person, unit=unit, term=now())
    run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.result
    return job


def tables_of(content: bytes) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in Document(io.BytesIO(content)).tables
    ]


@pytest.mark.django_db
def test_word_and_workbook_say_what_the_page_says(school: World) -> None:
    client = client_of(school, "han")
    page = client.get(f"/analysis/?unit={school.chem.pk}").content.decode()
    job = written(school.han, school.chem)
    content = bytes(job.report or b"")
    text = "\n".join(one.text for one in Document(io.BytesIO(content)).paragraphs)
    # A long title ends its lines with whole words, and no page holds the signature alone.
    assert text.startswith("化学工程学院\n2026—2027学年第一学期学业分析报告\n")
    *_, body, blank, unit, day = Document(io.BytesIO(content)).paragraphs
    assert (unit.text, blank.text) == ("化学工程学院", "")
    assert all(one.paragraph_format.keep_with_next for one in (body, blank, unit))
    assert body.text
    assert day.text.endswith("日")
    tables = {table[0][0]: table for table in tables_of(content)}
    majors = next(table for table in tables_of(content) if table[1][0] == "化学工程与工艺")
    scope = scope_of(school.han, school.chem.pk)
    assert scope is not None
    found = sheet(scope, now())
    counts = found["major"][0]["counts"]
    assert majors[1][1:5] == ["4", "65.6", "3", "75.0%"]
    assert majors[1][1] == str(counts["took"])
    assert '<td class="p-num p-nowrap">65.6' in page
    assert f'figure=failed">{counts["failed"]}</a>' in page
    assert [row[1] for row in tables["课程号"][1:]] == [one["label"] for one in found["courses"]]
    book = load_workbook(io.BytesIO(client.get(f"/analysis/reports/{job.key}.xlsx").content)).active
    lines = {(row[1], row[2]): row for row in book.iter_rows(values_only=True)}
    assert lines["专业", "化学工程与工艺"][3:7] == (4, 65.6, 3, "75.0%")
    # The kept page shows the figures as they were, without links to what is so today.
    kept = client.get(f"/analysis/reports/{job.key}/").content.decode()
    assert "65.6" in kept
    assert "/analysis/people/" not in kept


@pytest.mark.django_db
def test_no_name_of_a_student_stands_in_a_report(school: World) -> None:
    job = written(school.lu)
    words = str(tables_of(bytes(job.report or b""))) + str(job.result)
    assert not [one.name for one in school.students.values() if one.name in words]
    assert not re.search(r"22\d{8}", words)


@pytest.mark.django_db
def test_versions_are_counted_and_keep_their_figures(school: World) -> None:
    first = written(school.han, school.chem)
    key = uuid.uuid4()
    course = school.gu.results.filter(term=NOW).first().course
    mark(school.luo, course, NOW, "10", attempt="first", sequence=2)
    school.luo.results.filter(term=NOW, course__code="TD", sequence=1).update(
        score=50, passed=False
    )
    second = start_report(actor=school.han, unit=school.chem, term=now(), key=key)
    assert start_report(actor=school.han, unit=school.chem, term=now(), key=key).pk == second.pk
    run(second.pk)
    second.refresh_from_db()
    assert (first.params["version"], second.params["version"]) == (1, 2)
    was, is_now = (one.result["sheet"]["whole"]["counts"]["failed2"] for one in (first, second))
    assert (was, is_now) == (1, 2)
    other = written(school.han, school.chem23)
    assert other.params["version"] == 1


@pytest.mark.django_db
def test_a_report_is_its_owners_and_follows_the_right(school: World) -> None:
    job = written(school.han, school.chem)
    address = f"/analysis/reports/{job.key}.docx"
    assert client_of(school, "jiang").get(address).status_code == 404
    assert client_of(school, "han").get(address).status_code == 200
    assert AuditEntry.objects.filter(action="download_study_report", object_id=job.pk).exists()
    with pytest.raises(PermissionDenied):
        start_report(actor=school.lu, unit=school.chem, term=now())
    school.posts["han"].ends_on = school.posts["han"].starts_on
    from cohorts.domain.reconcile import reconcile

    school.posts["han"].save()
    reconcile([school.han.pk])
    assert client_of(school, "han").get(address).status_code == 403


@pytest.mark.django_db
def test_the_form_begins_one_report_however_often_it_is_sent(school: World) -> None:
    client = client_of(school, "han")
    page = client.get(f"/analysis/reports/?unit={school.chem.pk}")
    sent = {"key": str(page.context["key"])}
    addresses = {client.post(f"/analysis/reports/?unit={school.chem.pk}", sent)["Location"]
                 for _turn in range(2)}  # fmt: skip
    assert len(addresses) == 1
    assert client.get(addresses.pop()).status_code == 200


def test_without_a_chinese_font_bars_bear_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_charts, "chinese_font", lambda: "")
    assert (
        study_charts.bars([("化工热力学", "TD", 12.5, 10.0), ("力学", "ME", 3.0, None)])[:4]
        == b"\x89PNG"
    )


@pytest.mark.django_db
def test_a_report_of_the_whole_reach_bears_the_name_of_the_only_unit(school: World) -> None:
    def head(job: Job) -> str:
        return Document(io.BytesIO(bytes(job.report or b""))).paragraphs[0].text.split("\n")[0]

    assert head(written(school.han)) == "化学工程学院"
    assert head(written(school.wang)) == "所辖学生"  # his by links, of no unit
    school.add_post("han", "clerk", "mech")
    assert head(written(school.han)) == "所辖学生"
