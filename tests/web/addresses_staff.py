"""Addresses of members of staff on probation; ``{on_probation}`` is one in the second branch, of which
han is secretary. gao holds the files of another committee."""

import datetime as dt
from typing import Any

from django.utils import timezone

from partybranch.enums import Entry
from partybranch.models import Membership, PartyMember
from portal.core.models import User
from tests.web.addresses import Address
from tests.world import World

POST_ONLY: set[str] = set()
EMPTY: dict[str, str] = {}
ROWS = [
    Address("party:staff_probation", ok="han gao", others=403, shows={"han": "宁远"},
            hides={"gao": "宁远"}),
    Address("party:staff_step", "{on_probation} 23", ok="han", shows={"han": "宁远"}),
    Address("party:staff_step", "{on_probation} 23", bad="han", post=EMPTY),
    Address("party:staff_step", "{on_probation} 24", denied="han"),
    Address("party:staff_step", "{on_probation} 24", denied="han", post=EMPTY),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    joined = timezone.localdate() - dt.timedelta(days=370)
    member = PartyMember.objects.create(
        person=User.objects.create(username="ning", name="宁远"), joined_on=joined
    )
    Membership.objects.create(
        member=member, branch_id=found["second"], is_relation=True, since=joined, how=Entry.TRANSFER
    )
    return {"on_probation": member.pk}
