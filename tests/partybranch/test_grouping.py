"""Grouping people anew and the rules of rulebook 1.5 for each group, without a database."""

import random
from collections import Counter

import pytest

from partybranch.domain.facts import FIRST_NUMBERS
from partybranch.domain.grouping import Check, Makeup, One, grouped, makeup, setting_checks
from partybranch.enums import Grouping, PartyKind


def student(pk: int, **facts: object) -> One:
    return One(("student", pk), f"生{pk}", **({"branch": 1, "is_full": True} | facts))  # type: ignore[arg-type]


def teacher(pk: int, **facts: object) -> One:
    return One(("person", pk), f"师{pk}", **({"branch": 1, "is_full": True} | facts))  # type: ignore[arg-type]


def people(seed: int) -> list[One]:
    dice = random.Random(seed)
    found = [teacher(n, branch=dice.randint(1, 4)) for n in range(dice.randint(0, 6))]
    for n in range(dice.randint(4, 60)):
        is_member = dice.random() < 0.8
        found.append(student(
            n, branch=dice.randint(1, 4), is_member=is_member,
            is_full=is_member and dice.random() < 0.6, stage=dice.randint(0, 5),
            major=dice.choice(("化工", "高分子", "")), grade=dice.choice(("2023", "2024")),
            class_name=dice.choice("甲乙丙"), academy=dice.choice(("明德", "致远")),
        ))  # fmt: skip
    return found


@pytest.mark.parametrize("rule", Grouping.values)
@pytest.mark.parametrize("seed", range(15))
def test_nobody_is_left_out_or_named_twice_whatever_the_rule(rule: str, seed: int) -> None:
    rows = people(seed)
    groups = grouped(rows, rule, count=3)
    assert Counter(one.key for group in groups.values() for one in group) == Counter(
        one.key for one in rows
    )
    assert all(groups.values())


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("count", [2, 3, 5])
def test_balanced_groups_differ_by_one_of_each_kind_at_most(seed: int, count: int) -> None:
    rows = people(seed)
    groups = list(grouped(rows, Grouping.BALANCE, count).values())
    for part in (
        lambda one: True, lambda one: one.is_staff, lambda one: not one.is_staff and one.is_full,
        lambda one: not one.is_staff and one.is_member and not one.is_full,
    ):  # fmt: skip
        sizes = [sum(map(part, group)) for group in groups]
        assert max(sizes) - min(sizes) <= 1 or len(groups) < count


def test_students_go_by_the_rule_and_teachers_where_their_students_go() -> None:
    rows = [teacher(1, branch=1), teacher(2, branch=2),
            *(student(n, branch=1, major="化工") for n in range(3)),
            *(student(n, branch=2, major="高分子") for n in range(3, 6))]  # fmt: skip
    groups = grouped(rows, Grouping.MAJOR)
    assert list(groups) == ["化工", "高分子"]
    assert [one.name for one in groups["化工"] if one.is_staff] == ["师1"]
    assert [one.name for one in groups["高分子"] if one.is_staff] == ["师2"]


def made(full: int, probation: int = 0, units: int = 1) -> Makeup:
    return Makeup(full + probation, full, 0, full, 0, units, {}, {})


def checks(kind: str, group: Makeup) -> dict[str, Check]:
    return {one.code: one for one in setting_checks(kind, group, FIRST_NUMBERS)}


# Rulebook 1.5, line by line.
def test_a_branch_is_founded_with_three_full_members_and_not_with_two() -> None:
    assert checks(PartyKind.REGULAR, made(3))["small"].is_met
    two = checks(PartyKind.REGULAR, made(2, probation=9))["small"]
    assert not two.is_met
    assert two.refuses
    assert not checks(PartyKind.JOINT, made(2))["small"].is_met
    assert two.message != checks(PartyKind.JOINT, made(2))["small"].message


def test_fifty_members_are_generally_the_most_and_a_reason_may_set_it_aside() -> None:
    assert checks(PartyKind.REGULAR, made(45, probation=5))["large"].is_met
    more = checks(PartyKind.REGULAR, made(45, probation=6))["large"]
    assert not more.is_met
    assert not more.refuses
    assert "50" in more.message
    assert "100" in checks(PartyKind.REGULAR, made(100))["large"].message


def test_a_joint_branch_covers_five_units_at_most_a_regular_one_is_not_asked() -> None:
    assert checks(PartyKind.JOINT, made(9, units=5))["units"].is_met
    six = checks(PartyKind.JOINT, made(9, units=6))["units"]
    assert not six.is_met
    assert not six.refuses
    assert "units" not in checks(PartyKind.REGULAR, made(9, units=6))


def test_seven_full_members_elect_a_committee_six_a_secretary_alone() -> None:
    six, seven = (checks(PartyKind.JOINT, made(n))["committee"].message for n in (6, 7))
    assert six != seven
    assert "3" in seven


def test_members_on_probation_and_applicants_are_counted_apart() -> None:
    found = makeup([
        teacher(1), student(1, college="化工"), student(2, is_full=False, college="机械", stage=4),
        student(3, is_member=False, is_full=False, stage=2, college="材料"),
    ])  # fmt: skip
    assert (found.members, found.full, found.probation, found.applicants) == (3, 2, 1, 1)
    assert (found.staff, found.students, found.units) == (1, 2, 2)
    assert dict(found.stages) == {4: 1, 2: 1}
