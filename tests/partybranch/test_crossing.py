"""A case that crosses 11 May 2026, in the database: each step stands under the rule of its own day."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from partybranch.domain.cultivation import add_entry
from partybranch.domain.development import StepError, record_step
from partybranch.enums import Look
from partybranch.models import Development, PublicNotice
from tests.partybranch.party import add_party, apply, typed
from tests.world import World

pytestmark = pytest.mark.django_db
LATER = dt.datetime(2028, 1, 10, 9, tzinfo=dt.UTC)
# The vote is held a month and a day after the pre-review, both after the change.
DAYS = {
    1: "2025-01-10", 2: "2025-02-01", 3: "2025-04-15", 4: "2025-05-10", 5: "2025-05-10",
    6: "2026-05-04", 7: "2026-05-10", 8: "2026-05-11", 9: "2026-05-12", 10: "2026-05-12",
    11: "2026-05-14", 12: "2026-05-18", 13: "2026-05-20", 14: "2026-05-21", 15: "2026-06-21",
    16: "2026-07-01", 17: "2026-07-10", 18: "2026-07-20", 19: "2026-07-20", 20: "2026-08-11",
}  # fmt: skip


def day(number: int) -> dt.date:
    return dt.date.fromisoformat(DAYS[number])


def take(world: World, made: Development, number: int, **more: Any) -> Any:
    wanted = typed(world, number, more.pop("on", day(number)), **more)
    return record_step(actor=world.gao, development=made, typed=wanted)


def brought(world: World, last: int) -> Development:
    made = apply(world, "gu", day(1))
    for number in range(2, last + 1):
        if number == 4:
            for look in ("2025-10-01", "2026-04-01"):
                add_entry(actor=world.gao, development=made, kind=Look.ASSESSMENT,
                          on=dt.date.fromisoformat(look), entry_reason="据考察登记表补录")  # fmt: skip
        made = take(world, made, number).development
    return made


def test_each_step_keeps_the_rule_of_its_own_day(world: World, client: Client) -> None:
    with time_machine.travel(LATER, tick=False):
        add_party(world)
        made = brought(world, 20)
        rules = dict(made.records.values_list("step", "version_id"))
        assert rules == {n: "2014" if n <= 7 else "2026.05" for n in range(1, 21)}
        # The month for the vote is law now and was missed by a day; the oath by a day as well.
        late = dict(made.records.exclude(days_late=0).values_list("step", "days_late"))
        assert late == {15: 1, 20: 1}
        client.force_login(world.gao)
        page = client.get(f"/development/{made.pk}/").content.decode()
        assert "2014" in page
        assert "2026" in page


def test_a_target_of_the_last_day_needs_no_notice_and_one_of_the_first_day_does(
    world: World,
) -> None:
    with time_machine.travel(LATER, tick=False):
        add_party(world)
        made = brought(world, 6)
        with pytest.raises(StepError) as refused:
            take(world, made, 7, on=dt.date(2026, 5, 11))
        assert [one.code for one in refused.value.faults] == ["notice"]
        assert "第13条" in str(refused.value)
        # The notice may begin under the old text: what counts is that it is over.
        PublicNotice.objects.create(
            development=made, step=7, starts_on=dt.date(2026, 4, 30), ends_on=dt.date(2026, 5, 8),
            days=5, is_provisional=True,
        )  # fmt: skip
        found = take(world, made, 7, on=dt.date(2026, 5, 11)).record
        assert (found.version_id, found.days_late) == ("2026.05", 0)


def test_the_same_day_without_a_notice_is_accepted_under_the_old_text(world: World) -> None:
    with time_machine.travel(LATER, tick=False):
        add_party(world)
        made = brought(world, 6)
        assert take(world, made, 7).record.version_id == "2014"
