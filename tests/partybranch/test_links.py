"""Links that radiate from a branch: who is linked with what, refusals, rounds, who sees them."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from cohorts.models import Parameter
from partybranch.domain.link_rounds import Pair, apply_round, undo_round
from partybranch.domain.links import (
    ask_for_link,
    end_party_link,
    record_visit,
    withdraw_wish,
)
from partybranch.domain.membership import leave_branch, move_member
from partybranch.models import LinkRound, LinkWish, PartyLink
from partybranch.queries.link_round import preview, round_kinds
from partybranch.queries.links import (
    about_student,
    coverage,
    link_board,
    links_in,
    member_links,
    open_wishes,
    unit_names,
)
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from portal.core.scope import request_scope
from students.models import Student
from tests.partybranch.linked import add_links, kind, link, luo_member
from tests.partybranch.party import DAY, member_of
from tests.world import World

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def campus(world: World) -> World:
    return add_links(world)


def test_around_the_branch_are_the_classes_it_is_linked_with_and_their_rooms(campus: World) -> None:
    found = coverage([campus.joint.pk], TODAY())[campus.joint.pk]
    assert found.classes.all == {campus.c2301.pk}
    assert unit_names(found.rooms.all) == ["东12舍411", "东12舍412"]
    assert found.students.all == {campus.gu.pk, campus.luo.pk}
    assert not found.rooms.linked
    link(campus, "member_room", member=member_of(campus, "m1"), unit=campus.room412)
    found = coverage([campus.joint.pk], TODAY())[campus.joint.pk]
    assert found.rooms.linked == {campus.room412.pk}
    assert unit_names(found.rooms.without) == ["东12舍411"]


def test_without_a_class_of_its_own_the_branch_is_there_for_the_classes_of_its_members(
    campus: World,
) -> None:
    PartyLink.objects.update(starts_on=TODAY() - 9 * DAY, ends_on=TODAY() - DAY)
    found = coverage([campus.joint.pk], TODAY())[campus.joint.pk]
    assert found.classes.all == {campus.c2301.pk}, "luo, a member, studies there"


def test_each_member_has_a_place_for_a_student_a_room_and_a_class(campus: World) -> None:
    """Rulebook 2.3: one student, one room, one class. Help with study is no place to fill."""
    link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    link(campus, "study_help", member=luo_member(campus), student=campus.gu, goal="化工原理")
    rows = member_links(campus.joint, list(links_in([campus.joint.pk])))
    luo = next(row for row in rows if row.member == luo_member(campus))
    places = {slot.kind.code: (len(slot.links), slot.empty) for slot in luo.slots}
    assert places == {"member_student": (1, 0), "member_room": (0, 1), "member_class": (0, 1),
                      "study_help": (1, 0)}  # fmt: skip
    assert (luo.load, luo.empty) == (2, 2)
    assert rows[-1] == luo, "who has most empty places comes first"


@pytest.mark.parametrize(
    ("code", "what", "words"),
    [
        ("member_student", {"member": "m1"}, "学生"),
        ("member_student", {"student": "gu"}, "党员"),
        ("member_room", {"member": "m1", "unit": "c2301"}, "不能选"),
        ("member_class", {"member": "m1", "unit": "c2301", "label": "走廊"}, "地点"),
        ("vanguard_post", {"member": "m1"}, "地点"),
        ("leader_branch", {"member": "m1"}, "党员"),
        ("tutor", {"person": "lin", "student": "gu"}, "导师"),
        ("door_sign", {"member": "m1"}, "宿舍"),
    ],
)
def test_a_kind_ties_what_it_ties_and_says_what_is_missing(
    campus: World, code: str, what: dict[str, str], words: str
) -> None:
    typed: dict[str, object] = {
        name: member_of(campus, key) if name == "member" else key if name == "label"
        else getattr(campus, key)
        for name, key in what.items()
    }  # fmt: skip
    with pytest.raises(DomainError, match=words):
        link(campus, code, **typed)


def test_a_room_has_one_member_in_all_branches_and_the_refusal_names_him(campus: World) -> None:
    link(campus, "member_room", member=member_of(campus, "m1"), unit=campus.room412)
    with pytest.raises(DomainError, match="党员1"):
        link(campus, "member_room", member=member_of(campus, "m2"), unit=campus.room412)
    # A class may have several members.
    for key in ("m1", "m2"):
        link(campus, "member_class", member=member_of(campus, key), unit=campus.c2301)


def test_the_number_of_links_is_a_parameter(campus: World) -> None:
    one = member_of(campus, "m1")
    link(campus, "member_room", member=one, unit=campus.room412)
    with pytest.raises(DomainError, match="1"):
        link(campus, "member_room", member=one, unit=campus.room411)
    Parameter.objects.filter(key="link.member_room").update(value=2)
    link(campus, "member_room", member=one, unit=campus.room411)


def test_only_members_of_the_roll_are_linked_and_only_by_who_keeps_the_branch(
    campus: World,
) -> None:
    with pytest.raises(DomainError, match="不在本支部"):
        link(campus, "member_student", branch=campus.functional, actor=None,
             member=member_of(campus, "m1"), student=campus.gu)  # fmt: skip
    for key in ("fang", "yan", "gao", "zhou", "m1"):
        with pytest.raises(PermissionDenied):
            link(campus, "member_student", actor=campus.people[key],
                 member=member_of(campus, "m1"), student=campus.gu)  # fmt: skip
    assert not PartyLink.objects.filter(student=campus.gu).exists()


def test_a_link_gives_no_sight_of_the_student(campus: World) -> None:
    """Design 5.6: the name on the link, and not even the card."""
    made = link(campus, "study_help", member=luo_member(campus), student=campus.gu)
    for key in ("luo_account", "qin"):
        for action in ("see_card", "see_record", "see_results", "see_case", "log_talk"):
            rows = Student.objects.restrict(campus.people[key], action)
            assert not rows.filter(pk=campus.gu.pk).exists(), (key, action)
    mine = PartyLink.objects.restrict(campus.luo_account, "see_own")
    assert [one.pk for one in mine] == [made.pk]
    # gu himself reads it, and who reads his record: the counsellor, not the organiser.
    assert PartyLink.objects.restrict(campus.gu_account, "see_own").filter(pk=made.pk).exists()
    assert PartyLink.objects.restrict(campus.zhou, "see_record").filter(pk=made.pk).exists()
    for key in ("gao", "m1", "shen"):
        for action in ("see_own", "see_record", "see_branch_life"):
            rows = PartyLink.objects.restrict(campus.people[key], action)
            assert not rows.filter(pk=made.pk).exists(), (key, action)


def test_a_link_ends_with_a_day_and_a_result_and_stays_on_record(campus: World) -> None:
    made = link(campus, "study_help", member=luo_member(campus), student=campus.gu)
    ended = end_party_link(actor=campus.qin, link=made, ends_on=TODAY(), result="补考通过")
    assert ended.result == "补考通过"
    assert about_student(campus.gu.pk)[0].name == "罗嘉禾", "the last day is included"
    PartyLink.objects.filter(pk=made.pk).update(starts_on=TODAY() - 9 * DAY, ends_on=TODAY() - DAY)
    assert [one.kind for one in about_student(campus.gu.pk)] == ["党支部联系班级"]
    with pytest.raises(DomainError, match="结束"):
        end_party_link(actor=campus.qin, link=made, ends_on=TODAY())
    with pytest.raises(Exception, match="pgtrigger"):
        PartyLink.objects.filter(pk=made.pk).delete()


def test_who_is_linked_writes_down_the_contact_and_nobody_else(campus: World) -> None:
    made = link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    key = uuid.uuid4()
    for _twice in range(2):
        record_visit(actor=campus.luo_account, link=made, on=TODAY(), note="一起复习", minutes=60,
                     client_key=key)  # fmt: skip
    assert made.visits.count() == 1
    record_visit(actor=campus.qin, link=made, on=TODAY(), note="书记补记走访")
    for one in (campus.gu_account, campus.people["m1"], campus.zhou):
        with pytest.raises(PermissionDenied):
            record_visit(actor=one, link=made, on=TODAY(), note="不是我的联系")
    with pytest.raises(DomainError, match="之间"):
        record_visit(actor=campus.luo_account, link=made, on=TODAY() + DAY, note="明天去")


def test_who_looks_after_a_student_asks_and_the_branch_reads_no_reason(campus: World) -> None:
    wish = ask_for_link(actor=campus.zhou, student=campus.gu, kind=kind("study_help"),
                        branch=campus.joint, goal="物理化学")  # fmt: skip
    assert [one.pk for one in open_wishes(campus.qin, [campus.joint.pk])] == [wish.pk]
    with pytest.raises(DomainError, match="已"):
        ask_for_link(actor=campus.zhou, student=campus.gu, kind=kind("study_help"),
                     branch=campus.joint)  # fmt: skip
    with pytest.raises(PermissionDenied):
        ask_for_link(actor=campus.shen, student=campus.song, kind=kind("study_help"),
                     branch=campus.joint)  # fmt: skip
    link(campus, "study_help", member=luo_member(campus), student=campus.gu)
    assert not open_wishes(campus.qin, [campus.joint.pk]).exists()
    withdraw_wish(actor=campus.zhou, wish=wish)
    assert LinkWish.objects.get().withdrawn_on == TODAY()


def kinds_of(*codes: str) -> list[object]:
    return [one for one in round_kinds() if one.code in codes]


def test_a_round_links_students_that_are_asked_for_and_the_nearest_member_gets_them(
    campus: World,
) -> None:
    """luo studies in gu's class; all others are staff."""
    ask_for_link(actor=campus.zhou, student=campus.gu, kind=kind("member_student"),
                 branch=campus.joint, goal="适应大学生活")  # fmt: skip
    shown = preview(campus.qin, campus.joint, kinds_of("member_student"))  # type: ignore[arg-type]
    assert shown.pairs == [Pair("member_student", campus.gu.pk, luo_member(campus).pk)]
    assert shown.parts[0].rows == [("罗嘉禾", "顾言川")]
    assert len(shown.parts[0].idle) == 10
    made = apply_round(actor=campus.qin, key=uuid.uuid4(), branch=campus.joint,
                       pairs=shown.pairs, starts_on=TODAY())  # fmt: skip
    assert made.links.get().goal == "适应大学生活", "what was asked for goes along"


