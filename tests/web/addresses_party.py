"""Addresses of the party side; ``{party_file}`` is gu's development, ``{party_member}`` luo's membership.

gao, organiser of Chem, alone has the party file here; qian sees every unit and no file, han the
branch of which he is secretary (addresses_life)."""

import datetime as dt
from typing import Any

from django.utils import timezone

from cohorts.domain.tree import open_unit
from partybranch.domain.development import Typed, open_development
from partybranch.domain.membership import enter_member
from partybranch.enums import PartyKind
from partybranch.models import PartyOrganization, PoliticalReview
from tests.web.addresses import Address
from tests.world import LONG_AGO, World

POST_ONLY: set[str] = set()
_SECRET = "政审结论仅组织员可见"
_NOT_MINE = "任职范围内没有此学号"
ROWS = [
    Address("party:board", ok="gao han", others=403, shows={"gao": "顾言川"}, hides={"gao": "宋远", "han": "顾言川"}),
    Address("party:board", query="?view=list&only=soon", ok="gao han", others=403,
            shows={"gao": "顾言川"}, hides={"gao": "宋远", "han": "顾言川"}),
    Address("party:board", query="?view=list&only=late", ok="gao han", others=403,
            hides={"gao": "顾言川", "han": "顾言川"}),
    Address("party:new", ok="gao han", others=403, free="an empty form"),
    Address("party:new", bad="gao han", others=403, post={"student": "{no_song}"},
            shows={"gao": _NOT_MINE}),
    Address("party:former", ok="gao han", others=403, free="an empty form"),
    Address("party:former", bad="gao han", others=403, post={"student": "{no_song}"},
            shows={"gao": _NOT_MINE}),
    Address("party:former_probation", ok="gao han", others=403, free="an empty form"),
    Address("party:former_probation", bad="gao han", others=403, post={"student": "{no_song}"},
            shows={"gao": _NOT_MINE}),
    Address("party:move_file", "{party_file}", ok="gao", shows={"gao": "顾言川"}),
    Address("party:move_file", "{party_file}", bad="gao", post={}),
    Address("party:file", "{party_file}", ok="gao", hides={"gao": _SECRET}),
    Address("party:step_paper", "{party_file}", ok="gao"),
    Address("party:step", "{party_file} 2", ok="gao"),
    Address("party:step", "{party_file} 4", bad="gao", post={"on": "2026-01-01"}),
    Address("party:papers", "{party_file} 1", ok="gao"),
    Address("party:papers", "{party_file} 1", bad="gao", post={}),
    Address("party:entry", "{party_file}", ok="gao"),
    Address("party:entry", "{party_file}", bad="gao", post={}),
    Address("party:notice", "{party_file}", ok="gao"),
    Address("party:notice", "{party_file}", bad="gao", post={}),
    Address("party:decide", "{party_file}", ok="gao"),
    Address("party:decide", "{party_file}", bad="gao", post={}),
    Address("party:review", "{party_file}", ok="gao", shows={"gao": _SECRET}),
    Address("party:branches", ok="qian han gao", others=403, shows={"qian": "社区党委"},
            hides={"han": "社区党委"}),
    Address("party:branch", "{party_branch}", ok="qian", hides={"qian": "罗嘉禾"}),
    Address("party:new_member", "{party_branch}", denied="qian"),
    Address("party:new_member", "{party_branch}", denied="qian", post={}),
    Address("party:move_member", "{party_member}", ok="gao"),
    Address("party:move_member", "{party_member}", bad="gao", post={}),
    Address("party:suspend_member", "{party_member}", ok="gao", shows={"gao": "罗嘉禾"}),
    Address("party:suspend_member", "{party_member}", bad="gao", post={}),
    Address("party:my", ok="gu_account", shows={"gu_account": "派人谈话"}),
    Address("students:my", ok="gu_account", shows={"gu_account": "师生联合"}),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    above = open_unit(actor=None, unit=PartyOrganization(
        name="学生社区党委", code="P1", parent=world.uni, party_kind=PartyKind.COMMITTEE,
        opened_on=LONG_AGO,
    ))  # fmt: skip
    branch = open_unit(actor=None, unit=PartyOrganization(
        name="师生联合党支部", code="P11", parent=above, party_kind=PartyKind.JOINT,
        approving_committee=above, opened_on=LONG_AGO,
    ))  # fmt: skip
    today = timezone.localdate()
    typed = Typed(step=1, on=today - dt.timedelta(days=3), detail={"is_citizen": True})
    for student in (world.gu, world.song):
        student.born_on = dt.date(2004, 5, 20)
        student.save()
    file = open_development(actor=world.gao, student=world.gu, branch=branch, typed=typed)
    open_development(actor=None, student=world.song, branch=branch, typed=typed)
    PoliticalReview.objects.create(
        development=file, on=today, passed=True, cipher=PoliticalReview.sealed(_SECRET),
        entered_by=world.gao,
    )  # fmt: skip
    member = enter_member(
        actor=world.gao, branch=branch, student=world.luo, since=dt.date(2025, 9, 1),
        joined_on=dt.date(2024, 6, 1), full_on=dt.date(2025, 6, 1), origin="第一中学党总支",
        entry_reason="据组织关系介绍信补录",
    )  # fmt: skip
    return {"party_file": file.pk, "party_branch": branch.pk, "party_member": member.pk}
