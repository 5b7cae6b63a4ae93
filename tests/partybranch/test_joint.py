"""Events held together: one entry, counted for each branch with its own members (systems 21, 70)."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.utils import timezone
from docx import Document

from cohorts.domain.tree import open_unit
from cohorts.models import LinkKind
from partybranch.domain.life import Came, correct_event, record_event, withdraw_event
from partybranch.domain.links import make_link
from partybranch.domain.motions import hold_vote
from partybranch.domain.quotas import Light
from partybranch.domain.sides import record_side
from partybranch.enums import Body, Entry, PartyKind, Presence
from partybranch.models import BranchEvent, Membership, PartyLink, PartyMember, PartyOrganization
from partybranch.queries.joint import held_from, possible_partners
from partybranch.queries.life import events_of, healths, held_by_kind, members_life
from partybranch.queries.life_board import life_board
from partybranch.queries.material import material_lines, materials
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from portal.core.scope import request_scope
from tests.partybranch.life import HERE, event_typed, only
from tests.partybranch.party import DAY, add_party, ballot, member_of
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    """Beside the joint branch: ``second`` below the same committee with two members, kim its
    secretary; ``far`` below another committee, pan its secretary."""
    add_party(world)
    for key, name in (("kim", "金书记"), ("pan", "潘书记"), ("s1", "二支甲"), ("s2", "二支乙")):
        world.add_person(key, name)
    _organ(world, "away", "后勤党委", PartyKind.COMMITTEE, world.uni)
    _organ(world, "second", "第二党支部", PartyKind.REGULAR, world.community)
    _organ(world, "far", "离退休党支部", PartyKind.REGULAR, world.away)
    world.add_post("kim", "branch_secretary", "second")
    world.add_post("pan", "branch_secretary", "far")
    for key, branch in (("s1", "second"), ("s2", "second"), ("pan", "far")):
        member = PartyMember.objects.create(
            person=world.people[key], joined_on=dt.date(2015, 6, 1), full_on=dt.date(2016, 6, 1)
        )
        Membership.objects.create(
            member=member, branch=world.units[branch], is_relation=True, since=LONG_AGO,
            how=Entry.TRANSFER,
        )  # fmt: skip
    return world


def _organ(world: World, key: str, name: str, kind: str, parent: Any) -> None:
    world.units[key] = open_unit(actor=None, unit=PartyOrganization(
        name=name, code=f"J-{key}", parent=parent, party_kind=kind, opened_on=LONG_AGO,
    ))  # fmt: skip


def today() -> dt.date:
    return timezone.localdate()


def together(world: World, *codes: str, partners: Any = None, **more: Any) -> BranchEvent:
    named = [world.second] if partners is None else partners
    typed = event_typed(world, *(codes or ("theme_day",)), partners=named, **more)
    return record_event(actor=world.qin, branch=world.joint, typed=typed)


def enter_second(world: World, event: BranchEvent, absent: str = "") -> BranchEvent:
    came = {member_of(world, key).pk: HERE for key in ("s1", "s2")}
    if absent:
        came[member_of(world, absent).pk] = Came(Presence.LEAVE, "外出实习")
    return record_side(actor=world.kim, event=event, branch=world.second, came=came)


def light(branch: PartyOrganization) -> Light:
    found = {one.quota.code: one.light for one in healths([branch])[branch.pk].standings}
    return found["theme_day"]


def codes(act: Any) -> set[str]:
    with pytest.raises(DomainError) as refused:
        act()
    return {one.code for one in getattr(refused.value, "faults", ())}


def test_one_entry_counts_for_each_branch_once_its_members_are_entered(campus: World) -> None:
    made = together(campus, "theme_day", "co_building", first_item="学习全会公报", audience=30)
    assert light(campus.joint) == Light.MET
    assert light(campus.second) != Light.MET
    enter_second(campus, made, absent="s2")
    assert light(campus.joint) == light(campus.second) == Light.MET
    assert BranchEvent.objects.count() == 1
    with request_scope(None):
        rows = {row.pk: row for row in life_board(campus.yan).rows}
    assert (rows[campus.joint.pk].attendance, rows[campus.second.pk].attendance) == (
        "10 / 10", "1 / 2",
    )  # fmt: skip
    assert (rows[campus.second.pk].events, rows[campus.second.pk].first_items) == (1, 1)
    found = materials([campus.joint, campus.second], today())
    for branch, came in ((campus.joint, [10, 10]), (campus.second, [1, 2])):
        one = found[branch.pk]
        assert (one["events"], one["attendance"], one["audience"]) == (1, came, 30)
        assert ["支部共建", 1] in one["kinds"]
        assert "30" in dict(material_lines(one)).values()
    members = {row.member.name: (row.present, row.called) for row in members_life(campus.second)}
    assert members == {"二支甲": (1, 1), "二支乙": (0, 1)}
    assert all(row.called == 1 for row in members_life(campus.joint))


def test_the_life_page_of_each_lists_it_with_its_own_attendance(campus: World) -> None:
    made = together(campus)
    (row,) = events_of(campus.kim, campus.second)
    assert (row, row.called) == (made, 0)  # type: ignore[attr-defined]
    enter_second(campus, made)
    for person, branch, n in ((campus.qin, campus.joint, 10), (campus.kim, campus.second, 2)):
        (row,) = events_of(person, branch)
        assert (row, row.present, row.called) == (made, n, n)  # type: ignore[attr-defined]
        assert list(held_by_kind(person, branch).values()) == [1]
    withdraw_event(actor=campus.qin, event=made, reason="重复录入", version=1)
    assert light(campus.second) != Light.MET
    assert not held_from([campus.second.pk], today())


def test_those_who_read_the_partner_read_the_event_and_only_its_own_branch_writes_it(
    campus: World,
) -> None:
    def sees(action: str = "see_branch_life") -> set[str]:
        found = set()
        for key, person in campus.people.items():
            with request_scope(None):
                if BranchEvent.objects.restrict(person, action).filter(pk=made.pk).exists():
                    found.add(key)
        return found

    made = together(campus, partners=[])
    assert sees() == {"qin", "fang", "yan"}
    made = correct_event(actor=campus.qin, event=made, version=1,
                         typed=event_typed(campus, "theme_day", partners=[campus.second]))  # fmt: skip
    assert sees() == {"qin", "fang", "yan", "kim"}
    assert sees("write_branch_life") == {"qin"}
    assert sees("approve_party_file") == {"yan"}
    with pytest.raises(PermissionDenied):
        correct_event(actor=campus.kim, event=made, typed=event_typed(campus), version=2)
    with pytest.raises(PermissionDenied):  # nobody enters the members of a branch he does not keep
        record_side(actor=campus.qin, event=made, branch=campus.second,
                    came=only([member_of(campus, "s1")]))  # fmt: skip
    with pytest.raises(Http404):
        BranchEvent.objects.get_for(campus.pan, "see_branch_life", made.pk)


def test_only_branches_near_it_are_named_and_none_where_one_decides_alone(campus: World) -> None:
    assert set(possible_partners(campus.joint, today())) == {campus.second, campus.functional}
    assert codes(lambda: together(campus, partners=[campus.far])) == {"strange"}
    for kind in ("members_meeting", "committee_meeting", "life_meeting", "appraisal"):
        assert codes(lambda kind=kind: together(campus, kind)) == {"alone"}
    assert not BranchEvent.objects.exists()
    kind = LinkKind.objects.get(code="co_building")
    make_link(actor=campus.qin, kind=kind, branch=campus.joint, unit=campus.far)
    assert campus.far in possible_partners(campus.joint, today())
    assert campus.joint in possible_partners(campus.far, today())
    assert campus.far not in possible_partners(campus.joint, today() - DAY)
    made = together(campus, partners=[campus.far, campus.second])
    record_side(actor=campus.pan, event=made, branch=campus.far,
                came=only([member_of(campus, "pan")]))  # fmt: skip
    assert (light(campus.far), light(campus.second) == Light.MET) == (Light.MET, False)


def test_a_branch_enters_its_own_members_and_a_correction_leaves_them(campus: World) -> None:
    made = together(campus)
    stranger = only([member_of(campus, "m1")])
    assert codes(lambda: record_side(
        actor=campus.kim, event=made, branch=campus.second, came=stranger)) == {"came"}  # fmt: skip
    with pytest.raises(DomainError):
        record_side(actor=campus.pan, event=made, branch=campus.far,
                    came=only([member_of(campus, "pan")]))  # fmt: skip
    enter_second(campus, made)
    assert AuditEntry.objects.filter(action="record_event_side").count() == 1
    typed = event_typed(campus, "theme_day", partners=[campus.second],
                        came=only([member_of(campus, "qin")]))  # fmt: skip
    correct_event(actor=campus.qin, event=made, typed=typed, version=1)
    names = {one.member.name for one in made.attendance.all()}
    assert names == {"秦守正", "二支甲", "二支乙"}
    record_side(actor=campus.kim, event=made, branch=campus.second,
                came=only([member_of(campus, "s1")]))  # fmt: skip
    assert {one.member.name for one in made.attendance.all()} == {"秦守正", "二支甲"}
    typed = event_typed(campus, "theme_day", came=only([member_of(campus, "qin")]))
    assert codes(lambda: correct_event(
        actor=campus.qin, event=made, typed=typed, version=2)) == {"lost"}  # fmt: skip
    assert {one.member.name for one in made.attendance.all()} == {"秦守正", "二支甲"}
    assert light(campus.second) == Light.MET


def test_members_of_the_partner_are_no_voters(campus: World) -> None:
    made = together(campus, came=only([member_of(campus, key) for key in ("qin", "fang", "m1")]))
    enter_second(campus, made)
    with pytest.raises(DomainError):
        hold_vote(actor=campus.qin, event=made, matter="计划", body=Body.MEETING,
                  ballot=ballot(present=5, yes=5))  # fmt: skip


def test_pages_of_a_joint_event(campus: World) -> None:
    client = Client()
    client.force_login(campus.qin)
    form = client.get(f"/branches/{campus.joint.pk}/life/new/").content.decode()
    assert "第二党支部" in form
    assert "离退休党支部" not in form
    made = together(campus, audience=120)
    page = client.get(f"/branch-events/{made.pk}/").content.decode()
    assert "考勤尚未录入" in page
    assert "/sides/" not in page
    here = f"/branch-events/{made.pk}/sides/{campus.second.pk}/"
    assert client.get(here).status_code in (403, 404)
    client.force_login(campus.kim)
    life = client.get(f"/branches/{campus.second.pk}/life/").content.decode()
    assert made.topic in life
    assert "考勤尚未录入" in life
    page = client.get(f"/branch-events/{made.pk}/").content.decode()
    assert here in page
    assert f"/branches/{campus.second.pk}/life/" in page
    assert "二支甲" in client.get(here).content.decode()
    assert client.get(f"/branch-events/{made.pk}/sides/{campus.far.pk}/").status_code == 404
    assert client.post(here, {}).status_code == 422
    sent = {f"came_{member_of(campus, 's1').pk}": "present"}
    assert client.post(here, sent).status_code == 302
    assert light(campus.second) == Light.MET
    paper = client.get(f"/branch-events/{made.pk}/record.docx").content
    cells = [c.text for t in Document(io.BytesIO(paper)).tables for r in t.rows for c in r.cells]
    assert any("第二党支部应到1人、实到1人" in one for one in cells)
    assert "120人" in cells


def test_attendance_of_long_ago_asks_for_a_reason_once_and_shows_it(campus: World) -> None:
    why = "两支部联合活动，据签到表补录"
    made = together(campus, on=today() - 8 * DAY, entry_reason="据会议记录本补录")
    came = only([member_of(campus, "s1")])

    def enter(**more: Any) -> BranchEvent:
        return record_side(actor=campus.kim, event=made, branch=campus.second, came=came, **more)

    assert codes(enter) == {"entry"}
    client = Client()
    client.force_login(campus.kim)
    here = f"/branch-events/{made.pk}/sides/{campus.second.pk}/"
    sent = {f"came_{member_of(campus, 's1').pk}": "present"}
    refused = client.post(here, sent)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"entry_reason"})
    assert client.post(here, sent | {"entry_reason": why}).status_code == 302
    assert why in client.get(f"/branch-events/{made.pk}/").content.decode()
    enter()  # corrected later: late is what was entered late the first time
    assert made.attendance.get(member=member_of(campus, "s1")).entry_reason == why
    fresh = together(campus, on=today() - 7 * DAY)
    record_side(actor=campus.kim, event=fresh, branch=campus.second, came=came)


def test_why_somebody_was_on_leave_is_read_in_his_own_branch_alone(campus: World) -> None:
    ours, theirs = "家中老人住院", "外出实习"
    came = only([member_of(campus, "qin")]) | {
        member_of(campus, "m1").pk: Came(Presence.LEAVE, ours)
    }
    made = enter_second(campus, together(campus, came=came), absent="s2")

    def read(key: str) -> list[str]:
        client = Client()
        client.force_login(campus.people[key])
        page = client.get(f"/branch-events/{made.pk}/").content.decode()
        paper = Document(io.BytesIO(client.get(f"/branch-events/{made.pk}/record.docx").content))
        cells = "".join(c.text for t in paper.tables for r in t.rows for c in r.cells)
        assert all("二支乙" in one for one in (page, cells))  # who came is read by all of them
        return [f"{why} {name}" for name, text in (("page", page), ("paper", cells))
                for why in (ours, theirs) if why in text]  # fmt: skip

    assert read("qin") == [f"{ours} page", f"{ours} paper"]
    assert read("kim") == [f"{theirs} page", f"{theirs} paper"]
    assert len(read("yan")) == 4  # above both


def boxes_of(client: Client, url: str) -> list[tuple[str, list[str], list[str]]]:
    """(heading, names, ticked names) of each group of branches that the form offers."""
    answer = client.get(url)
    assert answer.status_code == 200
    part = answer.content.decode().split("data-boxes", 1)[1].split("</div>", 1)[0]
    found = []
    for group in part.split("<fieldset")[1:]:
        heading = re.search(r"<legend[^>]*>(.*?)</legend>", group)
        boxes = re.findall(r"<input([^>]*)><span>(.*?)</span>", group)
        ticked = [name for attrs, name in boxes if "checked" in attrs]
        found.append((heading[1] if heading else "", [name for _attrs, name in boxes], ticked))
    return found


def test_the_form_offers_branches_of_the_same_committee_first_and_marks_those_named(
    campus: World, client: Client
) -> None:
    make_link(actor=campus.qin, kind=LinkKind.objects.get(code="co_building"), branch=campus.joint,
              unit=campus.far)  # fmt: skip
    made = together(campus, partners=[campus.far])
    client.force_login(campus.qin)
    near = sorted([campus.second, campus.functional], key=lambda one: one.code)
    names = [one.name for one in near]
    new, edit = f"/branches/{campus.joint.pk}/life/new/", f"/branch-events/{made.pk}/edit/"
    assert boxes_of(client, new) == [
        ("同一党委的支部", names, []), ("结对共建及已选支部", ["离退休党支部"], []),
    ]  # fmt: skip
    # Named once, a branch stays on the list after its link has ended.
    PartyLink.objects.update(ends_on=today() - DAY, starts_on=LONG_AGO)
    assert [names for _heading, names, _ticked in boxes_of(client, new)] == [names]
    assert boxes_of(client, edit)[1] == ("结对共建及已选支部", ["离退休党支部"], ["离退休党支部"])


def test_a_long_list_of_partners_can_be_narrowed_by_name(campus: World, client: Client) -> None:
    client.force_login(campus.qin)
    url = f"/branches/{campus.joint.pk}/life/new/"
    assert "data-narrow" not in client.get(url).content.decode()
    for n in range(8):
        _organ(campus, f"more{n}", f"学生第{n}党支部", PartyKind.REGULAR, campus.community)
    assert "data-narrow" in client.get(url).content.decode()
