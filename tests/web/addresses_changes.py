"""Addresses of applications about branches. gao is organiser of ``{committee}``, a committee of its
own with two branches; ``{change}`` is a draft there, in which he places ``{moved}``. wang was called to
a meeting of that committee, ``{called}``; ``{wang_member}`` stands in han's branch (addresses_life)."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cohorts.domain.appointments import appoint
from cohorts.domain.tree import open_unit
from cohorts.models import Role
from partybranch.domain.beside import apply_for_branch
from partybranch.domain.changes import draft_change, propose_branch
from partybranch.enums import Entry, Grouping, PartyKind
from partybranch.models import (
    Attendance,
    BranchEvent,
    EventKind,
    Membership,
    PartyMember,
    PartyOrganization,
    Reorganization,
)
from tests.web.addresses import Address
from tests.world import LONG_AGO, World

POST_ONLY = {"party:place_people", "party:renew_places", "party:drop_proposed"}
EMPTY: dict[str, str] = {}
OWN = "offers branches on which the own post lies, and the domain asks again for each of them"
ROWS = [
    Address("party:changes", ok="gao", others=403, shows={"gao": "两个支部合并的请示"},
            hides={"gao": "其他党委的请示"}),
    Address("party:changes", query="?state=sent", ok="gao", others=403,
            hides={"gao": "两个支部合并的请示"}),
    Address("party:new_beside", ok="gao", others=403, free=OWN, shows={"gao": "第九党委"},
            hides={"gao": "社区党委"}),
    Address("party:new_beside", bad="gao", others=403, free=OWN, post=EMPTY),
    Address("party:change", "{asked}", ok="gao", shows={"gao": "实践队临时党支部"}),
    Address("party:close_beside", "{beside}", ok="gao", denied="qian"),
    Address("party:close_beside", "{beside}", bad="gao", denied="qian", post=EMPTY),
    Address("party:new_change", ok="gao", others=403, free=OWN, shows={"gao": "第九支部"},
            hides={"gao": "第二党支部"}),
    Address("party:new_change", query="?branches={ninth}&rule=one&count=2&kind=joint", ok="gao",
            others=403, free=OWN, shows={"gao": "查看编组结果"}),
    Address("party:new_change", bad="gao", others=403, free=OWN, post=EMPTY),
    Address("party:new_change", bad="gao", others=403, free=OWN, shows={"gao": "第九支部"},
            post={"branches": "{second}", "rule": "one", "count": "2", "kind": "joint", "title": "越权"}),
    Address("party:change", "{change}", ok="gao", shows={"gao": "江映雪"}),
    Address("party:add_branch", "{change}", ok="gao"),
    Address("party:add_branch", "{change}", bad="gao", post=EMPTY),
    Address("party:edit_proposed", "{change} {proposed_branch}", ok="gao"),
    Address("party:edit_proposed", "{change} {proposed_branch}", bad="gao", post=EMPTY),
    Address("party:place_people", "{change}", away="gao", post={"selected": "{moved}"}),
    Address("party:renew_places", "{change}", away="gao", post=EMPTY),
    Address("party:drop_proposed", "{change} {spare}", away="gao", post=EMPTY),
    Address("party:send_change", "{change}", ok="gao"),
    Address("party:send_change", "{change}", bad="gao", post=EMPTY),
    Address("party:end_change", "{change}", ok="gao"),
    Address("party:end_change", "{change}", bad="gao", post=EMPTY),
    Address("party:approve_change", "{change}", ok="gao"),
    Address("party:approve_change", "{change}", bad="gao", post=EMPTY),
    Address("party:refuse_change", "{change}", ok="gao"),
    Address("party:refuse_change", "{change}", bad="gao", post=EMPTY),
    Address("party:member", "{wang_member}", ok="han", shows={"han": "第二党支部"}),
    Address("party:member", "{moved_member}", ok="gao", shows={"gao": "第九支部"}),
    Address("party:event", "{called}", ok="gao wang", shows={"wang": "书记例会"}),
    Address("party:event_task", "{event}", ok="han"),
    Address("party:event_task", "{event}", bad="han", post=EMPTY),
    Address("party:event_task", "{called}", ok="gao", denied="wang"),
    Address("party:event_task", "{called}", bad="gao", denied="wang", post=EMPTY),
    Address("party:life", "{committee}", ok="gao", denied="qian", shows={"gao": "书记例会"}),
    Address("party:new_event", "{committee}", ok="gao", denied="qian"),
]  # fmt: skip


def _organ(name: str, code: str, kind: str, parent: Any, **more: Any) -> PartyOrganization:
    made: Any = open_unit(actor=None, unit=PartyOrganization(
        name=name, code=code, parent=parent, party_kind=kind, opened_on=LONG_AGO, **more
    ))  # fmt: skip
    return made  # type: ignore[no-any-return]


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    committee = _organ("第九党委", "P9", PartyKind.COMMITTEE, world.uni)
    branches = [
        _organ(f"第{name}支部", f"P9{n}", PartyKind.REGULAR, committee,
               approving_committee=committee)
        for n, name in enumerate("九十")
    ]  # fmt: skip
    appoint(actor=None, person=world.gao, role=Role.objects.get(code="organiser"), unit=committee)
    long_ago, member = dt.date(2015, 6, 1), None
    for person, branch in zip((world.jiang, world.lin), branches, strict=True):
        member = PartyMember.objects.create(
            person=person, joined_on=long_ago, full_on=long_ago.replace(year=2016)
        )
        Membership.objects.create(
            member=member, branch=branch, is_relation=True, since=LONG_AGO, how=Entry.TRANSFER
        )
    change = draft_change(
        actor=world.gao, branches=branches, rule=Grouping.ONE, title="两个支部合并的请示"
    )
    other = PartyOrganization.objects.get(pk=found["party_branch"]).parent
    Reorganization.objects.create(
        committee_id=other.pk if other else 0, title="其他党委的请示", kind="merge", grouping="one"
    )
    asked = apply_for_branch(
        actor=world.gao, parent=committee, name="实践队临时党支部", kind=PartyKind.TEMPORARY,
        reason="实践期间统一组织学习", task_until=timezone.localdate() + dt.timedelta(days=30),
    )  # fmt: skip
    beside = _organ("第九功能型党支部", "P9F", PartyKind.FUNCTIONAL, committee)
    spare = propose_branch(actor=world.gao, change=change, name="备用支部")
    meeting = BranchEvent.objects.create(
        branch=committee, on=timezone.localdate(), topic="书记例会", place="会议室", host="高敏",
        recorder="高敏", content="部署工作", entered_by=world.gao,
    )  # fmt: skip
    meeting.kinds.set(EventKind.objects.filter(code="secretaries_meeting"))
    Attendance.objects.create(event=meeting, member_id=found["wang_member"], presence="present")
    first = change.proposed.order_by("pk").first()
    moved = change.places.get(person=world.jiang)
    return {
        "asked": asked.pk, "beside": beside.pk, "committee": committee.pk, "change": change.pk, "proposed_branch": first.pk if first else 0,
        "spare": spare.pk, "moved": moved.pk, "called": meeting.pk, "ninth": branches[0].pk,
        "moved_member": PartyMember.objects.get(person=world.jiang).pk,
    }  # fmt: skip
