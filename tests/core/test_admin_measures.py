"""Limits, ratios and kinds of link in Django's admin."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cohorts.models import LinkKind, Parameter, Ratio, Role
from cohorts.models.post import PostBlock
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from students.domain.links import link_student
from tests.core.test_admin_pages import enter, errors_of
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_limit_of_a_rule_is_lowered_but_not_raised_above_it(world: World) -> None:
    row = Parameter.objects.get(key="staff.counsellor")
    url = reverse("admin:cohorts_parameter_change", args=[row.pk])
    client = enter(world.sys)
    assert "教育部令第43号" in errors_of(client.post(url, {"value": "250", "note": ""}))
    assert client.post(url, {"value": "180", "note": "学校标准"}).status_code == 302
    row.refresh_from_db()
    assert row.value == 180
    assert AuditEntry.objects.filter(action="change_parameter").exists()
    assert enter(world.sec).get(url).status_code == 403


def test_the_weight_of_part_time_posts_is_set_in_the_ratio(world: World) -> None:
    ratio = Ratio.objects.get(code="counsellor")
    roles = list(ratio.roles.order_by("pk"))
    form = {"name": ratio.name, "order": 0, "side": ratio.side, "shape": ratio.shape,
            "parameter": ratio.parameter_id, "at_least": 0, "roles-TOTAL_FORMS": 2,
            "roles-INITIAL_FORMS": 2}  # fmt: skip
    for n, row in enumerate(roles):
        weight = "0.5" if row.role.code == "part_counsellor" else "1"
        form |= {f"roles-{n}-id": row.pk, f"roles-{n}-ratio": ratio.pk,
                 f"roles-{n}-role": row.role_id, f"roles-{n}-weight": weight}  # fmt: skip
    url = reverse("admin:cohorts_ratio_change", args=[ratio.pk])
    assert enter(world.sys).post(url, form | {"roles-0-weight": "1.5"}).status_code == 200
    assert enter(world.sys).post(url, form).status_code == 302
    assert str(ratio.roles.get(role__code="part_counsellor").weight) == "0.50"
    assert AuditEntry.objects.filter(action="set_ratio_roles").exists()


def test_who_may_be_linked_and_how_many_is_set_on_the_kind(world: World) -> None:
    kind = LinkKind.objects.get(code="tutor")
    url = reverse("admin:cohorts_linkkind_change", args=[kind.pk])
    allowed = [str(pk) for pk in kind.permissions.values_list("pk", flat=True)]
    form = {"name": kind.name, "is_limit_per_year": "on", "is_single": "on", "allowed": allowed,
            "roles": [Role.objects.get(code="teacher").pk]}  # fmt: skip
    assert errors_of(enter(world.sec).post(url, form))
    assert enter(world.sec).post(url, form | {"load_limit": "4"}).status_code == 302
    kind.refresh_from_db()
    assert (kind.limit(), kind.roles.get().code) == (4, "teacher")


def test_a_blocked_person_is_not_linked_while_the_block_lasts(world: World) -> None:
    today = timezone.localdate()
    PostBlock.objects.create(person=world.nobody, covers=["tutor"], reason="师德考核未通过",
                             starts_on=today)  # fmt: skip
    kind = LinkKind.objects.get(code="tutor")
    with pytest.raises(DomainError, match="师德考核未通过"):
        link_student(actor=world.jiang, kind=kind, person=world.nobody, student=world.cheng)
