"""The Youth League of the invented school: study rates of three months, graduates on the check-list,
dual leaders among the secretaries and members of the plan for cadres."""

import datetime as dt
import random
from collections.abc import Sequence

from django.db.models import Count

from cohorts.models import Appointment, LinkKind
from partybranch.domain.league import list_graduates
from partybranch.domain.months import DAY, add_months
from partybranch.enums import DUAL_LEADER
from partybranch.models import (
    LeagueRate,
    LeagueTransfer,
    Membership,
    PartyLink,
    PartyOrganization,
)
from students.enums import ENROLLED_STATUSES, PoliticalStatus, Tree
from students.models import Placement

_MONTHS, _DUAL, _CADRES = 3, 0.6, 2
_PLACES = ("研究生院团委", "用人单位团委", "生源地街道团工委", "“学社衔接”专用团支部")


def seed_league(branches: Sequence[PartyOrganization], today: dt.date, rng: random.Random) -> None:
    """Writes all of it; students, members and posts are there already."""
    _rates(today, rng)
    list_graduates(actor=None)
    done = list(LeagueTransfer.objects.order_by("pk"))[::3]
    for number, one in enumerate(done):
        one.done_on = today - (number % 20 + 1) * DAY
        one.to_where = _PLACES[number % len(_PLACES)]
    LeagueTransfer.objects.bulk_update(done, ["done_on", "to_where"], batch_size=2000)
    _flags(branches, today, rng)


def _rates(today: dt.date, rng: random.Random) -> None:
    league = Placement.objects.filter(
        until=None, tree=Tree.CLASS, student__political_status=PoliticalStatus.LEAGUE,
        student__status__in=ENROLLED_STATUSES,
    )  # fmt: skip
    sizes = league.order_by("unit_id").values_list("unit_id").annotate(n=Count("pk"))
    rows = []
    for unit, members in sizes:
        ability = rng.uniform(0.7, 0.98)
        for back in range(1, _MONTHS + 1):
            share = min(1.0, max(0.5, ability + rng.uniform(-0.06, 0.06)))
            rows.append(LeagueRate(
                unit_id=unit, period=f"{add_months(today, -back):%Y-%m}", members=members,
                studied=round(members * share),
            ))  # fmt: skip
    LeagueRate.objects.bulk_create(rows, batch_size=5000)


def _flags(branches: Sequence[PartyOrganization], today: dt.date, rng: random.Random) -> None:
    kinds = {one.code: one for one in LinkKind.objects.all()}
    posts = Appointment.objects.in_force(today).filter(
        unit_id__in=[one.pk for one in branches], role__code="branch_secretary"
    )
    heads = set(posts.values_list("person_id", flat=True))
    chosen: dict[int, int] = {}
    links = []
    places = Membership.objects.filter(
        branch__in=branches, is_relation=True, until=None, member__left_on=None
    ).select_related("member").order_by("branch_id", "pk")  # fmt: skip
    for place in places:
        code, label = "", ""
        if place.member.person_id in heads:
            if rng.random() < _DUAL:
                code, label = DUAL_LEADER, "校组〔2026〕8号"
        elif place.member.full_on and chosen.get(place.branch_id, 0) < _CADRES:
            chosen[place.branch_id] = chosen.get(place.branch_id, 0) + 1
            code, label = "flag_cadre", "领雁计划第二期"
        if code:
            links.append(PartyLink(
                kind=kinds[code], branch_id=place.branch_id, member=place.member, label=label,
                starts_on=max(place.since, today - 200 * DAY),
            ))  # fmt: skip
    PartyLink.objects.bulk_create(links, batch_size=5000)
