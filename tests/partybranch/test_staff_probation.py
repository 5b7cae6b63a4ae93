"""The end of probation of a member of staff, whose file is kept on paper (P14–P17, 1.4)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partybranch.domain.development import StepError, Typed
from partybranch.domain.membership import enter_member
from partybranch.domain.months import add_months
from partybranch.domain.staff_steps import record_staff_step
from partybranch.enums import Entry
from partybranch.models import Membership, PartyMember, StaffStep, Step
from partybranch.queries.staff_steps import staff_on_probation
from portal.core.dues import due_lines, people_with_dues
from portal.core.errors import DomainError
from portal.core.scope import request_scope
from tests.partybranch.party import DAY, add_party, ballot, member_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def today() -> dt.date:
    return timezone.localdate()


def ended(world: World, days_ago: int, key: str = "du") -> dt.date:
    """The probation of ``key`` ended so many days ago; returns the first day of full membership."""
    joined = add_months(today(), -12) - days_ago * DAY
    PartyMember.objects.filter(person=world.people[key]).update(joined_on=joined)
    Membership.objects.filter(member=member_of(world, key)).update(since=joined)
    return add_months(joined, 12)


def vote(world: World, on: dt.date, outcome: str = "transfer", **more: Any) -> StaffStep:
    detail = {"outcome": outcome, "applied_on": (on - DAY).isoformat()}
    return enter(world, 23, on, world.qin, detail=detail | more.pop("detail", {}), **more)


def approve(world: World, on: dt.date, **more: Any) -> StaffStep:
    return enter(world, 24, on, world.yan, **more)


def enter(
    world: World,
    step: int,
    on: dt.date,
    actor: Any,
    kept_at: str = "党委组织部档案柜3",
    **more: Any,
) -> StaffStep:
    member = more.pop("member", None) or member_of(world, "du")
    facts = {"ballot": ballot(), "body": world.community if step == 24 else None}
    return record_staff_step(
        actor=actor, member=member, typed=Typed(step=step, on=on, **facts | more), kept_at=kept_at
    )


def refused(world: World, step: int, on: dt.date, **more: Any) -> list[str]:
    """Codes of the refusal."""
    with pytest.raises(StepError) as found:
        vote(world, on, **more) if step == 23 else approve(world, on, **more)
    return [one.code for one in found.value.faults]


def du(world: World) -> PartyMember:
    return member_of(world, "du")


def test_party_age_counts_from_the_end_of_the_probation_whenever_the_committee_decides(
    campus: World,
) -> None:
    """P17: nobody becomes full by the mere passing of time, and nobody loses days by a late vote."""
    full_from = ended(campus, 6)
    vote(campus, today() - 4 * DAY)
    assert du(campus).full_on is None
    approve(campus, today())
    assert du(campus).full_on == full_from
    assert du(campus).is_full_on(today())
    assert not du(campus).is_full_on(full_from - DAY)


def test_the_rules_of_a_file_hold_for_the_vote(campus: World) -> None:
    full_from = ended(campus, 3)
    assert refused(campus, 23, full_from - DAY) == ["early"]
    assert refused(campus, 23, today() + DAY) == ["ahead"]
    assert refused(campus, 23, today(), ballot=None) == ["ballot"]
    assert refused(campus, 23, today(), ballot=ballot(present=4, yes=4)) == ["quorum"]
    assert refused(campus, 23, today(), ballot=ballot(yes=8)) == ["ballots"]
    assert refused(campus, 23, today(), ballot=ballot(expected=8, present=8, yes=8)) == ["expected"]
    assert refused(campus, 23, today(), outcome="praise") == ["outcome"]
    assert refused(campus, 23, today(), detail={"applied_on": ""}) == ["applied_on"]
    # Handed in fourteen days before the end at the earliest, and before the meeting.
    for day, code in ((full_from - 15 * DAY, "early"), (today() + DAY, "before")):
        assert refused(campus, 23, today(), detail={"applied_on": day.isoformat()}) == [code]
    assert refused(campus, 23, today(), kept_at=" ") == ["kept_at"]
    assert not StaffStep.objects.exists()
    vote(campus, today(), detail={"applied_on": (full_from - 14 * DAY).isoformat()})
    assert refused(campus, 23, today()) == ["done"]


def test_a_vote_that_does_not_pass_is_kept_and_may_be_held_again(campus: World) -> None:
    ended(campus, 3)
    made = vote(campus, today() - 2 * DAY, ballot=ballot(yes=4, no=5))
    assert not made.passed
    assert refused(campus, 24, today()) == ["order"]
    assert vote(campus, today()).passed
    assert StaffStep.objects.filter(member=du(campus)).count() == 2


def test_only_the_committee_of_the_branch_decides(campus: World) -> None:
    ended(campus, 3)
    assert refused(campus, 24, today()) == ["order"]
    vote(campus, today() - DAY)
    assert refused(campus, 24, today(), body=campus.general) == ["general"]
    assert refused(campus, 24, today(), body=None) == ["body"]
    assert refused(campus, 24, today() - 2 * DAY) == ["before"]
    assert not approve(campus, today(), ballot=ballot(yes=4, no=5)).passed
    assert du(campus).full_on is None
    approve(campus, today())
    assert du(campus).full_on is not None


def test_each_post_enters_its_own_step(campus: World) -> None:
    ended(campus, 3)
    for key in ("yan", "fang", "gao", "nobody"):
        with pytest.raises(PermissionDenied):
            enter(campus, 23, today(), campus.people[key], detail={"outcome": "transfer"})
    vote(campus, today())
    for key in ("qin", "fang", "gao", "nobody"):
        with pytest.raises(PermissionDenied):
            enter(campus, 24, today(), campus.people[key])
    assert du(campus).full_on is None


def test_an_extension_counts_from_the_old_end_and_is_possible_once(campus: World) -> None:
    """P16: six to twelve months, then a vote and a decision of its own."""
    full_from = ended(campus, 200)
    old = {"entry_reason": "据纸质会议记录补录"}
    assert refused(campus, 23, full_from, outcome="extend", detail={"months": 5}, **old) == [
        "months"
    ]
    vote(campus, full_from, outcome="extend", detail={"months": 6}, **old)
    approve(campus, full_from + 30 * DAY, **old)
    assert du(campus).full_on is None
    longer = add_months(full_from, 6)
    assert refused(campus, 23, longer - DAY, **old) == ["early"]
    assert refused(campus, 23, longer - 15 * DAY, **old) == ["early", "early"]
    again = {"outcome": "extend", "detail": {"months": 6}}
    assert refused(campus, 23, longer, **again, **old) == ["extended"]
    vote(campus, longer, **old)
    approve(campus, today())
    assert du(campus).full_on == longer


def test_with_a_cancelled_probation_the_member_leaves_the_roll(campus: World) -> None:
    ended(campus, 3)
    vote(campus, today() - DAY, outcome="cancel")
    assert du(campus).left_on is None
    approve(campus, today())
    gone = du(campus)
    assert (gone.left_on, gone.full_on) == (today(), None)
    assert gone.left_reason
    assert [row.until for row in gone.branches.all()] == [today() - DAY]


def test_late_is_late_and_says_why(campus: World) -> None:
    """A month for the meeting, three for the committee; entered long after: with a reason (0.7)."""
    full_from = ended(campus, 160)
    voted = add_months(full_from, 1) + 5 * DAY
    applied = {"detail": {"applied_on": full_from.isoformat()}}
    assert refused(campus, 23, voted, **applied) == ["late", "entry"]
    why = {"late_reason": "寒假支部大会推迟", "entry_reason": "据支部大会记录补录"}
    made = vote(campus, voted, **applied, **why)
    assert (made.days_late, made.late_reason, made.entry_reason) == (5, *why.values())
    decided = add_months(voted, 3) + DAY
    assert refused(campus, 24, decided, entry_reason="据党委会记录补录") == ["late"]
    assert approve(campus, decided, **why).days_late == 1
    page = client(campus.yan).get(f"/party-members/{du(campus).pk}/").content.decode()
    assert page.count("寒假支部大会推迟") == page.count("补录：据支部大会记录补录") == 2


def test_where_the_school_asks_for_a_notice_it_is_entered_with_the_vote(campus: World) -> None:
    ended(campus, 3)
    Step.objects.filter(number=23).update(notice_days=3)
    assert refused(campus, 23, today()) == ["notice"]
    days = {"notice_from": today() - 12 * DAY, "notice_until": today() - DAY}
    assert vote(campus, today(), detail={k: v.isoformat() for k, v in days.items()}).passed


def test_only_staff_on_probation_are_entered_so(campus: World) -> None:
    ended(campus, 3)
    pupil = PartyMember.objects.create(student=campus.gu, joined_on=today() - 400 * DAY)
    Membership.objects.create(
        member=pupil, branch=campus.joint, is_relation=True, since=pupil.joined_on,
        how=Entry.ADMITTED,
    )  # fmt: skip
    for member in (pupil, member_of(campus, "m1")):
        with pytest.raises(DomainError):
            vote(campus, today(), member=member)
    vote(campus, today())
    approve(campus, today())
    with pytest.raises(DomainError):
        vote(campus, today())


def test_the_same_form_sent_twice_is_entered_once(campus: World) -> None:
    ended(campus, 3)
    page = client(campus.qin)
    url = f"/party-members/{du(campus).pk}/probation/23/"
    sent = page.get(url).context["form"].initial | {
        "applied_on": today() - DAY, "outcome": "transfer", "present": 9, "yes": 9, "kept_at": "组织部",
    }  # fmt: skip
    for _time in range(2):
        assert page.post(url, sent)["Location"] == f"/party-members/{du(campus).pk}/"
    assert StaffStep.objects.count() == 1
    other = page.post(
        url, sent | {"kept_at": "学生社区党委办公室"}
    )  # not dropped under the used key
    assert (other.status_code, "学生社区党委办公室" in other.content.decode()) == (422, True)


def test_nobody_is_entered_as_full_member_from_a_day_to_come(campus: World) -> None:
    with pytest.raises(DomainError):
        enter_member(
            actor=None, branch=campus.joint, person=campus.wang, since=today(),
            joined_on=add_months(today(), -11), full_on=add_months(today(), 1), origin="教工支部",
        )  # fmt: skip


def client(user: Any) -> Client:
    found = Client()
    found.force_login(user)
    return found


def lines(world: World, key: str) -> dict[str, tuple[int, str]]:
    found = due_lines(world.people[key], is_brief=False)
    return {one.code: (one.number, one.url) for one in found}


def test_keepers_of_files_are_reminded_fourteen_days_before_with_the_number_of_the_page(
    campus: World,
) -> None:
    ended(campus, -15)
    assert "staff_probation" not in lines(campus, "qin")
    ended(campus, -14)
    url = "/party-members/probation/?only=near"
    assert lines(campus, "qin")["staff_probation"] == (1, url)
    assert campus.qin.pk in (people_with_dues(is_brief=False) or {campus.qin.pk})
    for key in ("fang", "yan", "m1", "gao"):  # who only reads or decides is not asked to prepare
        assert "staff_probation" not in lines(campus, key), key
    shown = client(campus.qin).get(url)
    assert [row.member for row in shown.context["rows"]] == [du(campus)]
    assert "杜若" in shown.content.decode()
    ended(campus, 3)
    vote(campus, today())
    assert lines(campus, "qin")["staff_probation"][0] == 1  # the decision is still to come
    approve(campus, today())
    assert "staff_probation" not in lines(campus, "qin")


def test_the_pages_lead_from_the_roll_to_the_decision(campus: World) -> None:
    ended(campus, 3)
    home = f"/party-members/{du(campus).pk}/"
    qin, yan = client(campus.qin), client(campus.yan)
    assert f"{home}probation/23/" in qin.get(home).content.decode()
    assert f"{home}probation/23/" not in yan.get(home).content.decode()
    assert yan.get(f"{home}probation/23/").status_code == 403
    assert qin.get(f"{home}probation/22/").status_code == 404
    assert qin.get(f"/party-members/{member_of(campus, 'm1').pk}/probation/23/").status_code == 404
    assert qin.post(f"{home}probation/23/", {}).status_code == 422
    vote(campus, today(), outcome="cancel")
    assert f"{home}probation/24/" in yan.get(home).content.decode()
    assert qin.get(f"{home}probation/24/").status_code == 403
    form = yan.get(f"{home}probation/24/").context["form"].initial
    sent = form | {"expected": 9, "present": 9, "yes": 9}
    assert yan.post(f"{home}probation/24/", sent)["Location"] == f"/branches/{campus.joint.pk}/"
    assert client(campus.nobody).get("/party-members/probation/").status_code == 403


def test_the_list_is_read_with_as_many_statements_for_three_as_for_one(campus: World) -> None:
    def asked() -> int:
        with request_scope(None), CaptureQueriesContext(connection) as found:
            staff_on_probation(campus.qin)
        return len(found)

    few = asked()
    for key in ("m1", "m2"):
        PartyMember.objects.filter(person=campus.people[key]).update(full_on=None)
    with request_scope(None):
        assert len(staff_on_probation(campus.qin)) == 3
    assert asked() == few
