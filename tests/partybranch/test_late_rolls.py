"""Moves and joins of long ago are entered with a reason and shown as late entries (roll, P5)."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cohorts.domain.tree import open_unit
from partybranch.domain.membership import enter_member, join_branch, leave_branch, move_member
from partybranch.enums import PartyKind
from partybranch.models import Membership, PartyMember, PartyOrganization
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from tests.partybranch.party import DAY, add_party, member_of
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db
WHY = "据组织关系介绍信补录"


@pytest.fixture
def campus(world: World) -> World:
    add_party(world)
    world.units["second"] = open_unit(actor=None, unit=PartyOrganization(
        name="第二党支部", code="L-second", parent=world.community, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO,
    ))  # fmt: skip
    world.add_post("gao", "organiser", "community")
    return world


def ago(days: int) -> dt.date:
    return timezone.localdate() - days * DAY


def late(act: Any) -> list[str]:
    with pytest.raises(DomainError) as refused:
        act()
    return [(one.code, one.field) for one in refused.value.faults]  # type: ignore[attr-defined]


def test_a_day_of_long_ago_asks_for_a_reason_and_keeps_it(campus: World) -> None:
    asked = [("entry", "entry_reason")]
    m1, m2 = member_of(campus, "m1"), member_of(campus, "m2")

    def move(days: int, why: str = "", **where: Any) -> PartyMember:
        return move_member(actor=campus.gao, member=m1, on=ago(days), entry_reason=why, **where)

    assert late(lambda: move(8, branch=campus.second)) == asked
    assert late(lambda: move(8, "补", branch=campus.second)) == asked
    move(8, WHY, branch=campus.second)
    old, new = m1.branches.order_by("since")
    assert (old.end_reason, new.entry_reason, old.entry_reason, new.end_reason) == (
        WHY,
        WHY,
        "",
        "",
    )
    assert AuditEntry.objects.get(action="move_member").detail["late"] == WHY
    # Within the days of the parameter no reason is asked for, and none is kept.
    move_member(actor=campus.gao, member=m2, on=ago(7), branch=campus.second, entry_reason=WHY)
    assert set(m2.branches.values_list("entry_reason", "end_reason")) == {("", "")}
    assert late(lambda: join_branch(
        actor=campus.gao, member=m2, branch=campus.functional, since=ago(8))) == asked  # fmt: skip
    place = join_branch(actor=campus.gao, member=m2, branch=campus.functional, since=ago(20),
                        entry_reason=WHY)  # fmt: skip
    assert late(lambda: leave_branch(actor=campus.gao, membership=place, until=ago(9))) == asked
    left = leave_branch(actor=campus.gao, membership=place, until=ago(9), entry_reason=WHY)
    assert (left.entry_reason, left.end_reason) == (WHY, WHY)


def test_a_member_who_came_long_ago_is_entered_with_a_reason(campus: World) -> None:
    facts: dict[str, Any] = {
        "actor": campus.gao, "branch": campus.second, "person": campus.lu, "since": ago(60),
        "joined_on": ago(900), "full_on": ago(500), "origin": "第一中学党总支",
    }  # fmt: skip
    assert late(lambda: enter_member(**facts)) == [("entry", "entry_reason")]
    assert not PartyMember.objects.filter(person=campus.lu).exists()
    made = enter_member(**facts, entry_reason=WHY)
    assert made.branches.get().entry_reason == WHY


def test_a_move_out_of_long_ago_keeps_its_reason_on_the_row_that_ended(campus: World) -> None:
    m1 = member_of(campus, "m1")
    move_member(actor=campus.gao, member=m1, on=ago(30), outside="校友党支部", entry_reason=WHY)
    assert Membership.objects.get(member=m1).end_reason == WHY


def test_pages_show_the_late_entry_and_the_form_asks_beside_its_field(campus: World) -> None:
    m1 = member_of(campus, "m1")
    client = Client()
    client.force_login(campus.gao)
    here = f"/party-members/{m1.pk}/move/"
    sent = {"branch": campus.second.pk, "on": ago(30).isoformat()}
    refused = client.post(here, sent)
    assert refused.status_code == 422
    assert "entry_reason" in refused.context["form"].errors
    assert client.post(here, sent | {"entry_reason": WHY}).status_code == 302
    for page in (f"/party-members/{m1.pk}/", f"/branches/{campus.joint.pk}/"):
        text = client.get(page).content.decode()
        assert WHY in text, page
        assert "补录" in text.replace(WHY, "")
