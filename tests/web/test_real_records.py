"""Published records come in through the import commands, and the dashboards count them right."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from bench.records import college_grades, data_directory, oulad
from bench.records.check import Line, compare, import_records, print_table
from cohorts.models import Role, Unit
from portal.core.models import User
from students.models import CourseResult, Student

DATA = data_directory()
PRESENTATIONS = {("AAA", "2013J"), ("GGG", "2014J")}
needs_oulad = pytest.mark.skipif(
    not oulad.is_there(DATA), reason=f"the OULAD records are not in {DATA} (set PORTAL_DATA)"
)
needs_grades = pytest.mark.skipif(
    not college_grades.is_there(DATA),
    reason=f"the college_grades records are not in {DATA} (set PORTAL_DATA)",
)


def different(lines: list[Line]) -> list[Line]:
    return [line for line in lines if not line.is_equal]


@needs_oulad
@pytest.mark.django_db(transaction=True)
def test_enrolments_and_scores_are_counted_as_in_the_source(tmp_path: Path) -> None:
    records = oulad.read(DATA, PRESENTATIONS)
    assert len(records.roster) == 800
    import_records(records, tmp_path)
    lines = list(compare(records))
    assert len(lines) == 2 + 3 * len(PRESENTATIONS)
    assert different(lines) == []

    from cohorts.domain.appointments import appoint

    unit = Unit.objects.get(code=oulad.cohort_of("GGG", "2014J"))
    leader = User.objects.create_user(username="lead", name="林知远")
    appoint(actor=None, person=leader, role=Role.objects.get(code="contract_leader"), unit=unit)
    client = Client()
    client.force_login(leader)
    page = client.get(reverse("web:cohort", args=[unit.pk]))
    assert page.status_code == 200
    assert str(records.cohorts[unit.code].students) in page.content.decode()
    assert Student.objects.restrict(leader, "see_card").count() == 524


@needs_grades
@pytest.mark.django_db(transaction=True)
def test_grades_and_averages_are_those_of_the_source(tmp_path: Path) -> None:
    records = college_grades.read(DATA)
    assert len(records.results) == 3972
    import_records(records, tmp_path)
    lines = list(compare(records))
    assert lines[-1].source == str(len(records.averages))
    assert different(lines) == []
    # The comparison itself can fail: one lost result shows.
    CourseResult.objects.filter(grade="B").first().delete()
    assert different(list(compare(records)))
    assert not print_table(list(compare(records)), say=lambda _text: None)


def test_missing_records_are_named_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bench import real

    monkeypatch.setenv("PORTAL_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["real"])
    assert real.main() == 0
    assert str(tmp_path) in capsys.readouterr().out
