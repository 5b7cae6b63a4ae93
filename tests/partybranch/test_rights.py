"""Who sees a development, a member, a review; and the doors of the pages."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.utils import timezone

from partybranch.domain.membership import enter_member, join_branch, move_member
from partybranch.models import Development, PartyMember, PoliticalReview, Sponsorship
from portal.core.access import Reason, reasons
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Placement, Student
from tests.partybranch.party import DAY, add_party, apply, bring_to, member_of
from tests.world import World


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def sees(user: User, one: Development, action: str = "see_party_file") -> bool:
    return bool(Development.objects.restrict(user, action).filter(pk=one.pk).exists())


def test_branch_roles_see_the_card_and_the_file_and_nothing_else(campus: World) -> None:
    made = apply(campus, "gu", timezone.localdate())
    for key in ("gao", "qin", "fang", "yan"):
        # The committee's post reaches down to the branches below it.
        assert sees(campus.people[key], made), key
    for key in ("lu", "zhou", "lin", "jiang", "qian", "sys", "aud", "psy", "m1", "gu_account"):
        assert not sees(campus.people[key], made), key
    for key in ("qin", "fang", "yan"):
        user = campus.people[key]
        assert Student.objects.restrict(user, "see_card").filter(pk=campus.gu.pk).exists()
        for action in ("see_record", "see_results", "see_case", "see_talks", "see_care_hint"):
            assert not Student.objects.restrict(user, action).exists(), (key, action)
    assert sees(campus.qin, made, "write_party_file")
    assert not sees(campus.qin, made, "approve_party_file")
    assert not sees(campus.fang, made, "write_party_file")
    assert sees(campus.yan, made, "approve_party_file")


def test_students_see_their_own_steps_and_nobody_elses(campus: World) -> None:
    mine = apply(campus, "gu", timezone.localdate())
    apply(campus, "cheng", timezone.localdate())
    own = Development.objects.restrict(campus.gu_account, "see_own")
    assert [one.pk for one in own] == [mine.pk]
    assert not sees(campus.gu_account, mine)


def test_a_teacher_who_vouches_reads_that_file_while_it_is_open(campus: World) -> None:
    made = apply(campus, "gu", timezone.localdate())
    other = apply(campus, "luo", timezone.localdate())
    row = Sponsorship.objects.create(
        development=made, member=member_of(campus, "m1"), duty="contact",
        since=timezone.localdate(),
    )  # fmt: skip
    assert sees(campus.m1, made)
    assert not sees(campus.m1, other)
    assert not sees(campus.m1, made, "write_party_file")
    assert [one.route for one in reasons(campus.m1, "see_party_file", made)] == ["sponsor"]
    assert isinstance(reasons(campus.m1, "see_party_file", made)[0], Reason)
    Sponsorship.objects.filter(pk=row.pk).update(
        since=timezone.localdate() - 9 * DAY, until=timezone.localdate() - DAY
    )
    assert not sees(campus.m1, made)


def test_the_review_is_read_by_committee_and_organiser_only(campus: World) -> None:
    made = apply(campus, "gu", timezone.localdate())
    review = PoliticalReview.objects.create(
        development=made, on=timezone.localdate(), passed=True,
        cipher=PoliticalReview.sealed("审查合格"),
    )  # fmt: skip
    for key in ("gao", "yan"):
        user = campus.people[key]
        found = PoliticalReview.objects.get_for(user, "see_political_review", review.pk)
        assert found.conclusion() == "审查合格"
    for key in ("qin", "fang", "lin", "jiang", "gu_account", "sys"):
        with pytest.raises(Http404):
            PoliticalReview.objects.get_for(campus.people[key], "see_political_review", review.pk)


def test_members_are_seen_by_their_branch_and_their_place_moves_with_the_relation(
    campus: World,
) -> None:
    today = timezone.localdate()
    luo = enter_member(
        actor=campus.gao, branch=campus.joint, student=campus.luo, since=today - 30 * DAY,
        joined_on=dt.date(2024, 6, 1), full_on=dt.date(2025, 6, 1), origin="第一中学党总支",
        entry_reason="据组织关系介绍信补录",
    )  # fmt: skip
    assert Student.objects.get(pk=campus.luo.pk).political_status == "01"
    mine = PartyMember.objects.restrict(campus.qin, "see_party_file")
    assert mine.count() == 11  # nine full, one on probation, luo
    assert not PartyMember.objects.restrict(campus.lu, "see_party_file").exists()
    # Beside the home branch any number; a second relation is refused.
    join_branch(actor=campus.gao, member=luo, branch=campus.functional, since=today)
    with pytest.raises(DomainError):
        join_branch(actor=campus.gao, member=luo, branch=campus.functional, since=today)
    with pytest.raises(DomainError):
        enter_member(
            actor=campus.gao, branch=campus.joint, student=campus.luo, since=today,
            joined_on=dt.date(2024, 6, 1), full_on=None, origin="另一支部",
        )  # fmt: skip
    with pytest.raises(DomainError):
        move_member(actor=campus.gao, member=luo, on=today, branch=campus.functional)
    move_member(actor=campus.gao, member=luo, on=today, outside="某市人才服务中心党委")
    luo.refresh_from_db()
    assert luo.left_on == today
    assert not luo.branches.filter(until=None).exists()
    assert luo.branches.get(is_relation=True).gone_to == "某市人才服务中心党委"
    # A member elsewhere is a member still.
    assert Student.objects.get(pk=campus.luo.pk).political_status == "01"
    with pytest.raises(PermissionDenied):
        enter_member(
            actor=campus.fang, branch=campus.joint, person=campus.wang, since=today,
            joined_on=dt.date(2010, 6, 1), full_on=dt.date(2011, 6, 1), origin="教工支部",
        )  # fmt: skip
    assert Placement.objects.filter(student=campus.luo, unit=campus.joint).exists()


def test_pages_of_a_file_and_a_branch_by_right(campus: World, client: Client) -> None:
    made = bring_to(campus, "gu", 3, shift=950)
    client.force_login(campus.gao)
    page = client.get(f"/development/{made.pk}/").content.decode()
    assert ["确定", "人选"][0] in page
    assert "上级党委备案" in page
    form = client.get(f"/development/{made.pk}/steps/4/")
    assert form.status_code == 200
    # Out of order: refused with a sentence, what was typed is kept.
    today = timezone.localdate().isoformat()
    said = client.post(f"/development/{made.pk}/steps/6/", {"on": today})
    assert said.status_code == 422
    assert today in said.content.decode()
    sent = client.post(f"/development/{made.pk}/steps/4/",
                       {"on": today, "body": campus.community.pk, "papers": ["入党积极分子备案表"]})  # fmt: skip
    assert sent.status_code == 302
    made.refresh_from_db()
    assert made.reached == 4
    client.force_login(campus.qin)
    assert client.get(f"/development/{made.pk}/steps/8/").status_code == 403
    branch = client.get(f"/branches/{campus.joint.pk}/").content.decode()
    assert "秦守正" in branch
    assert "杜若" in branch
    assert client.get(f"/development/?branch={campus.joint.pk}").status_code == 200
    client.force_login(campus.gu_account)
    assert "上级党委备案" in client.get("/my/development/").content.decode()
    assert client.get(f"/development/{made.pk}/").status_code == 404


def test_whoever_reads_the_file_alone_does_not_open_the_text_of_its_review(
    campus: World, client: Client
) -> None:
    made = bring_to(campus, "gu", 3, shift=950)
    PoliticalReview.objects.create(
        development=made, on=timezone.localdate(), passed=True,
        cipher=PoliticalReview.sealed("本人历史清楚"),
    )  # fmt: skip
    answers = {}
    for key in ("gao", "qin"):
        client.force_login(campus.people[key])
        assert client.get(f"/development/{made.pk}/").status_code == 200
        page = client.get(f"/development/{made.pk}/review/")
        answers[key] = (page.status_code, "本人历史清楚" in page.content.decode())
    assert answers == {"gao": (200, True), "qin": (404, False)}


def test_lists_cost_the_same_for_one_and_for_three(campus: World, client: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(campus.gao)

    def cost(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    bring_to(campus, "gu", 2, shift=980)
    urls = ("/development/", "/development/?view=list")
    one = [cost(url) for url in urls]
    for key in ("cheng", "luo"):
        bring_to(campus, key, 3, shift=950)
    assert [cost(url) for url in urls] == one


def test_a_suspension_is_entered_on_a_page_and_shown(campus: World, client: Client) -> None:
    """P9, 1.4: suspended members have no vote and vouch for nobody; the roll says so."""
    campus.add_post("gao", "organiser", "joint")
    member = member_of(campus, "m1")
    client.force_login(campus.gao)
    url = f"/party-members/{member.pk}/suspend/"
    assert url in client.get(f"/party-members/{member.pk}/").content.decode()
    today = timezone.localdate()
    values = {"since": today.isoformat(), "until": "", "reason": "留党察看一年，党委〔2026〕9号"}
    refused = client.post(url, values | {"reason": ""})
    assert refused.status_code == 422
    assert client.post(url, values | {"until": (today - DAY).isoformat()}).status_code == 422
    assert client.post(url, values).status_code == 302
    assert member.pk not in [one.pk for one in PartyMember.objects.voters(today)]
    page = client.get(f"/party-members/{member.pk}/").content.decode()
    assert "留党察看" in page
    # Rights restored: the last day is entered, and the member votes from the day after.
    assert client.post(url, values | {"until": today.isoformat()}).status_code == 302
    assert member.pk in [one.pk for one in PartyMember.objects.voters(today + DAY)]
    other = Client()
    other.force_login(campus.fang)
    assert other.get(url).status_code in (403, 404)
