"""Calls of the rule behind the first one of a view, each of which decides something of its own.

``test_every_single_door_is_watched`` opens them one by one; those that only few people meet, or that
shape a page and do not refuse it, are watched here (``WATCHED``).
"""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.enums import WriteLevel
from casework.models import FollowUp, Seat
from partybranch.enums import Entry
from partybranch.models import Development, Membership, PartyMember, PoliticalReview
from tests.partybranch.life import hold
from tests.partybranch.party import add_party, member_of
from tests.web.test_pages import client_of
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db
WATCHED = {
    "casework/views/force.py force 2",
    "casework/views/study_help.py study_help 2",
    "partybranch/views/branches.py member_page 2",
    "partybranch/views/branches.py member_page 3",
    "partybranch/views/branches.py new_member 2",
    "partybranch/views/files.py review_page 2",  # and 3: tests/partybranch/test_rights.py
    "partybranch/views/files.py review_page 3",
    "partybranch/views/life_forms.py certificates 2",
    "partybranch/views/sides.py side 2",  # tests/partybranch/test_joint.py
}


def test_whoever_only_reads_a_case_writes_no_record_and_seats_nobody(world: World) -> None:
    case = world.add_case("gu")
    Seat.objects.create(
        case=case, person=world.nobody, duty="联系", write_level=WriteLevel.READ, starts_on=LONG_AGO
    )
    client = client_of(world, "nobody")
    assert client.get(reverse("casework:case", args=[case.pk])).status_code == 200
    record = {"content": "了解家庭情况", "channel": "face"}
    here = reverse("casework:add_record", args=[case.pk])
    assert client.post(here, record).status_code == 403
    seats = reverse("casework:force", args=[case.pk])
    assert client.get(seats).status_code == 200
    assert client.post(seats, {}).status_code == 403
    assert not FollowUp.objects.exists()
    assert Seat.objects.count() == 1


def test_a_plan_is_offered_where_somebody_may_write_a_case_of_those_chosen(world: World) -> None:
    offered = {}
    for key in ("han", "jiang"):
        page = client_of(world, key).post("/analysis/help/", {"selected": world.gu.pk})
        offered[key] = (page.status_code, 'value="plan"' in page.content.decode())
    assert offered == {"han": (200, False), "jiang": (200, True)}


def test_the_page_of_a_member_leads_to_what_one_may_open_and_no_further(world: World) -> None:
    add_party(world)
    member = PartyMember.objects.create(student=world.song, joined_on=LONG_AGO)
    today = timezone.localdate()
    for branch, since, until in (
        (world.functional, LONG_AGO, today - dt.timedelta(days=9)), (world.joint, today, None),
    ):  # fmt: skip
        Membership.objects.create(
            member=member, branch=branch, is_relation=True, since=since, until=until,
            how=Entry.TRANSFER,
        )  # fmt: skip
    file = Development.objects.create(student=world.song, branch=world.functional)
    page = client_of(world, "qin").get(f"/party-members/{member.pk}/").content.decode()
    assert "学生会功能型党支部" in page
    assert f'href="/branches/{world.joint.pk}/"' in page
    assert f'href="/branches/{world.functional.pk}/"' not in page
    assert f"/development/{file.pk}/" not in page


def test_nobody_is_entered_as_a_member_whose_card_one_does_not_see(world: World) -> None:
    add_party(world)
    world.add_post("gao", "organiser", "joint")
    here = reverse("party:new_member", args=[world.joint.pk])
    sent = {"student_no": world.song.student_no, "joined_on": "2024-06-01", "origin": "高中党支部",
            "since": timezone.localdate().isoformat()}  # fmt: skip
    answer = client_of(world, "gao").post(here, sent)
    assert (answer.status_code, "student_no" in answer.context["form"].errors) == (422, True)
    assert not PartyMember.objects.filter(student=world.song).exists()


def test_whoever_only_reads_an_event_enters_no_certificates(world: World) -> None:
    add_party(world)
    made = hold(world, timezone.localdate(), "training", expert_study=90)
    here = f"/branch-events/{made.pk}/certificates/"
    client = client_of(world, "fang")
    assert client.get(f"/branch-events/{made.pk}/").status_code == 200
    sent = {"on": timezone.localdate().isoformat(), f"no_{member_of(world, 'm1').pk}": "培1"}
    assert {client.get(here).status_code, client.post(here, sent).status_code} == {403}
    assert not made.attendance.exclude(certificate_no="").exists()


def test_whether_there_is_a_review_is_told_without_its_text(world: World) -> None:
    add_party(world)
    file = Development.objects.create(student=world.gu, branch=world.joint)
    client = client_of(world, "gao")
    here = f"/development/{file.pk}/review/"
    assert client.get(here).status_code == 404  # there is none
    PoliticalReview.objects.create(
        development=file,
        on=timezone.localdate(),
        passed=True,
        cipher=PoliticalReview.sealed("清楚"),
    )
    assert client.get(here).status_code == 200
