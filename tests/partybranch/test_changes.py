"""Applications about branches: drafted, sent, approved and carried out (rulebook 1.5, P14)."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from cohorts.domain.rehearsal import rehearse
from cohorts.models import Appointment, UnitSuccession
from partybranch.domain.changes import (
    draft_change,
    drop_proposed,
    place_people,
    propose_branch,
    rename_proposed,
    renew_places,
    send_change,
    take_back_change,
    withdraw_change,
)
from partybranch.domain.changes_apply import Done, approve_change, refuse_change
from partybranch.domain.membership import enter_member
from partybranch.enums import Change, ChangeState, Grouping, PartyKind
from partybranch.models import (
    AdmissionPlan,
    Development,
    Membership,
    PartyOrganization,
    Reorganization,
)
from partybranch.queries.branch_page import branch_view, checks
from partybranch.queries.changes import layout_of, warnings_of
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry, Notification
from students.models import Placement
from tests.partybranch.four import DAY, KEYS, SINCE, add_four, add_relation, steps_of_all
from tests.world import World

pytestmark = pytest.mark.django_db
WHY = "班级党支部规模偏小，按专业组建师生联合党支部，便于教师党员参与培养。"


@pytest.fixture
def campus(world: World) -> World:
    return add_four(world)


def branches(world: World, *keys: str) -> list[PartyOrganization]:
    return [world.units[key] for key in keys]  # type: ignore[misc]


def draft(world: World, *keys: str, rule: str = Grouping.MAJOR, **more: Any) -> Reorganization:
    return draft_change(
        actor=world.gao, branches=branches(world, *(keys or KEYS)), rule=rule, title="党支部调整",
        **more,
    )  # fmt: skip


def sent(world: World, *keys: str, **more: Any) -> Reorganization:
    return send_change(actor=world.gao, change=draft(world, *keys, **more), reason=WHY)


def approve(world: World, change: Reorganization, **more: Any) -> Done:
    today = timezone.localdate()
    facts: dict[str, Any] = {"decided_on": today, "decision_no": "社区党〔2026〕18号",
                             "effective_on": today}  # fmt: skip
    return approve_change(actor=world.yan, change=change, **facts | more)


def refused(act: Any) -> tuple[set[str], str]:
    """(codes, words) of a refusal."""
    with pytest.raises(DomainError) as found:
        act()
    return {one.code for one in getattr(found.value, "faults", ())}, str(found.value)


def test_four_class_branches_become_two_joint_ones_with_history_intact(campus: World) -> None:
    before = steps_of_all()
    change = sent(campus)
    assert change.state == ChangeState.SENT
    assert change.kind == Change.REGROUP
    # Nothing has changed before the committee's decision.
    assert not PartyOrganization.objects.filter(opened_on=timezone.localdate()).exists()
    assert Membership.objects.filter(until=None, branch=campus.k1).count() == 5
    approve(campus, change)
    change.refresh_from_db()
    assert change.state == ChangeState.APPLIED
    new = list(PartyOrganization.objects.filter(proposals__change=change).order_by("pk"))
    assert [one.party_kind for one in new] == [PartyKind.JOINT, PartyKind.JOINT]
    today = timezone.localdate()
    for unit in new:
        assert unit.opened_on == today
        assert unit.approving_committee_id == campus.community.pk
        assert unit.parent_id == campus.general.pk
        assert Membership.objects.filter(branch=unit, until=None, is_relation=True).count() == 10
    # A member has both rows, the old one with its last day and where it went.
    rows = list(Membership.objects.filter(member__student=campus.k1s1).order_by("since"))
    assert next((one.branch_id, one.until) for one in rows) == (campus.k1.pk, today - DAY)
    assert rows[0].gone_to == new[0].name or rows[0].gone_to == new[1].name
    assert rows[1].since == today
    assert rows[1].until is None
    # Files went along with every step as it was; the student stands in the new branch.
    assert steps_of_all() == before
    file = Development.objects.get(student=campus.k1s4)
    assert file.branch_id == rows[1].branch_id
    stands = Placement.objects.get(student=campus.k1s4, tree="branch", until=None)
    assert (stands.unit_id, stands.since) == (file.branch_id, today)
    # The old branches are closed with their successors, and their posts ended.
    campus.k1.refresh_from_db()
    assert campus.k1.closed_on == today - DAY
    line = UnitSuccession.objects.get(unit=campus.k1)
    assert (line.order_no, line.on) == ("社区党〔2026〕18号", today)
    assert not Appointment.objects.in_force(today).filter(unit=campus.k1).exists()


def test_the_preview_is_what_is_carried_out(campus: World) -> None:
    change = sent(campus)
    today = timezone.localdate()
    layout = {one.name: sorted(who.name for who in one.people) for one in layout_of(change).groups}
    shown = rehearse(lambda: approve(campus, change))
    assert not PartyOrganization.objects.filter(opened_on=today).exists()
    done = approve(campus, change)
    assert done == shown
    assert layout == {name: sorted(a + b) for name, a, b in done.branches}
    assert done.closed == [campus.units[key].name for key in KEYS]
    assert any("金书记" in one for one in done.posts_ended)


def test_the_new_branches_show_their_vacancies(campus: World, client: Client) -> None:
    """A joint branch of eight full members without any post: secretary and committee are wanting."""
    approve(campus, sent(campus))
    client.force_login(campus.gao)
    new = PartyOrganization.objects.filter(opened_on=timezone.localdate())
    for unit in new:
        found = {one.code for one in checks(unit, branch_view(campus.gao, unit, True))}
        assert found == {"secretary_missing", "committee_missing"}
        page = client.get(f"/branches/{unit.pk}/").content.decode()
        assert "书记空缺" in page
    old = client.get(f"/branches/{campus.k1.pk}/").content.decode()
    assert "书记空缺" not in old
    assert any(unit.name in old for unit in new)
    # The page of an old member shows both rows.
    member = Membership.objects.filter(member__student=campus.k1s1).first()
    page = client.get(f"/party-members/{member.member_id}/").content.decode()  # type: ignore[union-attr]
    assert campus.k1.name in page
    assert sum(unit.name in page for unit in new) == 1


def test_only_the_committee_approves_and_only_those_who_record_its_decisions(
    campus: World,
) -> None:
    change = sent(campus)
    for key in ("kim", "jiang"):
        with pytest.raises(PermissionDenied):
            approve_change(
                actor=campus.people[key], change=change, decided_on=timezone.localdate(),
                decision_no="1号", effective_on=timezone.localdate(),
            )  # fmt: skip
    assert not PartyOrganization.objects.filter(opened_on=timezone.localdate()).exists()
    take_back_change(actor=campus.gao, change=change)
    # A general branch that is set by mistake approves nothing (P14).
    PartyOrganization.objects.filter(pk=campus.k1.pk).update(approving_committee=campus.general)
    campus.k1.refresh_from_db()
    codes, words = refused(lambda: draft(campus, "k1"))
    assert codes == {"committee"}
    assert "系统管理员" in words
    codes, words = refused(lambda: draft(campus, "k1", "k2"))
    assert codes == {"committees"}
    assert campus.k1.label in words


def test_an_application_needs_the_right_to_keep_the_rolls(campus: World) -> None:
    for key in ("kim", "yan", "qian"):
        with pytest.raises(PermissionDenied):
            draft_change(actor=campus.people[key], branches=branches(campus, "k1", "k2"),
                         rule=Grouping.ONE, title="合并")  # fmt: skip
    assert not Reorganization.objects.exists()


def test_merging_two_branches_into_one_and_dissolving_one(campus: World) -> None:
    merge = sent(campus, "k1", "k2", rule=Grouping.ONE)
    assert merge.kind == Change.MERGE
    approve(campus, merge)
    made = PartyOrganization.objects.get(proposals__change=merge)
    assert {one.how for one in UnitSuccession.objects.filter(successor=made)} == {"merge"}
    dissolve = draft(campus, "k3", rule=Grouping.HAND)
    into = propose_branch(actor=campus.gao, change=dissolve, existing=made)
    places = list(dissolve.places.values_list("pk", flat=True))
    place_people(actor=campus.gao, change=dissolve, places=places, target=into)
    dissolve = send_change(actor=campus.gao, change=dissolve, reason=WHY)
    assert dissolve.kind == Change.DISSOLVE
    approve(campus, dissolve, effective_on=timezone.localdate())
    campus.k3.refresh_from_db()
    assert campus.k3.closed_on == timezone.localdate() - DAY
    assert Membership.objects.filter(branch=made, until=None).count() == 15


def test_founding_one_from_two_that_go_on(campus: World) -> None:
    for n in range(6):
        add_relation(
            campus, "k1", dt.date(2015, 6, 1), person=campus.add_person(f"x{n}", f"新师{n}")
        )
    change = draft(campus, "k1", rule=Grouping.HAND)
    new = propose_branch(
        actor=campus.gao, change=change, name="研究所党支部", kind=PartyKind.REGULAR
    )
    staff = change.places.filter(person__username__startswith="x")
    place_people(actor=campus.gao, change=change, target=new,
                 places=list(staff.values_list("pk", flat=True)))  # fmt: skip
    change = send_change(actor=campus.gao, change=change, reason=WHY)
    assert change.kind == Change.SPLIT
    done = approve(campus, change)
    assert done.closed == []
    campus.k1.refresh_from_db()
    assert campus.k1.closed_on is None
    made = PartyOrganization.objects.get(name="研究所党支部")
    assert Membership.objects.filter(branch=made, until=None).count() == 6
    assert Appointment.objects.in_force(timezone.localdate()).filter(unit=campus.k1).exists()


def test_each_rule_of_the_setting_refuses_in_words(campus: World) -> None:
    change = draft(campus, "k1", rule=Grouping.HAND)
    assert refused(lambda: send_change(actor=campus.gao, change=change, reason=WHY))[0] == {
        "nothing"
    }
    new = propose_branch(actor=campus.gao, change=change, name="新支部", kind=PartyKind.REGULAR)
    assert "empty" in refused(lambda: send_change(actor=campus.gao, change=change, reason=WHY))[0]
    two = list(
        change.places.filter(student__student_no__startswith="91").values_list("pk", flat=True)
    )
    place_people(actor=campus.gao, change=change, places=two[:2], target=new)
    codes, words = refused(lambda: send_change(actor=campus.gao, change=change, reason=WHY))
    # Two go, two full members stay: both are too few.
    assert codes == {"small"}
    assert "新支部" in words
    assert campus.k1.name in words
    assert "3名" in words
    assert "联合" in words
    rename_proposed(actor=campus.gao, proposed=new, name=campus.k2.name, short_name="",
                    kind=PartyKind.JOINT, parent=campus.general)  # fmt: skip
    codes, words = refused(lambda: send_change(actor=campus.gao, change=change, reason=WHY))
    assert "name" in codes
    drop_proposed(actor=campus.gao, proposed=new)
    assert not change.places.exclude(target=None).exists()
    assert "理由" in refused(lambda: send_change(actor=campus.gao, change=change, reason=" "))[1]


def test_what_holds_generally_is_set_aside_with_a_reason_that_stays(campus: World) -> None:
    for n in range(40):
        add_relation(campus, "k1", dt.date(2015, 6, 1), person=campus.add_person(f"y{n}", f"众{n}"))
    change = draft(campus, "k1", "k2", rule=Grouping.ONE)
    assert sum(one.made.members for one in layout_of(change).groups) == 50
    add_relation(campus, "k2", dt.date(2015, 6, 1), person=campus.add_person("z", "又一"))
    codes, words = refused(lambda: send_change(actor=campus.gao, change=change, reason=WHY))
    assert "newcomers" in codes
    assert "又一" in words
    assert renew_places(actor=campus.gao, change=change) == 1
    place_people(actor=campus.gao, change=change, target=change.proposed.get(),
                 places=list(change.places.values_list("pk", flat=True)))  # fmt: skip
    codes, words = refused(lambda: send_change(actor=campus.gao, change=change, reason=WHY))
    assert codes == {"large"}
    assert "51" in words
    kept = send_change(actor=campus.gao, change=change, reason=WHY,
                       override_reason="毕业前过渡，六月分设")  # fmt: skip
    assert kept.override_reason == "毕业前过渡，六月分设"
    approve(campus, kept)


def test_the_day_in_force_lies_after_everything_the_branches_did(campus: World) -> None:
    change = sent(campus)
    today = timezone.localdate()
    assert refused(lambda: approve(campus, change, decided_on=today - DAY))[0] == {
        "before",
    }
    assert refused(lambda: approve(campus, change, effective_on=today + DAY))[0] == {"effective"}
    assert refused(lambda: approve(campus, change, decided_on=today + DAY,
                                   effective_on=today + DAY))[0] == {"ahead", "effective"}  # fmt: skip
    assert refused(lambda: approve(campus, change, decision_no=" "))[0] == {"number"}
    # Somebody whose relation came today keeps the change from reaching back before that.
    Membership.objects.filter(member__student=campus.k1s1, until=None).update(since=today)
    _codes, words = refused(lambda: approve(campus, change))
    assert "k1生1" in words
    Membership.objects.filter(member__student=campus.k1s1, until=None).update(since=SINCE)
    from partybranch.domain.life import Came, EventTyped, record_event
    from partybranch.enums import Presence
    from partybranch.queries.life import roll_on
    from tests.partybranch.life import kinds

    typed = EventTyped(
        on=today, kinds=kinds("members_meeting"), topic="讨论", place="党员之家", host="金书记",
        recorder="师k1", content="讨论",
        came={one.pk: Came(Presence.PRESENT) for one in roll_on(campus.k1, today)},
    )  # fmt: skip
    record_event(actor=campus.kim, branch=campus.k1, typed=typed)
    codes, words = refused(lambda: approve(campus, change))
    assert codes == {"events"}
    assert campus.k1.label in words
    assert not PartyOrganization.objects.filter(opened_on=today).exists()


def test_somebody_who_came_after_the_sending_is_placed_before_the_approval(campus: World) -> None:
    change = sent(campus)
    enter_member(
        actor=campus.gao, branch=campus.k1, student=campus.gu, since=timezone.localdate() - DAY,
        joined_on=dt.date(2024, 6, 1), full_on=dt.date(2025, 6, 1), origin="第一中学党总支",
    )  # fmt: skip
    codes, words = refused(lambda: approve(campus, change))
    assert codes == {"newcomers"}
    assert "顾言川" in words
    take_back_change(actor=campus.gao, change=change)
    renew_places(actor=campus.gao, change=change)
    place = change.places.get(student=campus.gu)
    target = change.places.get(student=campus.k1s1).target
    place_people(actor=campus.gao, change=change, places=[place.pk], target=target)
    approve(campus, send_change(actor=campus.gao, change=change, reason=WHY))
    now = Membership.objects.get(member__student=campus.gu, until=None)
    assert now.since == timezone.localdate()


def test_a_branch_waits_in_one_application_only(campus: World) -> None:
    sent(campus, "k1", "k2", rule=Grouping.ONE)
    codes, words = refused(lambda: draft(campus, "k2", "k3"))
    assert codes == {"waiting"}
    assert "党支部调整" in words


def test_not_approved_changes_nothing_and_says_why(campus: World) -> None:
    change = sent(campus)
    today = timezone.localdate()
    assert "note" in refused(lambda: refuse_change(
        actor=campus.yan, change=change, decided_on=today, note=""))[0]  # fmt: skip
    with pytest.raises(PermissionDenied):
        refuse_change(actor=campus.kim, change=change, decided_on=today, note="再议")
    kept = refuse_change(
        actor=campus.yan, change=change, decided_on=today, note="专业跨度过大，再议"
    )
    assert kept.state == ChangeState.REFUSED
    assert Notification.objects.get(user=campus.gao, key__startswith="change:").url
    assert Membership.objects.filter(branch=campus.k1, until=None).count() == 5
    for act in (
        lambda: approve(campus, change),
        lambda: take_back_change(actor=campus.gao, change=change),
        lambda: withdraw_change(actor=campus.gao, change=change, reason="不再办理"),
        lambda: place_people(actor=campus.gao, change=change, places=[1], target=None),
    ):
        with pytest.raises(DomainError):
            act()


def test_two_people_at_once_do_not_overwrite_each_other(campus: World) -> None:
    change = draft(campus)
    seen = change.version
    place_people(actor=campus.gao, change=change, target=None,
                 places=[change.places.first().pk])  # type: ignore[union-attr]  # fmt: skip
    with pytest.raises(StaleError):
        send_change(actor=campus.gao, change=change, reason=WHY, version=seen)


def test_open_matters_of_branches_that_close_are_named(campus: World) -> None:
    AdmissionPlan.objects.create(branch=campus.k1, year=timezone.localdate().year, places=6)
    words = warnings_of(layout_of(draft(campus)).closing)
    assert any("金书记" in one for one in words)
    assert any(f"{campus.k1.label} 6" in one for one in words)
    assert warnings_of([]) == []


def test_every_act_leaves_one_line_in_the_trail(campus: World) -> None:
    change = draft(campus)
    withdraw_change(actor=campus.gao, change=change, reason="方案另行研究")
    lines = AuditEntry.objects.filter(object_type="reorganization", object_id=str(change.pk))
    assert list(lines.order_by("pk").values_list("action", flat=True)) == [
        "draft_change",
        "withdraw_change",
    ]
