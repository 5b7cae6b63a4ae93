"""The closure table against a recursive walk, cycles, kinds, and two moves at once."""

import datetime as dt
import random

import pytest
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts.domain.mergers import Part, merge_units, split_unit
from cohorts.domain.tree import close_unit, move_unit, open_unit, rebuild_tree
from cohorts.domain.units import edit_unit, reopen_unit
from cohorts.enums import INNER_KINDS
from cohorts.models import Cohort, College, Group, Unit, UnitTree, University
from portal.core.errors import DomainError
from students.models import Placement
from tests.concurrently import at_once
from tests.world import LONG_AGO, World

YESTERDAY = timezone.localdate() - dt.timedelta(days=1)


def walked() -> set[tuple[int, int, int]]:
    """(ancestor, descendant, depth) by walking the parents, nothing else."""
    parents = dict(Unit.objects.values_list("pk", "parent_id"))
    rows = set()
    for start in parents:
        node, depth = start, 0
        while node is not None:
            rows.add((node, start, depth))
            node, depth = parents[node], depth + 1
            assert depth <= len(parents), "a cycle in the parents"
    return rows


def kept() -> set[tuple[int, int, int]]:
    rows = list(UnitTree.objects.values_list("ancestor_id", "descendant_id", "depth"))
    assert len(rows) == len(set(rows))
    wrong = UnitTree.objects.exclude(is_inner=Q(descendant__kind__in=INNER_KINDS))
    assert not wrong.exists()
    return set(rows)


def a_group(code: str, parent: Unit | None) -> Unit:
    group = Group(name=code, code=code, parent=parent, opened_on=LONG_AGO)
    return open_unit(actor=None, unit=group)


def _close(units: list[Unit], unit: Unit) -> None:
    if Unit.objects.filter(parent=unit, closed_on=None).exists():
        with pytest.raises(DomainError):
            close_unit(actor=None, unit=unit, closed_on=timezone.localdate())
    else:
        close_unit(actor=None, unit=unit, closed_on=YESTERDAY)
        units.remove(unit)


def _merge(units: list[Unit], old: Unit, into: Unit) -> None:
    if UnitTree.objects.filter(ancestor=old, descendant=into).exists():
        with pytest.raises(DomainError):
            merge_units(actor=None, units=[old], into=into)
        return
    merge_units(actor=None, units=[old], into=into)
    units.remove(old)


def _split(units: list[Unit], unit: Unit, code: str) -> None:
    children = list(Unit.objects.filter(parent=unit, closed_on=None)[:1])
    part = Part(code, code, children=children)
    if Unit.objects.get(pk=unit.pk).parent_id is None:
        with pytest.raises(DomainError):
            split_unit(actor=None, unit=unit, parts=[part])
        return
    split_unit(actor=None, unit=unit, parts=[part])
    Unit.objects.filter(code=code).update(opened_on=LONG_AGO)
    units.append(Unit.objects.get(code=code))
    if Unit.objects.get(pk=unit.pk).closed_on is not None:
        units.remove(unit)


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000))
def test_any_sequence_of_changes_leaves_the_right_closure_table(
    seed: int,
) -> None:
    with transaction.atomic():
        rnd = random.Random(seed)
        units = [a_group(f"{seed}-{rnd.random()}-0", None)]
        for step in range(1, 25):
            dice = rnd.random()
            if dice < 0.4 or len(units) < 4:
                parent = rnd.choice(units)
                units.append(a_group(f"{seed}-{rnd.random()}-{step}", parent))
            elif dice < 0.5:
                _close(units, rnd.choice(units))
            elif dice < 0.65:
                _merge(units, *rnd.sample(units, 2))
            elif dice < 0.8:
                _split(units, rnd.choice(units), f"{seed}-{rnd.random()}-{step}")
            else:
                unit, parent = rnd.sample(units, 2)
                below = UnitTree.objects.filter(ancestor=unit, descendant=parent).exists()
                if below:
                    with pytest.raises(DomainError):
                        move_unit(actor=None, unit=unit, parent=parent)
                else:
                    move_unit(actor=None, unit=unit, parent=parent)
            assert kept() == walked()
        transaction.set_rollback(True)


