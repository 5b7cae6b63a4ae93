"""Grants agree with appointments: drift found, mended, and never doubled by two at once."""

import datetime as dt
import io

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cohorts.domain.appointments import appoint, end_appointment
from cohorts.domain.reconcile import drift, reconcile
from cohorts.models import Appointment, Grant, Role
from portal.core.models import User
from students.models import Student
from tests.concurrently import at_once
from tests.world import World, build_world


def sql(statement: str, *args: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, args)
        return int(cursor.rowcount)


def run(*args: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("reconcile_grants", *args, stdout=out)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_nothing_drifts_through_the_domain(world: World) -> None:
    assert drift() == (0, 0)
    end_appointment(actor=None, post=world.posts["zhou"])
    assert drift() == (0, 0)
    assert reconcile() == (0, 0)


def test_a_grant_slipped_in_by_sql_is_found_named_and_removed(world: World) -> None:
    sql(
        "INSERT INTO cohorts_grant (user_id, permission_id, content_object_id, starts_on) "
        "SELECT %s, permission_id, content_object_id, starts_on FROM cohorts_grant WHERE user_id = %s",
        world.nobody.pk, world.lu.pk,
    )  # fmt: skip
    number = Grant.objects.filter(user=world.nobody).count()
    assert drift() == (number, 0)
    code, said = run("--check")
    assert code == 1
    assert str(number) in said
    assert Grant.objects.filter(user=world.nobody).count() == number
    assert run()[0] == 0
    assert not Grant.objects.filter(user=world.nobody).exists()
    assert run("--check")[0] == 0


def test_a_grant_lost_by_sql_is_found_and_put_back(world: World) -> None:
    lost = sql("DELETE FROM cohorts_grant WHERE user_id = %s", world.zhou.pk)
    assert drift() == (0, lost)
    assert run("--check")[0] == 1
    assert not world.zhou.has_perm("cohorts.see_card", world.gu)
    run()
    assert drift() == (0, 0)
    assert world.zhou.has_perm("cohorts.see_card", world.gu)


def test_a_grant_stretched_by_sql_is_found(world: World) -> None:
    end_appointment(actor=None, post=world.posts["zhou"], ends_on=timezone.localdate())
    changed = sql("UPDATE cohorts_grant SET ends_on = NULL WHERE user_id = %s", world.zhou.pk)
    assert drift() == (changed, changed)


def test_only_the_rows_that_differ_are_touched(world: World) -> None:
    untouched = set(Grant.objects.exclude(user=world.zhou).values_list("pk", flat=True))
    sql("DELETE FROM cohorts_grant WHERE user_id = %s", world.zhou.pk)
    removed, added = reconcile()
    assert removed == 0
    assert added > 0
    assert untouched <= set(Grant.objects.values_list("pk", flat=True))


def test_an_unknown_option_of_the_command_is_refused() -> None:
    with pytest.raises(CommandError):
        call_command("reconcile_grants", "--fast")


@pytest.mark.django_db(transaction=True)
def test_two_changes_to_one_person_at_once_leave_grants_and_posts_in_agreement() -> None:
    world = build_world()
    person = User.objects.get(pk=world.nobody.pk)
    role, today = Role.objects.get(code="class_adviser"), timezone.localdate()
    done = at_once(
        lambda: appoint(actor=None, person=person, role=role, unit=world.c2301, starts_on=today),
        lambda: appoint(actor=None, person=person, role=role, unit=world.c2302, starts_on=today),
        lambda: reconcile(),
    )
    assert not [one for one in done if isinstance(one, Exception)], done
    assert Appointment.objects.filter(person=person).count() == 2
    assert drift() == (0, 0)
    assert Grant.objects.filter(user=person).values("content_object_id").distinct().count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_single_post_given_to_two_people_at_once_goes_to_one() -> None:
    world = build_world()
    role, start = Role.objects.get(code="contract_leader"), dt.date(2026, 9, 1)
    people = [world.nobody, world.shen]
    done = at_once(
        *(
            lambda person=person: appoint(
                actor=None, person=person, role=role, unit=world.chem24, starts_on=start
            )
            for person in people
        )
    )
    assert sum(isinstance(one, Appointment) for one in done) == 1, done
    assert Appointment.objects.filter(role=role, unit=world.chem24.pk).count() == 1
    assert drift() == (0, 0)


def test_a_permission_that_is_no_registered_action_opens_nothing(world: World) -> None:
    foreign = Permission.objects.get(codename="delete_unit", content_type__model="unit")
    Role.objects.get(code="class_adviser").permissions.add(foreign)
    reconcile()
    assert Grant.objects.filter(user=world.lu, permission=foreign).exists()
    assert not Student.objects.restrict(world.lu, "delete_unit").exists()
    assert not world.lu.has_perm("cohorts.delete_unit", world.gu)
