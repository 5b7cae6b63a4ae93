"""Events of the joint branch as a careful secretary types them."""

import datetime as dt
from typing import Any

from django.utils import timezone

from partybranch.domain.life import Came, EventTyped, record_event
from partybranch.enums import Presence
from partybranch.models import BranchEvent, EventKind, PartyMember
from partybranch.queries.life import roll_on
from tests.world import World

HERE = Came(Presence.PRESENT)


def kinds(*codes: str) -> list[EventKind]:
    return list(EventKind.objects.filter(code__in=codes))


def event_typed(world: World, *codes: str, **more: Any) -> EventTyped:
    day = more.get("on", timezone.localdate())
    facts: dict[str, Any] = {
        "on": day, "kinds": kinds(*(codes or ("members_meeting",))), "topic": "学习贯彻全会精神",
        "place": "党员之家", "host": "秦守正", "recorder": "党员1", "content": "交流学习体会。",
        "came": {one.pk: HERE for one in roll_on(world.joint, day)},
    }  # fmt: skip
    return EventTyped(**facts | more)


def hold(world: World, on: dt.date, *codes: str, **more: Any) -> BranchEvent:
    reason = "据会议记录本补录"
    typed = event_typed(world, *codes, on=on, entry_reason=reason, **more)
    return record_event(actor=world.qin, branch=world.joint, typed=typed)


def only(members: list[PartyMember]) -> dict[int, Came]:
    return {one.pk: HERE for one in members}
