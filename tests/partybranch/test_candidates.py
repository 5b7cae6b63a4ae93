"""Who is offered first as contact or introducer: tutor, class adviser, contact (system 23)."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from partybranch.models import Development, Sponsorship
from partybranch.queries.facts import candidates
from students.models import StudentLink
from tests.partybranch.party import DAY, add_member, add_party, bring_to, member_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    """wang tutors gu and lu advises the class; both are full members of the branch."""
    add_party(world)
    for key in ("wang", "lu"):
        add_member(world, key, dt.date(2015, 6, 1))
    return world


def offered(world: World, file: Development) -> list[tuple[str, str]]:
    found = candidates(world.joint, timezone.localdate(), file)
    return [(one.member.name, one.why) for one in found]


def test_tutor_and_class_adviser_come_first_and_are_named_as_such(campus: World) -> None:
    made = bring_to(campus, "gu", 3, shift=950)
    first = offered(campus, made)
    assert sorted(why for _name, why in first[:2]) == ["本科生导师", "班主任"]
    assert {name for name, _why in first[:2]} == {campus.wang.name, campus.lu.name}
    assert not any(why for _name, why in first[2:])
    client = Client()
    client.force_login(campus.gao)
    page = client.get(f"/development/{made.pk}/steps/5/").content.decode()
    assert f"{campus.wang.name}（本科生导师）" in page
    assert page.index(f"{campus.wang.name}（本科生导师）") < page.index("党员1")


def test_contacts_of_the_person_come_first_as_introducers(campus: World) -> None:
    made = bring_to(campus, "gu", 3, shift=950)
    Sponsorship.objects.create(development=made, member=member_of(campus, "m7"), duty="contact",
                               since=timezone.localdate())  # fmt: skip
    assert offered(campus, made)[0] == ("党员7", "培养联系人")


def test_a_link_that_ended_puts_nobody_first(campus: World) -> None:
    made = bring_to(campus, "gu", 3, shift=950)
    StudentLink.objects.update(starts_on=dt.date(2024, 9, 1), ends_on=timezone.localdate() - DAY)
    assert (campus.wang.name, "") in offered(campus, made)


def test_the_list_of_tutors_says_how_many_each_looks_after(campus: World) -> None:
    """Load of party-building tutors: files of their branches, and people they vouch for."""
    campus.add_post("qin", "party_tutor", "joint")
    for key in ("gu", "cheng"):
        file = bring_to(campus, key, 3, shift=950)
        if key == "gu":
            Sponsorship.objects.create(development=file, member=member_of(campus, "fang"),
                                       duty="contact", since=timezone.localdate())  # fmt: skip
    client = Client()
    client.force_login(campus.yan)
    page = client.get("/party/figures/tutors/").content.decode()
    mine = page[page.index("方书语") : page.index("秦守正")]
    assert "所指导支部在办档案2份" in mine
    assert "联系或介绍1人" in mine
    assert "联系或介绍0人" in page[page.index("秦守正") :]
