"""Elections entered, approved and carried out as appointments (rulebook 1.4, 1.5)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from cohorts.models import Appointment
from partybranch.domain.elections import (
    ElectionTyped,
    Standing,
    approve_election,
    record_election,
)
from partybranch.enums import BranchPost
from partybranch.models import Candidate, Election
from portal.core.errors import DomainError
from tests.partybranch.party import DAY, add_party, member_of
from tests.world import World

pytestmark = pytest.mark.django_db
TALK = "本人愿意承担，党员反映良好"
POSTS = {
    "m1": BranchPost.SECRETARY, "m2": BranchPost.ORGANISATION, "m3": BranchPost.PUBLICITY,
    "m4": BranchPost.DISCIPLINE,
}  # fmt: skip


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def typed(world: World, votes: dict[str, int], **more: Any) -> ElectionTyped:
    today = timezone.localdate()
    facts: dict[str, Any] = {
        "on": today, "is_committee": True, "seats": 3, "right": 9, "present": 9, "returned": 9,
        "invalid": 0, "term_months": 36,
        "candidates": [
            Standing(member_of(world, key), POSTS[key], n, today - 5 * DAY, "秦守正", TALK)
            for key, n in votes.items()
        ],
    }  # fmt: skip
    return ElectionTyped(**facts | more)


VOTES = {"m1": 9, "m2": 8, "m3": 6, "m4": 3}


def enter(world: World, votes: dict[str, int] | None = None, **more: Any) -> Election:
    return record_election(
        actor=world.qin, branch=world.joint, typed=typed(world, votes or VOTES, **more)
    )


def refused(world: World, votes: dict[str, int] | None = None, **more: Any) -> set[str]:
    with pytest.raises(DomainError) as found:
        enter(world, votes, **more)
    return {one.code for one in found.value.faults}  # type: ignore[attr-defined]


def test_the_result_appoints_with_a_term_once_the_committee_has_approved(campus: World) -> None:
    made = enter(campus)
    assert [one.is_elected for one in made.candidates.all()] == [True, True, True, False]
    # The branch itself cannot approve, and nobody holds a post before.
    with pytest.raises(PermissionDenied):
        approve_election(actor=campus.qin, election=made)
    today = timezone.localdate()
    held = Appointment.objects.in_force(today).filter(unit_id=campus.joint.pk)
    assert held.get(role__code="branch_secretary").person == campus.qin
    approve_election(actor=campus.yan, election=made)
    posts = {one.role.code: one for one in held.filter(role__code__startswith="branch_")}
    assert {code: post.person for code, post in posts.items()} == {
        "branch_secretary": campus.m1, "branch_organisation": campus.m2,
        "branch_publicity": campus.m3,
    }  # fmt: skip
    term = posts["branch_secretary"]
    assert term.ends_on is not None
    assert dt.timedelta(days=1094) <= term.ends_on - term.starts_on <= dt.timedelta(days=1096)
    with pytest.raises(DomainError):
        approve_election(actor=campus.yan, election=made)


def test_void_elections_are_refused_and_leave_nothing(campus: World) -> None:
    assert "ballots" in refused(campus, returned=10)
    assert "quorum" in refused(campus, {"m1": 7, "m2": 7, "m3": 6, "m4": 1}, present=7, returned=7)
    assert "candidates" in refused(campus, {"m1": 9, "m2": 8, "m3": 6})
    assert "right" in refused(campus, right=10, present=9)
    assert "term" in refused(campus, term_months=48)
    assert "on" in refused(campus, on=timezone.localdate() + DAY)
    assert not Election.objects.exists()
    assert not Candidate.objects.exists()


def test_an_election_of_long_ago_says_why_it_is_entered_only_now(
    campus: World, client: Client
) -> None:
    on = timezone.localdate() - 30 * DAY
    before = [Standing(one.member, one.post, one.votes, on - DAY, one.talked_by, one.talk_note)
              for one in typed(campus, VOTES).candidates]  # fmt: skip
    assert refused(campus, on=on, candidates=before) == {"entry"}
    made = enter(campus, on=on, candidates=before, entry_reason="选举大会记录存于支部档案")
    assert made.entry_reason == "选举大会记录存于支部档案"
    client.force_login(campus.qin)
    url = f"/branches/{campus.joint.pk}/elections/"
    assert "选举大会记录存于支部档案" in client.get(url).content.decode()
    assert 'name="entry_reason"' in client.get(url + "new/").content.decode()
    assert enter(campus, entry_reason="不需要").entry_reason == ""


def test_each_candidate_needs_a_talk_and_the_right_to_be_elected(campus: World) -> None:
    silent = typed(campus, VOTES)
    without = [Standing(one.member, one.post, one.votes, one.talked_on, one.talked_by, "")
               for one in silent.candidates]  # fmt: skip
    assert "talk" in refused(campus, candidates=without)
    du = Standing(member_of(campus, "du"), BranchPost.DEPUTY, 2, silent.on - DAY, "秦守正", TALK)
    assert "candidate" in refused(campus, candidates=[*silent.candidates, du])  # on probation (P19)


def test_a_tie_at_the_last_seat_leaves_that_seat_open(campus: World) -> None:
    made = enter(campus, {"m1": 9, "m2": 6, "m3": 5, "m4": 5})
    assert made.candidates.filter(is_elected=True).count() == 2


def test_a_further_ballot_fills_the_seat_that_a_tie_left_open(campus: World) -> None:
    approve_election(actor=campus.yan, election=enter(campus, {"m1": 9, "m2": 8, "m3": 5, "m4": 5}))
    today = timezone.localdate()
    both = [Standing(member_of(campus, key), BranchPost.PUBLICITY, n, today - DAY, "严立", TALK)
            for key, n in (("m3", 6), ("m4", 3))]  # fmt: skip
    # Secretary and organisation member stand: with one more they are three.
    made = record_election(actor=campus.m1, branch=campus.joint,
                           typed=typed(campus, VOTES, seats=1, candidates=both))  # fmt: skip
    approve_election(actor=campus.yan, election=made)
    held = Appointment.objects.in_force(today).filter(unit_id=campus.joint.pk)
    posts = {one.role.code: one.person for one in held.filter(role__code__startswith="branch_")}
    assert posts == {"branch_secretary": campus.m1, "branch_organisation": campus.m2,
                     "branch_publicity": campus.m3}  # fmt: skip


def test_nobody_stands_twice_in_one_election(campus: World) -> None:
    rows = typed(campus, VOTES).candidates
    assert "twice" in refused(campus, candidates=[*rows, rows[3]])
    assert not Election.objects.exists()


def test_the_form_begins_with_what_the_branch_may_elect(campus: World, client: Client) -> None:
    client.force_login(campus.qin)
    url = f"/branches/{campus.joint.pk}/elections/new/"
    form = client.get(url).context["form"]
    assert (form["is_committee"].value(), form["seats"].value()) == (True, 5)
    for key in ("m5", "m6", "m7", "fang"):
        member_of(campus, key).branches.update(until=timezone.localdate() - DAY)
    form = client.get(url).context["form"]
    assert (form["is_committee"].value(), form["seats"].value()) == (False, 1)


def test_a_branch_of_five_elects_a_secretary_and_no_committee(campus: World) -> None:
    for key in ("m5", "m6", "m7", "fang"):
        member_of(campus, key).branches.update(until=timezone.localdate() - DAY)
    five = {"right": 5, "present": 5, "returned": 5}
    assert "committee" in refused(campus, {"m1": 5, "m2": 4, "m3": 3, "m4": 2}, **five)
    both = [Standing(member_of(campus, key), BranchPost.SECRETARY, n,
                     timezone.localdate() - DAY, "秦守正", TALK)
            for key, n in (("m1", 4), ("m2", 1))]  # fmt: skip
    made = enter(campus, is_committee=False, seats=1, candidates=both, **five)
    (post,) = approve_election(actor=campus.yan, election=made)
    assert post.person == campus.m1


def test_the_page_of_elections_enters_shows_and_approves(campus: World) -> None:
    client, above = Client(), Client()
    client.force_login(campus.qin)
    above.force_login(campus.yan)
    page = f"/branches/{campus.joint.pk}/elections/"
    today = timezone.localdate().isoformat()
    sent: dict[str, Any] = {
        "on": today, "is_committee": "on", "seats": 3, "right": 9, "present": 9, "returned": 9,
        "invalid": 0, "term_months": 36,
    }  # fmt: skip
    for row, (key, votes) in enumerate(VOTES.items()):
        sent |= {f"member_{row}": member_of(campus, key).pk, f"post_{row}": POSTS[key].value,
                 f"votes_{row}": votes, f"talked_on_{row}": today, f"talked_by_{row}": "秦守正",
                 f"talk_note_{row}": TALK}  # fmt: skip
    assert client.get(f"{page}new/").status_code == 200
    assert client.post(f"{page}new/", sent | {"returned": 10}).status_code == 422
    assert client.post(f"{page}new/", sent).status_code == 302
    made = Election.objects.get()
    assert "党员1" in client.get(page).content.decode()
    assert client.post(f"/elections/{made.pk}/approve/").status_code == 403
    assert above.get(page).status_code == 200
    assert above.post(f"/elections/{made.pk}/approve/").status_code == 302
    assert Appointment.objects.filter(person=campus.m1, role__code="branch_secretary").exists()


def test_the_branch_page_tells_terms_and_warns_before_they_end(
    campus: World, client: Client
) -> None:
    """System 19: a reminder before the term ends, with the people it is about."""
    approve_election(actor=campus.yan, election=enter(campus))
    client.force_login(campus.m1)
    url, today = f"/branches/{campus.joint.pk}/", timezone.localdate()
    held = Appointment.objects.filter(unit_id=campus.joint.pk, role__code="branch_organisation",
                                      person=campus.m2)  # fmt: skip
    last = held.get().ends_on
    assert last is not None
    page = client.get(url).content.decode()
    assert f"{last.year}年{last.month}月{last.day}日" in page
    assert "任期将于" not in page
    held.update(ends_on=today + 45 * DAY)
    page = client.get(url).content.decode()
    assert "任期将于" in page
    assert "党员2" in page.split("任期将于")[0][-40:]
