"""Files go along with their people: to another branch, out of the school, and in from elsewhere."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.utils import timezone

from cohorts.domain.tree import open_unit
from partybranch.domain.development import record_step
from partybranch.domain.former import FormerFile, take_over_development
from partybranch.domain.membership import enter_member, move_member
from partybranch.domain.months import add_months
from partybranch.domain.transfers import hand_over
from partybranch.enums import Decision, Ended, PartyKind
from partybranch.models import Development, Membership, PartyMember, PartyOrganization
from portal.core.errors import DomainError
from students.models import Placement
from tests.partybranch.party import DAY, _notice, add_party, apply, bring_to, former_steps, typed
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db


def today() -> dt.date:
    return timezone.localdate()


@pytest.fixture
def campus(world: World) -> World:
    add_party(world)
    world.units["second"] = open_unit(actor=None, unit=PartyOrganization(
        name="第二党支部", code="P-2", parent=world.community, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO, approving_committee=world.community,
    ))  # fmt: skip
    return world


def second(world: World) -> PartyOrganization:
    return world.units["second"]  # type: ignore[return-value]


def signed_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def test_a_file_goes_to_another_branch_and_its_time_goes_on(campus: World) -> None:
    made = bring_to(campus, "gu", 5, shift=700)
    page = signed_in(campus, "gao").get(f"/development/{made.pk}/").content.decode()
    assert f"/development/{made.pk}/move/" in page
    sent = signed_in(campus, "gao").post(f"/development/{made.pk}/move/", {
        "branch": second(campus).pk, "on": today().isoformat(), "reason": "转专业，档案已移交",
    })  # fmt: skip
    assert sent.status_code == 302
    made.refresh_from_db()
    assert (made.branch_id, made.ended_on) == (second(campus).pk, None)
    assert (
        Placement.objects.get(student=campus.gu, tree="branch", until=None).unit_id
        == second(campus).pk
    )
    moved = made.decisions.get(kind=Decision.MOVED)
    assert "第二党支部" in moved.reason
    assert "转专业" in moved.reason
    page = signed_in(campus, "gao").get(f"/development/{made.pk}/").content.decode()
    assert "转专业，档案已移交" in page
    # The secretary of the former branch hands it over and has it no more.
    assert not Development.objects.restrict(campus.qin, "write_party_file").filter(pk=made.pk)


def test_the_secretary_hands_over_and_who_only_reads_does_not(campus: World) -> None:
    made = apply(campus, "gu", today() - 2 * DAY)
    for key, status in (("fang", 403), ("lin", 404)):
        answer = signed_in(campus, key).get(f"/development/{made.pk}/move/")
        assert answer.status_code == status, key
    with pytest.raises(PermissionDenied), transaction.atomic():
        hand_over(actor=campus.fang, development=made, branch=second(campus), on=today(),
                  reason="转专业")  # fmt: skip
    hand_over(
        actor=campus.qin, development=made, branch=second(campus), on=today(), reason="转专业"
    )
    made.refresh_from_db()
    assert made.branch == second(campus)


def test_a_file_that_leaves_the_school_ends_as_moved_and_its_contacts_with_it(
    campus: World,
) -> None:
    made = bring_to(campus, "gu", 5, shift=700)
    hand_over(actor=campus.gao, development=made, outside="兄弟院校党委", on=today(),
              reason="转学，培养档案已寄出")  # fmt: skip
    made.refresh_from_db()
    assert (made.ended_on, made.ended_how) == (today(), Ended.MOVED)
    assert not made.sponsorships.filter(until=None).exists()
    assert "兄弟院校党委" in made.decisions.get(kind=Decision.MOVED).reason


def test_what_cannot_be_handed_over_is_refused_in_words(campus: World) -> None:
    made = apply(campus, "gu", today() - 2 * DAY)
    wrong = [
        {}, {"branch": second(campus), "outside": "兄弟院校党委"}, {"branch": campus.functional},
        {"branch": campus.joint}, {"branch": second(campus), "reason": ""},
        {"branch": second(campus), "on": today() + DAY},
        {"branch": second(campus), "on": today() - 3 * DAY},
    ]  # fmt: skip
    for one in wrong:
        with pytest.raises(DomainError), transaction.atomic():
            hand_over(actor=campus.gao, development=made,
                      **{"on": today(), "reason": "转专业", **one})  # type: ignore[arg-type] # fmt: skip
    made.refresh_from_db()
    assert (made.branch, made.decisions.count()) == (campus.joint, 0)


def test_the_file_of_a_member_on_probation_moves_with_the_relation_alone(campus: World) -> None:
    made = bring_to(campus, "gu", 20)
    with pytest.raises(DomainError):
        hand_over(actor=campus.gao, development=made, branch=second(campus), on=today(),
                  reason="转专业")  # fmt: skip
    member = PartyMember.objects.get(student=campus.gu)
    answer = signed_in(campus, "gao").get(f"/development/{made.pk}/move/")
    assert answer["Location"] == f"/party-members/{member.pk}/move/"
    move_member(actor=campus.gao, member=member, on=today(), branch=second(campus))
    made.refresh_from_db()
    assert (made.branch, made.ended_on) == (second(campus), None)
    assert "第二党支部" in made.decisions.get(kind=Decision.MOVED).reason


def test_a_member_who_leaves_the_school_takes_the_open_file_along(campus: World) -> None:
    made = bring_to(campus, "gu", 20)
    member = PartyMember.objects.get(student=campus.gu)
    move_member(actor=campus.gao, member=member, on=today(), outside="兄弟院校党委")
    made.refresh_from_db()
    assert (made.ended_on, made.ended_how) == (today(), Ended.MOVED)


def former(voted: dt.date, **changes: object) -> FormerFile:
    """Steps 1 to 20 of a file that another organisation kept, lawful in every day."""
    steps = former_steps(voted)
    facts = {
        "organisation": "兄弟院校党委", "steps": steps, "since": steps[3], "until": today() - 31 * DAY,
        "is_accepted": True, "resumed_on": today() - 30 * DAY, "reason": "组织关系与档案已转入",
    } | changes  # fmt: skip
    return FormerFile(**facts)  # type: ignore[arg-type]


def test_a_member_on_probation_from_elsewhere_is_entered_on_a_page_and_becomes_full(
    campus: World,
) -> None:
    """P18: the new branch goes on with the file and votes at the end of the probation."""
    voted = today() - 370 * DAY
    file = former(voted)
    client = signed_in(campus, "gao")
    assert "/development/former/probation/" in client.get("/development/").content.decode()
    values = {f"on_{n}": day.isoformat() for n, day in file.steps.items()}
    sent = client.post("/development/former/probation/", {
        **values, "student": campus.gu.student_no, "branch": campus.joint.pk,
        "organisation": file.organisation, "until": file.until.isoformat(),
        "resumed_on": file.resumed_on.isoformat(), "is_accepted": "on", "reason": file.reason,
    })  # fmt: skip
    assert sent.status_code == 302, sent.content.decode()
    made = Development.objects.get(student=campus.gu)
    assert sent["Location"] == f"/development/{made.pk}/"
    member = PartyMember.objects.get(student=campus.gu)
    assert (member.joined_on, member.full_on, made.reached) == (voted, None, 20)
    _notice(campus, made, 23, today())
    for step, ago in ((21, 4), (22, 3), (23, 2), (24, 1)):
        made = record_step(actor=campus.gao, development=made,
                           typed=typed(campus, step, today() - ago * DAY)).development  # fmt: skip
    member.refresh_from_db()
    assert member.full_on == add_months(voted, 12)


def test_entering_a_student_on_probation_leads_to_the_former_file(campus: World) -> None:
    campus.add_post("gao", "organiser", "joint")
    sent = signed_in(campus, "gao").post(f"/branches/{campus.joint.pk}/members/new/", {
        "student_no": campus.gu.student_no, "joined_on": (today() - 100 * DAY).isoformat(),
        "since": today().isoformat(), "origin": "兄弟院校党委",
    })  # fmt: skip
    assert sent["Location"].startswith("/development/former/probation/?")
    page = signed_in(campus, "gao").get(sent["Location"]).content.decode()
    assert campus.gu.student_no in page


def test_a_former_file_that_was_too_fast_or_differs_from_the_roll_is_refused(
    campus: World,
) -> None:
    voted = today() - 300 * DAY
    file = former(voted)
    wrong = [
        file.steps | {6: file.steps[5] + 30 * DAY, 7: file.steps[5] + 40 * DAY},  # no year
        file.steps | {17: add_months(voted, 7), 18: add_months(voted, 7),
                      19: add_months(voted, 7), 20: add_months(voted, 7)},  # after six months
        {**file.steps, 1: dt.date(2019, 5, 1), 2: dt.date(2019, 5, 2)},  # fifteen years old
    ]  # fmt: skip
    for steps in wrong:
        with pytest.raises(DomainError), transaction.atomic():
            take_over_development(actor=campus.gao, student=campus.gu, branch=campus.joint,
                                  file=former(voted, steps=steps))  # fmt: skip
    enter_member(actor=campus.gao, branch=campus.joint, student=campus.gu, since=today() - 30 * DAY,
                 joined_on=voted - 9 * DAY, full_on=None, origin="兄弟院校党委",
                 entry_reason="据组织关系介绍信补录")  # fmt: skip
    with pytest.raises(DomainError) as refused, transaction.atomic():
        take_over_development(actor=campus.gao, student=campus.gu, branch=campus.joint, file=file)
    assert "名册" in str(refused.value)
    assert not Development.objects.exists()
    PartyMember.objects.filter(student=campus.gu).update(joined_on=voted)
    take_over_development(actor=campus.gao, student=campus.gu, branch=campus.joint, file=file)
    assert Membership.objects.filter(member__student=campus.gu).count() == 1
