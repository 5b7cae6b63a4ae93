"""After any accepted reorganisation: one relation-holding branch for every member on every day, and
no step of any file changed. Reorganisations are drawn at random; refusals leave nothing behind."""

import datetime as dt
import itertools
import random
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from partybranch.domain.changes import (
    draft_change,
    place_people,
    propose_branch,
    send_change,
)
from partybranch.domain.changes_apply import approve_change
from partybranch.enums import Grouping, PartyKind
from partybranch.models import Development, Membership, PartyMember, PartyOrganization
from portal.core.errors import DomainError
from students.models import Placement
from tests.partybranch.four import DAY, SINCE, add_four, steps_of_all
from tests.world import World

pytestmark = pytest.mark.django_db


def open_branches(world: World) -> list[PartyOrganization]:
    rows = PartyOrganization.objects.filter(
        approving_committee=world.community, closed_on=None,
        party_kind__in=(PartyKind.REGULAR, PartyKind.JOINT),
    )  # fmt: skip
    return list(rows.order_by("pk"))


def reorganise(world: World, dice: random.Random, number: int, on: dt.date) -> bool:
    """One reorganisation of some branches by some rule, with some people moved by hand."""
    here = open_branches(world)
    chosen = dice.sample(here, dice.randint(1, min(4, len(here))))
    rule = dice.choice(Grouping.values)
    change = draft_change(
        actor=world.gao, branches=chosen, rule=rule, title=f"第{number}次调整",
        count=dice.randint(1, 3), kind=dice.choice((PartyKind.JOINT, PartyKind.REGULAR)),
    )  # fmt: skip
    for name, one in enumerate(change.proposed.all()):
        one.name = f"第{number}次第{name}支部"
        one.save()
    if rule == Grouping.HAND or dice.random() < 0.4:
        others = [one for one in here if one not in chosen]
        into = propose_branch(actor=world.gao, change=change, existing=dice.choice(others)) if (
            others and dice.random() < 0.5) else propose_branch(
            actor=world.gao, change=change, name=f"第{number}次新支部")  # fmt: skip
        places = list(change.places.values_list("pk", flat=True))
        picked = dice.sample(places, dice.randint(1, len(places)))
        place_people(actor=world.gao, change=change, places=picked, target=into)
    try:
        with transaction.atomic():
            change = send_change(actor=world.gao, change=change, reason="优化支部设置",
                                 override_reason="过渡安排")  # fmt: skip
            approve_change(actor=world.yan, change=change, decided_on=timezone.localdate(),
                           decision_no=f"{number}号", effective_on=on)  # fmt: skip
    except DomainError:
        return False
    return True


def one_branch_a_day(member: PartyMember) -> None:
    rows = list(member.branches.filter(is_relation=True).order_by("since", "pk"))
    assert rows[-1].until is None
    assert sum(row.until is None for row in rows) == 1
    for before, after in itertools.pairwise(rows):
        assert before.until is not None
        assert after.since == before.until + DAY, member.name  # no gap and no day in two branches


def check_everything(world: World, steps: list[Any], files: dict[int, int]) -> None:
    assert steps_of_all() == steps
    for member in PartyMember.objects.all():
        one_branch_a_day(member)
    today = timezone.localdate()
    for row in Membership.objects.filter(until=None).select_related("branch"):
        assert row.branch.closed_on is None
        assert row.branch.opened_on is None or row.branch.opened_on <= row.since
    for row in Membership.objects.exclude(until=None).select_related("branch"):
        closed = row.branch.closed_on
        assert closed is None or row.until <= closed
    for file in Development.objects.filter(ended_on=None).select_related("branch"):
        assert file.branch.closed_on is None
        home = Membership.objects.filter(member__student=file.student, until=None, is_relation=True)
        assert not home.exists() or home.get().branch_id == file.branch_id
        place = Placement.objects.get(student=file.student, tree="branch", until=None)
        assert place.unit_id == file.branch_id
        assert place.since <= today
    assert Counter(Development.objects.values_list("student_id", flat=True)) == files


@pytest.mark.parametrize("seed", range(6))
def test_reorganisations_keep_each_member_in_one_branch_on_every_day(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_four(world)
    dice, done = random.Random(seed), 0
    steps = steps_of_all()
    files = Counter(Development.objects.values_list("student_id", flat=True))
    first = timezone.localdate()
    assert first - SINCE > DAY
    for number in range(6):
        day = first + number * DAY
        monkeypatch.setattr(timezone, "localdate", lambda value=None, *_a, d=day: d)
        done += reorganise(world, dice, number, day)
        check_everything(world, steps, files)
    assert done >= 1, "no reorganisation of this seed was accepted: it proves nothing"
