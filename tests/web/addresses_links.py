"""Addresses of links. han is secretary of ``{second}``, where wang is a member and linked with gu
(``{party_link}``); zhou has asked it for help with gu's study (``{link_wish}``). qian sees every unit and
no branch life; luo's relation stands in another branch that gao keeps (addresses_party)."""

import uuid
from typing import Any

from django.utils import timezone

from cohorts.models import LinkKind
from partybranch.domain.link_rounds import Pair, apply_round
from partybranch.domain.links import ask_for_link, make_link
from partybranch.models import PartyMember, PartyOrganization
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

POST_ONLY = {"party:undo_links", "party:withdraw_wish"}
EMPTY: dict[str, str] = {}
_ASKS = "lin zhou he jiang lu wang"  # who reads gu's record and may log a talk
ROWS = [
    Address("party:link_board", ok="han gao", others=403,
            shows={"han": "第二党支部"}, hides={"han": "师生联合党支部"}),
    Address("party:links", "{second}", ok="han", denied="qian", shows={"han": "顾言川"}),
    Address("party:links", "{party_branch}", denied="qian"),
    Address("party:new_link", "{second}", query="?kind=member_student", ok="han", denied="qian",
            shows={"han": "王怀瑾"}),
    Address("party:new_link", "{second}", query="?kind=outside_partner", bad="han", denied="qian",
            post=EMPTY),
    Address("party:new_link", "{second}", query="?kind=study_help", bad="han", denied="qian",
            post={"student": "{no_song}", "member": "{wang_member}", "starts_on": "2026-11-02"},
            shows={"han": "任职范围内没有此学号"}),
    Address("party:propose_links", "{second}", ok="han", denied="qian", shows={"han": "王怀瑾"}),
    Address("party:propose_links", "{second}", bad="han", denied="qian", post=EMPTY),
    Address("party:signs", "{second}", ok="han", denied="qian"),
    Address("party:signs_word", "{second}", ok="han", denied="qian"),
    Address("party:undo_links", "{link_round}", away="han", post=EMPTY),
    Address("party:link", "{party_link}", ok="han wang", denied="gu_account",
            shows={"han": "顾言川", "wang": "顾言川"}),
    Address("party:links", "{second}", ok="han", denied="qian", shows={"han": "何主任"}),
    Address("party:link_contact", "{partner_link}", ok="han", shows={"han": "何主任"}),
    Address("party:link_contact", "{partner_link}", bad="han", post=EMPTY),
    Address("party:link_contact", "{party_link}"),
    Address("party:end_link", "{party_link}", ok="han", shows={"han": "顾言川"}),
    Address("party:end_link", "{party_link}", bad="han", post=EMPTY),
    Address("party:visit", "{party_link}", ok="han wang", denied="gu_account",
            shows={"wang": "顾言川"}),
    Address("party:visit", "{party_link}", bad="han wang", denied="gu_account", post=EMPTY),
    Address("party:ask_link", "{no_gu}", ok=f"{_ASKS} gao", denied="han"),
    Address("party:ask_link", "{no_gu}", bad=f"{_ASKS} gao", denied="han", post=EMPTY),
    Address("party:withdraw_wish", "{link_wish}", away=_ASKS, denied="han", post=EMPTY),
    Address("party:my_links", ok=EVERYBODY, free="one's own links", shows={"wang": "顾言川", "gu_account": "王怀瑾"},
            hides={"han": "顾言川", "zhou": "顾言川"}),
    Address("party:join_branch", "{party_member}", ok="gao", shows={"gao": "第二党支部"}),
    Address("party:join_branch", "{party_member}", bad="gao", post=EMPTY),
    Address("party:leave_branch", "{party_member} {party_branch}", ok="gao"),
    Address("party:leave_branch", "{party_member} {party_branch}", bad="gao", post=EMPTY),
    Address("party:file_files", "{party_file}", ok="gao"),
    Address("party:file_files", "{party_file}", bad="gao", post=EMPTY),
    Address("students:my", ok="gu_account", shows={"gu_account": "王怀瑾"}),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    second = PartyOrganization.objects.get(pk=found["second"])
    member = PartyMember.objects.get(pk=found["wang_member"])
    kinds = {one.code: one for one in LinkKind.objects.all()}
    link = make_link(
        actor=world.han, kind=kinds["member_student"], branch=second, member=member,
        student=world.gu,
    )  # fmt: skip
    partner = make_link(
        actor=world.han, kind=kinds["outside_partner"], branch=second, label="社区卫生服务中心",
        contact_name="何主任", contact_phone="029-8266000",
    )  # fmt: skip
    made = apply_round(
        actor=world.han, key=uuid.uuid4(), branch=second, starts_on=timezone.localdate(),
        pairs=[Pair("member_class", world.c2301.pk, member.pk)],
    )  # fmt: skip
    wish = ask_for_link(actor=world.zhou, student=world.gu, kind=kinds["study_help"], branch=second)
    return {
        "partner_link": partner.pk, "party_link": link.pk, "link_round": made.key, "link_wish": wish.pk,
    }  # fmt: skip
