"""The admin's actions on units: preview, carrying out, refusals that say what to do."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cohorts.models import GroupMember, SchoolClass, Studio, Unit, UnitPast
from students.models import Placement
from tests.world import World

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate().isoformat()


@pytest.fixture
def client(world: World) -> Client:
    client = Client()
    client.force_login(world.sys)
    return client


def act(client: Client, unit: Unit, do: str, step: str = "apply", **form: object) -> object:
    url = reverse("admin:cohorts_unit_act", args=[unit.pk, do])
    return client.post(url, {"on": TODAY, "order_no": "", "step": step, **form})


def test_a_merge_is_shown_first_and_then_carried_out(client: Client, world: World) -> None:
    page = act(client, world.c2301, "merge", "preview", into=world.c2302.pk)
    text = page.content.decode()
    assert "班主任 陆怀远" in text
    assert "顾言川" not in text
    world.c2301.refresh_from_db()
    assert world.c2301.closed_on is None
    assert act(client, world.c2301, "merge", into=world.c2302.pk).status_code == 302
    world.c2301.refresh_from_db()
    assert world.c2301.closed_on is not None


def test_a_class_is_moved_renamed_split_and_closed(client: Client, world: World) -> None:
    assert act(client, world.c2302, "move", parent=world.chem24.pk).status_code == 302
    assert act(client, world.c2401, "rename", name="化工2401甲", short_name="").status_code == 302
    assert UnitPast.objects.count() == 2
    members = {"name": "化工2305", "code": "化工2305", "short_name": "", "members": "2230514127"}
    assert act(client, world.c2301, "split", **members).status_code == 302
    made = SchoolClass.objects.get(code="化工2305")
    assert Placement.objects.get(unit=made).student_id == world.gu.pk
    assert act(client, world.room411, "close").status_code == 302


@pytest.mark.parametrize(
    ("code", "form", "words"),
    [
        ("move", {"parent": "mingde"}, "明德书院"),
        ("move", {"parent": "c2301"}, "化工2301"),
        ("merge", {"into": "chem24"}, ""),
        ("close", {}, "merge|并"),
        ("rename", {"name": "化工2301", "short_name": ""}, ""),
        ("split", {"name": "新", "code": "化工2302", "short_name": "", "members": ""}, ""),
        ("split", {"name": "新", "code": "新", "short_name": "", "members": "9999"}, "9999"),
        ("move", {"parent": "chem24", "on": "2099-01-01"}, ""),
        ("move", {"parent": "", "on": "not a day"}, ""),
    ],
)  # fmt: skip
def test_a_refused_change_says_why_and_changes_nothing(
    client: Client, world: World, code: str, form: dict[str, str], words: str
) -> None:
    sent = {k: world.units[v].pk if v in world.units else v for k, v in form.items()}
    page = act(client, world.c2301, code, **sent)
    text = page.content.decode()
    assert page.status_code == 200
    assert "errorlist" in text
    assert any(word in text for word in words.split("|"))
    kept = Unit.objects.get(pk=world.c2301.pk)
    assert (kept.parent_id, kept.closed_on, kept.name) == (world.chem23.pk, None, "化工2301")


def test_only_the_system_administrator_changes_units(world: World) -> None:
    for key, status in (("sec", 403), ("aud", 403), ("jiang", 302), ("nobody", 302)):
        client = Client()
        client.force_login(world.people[key])
        for code in ("move", "merge", "split", "close", "rename"):
            url = reverse("admin:cohorts_unit_act", args=[world.c2301.pk, code])
            assert client.get(url).status_code == status, (key, code)
            assert client.post(url, {"on": TODAY}).status_code == status, (key, code)


def test_an_unknown_action_or_unit_is_not_found(client: Client, world: World) -> None:
    assert client.get(f"/admin/cohorts/unit/{world.chem.pk}/act/explode/").status_code == 404
    assert client.get("/admin/cohorts/unit/999999/act/move/").status_code == 404


def test_a_studio_and_its_rings_are_set_up_in_the_admin(client: Client, world: World) -> None:
    form = {"name": "心理工作室", "code": "S1", "parent": world.mingde.pk, "opened_on": TODAY,
            "opening_hours": "周一至周五 9:00"}  # fmt: skip
    assert client.post(reverse("admin:cohorts_studio_add"), form).status_code == 302
    studio = Studio.objects.get(code="S1")
    member = {"group": studio.pk, "username": "zhou", "ring": "inner", "starts_on": TODAY}
    assert client.post(reverse("admin:cohorts_groupmember_add"), member).status_code == 302
    assert GroupMember.objects.get().person == world.zhou
    wrong = {**member, "username": "no-such-person"}
    assert client.post(reverse("admin:cohorts_groupmember_add"), wrong).status_code == 200
    page = client.get(reverse("admin:cohorts_schoolclass_change", args=[world.c2301.pk]))
    assert f"/admin/cohorts/unit/{world.c2301.pk}/act/merge/" in page.content.decode()
