"""A tile's number and its list agree, today and for the month's end (rulebook 9.4)."""

import datetime as dt

import time_machine
from django.utils import timezone

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from casework.queries.coverage import talk_coverage
from casework.queries.figures import FIGURES, cases, category_counts, counts, last_month_end
from students.models import Course, CourseResult
from students.queries.population import (
    fail_table,
    headcount_on,
    owed_counts,
    students_in,
    term_on,
    with_owed_credits,
)
from tests.world import World


def test_counts_equal_the_lists_behind_them(world: World) -> None:
    world.add_case("gu", "RED", owner=world.zhou)
    world.add_case("gu", "YELLOW", category="ECONOMIC")
    world.add_case("cheng", "YELLOW", owner=world.shen, at=timezone.now())
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="约定每天见面一次"
    )
    now = counts(world.chem23.pk, timezone.now())
    for code in ("open", "red", "orange", "yellow", "blue", "overdue", "unrecorded"):
        assert getattr(now, code) == cases(world.lin, world.chem23, code).count(), code
    assert (now.open, now.red, now.unrecorded, now.overdue) == (2, 1, 1, 0)
    assert cases(world.lin, world.chem23, "multiple").count() == 1
    assert category_counts(world.chem23.pk, timezone.localdate()) == {"ACADEMIC": 2, "ECONOMIC": 1}
    assert set(FIGURES) >= {"open", "red", "overdue", "unrecorded", "multiple", "unassigned"}


def test_a_leader_of_another_unit_counts_none_of_them(world: World) -> None:
    world.add_case("gu")
    assert cases(world.shen, world.chem23).count() == 0


def test_a_past_moment_is_rebuilt_from_dated_facts(world: World) -> None:
    start = timezone.now() - dt.timedelta(days=40)
    with time_machine.travel(start, tick=False):
        world.add_case("gu", "ORANGE", at=start, owner=world.zhou)
    with time_machine.travel(start + dt.timedelta(days=1), tick=False):
        log_follow_up(
            actor=world.zhou, student=world.gu, channel=Channel.FACE, content="第一次面谈记录"
        )
        at_that_time = counts(world.chem23.pk, timezone.now())
    assert at_that_time.overdue == 0
    before = counts(world.chem23.pk, start - dt.timedelta(days=1))
    rebuilt = counts(world.chem23.pk, start + dt.timedelta(days=1, seconds=1))
    late = counts(world.chem23.pk, start + dt.timedelta(days=10))
    assert (before.open, rebuilt.open, rebuilt.overdue, late.overdue) == (0, 1, 0, 1)
    assert rebuilt.orange == 1


def test_last_month_end_is_the_last_moment_of_the_month_before() -> None:
    now = dt.datetime(2026, 3, 5, 9, 30, tzinfo=timezone.get_current_timezone())
    assert last_month_end(now).date() == dt.date(2026, 2, 28)


def test_owed_credits_count_each_failed_required_course_once_until_it_is_passed(
    world: World,
) -> None:
    for number in range(6):
        course = Course.objects.create(code=f"CE{number}", name=f"课程{number}", credits=5)
        for attempt in ("first", "resit"):
            CourseResult.objects.create(
                student=world.gu, course=course, term_id="2025-2026-1", attempt=attempt,
                grade="50", score=50, passed=False, credits=5,
            )  # fmt: skip
    assert owed_counts(world.chem23.pk, timezone.localdate()).red == 1
    students = students_in(world.lin, world.chem23)
    assert list(with_owed_credits(students, "RED")) == [world.gu]
    CourseResult.objects.filter(course__code__in=["CE0", "CE1"], attempt="resit").update(
        passed=True
    )
    counted = owed_counts(world.chem23.pk, timezone.localdate())
    assert (counted.red, counted.orange, counted.yellow) == (0, 1, 0)
    assert list(with_owed_credits(students, "ORANGE")) == [world.gu]
    assert list(with_owed_credits(students, "ANY")) == [world.gu]


def test_fail_table_divides_failed_by_those_who_sat(world: World) -> None:
    course = Course.objects.create(code="CE307", name="化工热力学", credits=3)
    for key, score in (("gu", 40), ("cheng", 80), ("luo", 90)):
        CourseResult.objects.create(
            student=world.students[key], course=course, term_id="2025-2026-1", grade=str(score),
            score=score, passed=score >= 60, credits=3,
        )  # fmt: skip
    assert fail_table(world.chem23.pk, "2025-2026-1", timezone.localdate()) == []  # under ten sat
    assert headcount_on(world.chem23.pk, timezone.localdate()) == 3


def test_talk_coverage_counts_each_student_once(world: World) -> None:
    term = term_on(timezone.localdate())
    assert term is not None
    for _turn in range(2):
        log_follow_up(
            actor=world.zhou, student=world.gu, channel=Channel.FACE, content="谈心谈话内容记录"
        )
    now = timezone.localtime()
    covered = talk_coverage(world.chem23.pk, term, now, now.date())
    assert (covered.reached, covered.students) == (1, 3)
    assert covered.weekly[-1] == 1
