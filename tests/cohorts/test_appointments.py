"""Appointing and ending: who may appoint whom to what, and what the rights do then."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils import timezone

from cohorts.domain.appointments import appoint, end_appointment, set_role_actions
from cohorts.domain.reconcile import drift
from cohorts.models import Appointment, Grant, Role
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from tests.world import World


def role(code: str) -> Role:
    return Role.objects.get(code=code)


def permission_ids(*codes: str) -> list[int]:
    rows = Permission.objects.filter(codename__in=codes, content_type__model="unit")
    return list(rows.values_list("pk", flat=True))


def test_a_leader_appoints_within_the_own_rights_and_unit(world: World) -> None:
    post = appoint(
        actor=world.jiang, person=world.nobody, role=role("class_adviser"), unit=world.c2302
    )
    assert post.appointed_by == world.jiang
    assert world.nobody.has_perm("cohorts.see_card", world.cheng)


def test_a_wider_role_than_the_own_is_refused(world: World) -> None:
    with pytest.raises(DomainError):
        appoint(actor=world.jiang, person=world.nobody, role=role("clerk"), unit=world.chem)
    assert not Appointment.objects.filter(person=world.nobody).exists()
    assert not Grant.objects.filter(user=world.nobody).exists()


def test_a_unit_outside_the_own_reach_is_refused(world: World) -> None:
    with pytest.raises(DomainError):
        appoint(
            actor=world.jiang, person=world.nobody, role=role("class_adviser"), unit=world.m2301
        )
    with pytest.raises(DomainError):
        appoint(actor=world.lu, person=world.nobody, role=role("class_adviser"), unit=world.c2301)


def test_nobody_appoints_himself(world: World) -> None:
    for key, code, unit in (("jiang", "contract_leader", "chem24"), ("sec", "dean", "chem")):
        person = world.people[key]
        with pytest.raises(DomainError):
            appoint(actor=person, person=person, role=role(code), unit=world.units[unit])


def test_an_expired_appointer_appoints_nobody(world: World) -> None:
    end_appointment(actor=None, post=world.posts["jiang"])
    with pytest.raises(DomainError):
        appoint(
            actor=world.jiang, person=world.nobody, role=role("class_adviser"), unit=world.c2302
        )
    world.sec.is_active = False
    with pytest.raises(DomainError):
        appoint(actor=world.sec, person=world.nobody, role=role("clerk"), unit=world.chem)


@pytest.mark.parametrize("key", ["jiang", "sec"])
def test_the_day_after_the_last_day_nobody_appoints_or_ends_any_more(
    world: World, key: str
) -> None:
    end_appointment(actor=None, post=world.posts[key], ends_on=timezone.localdate())
    adviser = role("class_adviser")
    with time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False):
        assert Grant.objects.filter(user=world.people[key]).exists()
        with pytest.raises(DomainError):
            appoint(actor=world.people[key], person=world.nobody, role=adviser, unit=world.c2302)
        with pytest.raises(DomainError):
            end_appointment(actor=world.people[key], post=world.posts["lu"])
    assert appoint(actor=world.people[key], person=world.nobody, role=adviser, unit=world.c2302)


def test_a_post_that_begins_tomorrow_appoints_nobody_today(world: World) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    world.add_post("nobody", "deputy_secretary", "chem", starts_on=tomorrow)
    with pytest.raises(DomainError):
        appoint(actor=world.nobody, person=world.wang, role=role("class_adviser"), unit=world.c2302)


def test_a_role_on_the_wrong_kind_of_unit_is_refused(world: World) -> None:
    with pytest.raises(DomainError):
        appoint(actor=world.sec, person=world.nobody, role=role("class_adviser"), unit=world.chem)


def test_a_single_post_has_one_holder_at_a_time(world: World) -> None:
    with pytest.raises(DomainError, match="林致远"):
        appoint(
            actor=world.sec, person=world.nobody, role=role("contract_leader"), unit=world.chem23
        )
    today = timezone.localdate()
    end_appointment(actor=None, post=world.posts["lin"], ends_on=today)
    with pytest.raises(DomainError):
        appoint(
            actor=world.sec, person=world.nobody, role=role("contract_leader"), unit=world.chem23,
            starts_on=today,
        )  # fmt: skip
    tomorrow = today + dt.timedelta(days=1)
    assert appoint(
        actor=world.sec, person=world.nobody, role=role("contract_leader"), unit=world.chem23,
        starts_on=tomorrow,
    )  # fmt: skip


def test_an_end_before_the_start_is_refused_by_the_domain_and_by_the_database(world: World) -> None:
    today = timezone.localdate()
    with pytest.raises(DomainError):
        appoint(
            actor=world.sec, person=world.nobody, role=role("clerk"), unit=world.chem,
            starts_on=today, ends_on=today - dt.timedelta(days=1),
        )  # fmt: skip
    with pytest.raises(DomainError):
        end_appointment(actor=world.sec, post=world.posts["lu"], ends_on=dt.date(2020, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.filter(pk=world.posts["lu"].pk).update(ends_on=dt.date(2020, 1, 1))


def test_an_overlapping_renewal_is_one_unbroken_right(world: World) -> None:
    today = timezone.localdate()
    first = end_appointment(
        actor=world.sec, post=world.posts["zhou"], ends_on=today + dt.timedelta(days=10)
    )
    appoint(
        actor=world.sec, person=world.zhou, role=role("counsellor"), unit=world.mingde23,
        starts_on=today + dt.timedelta(days=5), ends_on=today + dt.timedelta(days=400),
    )  # fmt: skip
    for days in (0, 5, 10, 11, 400):
        with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False):
            assert world.zhou.has_perm("cohorts.see_card", world.gu), days
    with time_machine.travel(timezone.now() + dt.timedelta(days=401), tick=False):
        assert not world.zhou.has_perm("cohorts.see_card", world.gu)
    assert first.ends_on is not None
    assert drift() == (0, 0)


def test_the_same_post_from_the_same_day_is_not_given_twice(world: World) -> None:
    with pytest.raises(DomainError):
        appoint(
            actor=world.sec, person=world.zhou, role=role("counsellor"), unit=world.mingde23,
            starts_on=world.posts["zhou"].starts_on,
        )  # fmt: skip


def test_a_post_is_never_prolonged_by_ending_it_later(world: World) -> None:
    today = timezone.localdate()
    end_appointment(actor=world.jiang, post=world.posts["lu"], ends_on=today)
    for actor in (world.jiang, world.sec):
        with pytest.raises(DomainError):
            end_appointment(
                actor=actor, post=world.posts["lu"], ends_on=today + dt.timedelta(days=90)
            )


def test_a_post_that_was_cut_off_is_not_ended_again(world: World) -> None:
    end_appointment(actor=None, post=world.posts["lu"])
    with pytest.raises(DomainError):
        end_appointment(actor=world.sec, post=world.posts["lu"], ends_on=timezone.localdate())
    assert not world.lu.has_perm("cohorts.see_card", world.gu)


def test_only_those_who_appoint_there_end_a_post(world: World) -> None:
    for key in ("zhou", "nobody", "he", "sys"):
        with pytest.raises(DomainError):
            end_appointment(actor=world.people[key], post=world.posts["lu"])
    assert world.lu.has_perm("cohorts.see_card", world.gu)


def test_the_rights_follow_a_changed_role_at_once_in_both_directions(world: World) -> None:
    adviser = role("class_adviser")
    before = list(adviser.permissions.values_list("codename", flat=True))
    set_role_actions(
        actor=world.sec, role=adviser, permission_ids=permission_ids(*before, "see_contact")
    )
    assert world.lu.has_perm("cohorts.see_contact", world.gu)
    set_role_actions(actor=world.sec, role=adviser, permission_ids=permission_ids("see_card"))
    assert not world.lu.has_perm("cohorts.see_contact", world.gu)
    assert not world.lu.has_perm("cohorts.log_talk", world.gu)
    assert world.lu.has_perm("cohorts.see_card", world.gu)
    assert drift() == (0, 0)


def test_only_a_security_administrator_changes_a_role_and_never_the_own(world: World) -> None:
    for key in ("jiang", "sys", "nobody"):
        with pytest.raises(DomainError):
            set_role_actions(actor=world.people[key], role=role("class_adviser"), permission_ids=[])
    with pytest.raises(DomainError):
        set_role_actions(
            actor=world.sec, role=role("secadmin"),
            permission_ids=permission_ids("grant_roles", "manage_unit"),
        )  # fmt: skip


def test_a_refused_appointment_leaves_no_row_no_grant_and_no_audit(world: World) -> None:
    before = (Appointment.objects.count(), Grant.objects.count(), AuditEntry.objects.count())
    with pytest.raises(DomainError):
        appoint(
            actor=world.sec, person=world.nobody, role=role("contract_leader"), unit=world.chem23
        )
    after = (Appointment.objects.count(), Grant.objects.count(), AuditEntry.objects.count())
    assert after == before
