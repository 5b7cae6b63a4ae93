"""Addresses of the Youth League and of flags on members. ``{league_row}`` is gu's line of the
check-list, ``{flag}`` a flag on a member of the second branch, ``{flagged}`` that member; gao records
decisions of the committee of that branch's neighbour (addresses_changes)."""

from typing import Any

from cohorts.models import LinkKind
from partybranch.domain.league import list_graduates
from partybranch.domain.links import make_link
from partybranch.models import LeagueRate, LeagueTransfer, Membership, PartyOrganization
from students.models import Student
from tests.web.addresses import Address
from tests.world import World

POST_ONLY = {"party:league_draw_up", "party:league_mark", "party:league_unmark"}
EMPTY: dict[str, str] = {}
# Whoever reaches a class by a post on it, above it, or on the academy of its students.
CLASSES = "lin zhou shen lu han gao he jiang qian"
ROWS = [
    Address("party:league", ok=CLASSES, others=403, shows={"lu": "化工2301", "qian": "机械2301"},
            hides={"lu": "机械2301", "gao": "机械2301"}),
    Address("party:league_transfers", query="?year={league_year}", ok=CLASSES, others=403,
            shows={"lu": "化工2301", "zhou": "化工2301"}, hides={"qian": "化工2301", "shen": "化工2301"}),
    Address("party:league_people", query="?year={league_year}", ok=CLASSES, others=403,
            shows={"lu": "{no_gu}", "gao": "{no_gu}"}, hides={"qian": "{no_gu}", "shen": "{no_gu}"}),
    Address("party:league_draw_up", away="gao", others=403, post=EMPTY,
            free="lists nobody beyond one's own posts: tests/partybranch/test_league.py"),
    Address("party:league_mark", away="gao", others=403, post={"selected": "{league_row}"}),
    Address("party:league_unmark", away="gao", others=403, post={"selected": "{league_row}"}),
    Address("party:flags", ok="han gao", others=403, shows={"han": "领雁计划第一批"},
            hides={"gao": "领雁计划第一批", "han": "/party/flags/{flag}/end/"}),
    Address("party:new_flag", "{flagged}", denied="han"),
    Address("party:new_flag", "{flagged}", denied="han", post=EMPTY),
    Address("party:end_flag", "{flag}", denied="han"),
    Address("party:end_flag", "{flag}", denied="han", post=EMPTY),
    Address("imports:start", "league_rates", ok="gao", free="opens by a post that may import"),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    for unit in (world.c2301, world.m2301):
        LeagueRate.objects.create(unit_id=unit.pk, period="2026-10", members=30, studied=25)
    gu = Student.objects.get(pk=world.gu.pk)
    before = gu.entry_year
    Student.objects.filter(pk=gu.pk).update(political_status="03", entry_year=2018)
    list_graduates(actor=None)
    Student.objects.filter(pk=gu.pk).update(entry_year=before)
    row = LeagueTransfer.objects.get(student=gu)
    second = PartyOrganization.objects.get(pk=found["second"])
    place = Membership.objects.filter(branch=second, until=None, is_relation=True)[0]
    flag = make_link(actor=None, kind=LinkKind.objects.get(code="flag_cadre"), branch=second,
                     member=place.member, label="领雁计划第一批")  # fmt: skip
    return {"league_row": row.pk, "league_year": row.year, "flag": flag.pk,
            "flagged": place.member_id}  # fmt: skip
