"""Accounts, and the rights of the three administrators inside Django's admin."""

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cohorts.domain.appointments import appoint, end_appointment
from cohorts.models import Appointment, Role
from portal.core.domain.accounts import change_account
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, User
from tests.concurrently import at_once
from tests.core.test_admin_pages import enter, text
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


def test_an_account_is_opened_with_a_password_and_frozen(world: World) -> None:
    client = enter(world.sec)
    form = {"username": "t001", "name": "吕新", "title": "讲师",
            "password1": "Long-river-88", "password2": "Long-river-88"}  # fmt: skip
    assert client.post(reverse("admin:core_user_add"), form).status_code == 302
    made = User.objects.get(username="t001")
    assert made.check_password("Long-river-88")
    assert not made.is_staff
    url = reverse("admin:core_user_change", args=[made.pk])
    frozen = {"username": "t001", "name": "吕新", "title": "讲师", "expires_on": ""}
    assert client.post(url, frozen).status_code == 302
    made.refresh_from_db()
    assert not made.is_active
    assert AuditEntry.objects.filter(action="freeze_account", object_id=str(made.pk)).exists()


def test_nobody_makes_a_superuser_or_hands_out_groups_in_the_form(world: World) -> None:
    url = reverse("admin:core_user_change", args=[world.nobody.pk])
    client = enter(world.sec)
    group = Group.objects.get(name="admin:sysadmin")
    client.post(url, {"username": "nobody", "name": "白一", "is_active": "on", "is_superuser": "on",
                      "is_staff": "on", "groups": [group.pk]})  # fmt: skip
    world.nobody.refresh_from_db()
    assert not world.nobody.is_superuser
    assert not world.nobody.is_staff
    assert not world.nobody.groups.exists()
    assert "is_superuser" not in text(client.get(url))


def test_an_administrator_gives_a_password_for_one_log_in(world: World) -> None:
    url = reverse("admin:auth_user_password_change", args=[world.nobody.pk])
    client = enter(world.sec)
    assert "one-time-password" not in text(client.get(url))
    found = re.search(r"<code>([^<]+)</code>", text(client.post(url)))
    assert found
    world.nobody.refresh_from_db()
    assert world.nobody.check_password(found[1])
    assert world.nobody.must_change_password
    entry = AuditEntry.objects.get(action="set_password")
    assert entry.actor == world.sec
    assert found[1] not in str(entry.detail)
    validate_password(found[1])


def test_nobody_gives_himself_a_password_past_the_present_one(world: World) -> None:
    url = reverse("admin:auth_user_password_change", args=[world.sec.pk])
    assert "one-time-password" not in text(enter(world.sec).post(url))
    world.sec.refresh_from_db()
    assert world.sec.check_password(PASSWORD)


def test_groups_follow_the_posts_and_end_with_them(world: World) -> None:
    sysadmin = Role.objects.get(code="sysadmin")
    post = appoint(actor=world.sec, person=world.nobody, role=sysadmin, unit=world.uni)
    world.nobody.refresh_from_db()
    assert world.nobody.is_staff
    assert list(world.nobody.groups.values_list("name", flat=True)) == ["admin:sysadmin"]
    end_appointment(actor=world.sec, post=post)
    world.nobody.refresh_from_db()
    assert not world.nobody.is_staff
    assert not world.nobody.groups.exists()


def test_one_person_never_holds_two_of_the_three_duties(world: World) -> None:
    with pytest.raises(DomainError, match="系统管理员"):
        appoint(
            actor=world.sec, person=world.sys, role=Role.objects.get(code="auditor"), unit=world.uni
        )


def test_a_duty_whose_last_day_has_passed_opens_nothing_before_any_clean_up(world: World) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Appointment.objects.filter(pk=world.posts["sys"].pk).update(ends_on=yesterday)
    assert world.sys.groups.exists()
    assert enter(world.sys).get("/admin/").status_code == 302
    assert not world.sys.has_perm("cohorts.view_unit")


def test_two_duties_by_a_slip_in_the_data_count_as_none(world: World) -> None:
    Appointment.objects.create(
        person=world.sys, role=Role.objects.get(code="auditor"), unit=world.uni,
        starts_on=timezone.localdate(),
    )  # fmt: skip
    assert enter(world.sys).get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"username": "sec2"},
        {"expires_on": dt.date(2030, 1, 1)},
    ],
)
def test_no_administrator_changes_what_the_own_account_may_do(world: World, change: dict) -> None:
    for name, value in change.items():
        setattr(world.sec, name, value)
    with pytest.raises(DomainError):
        change_account(actor=world.sec, user=world.sec, fields=set(change))


def _second_secadmin(world: World) -> User:
    other = world.add_person("sec2", "安全管理员二")
    world.add_post("sec2", "secadmin", "uni")
    return other


def test_the_last_security_administrator_is_neither_frozen_nor_ended(world: World) -> None:
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    other = _second_secadmin(world)
    world.sec.is_active = False
    change_account(actor=other, user=world.sec, fields={"is_active"})
    for change in ({"is_active": False}, {"expires_on": tomorrow}):
        for name, value in change.items():
            setattr(other, name, value)
        with pytest.raises(DomainError, match="安全管理员"), transaction.atomic():
            change_account(actor=world.sys, user=other, fields=set(change))
        other.refresh_from_db()
    with pytest.raises(DomainError, match="安全管理员"), transaction.atomic():
        end_appointment(actor=other, post=world.posts["sec2"])
    with pytest.raises(DomainError, match="安全管理员"), transaction.atomic():
        end_appointment(actor=other, post=world.posts["sec2"], ends_on=tomorrow)


@pytest.mark.django_db(transaction=True)
def test_two_security_administrators_do_not_freeze_one_another(world: World) -> None:
    other = _second_secadmin(world)

    def freeze(actor: User, user: User) -> bool:
        user = User.objects.get(pk=user.pk)
        user.is_active = False
        try:
            change_account(actor=actor, user=user, fields={"is_active"})
        except DomainError:
            return False
        return True

    outcomes = at_once(lambda: freeze(other, world.sec), lambda: freeze(world.sec, other))
    assert sorted(outcomes) == [False, True]


def test_the_three_duties_read_no_business_data(world: World) -> None:
    """Neither a page nor a model of students or cases opens for any of them."""
    world.add_case("gu")
    for key in ("sys", "sec", "aud"):
        client = enter(world.people[key])
        for place in ("/students/", f"/students/{world.gu.student_no}/", "/cases/"):
            assert client.get(place).status_code in (403, 404), (key, place)
        assert "顾言川" not in text(client.get("/search/?q=" + world.gu.student_no)), key
