"""Roles and contracting groups in Django's admin: what their forms accept, refuse and show."""

import datetime as dt
import html
import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from cohorts.domain.appointments import end_appointment
from cohorts.models import Contract, Role
from portal.core.access import actions
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from tests.core.test_admin_pages import enter, errors_of, text
from tests.world import World

pytestmark = pytest.mark.django_db


def action_ids(role: Role, *more: str) -> list[str]:
    codes = [*role.permissions.values_list("codename", flat=True), *more]
    rows = Permission.objects.filter(codename__in=codes, content_type__model="unit")
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def role_form(role: Role, allowed: list[str]) -> dict[str, object]:
    return {"name": role.name, "description": role.description, "side": role.side,
            "order": role.order, "unit_kinds": role.unit_kinds, "allowed": allowed,
            **({"is_single": "on"} if role.is_single else {})}  # fmt: skip


def test_a_role_shows_every_action_explained_and_its_change_reaches_the_holders(
    world: World,
) -> None:
    role = Role.objects.get(code="class_adviser")
    client, url = enter(world.sec), reverse("admin:cohorts_role_change", args=[role.pk])
    page = html.unescape(text(client.get(url)))
    with override("zh-hans"):
        for one in actions():
            if one.code != "see_own":
                assert str(one.label) in page, one.code
                assert str(one.help) in page, one.code
    assert 'value="see_own"' not in page
    assert not world.lu.has_perm("cohorts.see_contact", world.gu)
    assert client.post(url, role_form(role, action_ids(role, "see_contact"))).status_code == 302
    assert world.lu.has_perm("cohorts.see_contact", world.gu)
    assert client.post(url, role_form(role, [])).status_code == 302
    assert not world.lu.has_perm("cohorts.see_card", world.gu)


def test_an_action_that_is_not_registered_is_refused_in_a_role(world: World) -> None:
    role = Role.objects.get(code="class_adviser")
    foreign = Permission.objects.get(codename="delete_unit")
    url = reverse("admin:cohorts_role_change", args=[role.pk])
    response = enter(world.sec).post(url, role_form(role, [str(foreign.pk)]))
    assert errors_of(response).strip()
    assert not role.permissions.filter(pk=foreign.pk).exists()


def test_the_last_one_who_can_appoint_is_never_locked_out(world: World) -> None:
    client, role = enter(world.sec), Role.objects.get(code="secadmin")
    url = reverse("admin:cohorts_role_change", args=[role.pk])
    assert errors_of(client.post(url, role_form(role, []))).strip()
    assert role.permissions.filter(codename="grant_roles").exists()
    with pytest.raises(DomainError):
        end_appointment(actor=world.sec, post=world.posts["sec"])
    world.posts["sec"].refresh_from_db()
    assert world.posts["sec"].revoked_at is None


def test_no_administrator_widens_the_own_role_or_opens_records_with_it(world: World) -> None:
    client = enter(world.sec)
    for code in ("secadmin", "sysadmin", "auditor"):
        role = Role.objects.get(code=code)
        url = reverse("admin:cohorts_role_change", args=[role.pk])
        response = client.post(url, role_form(role, action_ids(role, "see_card")))
        assert errors_of(response).strip(), code
        assert not role.permissions.filter(codename="see_card").exists()


def test_gaps_of_a_contracting_group_are_shown_in_red(world: World) -> None:
    page = text(enter(world.sys).get(reverse("admin:cohorts_contract_changelist")))
    marks = re.findall(r'class="p-tag p-tag-late">([^<]+)<', page)
    # Two advisers are wanted and one is there; nobody is party-building tutor.
    assert len(marks) == 2
    assert all("1" in mark for mark in marks)


def contract_form(world: World, **changes: object) -> dict[str, object]:
    return {"cohort": world.chem24.pk, "academic_year": "2026-2027", "matters": "学风",
            "starts_on": "2026-09-01", "ends_on": "2027-08-31", "wanted_leader": 1,
            "wanted_counsellor": 1, "wanted_adviser": 1, "wanted_organiser": 0,
            "wanted_party_tutor": 1, **changes}  # fmt: skip


def test_a_contracting_group_is_set_up_in_one_form(world: World) -> None:
    url = reverse("admin:cohorts_contract_add")
    assert enter(world.sys).post(url, contract_form(world)).status_code == 302
    made = Contract.objects.get(cohort=world.chem24.pk)
    assert dict(made.posts.values_list("member_type", "wanted"))["counsellor"] == 1
    assert AuditEntry.objects.filter(action="open_contract", actor=world.sys).exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_on": "2026-08-01"},
        {"wanted_leader": 2},
        {"academic_year": "2026"},
        {"academic_year": "2026-2028"},
    ],
)
def test_a_wrong_contracting_group_is_refused_with_its_input_kept(
    world: World, changes: dict[str, object]
) -> None:
    response = enter(world.sys).post(
        reverse("admin:cohorts_contract_add"), contract_form(world, **changes)
    )
    assert errors_of(response).strip()
    assert 'value="学风"' in text(response)
    assert not Contract.objects.filter(cohort=world.chem24.pk).exists()


def test_a_partner_of_another_entry_year_is_refused(world: World) -> None:
    form = contract_form(world, partners=[world.mingde23.pk])
    response = enter(world.sys).post(reverse("admin:cohorts_contract_add"), form)
    assert "2023" in errors_of(response)


def test_the_lists_ask_the_same_number_of_questions_for_one_and_for_three_rows(
    world: World,
) -> None:
    def questions(key: str, page: str) -> int:
        client = enter(world.people[key])
        client.get(reverse(page))
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(page)).status_code == 200
        return len(caught)

    before = questions("sys", "admin:cohorts_contract_changelist")
    posts = questions("sec", "admin:cohorts_appointment_changelist")
    roles = questions("sec", "admin:cohorts_role_changelist")
    for year in ("2024-2025", "2025-2026"):
        Contract.objects.create(
            cohort_id=world.chem23.pk, academic_year=year, starts_on=dt.date(2024, 9, 1)
        )
    world.add_post("nobody", "class_adviser", "c2302")
    Role.objects.create(code="extra", name="其他", unit_kinds=["class"])
    assert questions("sys", "admin:cohorts_contract_changelist") == before
    assert questions("sec", "admin:cohorts_appointment_changelist") == posts
    assert questions("sec", "admin:cohorts_role_changelist") == roles