def test_a_round_of_rooms_classes_and_signs_is_made_at_once_and_taken_back_whole(
    campus: World,
) -> None:
    codes = ("member_room", "member_class", "door_sign")
    shown = preview(campus.qin, campus.joint, kinds_of(*codes))  # type: ignore[arg-type]
    by_kind = {code: [one for one in shown.pairs if one.kind == code] for code in codes}
    assert len(by_kind["member_room"]) == 2
    assert len(by_kind["member_class"]) == 11, "every member gets the one class there is"
    assert [(one.target, one.member) for one in by_kind["door_sign"]] == [
        (campus.room411.pk, luo_member(campus).pk)
    ]
    assert Pair("member_room", campus.room411.pk, luo_member(campus).pk) in shown.pairs, (
        "who lives there comes first"
    )
    key = uuid.uuid4()
    for _twice in range(2):
        made = apply_round(actor=campus.qin, key=key, branch=campus.joint, pairs=shown.pairs,
                           starts_on=TODAY())  # fmt: skip
    assert LinkRound.objects.count() == 1
    assert PartyLink.objects.filter(round=made).count() == 14
    assert not preview(campus.qin, campus.joint, kinds_of(*codes)).pairs  # type: ignore[arg-type]
    undo_round(actor=campus.qin, made=made)
    assert PartyLink.objects.filter(round=made).count() == 14, "cut off, not deleted"
    assert len(preview(campus.qin, campus.joint, kinds_of(*codes)).pairs) == 14  # type: ignore[arg-type]
    acts = ["apply_link_round", "undo_link_round"]
    assert list(AuditEntry.objects.filter(action__in=acts).order_by("pk").values_list(
        "action", flat=True)) == acts  # fmt: skip


