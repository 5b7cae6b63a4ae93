"""What a hostile reader of the party side tried: lines shown, kept or lost against the rule."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from cohorts.domain.tree import open_unit
from cohorts.models import LinkKind
from partybranch.domain.appraisals import grade_members
from partybranch.domain.awards import give_points, nominate, open_round
from partybranch.domain.certificates import certify_members
from partybranch.domain.decisions import decide
from partybranch.domain.former import FormerFile, take_over_development
from partybranch.domain.life import Came, correct_event, record_event
from partybranch.domain.links import end_party_link, make_link
from partybranch.domain.membership import (
    enter_member,
    join_branch,
    leave_branch,
    move_member,
    suspend_member,
)
from partybranch.domain.sides import record_side
from partybranch.domain.studies import open_study, remind_study
from partybranch.enums import DUAL_LEADER, Decision, Entry, Grade, PartyKind, Presence
from partybranch.models import (
    BranchEvent,
    LeagueRate,
    Membership,
    PartyMember,
    PartyOrganization,
)
from partybranch.queries.awards import award_rounds, nomination_rows
from partybranch.queries.training import certificates_of
from portal.core.errors import DomainError
from portal.core.models import Notification
from portal.core.scope import request_scope
from tests.partybranch.life import HERE, event_typed, hold, only
from tests.partybranch.party import DAY, add_party, bring_to, former_steps, member_of
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    """Beside the joint branch ``second`` below the same committee, kim its secretary, s1 a member."""
    add_party(world)
    world.units["second"] = open_unit(actor=None, unit=PartyOrganization(
        name="第二党支部", code="R-second", parent=world.community, party_kind=PartyKind.REGULAR,
        opened_on=LONG_AGO, approving_committee=world.community,
    ))  # fmt: skip
    for key, name in (("kim", "金书记"), ("s1", "二支甲")):
        world.add_person(key, name)
    world.add_post("kim", "branch_secretary", "second")
    world.add_post("gao", "organiser", "community")
    member = PartyMember.objects.create(
        person=world.people["s1"], joined_on=dt.date(2015, 6, 1), full_on=dt.date(2016, 6, 1)
    )
    Membership.objects.create(
        member=member, branch=world.second, is_relation=True, since=LONG_AGO, how=Entry.TRANSFER
    )
    return world


def today() -> dt.date:
    return timezone.localdate()


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def correct(world: World, event: BranchEvent, *codes: str, **more: Any) -> None:
    event.refresh_from_db()
    correct_event(
        actor=world.qin, event=event, typed=event_typed(world, *codes, on=event.on, **more),
        version=event.version,
    )  # fmt: skip


# ---- what is read from an address or a form


def test_a_raised_digit_in_the_address_of_a_file_is_no_number(campus: World) -> None:
    file = bring_to(campus, "gu", 2)
    assert client_of(campus, "gao").get(f"/development/{file.pk}/?step=²").status_code == 200


def test_the_same_contact_sent_twice_is_one_contact(campus: World) -> None:
    file = bring_to(campus, "gu", 4)
    m1 = member_of(campus, "m1").pk
    page = client_of(campus, "gao").post(f"/development/{file.pk}/steps/5/", {
        "on": today().isoformat(), "sponsors": [m1, m1], "late_reason": "会议推迟"})  # fmt: skip
    assert page.status_code == 302
    assert [one.member_id for one in file.sponsorships.all()] == [m1]


def test_a_decision_is_no_earlier_than_any_step_that_it_takes_back(campus: World) -> None:
    file = bring_to(campus, "gu", 8)
    days = dict(file.records.values_list("step", "on"))
    asked: Any = {
        "actor": campus.gao,
        "development": file,
        "decided_by": "支委会",
        "reason": "材料不实",
    }
    for kind, more in (
        (Decision.BACK, {"from_step": 3}), (Decision.TARGET_OFF, {}), (Decision.STOP, {}),
    ):  # fmt: skip
        with pytest.raises(DomainError):
            decide(kind=kind, on=days[8] - DAY, **asked, **more)
    decide(kind=Decision.TARGET_OFF, on=days[8], **asked)
    assert set(file.records.filter(withdrawn_by=None).values_list("step", flat=True)) == {
        *range(1, 7)
    }


# ---- the roll


def test_an_adviser_of_a_branch_may_move_the_relation_there(campus: World) -> None:
    m1 = member_of(campus, "m1")
    join_branch(actor=None, member=m1, branch=campus.second, since=today() - 3 * DAY)
    move_member(actor=campus.gao, member=m1, on=today(), branch=campus.second)
    rows = m1.branches.filter(branch=campus.second).order_by("since")
    assert [(one.is_relation, one.until) for one in rows] == [
        (False, today() - DAY), (True, None)]  # fmt: skip


def test_whoever_joined_beside_on_the_day_of_the_move_stands_once(campus: World) -> None:
    m1 = member_of(campus, "m1")
    join_branch(actor=None, member=m1, branch=campus.second, since=today())
    with pytest.raises(DomainError) as refused:
        move_member(actor=campus.gao, member=m1, on=today(), branch=campus.second)
    assert "次日" in str(refused.value)
    assert m1.branches.filter(until=None, is_relation=True).get().branch == campus.joint


def test_nobody_stands_twice_in_a_branch_on_one_day(campus: World) -> None:
    m1 = member_of(campus, "m1")

    def join(days: int) -> Membership:
        return join_branch(actor=None, member=m1, branch=campus.second, since=today() - days * DAY)

    row = join(5)
    leave_branch(actor=None, membership=row, until=today() - 2 * DAY)
    for days in (5, 2):
        with pytest.raises(DomainError):
            join(days)
    with pytest.raises(DomainError):
        move_member(actor=campus.gao, member=m1, on=today() - 2 * DAY, branch=campus.second)
    move_member(actor=campus.gao, member=m1, on=today() - DAY, branch=campus.second)


def test_a_suspension_is_entered_for_members_alone_and_by_the_home_branch(campus: World) -> None:
    m1 = member_of(campus, "m1")
    asked: Any = {"member": m1, "since": today(), "until": None, "reason": "留党察看一年"}
    Membership.objects.filter(member=m1).update(until=today() - DAY)
    with pytest.raises(DomainError):  # the relation is nowhere: nobody is asked for the right
        suspend_member(actor=campus.kim, **asked)
    Membership.objects.filter(member=m1).update(until=None)
    suspend_member(actor=campus.qin, **asked)


def test_nobody_becomes_a_full_member_on_a_day_that_lies_ahead(campus: World) -> None:
    campus.add_person("neu", "新教师")
    with pytest.raises(DomainError):
        enter_member(
            actor=campus.qin, branch=campus.joint, person=campus.neu, since=today(),
            joined_on=today() - 100 * DAY, full_on=today() + 300 * DAY, origin="某高校教工党支部",
        )  # fmt: skip


def test_a_former_organisation_took_no_step_after_the_person_had_come_here(campus: World) -> None:
    steps = former_steps(today() - 200 * DAY)
    file = FormerFile(
        organisation="某高校党支部", steps=steps, since=steps[3], until=steps[15],
        is_accepted=True, resumed_on=steps[17], reason="原单位档案一套",
    )  # fmt: skip
    with pytest.raises(DomainError) as refused:
        take_over_development(actor=campus.gao, student=campus.gu, branch=campus.joint, file=file)
    assert "17" in str(refused.value)


# ---- events


def test_a_certificate_goes_with_the_attendance_that_was_entered_by_mistake(campus: World) -> None:
    qin, m1 = member_of(campus, "qin"), member_of(campus, "m1")
    made = hold(campus, today(), "training", came=only([qin, m1]))
    certify_members(actor=campus.qin, event=made, on=today(), numbers={m1.pk: "培2026-9"})
    correct(campus, made, "training", came={qin.pk: HERE, m1.pk: Came(Presence.ABSENT)})
    assert not certificates_of(campus.joint, today().year)
    assert (
        "培2026-9"
        not in client_of(campus, "qin").get(f"/branch-events/{made.pk}/").content.decode()
    )


def test_grades_go_with_the_appraisal_that_was_entered_by_mistake(campus: World) -> None:
    made = hold(campus, today(), "appraisal")
    m1 = member_of(campus, "m1")
    grade_members(actor=campus.qin, event=made, grades={m1.pk: Grade.GOOD})
    correct(campus, made, "theme_day")
    assert not made.attendance.exclude(grade="").exists()


def test_numbers_of_certificates_stay_in_the_branch_of_the_member(campus: World) -> None:
    qin, s1 = member_of(campus, "qin"), member_of(campus, "s1")
    made = record_event(actor=campus.qin, branch=campus.joint, typed=event_typed(
        campus, "training", partners=[campus.second], came=only([qin])))  # fmt: skip
    record_side(actor=campus.kim, event=made, branch=campus.second, came={s1.pk: HERE})
    here = f"/branch-events/{made.pk}/certificates/"
    assert here in client_of(campus, "kim").get(f"/branch-events/{made.pk}/").content.decode()
    for key, member, number in (("qin", qin, "培2026-1"), ("kim", s1, "培2026-2")):
        sent = {"on": today().isoformat(), f"no_{member.pk}": number}
        assert client_of(campus, key).post(here, sent).status_code == 302
    given = dict(made.attendance.values_list("member", "certificate_no"))
    assert given == {qin.pk: "培2026-1", s1.pk: "培2026-2"}  # neither wiped the other's
    for key, own, other in (("qin", "培2026-1", "培2026-2"), ("kim", "培2026-2", "培2026-1")):
        page = client_of(campus, key).get(here).content.decode()
        assert own in page
        assert other not in page


def test_a_word_beside_an_event_of_today_makes_it_no_late_entry(campus: World) -> None:
    made = hold(campus, today(), "theme_day")  # typed with a reason, and in time
    assert made.entry_reason == ""
    assert "补录" not in client_of(campus, "qin").get(f"/branch-events/{made.pk}/").content.decode()


def test_a_month_at_the_end_of_the_calendar_opens_this_month(campus: World) -> None:
    client = client_of(campus, "qin")
    url = f"/branches/{campus.joint.pk}/dues/new/"
    for month in ("9999-12", "9999-12-31", "0001-01", "x"):
        assert client.get(f"{url}?month={month}").status_code == 200, month
        assert client.post(url, {"month": month, "paid_on": "9999-12-31"}).status_code == 422, month


def test_nobody_leaves_a_branch_on_a_day_that_lies_ahead(campus: World) -> None:
    m1 = member_of(campus, "m1")
    row = join_branch(actor=None, member=m1, branch=campus.functional, since=today())
    for day in (today() + DAY, dt.date.max):
        with pytest.raises(DomainError):
            leave_branch(actor=campus.gao, membership=row, until=day)


def test_a_study_tells_how_many_were_reminded_today(campus: World) -> None:
    study = open_study(actor=campus.yan, unit=campus.community, name="一二九纪念学习",
                       since=today(), until=today() + DAY)  # fmt: skip
    first = remind_study(actor=campus.qin, study=study)
    assert first == Notification.objects.filter(key__startswith="study:").count() > 0
    assert remind_study(actor=campus.qin, study=study) == 0


# ---- rounds of awards


def test_a_round_counts_the_nominations_that_its_page_lists(campus: World) -> None:
    made = open_round(actor=campus.yan, committee=campus.community, name="十佳2026", until=today(),
                      apply_until=today() + DAY, seats=1)  # fmt: skip
    nominate(actor=campus.qin, round=made, branch=campus.joint, deeds="服务同学")
    nominate(actor=campus.kim, round=made, branch=campus.second, deeds="服务社区")
    for key, n in (("qin", 1), ("kim", 1), ("yan", 2)):
        with request_scope(None):
            (row,) = award_rounds(campus.people[key])
            assert row.proposed == len(nomination_rows(campus.people[key], made)) == n, key


def test_a_student_judge_scores_no_branch_of_his_own_either(campus: World) -> None:
    made = open_round(actor=campus.yan, committee=campus.community, name="十佳2026", until=today(),
                      apply_until=today() + DAY, seats=1)  # fmt: skip
    one = nominate(actor=campus.kim, round=made, branch=campus.second, deeds="服务社区")
    campus.gu.user = campus.add_person("gugu", "顾学生")
    campus.gu.save()
    member = PartyMember.objects.create(
        student=campus.gu, joined_on=today() - 900 * DAY, full_on=today() - 500 * DAY
    )
    Membership.objects.create(
        member=member, branch=campus.second, is_relation=True, since=today() - 900 * DAY,
        how=Entry.ADMITTED,
    )  # fmt: skip
    campus.add_post("gugu", "committee_member", "community")
    with pytest.raises(DomainError):
        give_points(actor=campus.gugu, nomination=one, points=Decimal(90))


def test_a_correction_does_not_wipe_what_another_branch_has_entered(campus: World) -> None:
    qin, s1 = member_of(campus, "qin"), member_of(campus, "s1")
    made = record_event(actor=campus.qin, branch=campus.joint, typed=event_typed(
        campus, "theme_day", partners=[campus.second], came=only([qin])))  # fmt: skip
    correct(campus, made, "theme_day", came=only([qin]))  # nothing is entered yet: it may go
    correct(campus, made, "theme_day", came=only([qin]), partners=[campus.second])
    record_side(actor=campus.kim, event=made, branch=campus.second, came={s1.pk: HERE})
    with pytest.raises(DomainError) as refused:
        correct(campus, made, "theme_day", came=only([qin]))
    assert [one.field for one in refused.value.faults] == ["partners"]  # type: ignore[attr-defined]
    Membership.objects.filter(member=s1).update(since=made.on)
    made.refresh_from_db()
    with pytest.raises(DomainError) as refused:  # a day on which the member was not there yet
        correct_event(actor=campus.qin, event=made, version=made.version, typed=event_typed(
            campus, "theme_day", on=made.on - DAY, came=only([qin]), partners=[campus.second]))  # fmt: skip
    assert "二支甲" in str(refused.value)
    correct(campus, made, "theme_day", came=only([qin]), partners=[campus.second], topic="新题")
    assert set(made.attendance.values_list("member", flat=True)) == {qin.pk, s1.pk}


# ---- the League


def test_months_stay_in_sight_beside_many_issues_and_the_oldest_shown_knows_the_one_before(
    campus: World,
) -> None:
    year = today().year - 1
    named = [f"{year - 1}-12", f"{year}-01", *(f"{year}-{n:02d}期" for n in range(1, 31))]
    for period in named:
        LeagueRate.objects.create(unit_id=campus.c2301.pk, period=period, members=10, studied=9)
    client = client_of(campus, "gao")
    page = client.get("/league/").content.decode()
    assert f"{year}年1月" in page  # thirty issues do not push the months out
    page = client.get(f"/league/?period={year}-19期").content.decode()  # the twelfth from the end
    assert f"升降与{year}年第18期相比" in page


def test_a_flag_is_set_by_those_above_the_home_branch_alone(campus: World) -> None:
    for key, name, kind, parent in (
        ("away", "后勤党委", PartyKind.COMMITTEE, campus.uni),
        ("crew", "志愿者功能型党支部", PartyKind.FUNCTIONAL, None),
    ):
        campus.units[key] = open_unit(actor=None, unit=PartyOrganization(
            name=name, code=f"R-{key}", parent=parent or campus.away, party_kind=kind,
            opened_on=LONG_AGO,
        ))  # fmt: skip
    campus.add_person("pan", "潘委员")
    campus.add_post("pan", "committee_member", "away")
    m1, kind = member_of(campus, "m1"), LinkKind.objects.get(code=DUAL_LEADER)
    join_branch(actor=None, member=m1, branch=campus.crew, since=today())
    asked: Any = {"kind": kind, "branch": campus.joint, "member": m1, "label": "社区党〔2026〕3号"}
    with pytest.raises(PermissionDenied):
        make_link(actor=campus.pan, **asked)
    made = make_link(actor=campus.yan, **asked)
    with pytest.raises(PermissionDenied):
        end_party_link(actor=campus.pan, link=made, ends_on=today())
    end_party_link(actor=campus.yan, link=made, ends_on=today())
