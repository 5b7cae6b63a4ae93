"""Import of staff: accounts, posts, and the rights that a file may not widen."""

import datetime as dt
from typing import Any

import pytest
from django.utils.translation import override

from cohorts.access import holds_on_unit
from cohorts.domain.reconcile import drift
from cohorts.models import Appointment
from portal.core.domain.imports import Context, Result, import_kind, run_import
from portal.core.models import User
from tests.sheets import csv_file
from tests.world import World

HEAD = ["工号", "姓名", "职称", "电话", "角色", "单位", "聘期起", "聘期止", "聘书号"]
NEW = [
    "1002017",
    "沈怀谷",
    "讲师",
    "029-88880000",
    "辅导员",
    "明德书院2023级",
    "2026-09-01",
    "2030-08-31",
    "〔2026〕12号",
]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def staff(rows: list[list[str]], actor: User | None = None, **options: Any) -> Result:
    kind = import_kind("staff")
    assert kind is not None
    return run_import(kind, csv_file([HEAD, *rows]), Context(actor), **options)


def test_a_new_person_gets_an_account_without_password_a_post_and_grants(world: World) -> None:
    staff([NEW])
    person = User.objects.get(username="1002017")
    assert (person.name, person.title, person.initials) == ("沈怀谷", "讲师", "shg")
    assert not person.has_usable_password()
    post = Appointment.objects.get(person=person)
    assert (post.role.code, post.unit_id, post.letter_no) == (
        "counsellor",
        world.mingde23.pk,
        "〔2026〕12号",
    )
    assert (post.starts_on, post.ends_on) == (dt.date(2026, 9, 1), dt.date(2030, 8, 31))
    assert holds_on_unit(person, "see_card", world.mingde23.pk)
    assert drift() == (0, 0)


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    staff([NEW])
    again = staff([NEW])
    assert again.diff.is_empty
    assert Appointment.objects.filter(person__username="1002017").count() == 1


def test_several_posts_of_one_person_are_several_rows(world: World) -> None:
    second = [*NEW[:4], "班主任", "化工2302", "", "", ""]
    staff([NEW, second])
    assert Appointment.objects.filter(person__username="1002017").count() == 2


def test_a_new_last_day_changes_the_post_and_its_grants(world: World) -> None:
    staff([NEW])
    staff([[*NEW[:7], "2031-08-31", NEW[8]]])
    assert Appointment.objects.get(person__username="1002017").ends_on == dt.date(2031, 8, 31)
    assert drift() == (0, 0)


@pytest.mark.parametrize(
    ("place", "value", "heading"),
    [
        (4, "大总管", "角色"), (5, "没有书院", "单位"), (5, "化工2301", ""), (5, "化学工程学院", ""),
        (7, "2020-01-01", "聘期止"), (0, "1.00E+06", "工号"), (1, "", "姓名"),
    ],
)  # fmt: skip
def test_bad_cells_refuse_the_file(world: World, place: int, value: str, heading: str) -> None:
    row = list(NEW)
    row[place] = value
    if place == 5 and value == "化学工程学院":
        heading = "单位"
    faults = staff([row]).faults
    assert [fault.heading for fault in faults] == ([heading] if heading else [])
    assert User.objects.filter(username="1002017").exists() == (not heading)


def test_a_second_holder_of_a_single_post_is_refused_in_the_file_and_beside_it(
    world: World,
) -> None:
    leader = [*NEW[:4], "包干领导", "化工学院2023级", "2026-09-01", "", ""]
    assert "林致远" in staff([leader]).faults[0].reason
    first = [*NEW[:4], "包干领导", "化工学院2024级", "2026-09-01", "", ""]
    twin = ["1002018", "丁一", *first[2:]]
    assert [f.row for f in staff([first, twin]).faults] == [3]


def test_two_names_for_one_number_are_refused(world: World) -> None:
    other = ["1002017", "丁一", "", "", "班主任", "化工2302", "", "", ""]
    assert "another name" in staff([NEW, other]).faults[0].reason


def test_rights_follow_the_unit_and_nobody_appoints_the_own_person(world: World) -> None:
    assert not staff([NEW], actor=world.sys, is_dry=True).faults
    assert "may not import" in staff([NEW], actor=world.han).faults[0].reason
    own = ["sys", "系统管理员", "", "", "辅导员", "明德书院2023级", "", "", ""]
    assert "appoint yourself" in staff([own], actor=world.sys).faults[0].reason


def test_guarded_roles_come_from_the_security_administrator_only(world: World) -> None:
    row = [*NEW[:4], "安全管理员", "示范大学", "", "", ""]
    assert [f.heading for f in staff([row], actor=world.sys).faults] == ["角色"]
    assert not staff([row]).faults


def test_one_person_never_holds_two_of_the_three_duties(world: World) -> None:
    row = ["aud", "审计管理员", "", "", "安全管理员", "示范大学", "", "", ""]
    assert [f.heading for f in staff([row]).faults] == ["角色"]
