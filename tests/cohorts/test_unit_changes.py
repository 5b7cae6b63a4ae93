"""Merging, splitting, renaming and closing units: what goes over, what is refused, what is kept."""

import datetime as dt

import pytest
from django.utils import timezone

from casework.models import Case
from cohorts.domain.groups import put_member
from cohorts.domain.mergers import Part, merge_units, split_unit
from cohorts.domain.reconcile import drift
from cohorts.domain.rehearsal import rehearse
from cohorts.domain.tree import close_unit, move_unit, open_unit
from cohorts.domain.units import rename_unit, reopen_unit
from cohorts.models import (
    Appointment,
    Contract,
    Group,
    GroupMember,
    SchoolClass,
    Studio,
    Unit,
    UnitSuccession,
)
from cohorts.queries.unit_history import chain_on, history_of, units_on
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from students.models import Movement, Placement, Student
from tests.cohorts.test_tree import kept, walked
from tests.world import LONG_AGO, World

TODAY = timezone.localdate()
YESTERDAY = TODAY - dt.timedelta(days=1)


def names(user: object) -> set[str]:
    rows = Student.objects.restrict(user, "see_card")  # type: ignore[attr-defined]
    return set(rows.values_list("name", flat=True))


def test_a_merged_class_takes_students_posts_and_cases_along(world: World) -> None:
    case = world.add_case("gu", lead_unit=world.c2301)
    merge_units(actor=world.sys, units=[world.c2301], into=world.c2302, order_no="〔2026〕3号")
    assert names(world.lu) == {"顾言川", "程亦安", "罗嘉禾"}
    old, new = Placement.objects.filter(student=world.gu, tree="class").order_by("since")
    assert (old.unit_id, old.until) == (world.c2301.pk, YESTERDAY)
    assert (new.unit_id, new.since, new.until) == (world.c2302.pk, TODAY, None)
    posts = Appointment.objects.filter(person=world.lu).order_by("starts_on")
    assert [(p.unit_id, p.starts_on, p.ends_on) for p in posts] == [
        (world.c2301.pk, LONG_AGO, YESTERDAY),
        (world.c2302.pk, TODAY, None),
    ]
    assert drift() == (0, 0)
    case.refresh_from_db()
    assert case.lead_unit_id == world.c2302.pk
    world.c2301.refresh_from_db()
    assert world.c2301.closed_on == YESTERDAY
    follows = UnitSuccession.objects.get(unit=world.c2301)
    assert (follows.successor_id, follows.how, follows.order_no) == (
        world.c2302.pk, "merge", "〔2026〕3号",
    )  # fmt: skip
    assert Movement.objects.get(student=world.gu).places == {
        "class": [world.c2301.pk, world.c2302.pk]
    }
    with pytest.raises(DomainError, match="化工2302"):
        reopen_unit(actor=world.sys, unit=world.c2301)


def test_a_merged_cohort_goes_on_with_its_classes_and_its_contracting_group(world: World) -> None:
    other = open_unit(
        actor=None,
        unit=type(world.chem23)(
            name="化工学院2023级乙", code="C1-2023B", parent=world.chem, entry_year=2023,
            opened_on=LONG_AGO,
        ),
    )  # fmt: skip
    merge_units(actor=world.sys, units=[world.chem23], into=other)
    assert names(world.lin) == {"顾言川", "程亦安", "罗嘉禾"}
    assert kept() == walked()
    old, new = Contract.objects.order_by("pk")
    assert (old.ends_on, new.cohort_id, new.starts_on) == (YESTERDAY, other.pk, TODAY)
    assert new.partners.count() == 2
    assert new.posts.count() == 5
    assert drift() == (0, 0)


def test_a_role_with_one_holder_ends_where_the_successor_has_one(world: World) -> None:
    world.add_person("dai", "戴文")
    world.add_post("dai", "contract_leader", "mech23")
    Unit.objects.filter(pk=world.mech23.pk).update(parent=world.chem)
    outcome = merge_units(actor=None, units=[world.mech23], into=world.chem23)
    assert outcome.posts_ended == ["包干领导 戴文"]
    assert names(world.dai) == set()
    assert "宋远" in names(world.lin)


@pytest.mark.parametrize(
    ("old", "into"),
    [("c2301", "chem23"), ("chem23", "chem24"), ("mingde23", "chem23"), ("uni", "uni")],
    ids=["kinds", "years", "sides", "itself"],
)
def test_units_that_do_not_fit_are_not_merged(world: World, old: str, into: str) -> None:
    with pytest.raises(DomainError):
        merge_units(actor=world.sys, units=[world.units[old]], into=world.units[into])
    world.units[old].refresh_from_db()
    assert world.units[old].closed_on is None


def test_a_merge_ahead_is_dated_and_nothing_changes_before(world: World) -> None:
    soon = TODAY + dt.timedelta(days=20)
    merge_units(actor=world.sys, units=[world.c2301], into=world.c2302, on=soon)
    assert names(world.lu) == {"顾言川", "罗嘉禾"}
    placed = Placement.objects.get(student=world.gu, unit=world.c2302)
    assert placed.since == soon
    with pytest.raises(DomainError):
        merge_units(actor=world.sys, units=[world.chem24], into=world.chem23, on=soon)


def test_nobody_merges_people_into_the_own_sight(world: World) -> None:
    world.add_post("sys", "class_adviser", "c2302")
    with pytest.raises(DomainError, match="化工2302"):
        merge_units(actor=world.sys, units=[world.c2301], into=world.c2302)
    world.units["x"] = Group(name="组", code="X", parent=world.uni)
    open_unit(actor=None, unit=world.x)
    assert names(world.sys) == {"程亦安"}