def test_a_round_is_refused_whole_when_the_lists_have_changed(campus: World) -> None:
    shown = preview(campus.qin, campus.joint, kinds_of("member_room"))  # type: ignore[arg-type]
    link(campus, "member_room", member=member_of(campus, "m7"), unit=campus.room412)
    with pytest.raises(DomainError, match="党员7"):
        apply_round(actor=campus.qin, key=uuid.uuid4(), branch=campus.joint, pairs=shown.pairs,
                    starts_on=TODAY())  # fmt: skip
    assert PartyLink.objects.filter(kind__code="member_room").count() == 1


def test_a_round_that_was_used_is_not_taken_back(campus: World) -> None:
    shown = preview(campus.qin, campus.joint, kinds_of("member_room"))  # type: ignore[arg-type]
    made = apply_round(actor=campus.qin, key=uuid.uuid4(), branch=campus.joint,
                       pairs=shown.pairs, starts_on=TODAY())  # fmt: skip
    used = PartyLink.objects.filter(round=made, member=luo_member(campus)).get()
    record_visit(actor=campus.luo_account, link=used, on=TODAY(), note="走访宿舍")
    with pytest.raises(DomainError, match="1"):
        undo_round(actor=campus.qin, made=made)
    with pytest.raises(PermissionDenied):
        apply_round(actor=campus.fang, key=uuid.uuid4(), branch=campus.joint, starts_on=TODAY(),
                    pairs=[Pair("member_class", campus.c2301.pk, member_of(campus, "m1").pk)])  # fmt: skip