def test_a_cycle_is_refused_and_changes_nothing(world: World) -> None:
    before = kept()
    top = a_group("G1", world.chem)
    inner = a_group("G2", top)
    after = kept()
    for parent in (top, inner):
        with pytest.raises(DomainError):
            move_unit(actor=None, unit=top, parent=parent)
    assert kept() == after
    assert before < after


def test_a_moved_class_takes_its_reach_along(world: World) -> None:
    move_unit(actor=None, unit=world.c2301, parent=world.chem24)
    assert not world.lin.has_perm("cohorts.see_card", world.gu)
    assert world.jiang.has_perm("cohorts.see_card", world.gu)
    assert kept() == walked()


@pytest.mark.parametrize(
    ("kind", "parent"),
    [(Cohort, "uni"), (College, "mingde"), (University, "chem"), (Group, "room411")],
)
def test_a_kind_stands_only_under_the_kinds_it_fits(
    world: World, kind: type[Unit], parent: str
) -> None:
    extra = {"entry_year": 2025} if kind is Cohort else {}
    with pytest.raises(DomainError):
        open_unit(actor=None, unit=kind(name="错", code="错", parent=world.units[parent], **extra))
    assert not Unit.objects.filter(code="错").exists()


def test_units_are_changed_only_below_a_post_that_manages_them(world: World) -> None:
    fresh = College(name="新学院", code="C9", parent=world.uni)
    for key in ("jiang", "sec", "nobody"):
        with pytest.raises(DomainError):
            open_unit(actor=world.people[key], unit=fresh)
        with pytest.raises(DomainError):
            move_unit(actor=world.people[key], unit=world.c2301, parent=world.chem24)
        with pytest.raises(DomainError):
            close_unit(actor=world.people[key], unit=world.c2301, closed_on=LONG_AGO)
        with pytest.raises(DomainError):
            edit_unit(actor=world.people[key], unit=world.c2301, fields=["name"])
    assert open_unit(actor=world.sys, unit=fresh).pk


def test_closing_waits_for_the_units_below_and_can_be_taken_back(world: World) -> None:
    with pytest.raises(DomainError):
        close_unit(actor=None, unit=world.chem24, closed_on=LONG_AGO)
    with pytest.raises(DomainError, match="化工2401"):
        close_unit(actor=None, unit=world.c2401, closed_on=LONG_AGO)
    Placement.objects.filter(unit=world.c2401).delete()
    close_unit(actor=None, unit=world.c2401, closed_on=LONG_AGO)
    close_unit(actor=None, unit=world.chem24, closed_on=LONG_AGO)
    world.c2401.refresh_from_db()
    with pytest.raises(DomainError):
        reopen_unit(actor=world.sys, unit=world.c2401)
    world.chem24.refresh_from_db()
    assert reopen_unit(actor=world.sys, unit=world.chem24).closed_on is None


def test_the_place_in_the_tree_is_not_edited_like_a_name(world: World) -> None:
    world.c2301.parent = world.chem24
    with pytest.raises(DomainError):
        edit_unit(actor=world.sys, unit=world.c2301, fields=["parent"])


def test_rebuilding_from_the_parents_gives_the_same_table(world: World) -> None:
    before = kept()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cohorts_unittree WHERE depth > 1")
    rebuild_tree()
    assert kept() == before == walked()


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_never_close_a_cycle() -> None:
    top = a_group("T", None)
    left, right = a_group("L", top), a_group("R", top)
    a_group("LL", left)
    done = at_once(
        lambda: move_unit(actor=None, unit=left, parent=right),
        lambda: move_unit(actor=None, unit=right, parent=left),
    )
    assert sum(isinstance(one, DomainError) for one in done) == 1
    assert sum(isinstance(one, Unit) for one in done) == 1
    assert kept() == walked()
