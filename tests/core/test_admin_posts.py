"""The admin stops a mistake about posts before it is saved, and keeps what was typed."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Appointment, PostBlock, Role
from portal.core.models import AuditEntry
from tests.core.test_admin_forms import action_ids, role_form
from tests.core.test_admin_pages import enter, errors_of, text
from tests.world import World

pytestmark = pytest.mark.django_db
ADD = "admin:cohorts_appointment_add"


def test_mistakes_about_a_post_are_refused_with_a_sentence(world: World) -> None:
    client, today = enter(world.sec), timezone.localdate()
    roles = {role.code: role.pk for role in Role.objects.all()}
    mistakes = [
        # two leaders at once, an end before the start, a role on the wrong kind of unit
        ("contract_leader", world.chem23, {}),
        ("counsellor", world.mingde23, {"ends_on": today - dt.timedelta(days=1)}),
        ("class_adviser", world.chem, {}),
        # a deputy without an end
        ("contract_leader", world.chem23, {"stands_in_for": world.posts["lin"].pk}),
    ]
    for code, unit, extra in mistakes:
        form = {"person": world.nobody.pk, "role": roles[code], "unit": unit.pk, "starts_on": today}
        response = client.post(reverse(ADD), form | extra)
        assert response.status_code == 200, code
        assert errors_of(response).strip(), code
        assert not Appointment.objects.filter(person=world.nobody).exists()


def test_a_post_with_open_work_is_not_ended_in_the_admin(world: World) -> None:
    world.add_case("gu", owner=world.zhou)
    url = reverse("admin:cohorts_appointment_change", args=[world.posts["zhou"].pk])
    response = enter(world.sec).post(url, {"ends_on": timezone.localdate()})
    assert f"/posts/{world.posts['zhou'].pk}/handover/" in errors_of(response)
    world.posts["zhou"].refresh_from_db()
    assert world.posts["zhou"].ends_on is None


def test_a_role_never_contradicts_the_posts_that_are_held(world: World) -> None:
    client, role = enter(world.sec), Role.objects.get(code="counsellor")
    url = reverse("admin:cohorts_role_change", args=[role.pk])
    form = role_form(role, action_ids(role))
    response = client.post(url, form | {"unit_kinds": ["building"]})
    assert "周启文" in errors_of(response)
    world.add_post("nobody", "counsellor", "mingde23")
    response = client.post(url, form | {"is_single": "on"})
    assert "明德书院2023级" in errors_of(response)
    role.refresh_from_db()
    assert not role.is_single
    assert "cohort" in role.unit_kinds


def test_a_block_is_set_with_its_reason_lifted_and_never_deleted(world: World) -> None:
    client, today = enter(world.sec), timezone.localdate()
    form = {"person": world.nobody.pk, "covers": ["class_adviser"], "reason": "考核不合格",
            "starts_on": today}  # fmt: skip
    url = reverse("admin:cohorts_postblock_add")
    assert errors_of(client.post(url, form | {"reason": ""})).strip()
    assert client.post(url, form).status_code == 302
    block = PostBlock.objects.get()
    assert block.set_by == world.sec
    adviser = Role.objects.get(code="class_adviser")
    post = {
        "person": world.nobody.pk,
        "role": adviser.pk,
        "unit": world.c2302.pk,
        "starts_on": today,
    }
    response = client.post(reverse(ADD), post)
    assert "白一" in errors_of(response)
    assert "考核" not in text(response)
    change = reverse("admin:cohorts_postblock_change", args=[block.pk])
    last = today + dt.timedelta(days=1)
    assert client.post(change, {"ends_on": last}).status_code == 302
    block.refresh_from_db()
    assert block.ends_on == last
    assert AuditEntry.objects.filter(action="lift_block", actor=world.sec).exists()
    assert client.post(f"{change}delete/").status_code in (403, 404)
    for other in (world.sys, world.aud):
        assert enter(other).get(url).status_code in (302, 403, 404)
