"""Addresses of branch life and dues. ``{second}`` is a branch of which han is secretary; ``{event}``
and ``{payment}`` are kept there; wang's relation stands in it. qian sees every unit and no branch
life; gao, organiser of Chem, has no post on a branch."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cohorts.domain.appointments import appoint
from cohorts.domain.tree import open_unit
from cohorts.models import Role
from partybranch.domain.life import Came, EventTyped, record_event
from partybranch.enums import Entry, PartyKind, Presence
from partybranch.models import (
    BranchEvent,
    Candidate,
    DuesPayment,
    DuesRate,
    Election,
    EventKind,
    Membership,
    PartyMember,
    PartyOrganization,
)
from tests.web.addresses import EVERYBODY, Address
from tests.world import LONG_AGO, World

POST_ONLY = {"party:approve_election"}
ASKS = "a number and no name; opens by a post, and the domain asks again for every line"
NO_EXPORT = " ".join(key for key in EVERYBODY.split() if key != "han")
EMPTY: dict[str, str] = {}
ROWS = [
    Address("party:life_board", ok="han gao", others=403,
            shows={"han": "第二党支部"}, hides={"han": "师生联合党支部"}),
    Address("party:life_board", query="?only=due", ok="han gao", others=403),
    Address("party:life", "{second}", ok="han", denied="qian", shows={"han": "支部主题活动"}),
    Address("party:life", "{party_branch}", denied="qian"),
    Address("party:new_event", "{second}", ok="han", denied="qian", shows={"han": "王怀瑾"}),
    Address("party:new_event", "{second}", bad="han", denied="qian", post=EMPTY),
    Address("party:event", "{event}", ok="han", shows={"han": "王怀瑾"}),
    Address("party:minutes", "{event}", ok="han"),
    Address("party:edit_event", "{event}", ok="han"),
    Address("party:edit_event", "{event}", bad="han", post=EMPTY),
    Address("party:withdraw_event", "{event}", ok="han"),
    Address("party:withdraw_event", "{event}", bad="han", post=EMPTY),
    Address("party:vote", "{event}", ok="han"),
    Address("party:vote", "{event}", bad="han", post=EMPTY),
    Address("party:grades", "{event}", ok="han", shows={"han": "王怀瑾"}),
    Address("party:grades", "{event}", bad="han", post=EMPTY),
    Address("party:certificates", "{event}", ok="han", shows={"han": "王怀瑾"}),
    Address("party:certificates", "{event}", bad="han", post=EMPTY),
    Address("party:event", "{joint_event}", ok="han", shows={"han": "两支部联学"}),
    Address("party:life", "{second}", ok="han", denied="qian", shows={"han": "两支部联学"}),
    Address("party:edit_event", "{joint_event}", denied="han"),
    Address("party:event_side", "{joint_event} {second}", ok="han", shows={"han": "王怀瑾"}),
    Address("party:event_side", "{joint_event} {second}", bad="han", post=EMPTY),
    Address("party:event_side", "{event} {second}"),
    Address("party:elections", "{second}", ok="han", denied="qian", shows={"han": "王怀瑾"}),
    Address("party:new_election", "{second}", ok="han", denied="qian", shows={"han": "王怀瑾"}),
    Address("party:new_election", "{second}", bad="han", denied="qian", post=EMPTY),
    Address("party:approve_election", "{election}", denied="han", post=EMPTY),
    Address("party:dues_board", ok="han gao", others=403,
            shows={"han": "第二党支部"}, hides={"han": "师生联合党支部"}),
    Address("party:dues", "{second}", ok="han", denied="qian", shows={"han": "王怀瑾"}),
    Address("party:enter_dues", "{second}", ok="han", denied="qian"),
    Address("party:enter_dues", "{second}", bad="han", denied="qian", post=EMPTY),
    Address("party:dues_rate", "{second} {wang_member}", ok="han", denied="qian"),
    Address("party:dues_rate", "{second} {wang_member}", bad="han", denied="qian", post=EMPTY),
    Address("party:take_back_dues", "{payment}", ok="han"),
    Address("party:take_back_dues", "{payment}", bad="han", post=EMPTY),
    Address("party:my_dues", ok="wang", free="one's own dues", shows={"wang": "第二党支部"}),
    Address("cohorts:export_new", "party_roll", ok="han", denied=NO_EXPORT, free=ASKS),
    Address("cohorts:export_new", "party_dues", ok="han", denied=NO_EXPORT, free=ASKS),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    today = timezone.localdate()
    above = PartyOrganization.objects.get(pk=found["party_branch"]).parent
    second = open_unit(actor=None, unit=PartyOrganization(
        name="第二党支部", code="P12", parent=above, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO,
    ))  # fmt: skip
    appoint(
        actor=None, person=world.han, role=Role.objects.get(code="branch_secretary"), unit=second
    )
    member = PartyMember.objects.create(
        person=world.wang, joined_on=dt.date(2015, 6, 1), full_on=dt.date(2016, 6, 1)
    )
    Membership.objects.create(
        member=member, branch=second, is_relation=True, since=LONG_AGO, how=Entry.TRANSFER
    )
    DuesRate.objects.create(member=member, since=dt.date(2026, 1, 1), amount=Decimal(60))
    payment = DuesPayment.objects.create(
        member=member, branch=second, month=today.replace(day=1), amount=60, paid_on=today
    )
    typed = EventTyped(
        on=today, kinds=list(EventKind.objects.filter(code__in=("theme_day", "appraisal", "training"))), topic="支部主题活动",
        place="党员之家", host="韩知行", recorder="韩知行", content="学习",
        came={member.pk: Came(Presence.PRESENT)},
    )  # fmt: skip
    event = record_event(actor=world.han, branch=second, typed=typed)
    joint = BranchEvent.objects.create(
        branch_id=found["party_branch"], on=today, topic="两支部联学", place="党员之家", host="秦守正",
        recorder="秦守正", content="学习",
    )  # fmt: skip
    joint.partners.add(second)
    election = Election.objects.create(
        branch=second, on=today, is_committee=False, seats=1, right=5, present=5, returned=5,
        term_months=36, entered_by=world.han,
    )  # fmt: skip
    Candidate.objects.create(
        election=election, member=member, post="branch_secretary", votes=4, is_elected=True,
        talked_on=today, talked_by="韩知行", talk_note="党员反映良好",
    )  # fmt: skip
    return {
        "joint_event": joint.pk, "election": election.pk, "second": second.pk, "event": event.pk, "payment": payment.pk, "wang_member": member.pk,
    }  # fmt: skip
