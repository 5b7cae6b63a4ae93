"""A link carries its actions from its first day to its last, for its one student."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from portal.core.access import reasons
from students.models import Student, StudentLink
from tests.world import World


def seen(world: World) -> set[str]:
    return set(Student.objects.restrict(world.wang, "see_card").values_list("name", flat=True))


@pytest.mark.parametrize(
    ("starts", "ends", "is_seen"),
    [(0, 0, True), (-9, None, True), (-9, -1, False), (1, None, False), (1, 9, False)],
)
def test_a_link_counts_on_both_end_days_and_on_no_other(
    world: World, starts: int, ends: int | None, is_seen: bool
) -> None:
    today = timezone.localdate()
    StudentLink.objects.update(
        starts_on=today + dt.timedelta(days=starts),
        ends_on=None if ends is None else today + dt.timedelta(days=ends),
    )
    assert seen(world) == ({"顾言川"} if is_seen else set())
    assert bool(reasons(world.wang, "see_card", world.gu)) == is_seen


def test_the_day_after_the_last_day_opens_nothing_without_any_clean_up(world: World) -> None:
    StudentLink.objects.update(ends_on=timezone.localdate())
    assert seen(world) == {"顾言川"}
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert seen(world) == set()
