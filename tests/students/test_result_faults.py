"""Files as clerks really send them: full-width keys, moved students, terms nobody opened."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from cohorts.models import Major, Term
from students.enums import MovementKind
from students.models import Course, CourseResult, Movement
from tests.students.test_import_results import ROW, results, with_
from tests.world import World


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def test_full_width_letters_digits_and_brackets_mean_the_plain_ones(world: World) -> None:
    assert not results([with_(name="物理化学(上)")]).faults
    wide = with_(
        no="２２３０５１４１２７", code="ＣＨＥＭ２００１", name="物理化学（上）", credits="４．０",
        term="２０２５－２０２６－１", grade="８６",
    )  # fmt: skip
    found = results([wide])
    assert not found.faults, found.faults
    assert found.diff.is_empty
    assert found.diff.counts["unchanged"] == 1
    assert Course.objects.count() == CourseResult.objects.count() == 1
    half = results([with_(grade="８６．５", no="2230514160")])
    assert not half.faults
    assert CourseResult.objects.get(student=world.cheng).grade == "86.5"


@pytest.mark.parametrize(
    ("changed_on", "told"), [(dt.date(2026, 3, 2), True), (dt.date(2024, 9, 2), False)]
)
def test_a_change_of_major_after_the_term_is_told_and_the_result_stays(
    world: World, changed_on: dt.date, told: bool
) -> None:
    major = Major.objects.first()
    assert major is not None
    order = Movement.objects.create(
        student=world.gu, kind=MovementKind.values[0], on=changed_on, reason="转专业", major=major
    )
    found = results([ROW])
    assert not found.faults
    assert any("1 students changed their major" in note for note in found.diff.notes) is told
    assert CourseResult.objects.get(student=world.gu).grade == "86"
    Movement.objects.filter(pk=order.pk).update(withdrawn_at=dt.datetime.now(dt.UTC))
    assert not any("changed their major" in n for n in results([with_(grade="90")]).diff.notes)


def test_a_resit_whose_first_sitting_comes_later_is_refused(world: World) -> None:
    Term.objects.get_or_create(
        code="2026-2027-1", defaults={"starts_on": dt.date(2026, 8, 31), "weeks": 18}
    )
    later = with_(term="2026-2027-1", grade="50")
    (fault,) = results([later, with_(kind="补考", grade="61")]).faults
    assert (fault.row, fault.heading) == (3, "考试性质")
    assert not CourseResult.objects.exists()


def test_rules_of_a_term_without_calendar_are_not_run(world: World) -> None:
    assert not Term.objects.filter(code="2031-2032-1").exists()
    with pytest.raises(CommandError, match="This term does not exist"):
        call_command("run_warnings", "--term", "2031-2032-1")