def test_links_end_when_the_member_leaves_the_branch(campus: World) -> None:
    made = link(campus, "member_room", member=luo_member(campus), unit=campus.room412,
                starts_on=TODAY() - 3 * DAY)  # fmt: skip
    move_member(actor=campus.gao, member=luo_member(campus), on=TODAY(), outside="校友党支部")
    made.refresh_from_db()
    assert made.ends_on == TODAY() - DAY
    place = member_of(campus, "m1").branches.create(
        branch=campus.functional, is_relation=False, since=TODAY() - 9 * DAY, how="joined"
    )
    beside = link(campus, "member_student", actor=None, branch=campus.functional,
                  member=member_of(campus, "m1"), student=campus.gu)  # fmt: skip
    leave_branch(actor=None, membership=place, until=TODAY())
    beside.refresh_from_db()
    assert beside.ends_on == TODAY()


def test_the_board_counts_what_the_page_of_the_branch_lists(campus: World) -> None:
    link(campus, "member_room", member=luo_member(campus), unit=campus.room411)
    ask_for_link(actor=campus.zhou, student=campus.gu, kind=kind("study_help"), branch=campus.joint)
    with request_scope(None):
        (row,) = link_board(campus.qin)
    rows = member_links(campus.joint, list(links_in([campus.joint.pk])))
    assert row.empty == sum(one.empty for one in rows) == 3 * 11 - 1
    assert (row.members, row.filled, row.wishes) == (11, 1, 1)
    assert row.cover.rooms.percent == "50%"


def test_a_student_reads_who_is_there_for_the_room_and_the_class(campus: World) -> None:
    link(campus, "member_room", member=member_of(campus, "m1"), unit=campus.room412)
    link(campus, "member_class", member=member_of(campus, "m2"), unit=campus.c2301)
    link(campus, "member_student", member=luo_member(campus), student=campus.gu)
    assert [(one.name, one.is_own) for one in about_student(campus.gu.pk)] == [
        ("罗嘉禾", True), ("党员1", False), ("党员2", False),
        ("化工学院明德书院师生联合党支部", False),
    ]  # fmt: skip
    Student.objects.filter(pk=campus.gu.pk).update(status="07")
    assert not PartyLink.objects.standing(TODAY()).filter(student=campus.gu).exists()
    assert isinstance(TODAY(), dt.date)