def test_a_split_class_keeps_its_adviser_and_divides_its_students(world: World) -> None:
    parts = [
        Part("化工2303", "化工2303", members=["2230514127"]),
        Part("化工2304", "化工2304", members=["2230515042"]),
    ]
    split_unit(actor=world.sys, unit=world.c2301, parts=parts)
    assert names(world.lu) == {"顾言川", "罗嘉禾"}
    stood = dict(
        Placement.objects.filter(tree="class", until=None).values_list("student_id", "unit__code")
    )
    assert (stood[world.gu.pk], stood[world.luo.pk]) == ("化工2303", "化工2304")
    world.c2301.refresh_from_db()
    assert world.c2301.closed_on == YESTERDAY
    assert SchoolClass.objects.get(code="化工2303").parent_id == world.chem23.pk
    assert drift() == (0, 0)
    assert kept() == walked()


@pytest.mark.parametrize("members", [["2230514160"], ["0000"], ["2230514127", "2230514127"]])
def test_a_split_takes_only_who_stands_there_and_each_once(
    world: World, members: list[str]
) -> None:
    with pytest.raises(DomainError):
        split_unit(actor=world.sys, unit=world.c2301, parts=[Part("新班", "新班", members=members)])
    assert not Unit.objects.filter(code="新班").exists()


def test_what_stood_where_on_a_day_stays_readable(world: World) -> None:
    day = TODAY - dt.timedelta(days=30)
    move_unit(
        actor=world.sys, unit=world.c2301, parent=world.chem24, on=day, order_no="〔2026〕9号"
    )
    rename_unit(actor=world.sys, unit=world.chem24, name="化工学院2024级新", on=TODAY)
    before = chain_on(world.c2301.pk, day - dt.timedelta(days=1))
    assert [one.name for one in before][-2:] == ["化工学院2023级", "化工2301"]
    assert [one.name for one in chain_on(world.c2301.pk, TODAY)][-2:] == [
        "化工学院2024级新", "化工2301",
    ]  # fmt: skip
    assert "化工学院2024级" in {one.name for one in units_on(YESTERDAY, parent_id=world.chem.pk)}
    assert {one.code for one in units_on(TODAY, parent_id=world.chem23.pk)} == {"化工2302"}
    assert chain_on(world.c2301.pk, LONG_AGO - dt.timedelta(days=1)) == []
    kinds = [line["what"] for line in history_of(Unit.objects.get(pk=world.c2301.pk))]
    assert kinds == ["moved", "opened"]
    assert history_of(Unit.objects.get(pk=world.c2301.pk))[0]["order_no"] == "〔2026〕9号"


@pytest.mark.parametrize("days", [1, 400, -40, -9000], ids=["tomorrow", "far", "before", "old"])
def test_a_move_ahead_or_before_the_last_change_is_refused(world: World, days: int) -> None:
    rename_unit(actor=None, unit=world.c2301, name="化工实验班", on=TODAY - dt.timedelta(days=10))
    with pytest.raises(DomainError):
        move_unit(
            actor=world.sys, unit=world.c2301, parent=world.chem24,
            on=TODAY + dt.timedelta(days=days),
        )  # fmt: skip


def test_a_preview_tells_what_the_write_will_do_and_writes_nothing(world: World) -> None:
    before = (AuditEntry.objects.count(), Placement.objects.count(), Appointment.objects.count())
    shown = rehearse(lambda: merge_units(actor=world.sys, units=[world.c2301], into=world.c2302))
    after = (AuditEntry.objects.count(), Placement.objects.count(), Appointment.objects.count())
    assert after == before
    done = merge_units(actor=world.sys, units=[world.c2301], into=world.c2302)
    assert shown.lines == done.lines
    assert [count for _label, count, _names in done.lines] == [2, 1]


def test_closing_ends_the_posts_and_is_refused_while_students_stand_there(world: World) -> None:
    with pytest.raises(DomainError):
        close_unit(actor=world.sys, unit=world.c2301, closed_on=TODAY)
    room = world.room411
    world.add_post("nobody", "counsellor", "east12")
    Placement.objects.filter(unit=world.room412).delete()
    for unit in (room, world.room412, world.east12):
        outcome = close_unit(actor=world.sys, unit=unit, closed_on=YESTERDAY)
    assert outcome.posts_ended == ["辅导员 白一"]
    assert Appointment.objects.get(person=world.nobody).ends_on == YESTERDAY
    assert drift() == (0, 0)


def test_a_group_and_a_studio_have_an_inner_and_an_outer_ring(world: World) -> None:
    studio = open_unit(
        actor=world.sys, unit=Studio(name="辅导员工作室", code="S1", parent=world.mingde)
    )
    put_member(
        actor=world.sys, member=GroupMember(group=studio, person=world.zhou, starts_on=TODAY)
    )
    outer = GroupMember(group=studio, person=world.lu, starts_on=TODAY, ring="outer")
    put_member(actor=world.sys, member=outer)
    assert names(world.lu) == {"顾言川", "罗嘉禾"}
    again = GroupMember(group=studio, person=world.zhou, starts_on=TODAY)
    nowhere = GroupMember(group=world.chem, person=world.zhou, starts_on=TODAY)
    reverse = GroupMember(group=studio, person=world.he, starts_on=TODAY, ends_on=YESTERDAY)
    for wrong in (again, nowhere, reverse):
        with pytest.raises(DomainError):
            put_member(actor=world.sys, member=wrong)
    assert not Case.objects.exists()
