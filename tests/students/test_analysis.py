"""The study analysis: every number is the length of its list, and follows the reader's reach."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts.models import Parameter, Term
from students.models import (
    Course,
    CourseGroup,
    CourseResult,
    PlanCourse,
    Programme,
    Student,
)
from students.queries.analysis import Line, Scope, courses, scope_of, summary
from students.queries.analysis_people import Cell, ids_of, people
from students.queries.analysis_sheet import sheet
from students.queries.analysis_sql import AXES, COURSE_FIGURES, FIGURES, MOST_CREDITS
from tests.web.test_pages import client_of
from tests.world import World

BEFORE, NOW = "2025-2026-1", "2026-2027-1"


def mark(student: Student, course: Course, term: str, grade: str, **extra: Any) -> CourseResult:
    number = Decimal(grade) if grade.isdigit() else None
    extra.setdefault("passed", number is not None and number >= 60)
    return CourseResult.objects.create(
        student=student, course=course, term_id=term, grade=grade, score=number,
        credits=course.credits, **extra,
    )  # fmt: skip


def add_marks(world: World) -> dict[str, Course]:
    """Thermodynamics and Mechanics this term and the one before; a plan for the entry year 2023."""
    found = {
        code: Course.objects.create(code=code, name=name, credits=credits)
        for code, name, credits in (
            ("TD", "化工热力学", 4), ("ME", "工程力学", 3), ("EN", "英语口语", 2),
        )
    }  # fmt: skip
    td, me, en = found.values()
    for student, first, second in (
        (world.gu, "55", "92"), (world.cheng, "40", "58"), (world.luo, "85", "75"),
        (world.ye, "61", "66"), (world.song, "30", "30"),
    ):  # fmt: skip
        mark(student, td, NOW, first)
        mark(student, me, NOW, second)
    mark(world.gu, en, NOW, "良好", passed=True)
    mark(world.luo, en, NOW, "缺考", special="absent")
    mark(world.ye, en, NOW, "缓考", special="deferred", passed=None)
    mark(world.gu, td, BEFORE, "70")
    mark(world.cheng, td, BEFORE, "50")
    # A resit is no first sitting; it counts for the credits of the plan.
    mark(world.cheng, td, NOW, "66", attempt="resit")
    plan = Programme.objects.create(major=world.gu.major, entry_year=2023, years=4)
    must = CourseGroup.objects.create(programme=plan, name="必修", need="required")
    may = CourseGroup.objects.create(
        programme=plan, name="选修", need="elective", credits=10, due_term=8
    )
    for group, course, term_no in ((must, td, 5), (must, me, 7), (may, en, 7)):
        PlanCourse.objects.create(
            programme=plan, group=group, course=course, credits=course.credits, term_no=term_no
        )
    return found


@pytest.fixture
def school(world: World) -> World:
    add_marks(world)
    return world


def now() -> Term:
    return Term.objects.get(pk=NOW)


def scope(user: Any, unit: int | None = None) -> Scope:
    found = scope_of(user, unit)
    assert found is not None
    return found


def group_of(line: Line) -> dict[str, int]:
    keys = {"major": "major", "class": "group", "year": "year"}
    return {keys[line.axis]: line.key} if line.axis else {}


@pytest.mark.django_db
def test_every_number_is_the_length_of_its_list(school: World) -> None:
    for reader in (school.han, school.lu, school.wang, school.zhou):
        mine = scope(reader)
        found = summary(mine, now())
        assert set(found.axes) == set(AXES)
        for line in [found.whole, *(one for lines in found.axes.values() for one in lines)]:
            for code in FIGURES:
                cell = Cell(code, **group_of(line))  # type: ignore[arg-type]
                assert line[code] == len(ids_of(mine, now(), cell, reader)), (line, code)
        both = courses(mine, now())
        for line in both.lines:
            bands = [line[code] for code in COURSE_FIGURES if code.startswith("band_")]
            assert sum(bands) == line["took"] == line["passed"] + line["failed"]
            for code in COURSE_FIGURES:
                cell = Cell(code, course=line.key)
                assert line[code] == len(ids_of(mine, now(), cell, reader))
        for (course, major), line in both.by_major.items():
            cell = Cell("failed", course=course, major=major)
            assert line["failed"] == people(mine, now(), cell, reader, 1).total


@pytest.mark.django_db
def test_figures_are_of_those_whose_results_one_may_see(school: World) -> None:
    def who(reader: Any, unit: Any = None) -> set[int]:
        return set(ids_of(scope(reader, unit and unit.pk), now(), Cell(), reader))

    s = school
    assert who(s.han) == {s.gu.pk, s.cheng.pk, s.luo.pk, s.ye.pk}
    assert who(s.han, s.chem23) == {s.gu.pk, s.cheng.pk, s.luo.pk}
    assert who(s.lu) == {s.gu.pk, s.luo.pk}
    assert who(s.wang) == {s.gu.pk}
    assert who(s.zhou) == {s.gu.pk, s.song.pk}
    assert scope_of(s.lu, s.chem23.pk) is None  # not his unit
    assert scope_of(s.wang, s.c2301.pk) is None  # a tutor holds nothing on the class
    assert scope_of(s.gao, None) is None  # sees no results


@pytest.mark.django_db
def test_failed_averages_and_levels_of_the_term(school: World) -> None:
    whole = summary(scope(school.han), now()).whole
    # gu failed one of three, cheng both, luo was absent once, ye's deferred one does not count.
    assert [whole[code] for code in ("took", "passed", "failed1", "failed2", "failed3")] == [
        4, 1, 2, 1, 0]  # fmt: skip
    # Weighted by credits, the word and the absence without a number: gu (55·4 + 92·3) / 7.
    means = {
        row.pk: row.mean for row in people(scope(school.han), now(), Cell(), school.han, 1).rows
    }
    assert means[school.gu.pk] == 70.9
    assert means[school.luo.pk] == 80.7
    assert [whole[f"band_{code}"] for code in ("excellent", "good", "middle", "pass", "fail")] == [
        0, 1, 1, 1, 1]  # fmt: skip
    found = sheet(scope(school.han), now())
    assert found["whole"]["before"]["took"] == 2
    assert found["before"] == BEFORE
    english = next(one for one in courses(scope(school.han), now()).lines if one.code == "EN")
    assert (english["took"], english["band_good"], english["band_fail"]) == (2, 1, 1)


@pytest.mark.django_db
def test_shortage_is_counted_against_the_plan_group_by_group(school: World) -> None:
    # The entry year 2023 is in its seventh half-year: 7 credits are due, electives not yet.
    mine = scope(school.han)
    rows = {row.pk: row for row in people(mine, now(), Cell(), school.han, 1).rows}
    got = {key: (rows[getattr(school, key).pk].short, rows[getattr(school, key).pk].owed)
           for key in ("gu", "cheng", "luo", "ye")}  # fmt: skip
    # gu passed TD last year, cheng by the resit; two of ten elective credits are gu's.
    assert got == {"gu": (0, 8), "cheng": (3, 13), "luo": (0, 10), "ye": (0, 0)}
    assert summary(mine, now()).whole["risk"] == 0
    # One half-year is left: whoever owes more than it can hold may graduate late.
    Parameter.objects.filter(key=MOST_CREDITS).update(value=9)
    from portal.core.scope import forget_reach

    forget_reach()
    assert ids_of(mine, now(), Cell("risk"), school.han) == [school.cheng.pk, school.luo.pk]
    assert summary(mine, now()).whole["risk"] == 2


@pytest.mark.django_db
def test_kept_figures_follow_an_entered_mark(school: World) -> None:
    first = summary(scope(school.lu), now()).whole["failed"]
    mark(school.gu, Course.objects.create(code="PH", name="物理", credits=2), NOW, "20")
    from portal.core.scope import forget_reach

    forget_reach()
    assert first == 2
    assert summary(scope(school.lu), now()).whole["failed2"] == 1


@pytest.mark.django_db
def test_the_page_opens_the_people_of_each_number(school: World) -> None:
    client = client_of(school, "han")
    text = client.get(f"/analysis/?unit={school.chem23.pk}").content.decode()
    assert "化工热力学" in text
    assert "顾言川" not in text
    address = f"/analysis/people/?unit={school.chem23.pk}&amp;term={NOW}&amp;figure=failed"
    assert address in text
    shown = client.get(address.replace("&amp;", "&")).content.decode()
    assert all(name in shown for name in ("顾言川", "程亦安", "罗嘉禾"))
    assert "叶知秋" not in shown
    assert "化工热力学 55" in shown
    td = Course.objects.get(code="TD")
    one = client.get(f"/analysis/courses/{td.pk}/").content.decode()
    assert f"course={td.pk}&amp;figure=band_fail" in one
    assert BEFORE in one
    assert client.get("/analysis/people/?figure=nothing").status_code == 404
    assert client.get("/analysis/?term=1999-2000-1").status_code == 404


@pytest.mark.django_db
def test_whoever_holds_counts_alone_gets_no_names_and_no_small_numbers(school: World) -> None:
    client = client_of(school, "qian")
    text = client.get("/analysis/").content.decode()
    assert "/analysis/people/" not in text
    assert "&lt;3" in text
    assert client.get("/analysis/people/").status_code == 403
    assert client.get(f"/analysis/?unit={school.mech.pk}").status_code == 200
    assert client_of(school, "psy").get("/analysis/").status_code == 403


@pytest.mark.django_db
def test_two_students_cost_as_many_statements_as_four(school: World) -> None:
    td = Course.objects.get(code="TD")
    for path in ("/analysis/?", f"/analysis/courses/{td.pk}/?", "/analysis/people/?"):
        counts = []
        for number, reader in enumerate(("lu", "han", "lu", "han")):
            client = client_of(school, reader)
            # Nothing is kept from the turn before.
            mark(
                school.song,
                Course.objects.create(code=f"Q{path}{number}"[:30], name="英语"),
                BEFORE,
                "80",
            )
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert client.get(path).status_code == 200
            counts.append(len(seen))
        assert counts[2] == counts[3], path
