"""Addresses of figures, class hours, studies, awards and prizes. ``{study}`` asks the branches of the
community committee, ``{award}`` is its round, ``{proposed}`` the nomination of han's branch;
``{honour}`` is a prize of gu. gao records decisions of another committee (addresses_changes)."""

from typing import Any

from django.utils import timezone

from partybranch.domain.awards import nominate, open_round
from partybranch.domain.honours import enter_honours
from partybranch.domain.studies import open_study
from partybranch.models import Honour, HonourKind, PartyOrganization
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

POST_ONLY = {"party:remind_study"}
EMPTY: dict[str, str] = {}
_ALL = "第二党支部"
_OTHER = {"han": "师生联合党支部"}
ROWS = [
    Address("party:figures", ok="han gao", others=403),
    Address("party:figure", "branches", ok="han gao", others=403, shows={"han": _ALL}, hides=_OTHER),
    Address("party:figure", "prizes", ok="han gao", others=403, shows={"han": "顾言川"},
            hides={"han": "宋远"}),
    Address("party:training", ok="han gao", others=403, shows={"han": _ALL}, hides=_OTHER),
    Address("party:training_branch", "{second}", ok="han", denied="qian", shows={"han": "王怀瑾"}),
    Address("party:studies", ok="han gao", others=403, shows={"han": "建党纪念日集中学习"}),
    Address("party:study", "{study}", ok="han", shows={"han": "王怀瑾"}, hides=_OTHER),
    Address("party:new_study", ok="gao", others=403, free="an empty form"),
    Address("party:new_study", bad="gao", others=403, post=EMPTY),
    Address("party:remind_study", "{study}", away="han", others=403, post=EMPTY),
    Address("party:my_studies", ok=EVERYBODY, free="one's own studies",
            shows={"wang": "建党纪念日集中学习"}, hides={"zhou": "建党纪念日集中学习"}),
    Address("party:awards", ok="han gao", others=403, shows={"han": "十佳党支部"}),
    Address("party:new_award", ok="gao", others=403, free="an empty form"),
    Address("party:new_award", bad="gao", others=403, post=EMPTY),
    Address("party:award", "{award}", ok="han", shows={"han": _ALL}, hides=_OTHER),
    Address("party:propose", "{award} {second}", ok="han", denied="qian"),
    Address("party:propose", "{award} {second}", bad="han", denied="qian", post=EMPTY),
    Address("party:decide_award", "{award}", denied="han"),
    Address("party:decide_award", "{award}", denied="han", post=EMPTY),
    Address("party:nomination", "{proposed}", ok="han", shows={"han": "党员之家建设"}),
    Address("party:score", "{proposed}", denied="han"),
    Address("party:score", "{proposed}", denied="han", post=EMPTY),
    Address("party:withdraw_nomination", "{proposed}", ok="han"),
    Address("party:withdraw_nomination", "{proposed}", bad="han", post=EMPTY),
    Address("party:nomination_paper", "{proposed}", ok="han"),
    Address("party:honours", ok="gao han", others=403, shows={"gao": "{no_gu}"},
            hides={"gao": "{no_song}"}),
    Address("party:new_honours", ok="gao han", others=403, free="an empty form"),
    Address("party:new_honours", bad="gao han", others=403, post={"numbers": "{no_song}"},
            free="a form that is not filled in"),
    Address("party:withdraw_honour", "{honour}", ok="gao", denied="lin zhou he jiang lu wang han"),
    Address("party:withdraw_honour", "{honour}", bad="gao",
            denied="lin zhou he jiang lu wang han", post=EMPTY),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    today = timezone.localdate()
    second = PartyOrganization.objects.get(pk=found["second"])
    above = PartyOrganization.objects.get(pk=second.parent_id)
    study = open_study(actor=None, unit=above, name="建党纪念日集中学习", since=today, until=today)
    award = open_round(actor=None, committee=above, name="第23届十佳党支部", until=today,
                       apply_until=today, seats=10)  # fmt: skip
    proposed = nominate(actor=None, round=award, branch=second, deeds="党员之家建设")
    other = PartyOrganization.objects.get(pk=found["party_branch"])
    nominate(actor=None, round=award, branch=other, deeds="联合支部建设")
    enter_honours(
        actor=None, kind=HonourKind.objects.all()[0], on=today, proof="校发〔2026〕12号",
        numbers=[world.gu.student_no, world.song.student_no],
    )  # fmt: skip
    honour = Honour.objects.get(student=world.gu)
    return {"study": study.pk, "award": award.pk, "proposed": proposed.pk, "honour": honour.pk}
