"""Looking as a colleague: what both may see, read-only, logged, for half an hour (design 5.9)."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cohorts.domain.appointments import end_appointment
from portal.core.access import reasons, seen_as
from portal.core.models import AuditEntry, Notification
from students.models import Student
from tests.world import World

WHY = "核对页面显示"


def support(world: World, key: str, whom: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    answer = client.post("/view-as/", {"number": whom, "reason": WHY})
    assert answer.status_code == 302, answer.content.decode()
    return client


def test_what_is_seen_is_what_both_reach_and_never_more(world: World) -> None:
    """he directs Mingde (gu, song); lin contracts Chem 2023 (gu, cheng, luo): both reach gu."""
    for action in ("see_card", "see_case", "see_identity"):
        both = Student.objects.restrict(seen_as(world.lin, world.he), action)
        assert {one.name for one in both} == {"顾言川"}, action
    nobody = Student.objects.restrict(seen_as(world.lin, world.sec), "see_card")
    assert not nobody.exists()
    assert reasons(seen_as(world.lin, world.he), "see_card", world.song) == []
    assert reasons(seen_as(world.lin, world.he), "see_card", world.gu) != []
    assert not seen_as(world.lin, world.he).has_perm("cohorts.see_card", world.cheng)


def test_pages_show_the_intersection_with_a_banner_and_reads_name_the_supporter(
    world: World,
) -> None:
    world.add_post("zhou", "counsellor", "c2301")
    case = world.add_case("gu", "RED")
    Notification.objects.create(user=world.zhou, key="k", text="只给本人的通知")
    client = support(world, "jiang", "zhou")
    text = client.get("/students/").content.decode()
    assert "顾言川" in text
    assert "宋远" not in text
    assert "周启文" in text
    assert "/view-as/end/" in text
    assert client.get(f"/students/{world.song.student_no}/").status_code == 404
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    assert "只给本人的通知" not in client.get("/").content.decode()
    row = AuditEntry.objects.get(action="read_case")
    assert (row.actor, row.detail["seen_as"]) == (world.jiang, world.zhou.pk)


def test_nothing_is_written_and_personal_pages_stay_shut(world: World) -> None:
    client = support(world, "he", "zhou")
    talk = {"student": world.gu.student_no, "channel": "face", "content": "谈了作息与课程安排"}
    assert client.post("/log/", talk).status_code == 403
    assert client.post(f"/students/{world.gu.student_no}/fields/phone/").status_code == 403
    for path in ("/notices/", "/me/", "/me/sessions/", "/imports/", "/admin/", "/view-as/", "/my/"):
        assert client.get(path).status_code == 403, path


def test_the_security_administrator_sees_pages_without_a_single_student(world: World) -> None:
    client = support(world, "sec", "zhou")
    assert client.get("/").status_code == 200
    assert client.get("/students/").status_code == 403
    assert client.get(f"/students/{world.gu.student_no}/").status_code == 404
    assert "顾言川" not in client.get("/search/?q=gyc").content.decode()


def test_it_ends_by_hand_with_time_with_the_right_and_with_the_session(world: World) -> None:
    client = support(world, "he", "zhou")
    assert client.post("/view-as/end/").status_code == 302
    assert "/view-as/end/" not in client.get("/students/").content.decode()
    client = support(world, "he", "zhou")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=29, seconds=50), tick=False):
        assert "/view-as/end/" in client.get("/students/").content.decode()
    client = support(world, "he", "zhou")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=25), tick=False):
        client.get("/students/")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=31), tick=False):
        assert "/view-as/end/" not in client.get("/students/").content.decode()
    client = support(world, "he", "zhou")
    end_appointment(actor=None, post=world.posts["zhou"])
    assert "/view-as/end/" not in client.get("/students/").content.decode()
    client.post("/logout/")
    why = AuditEntry.objects.filter(action="end_view_as").order_by("id")
    assert [row.detail["why"] for row in why] == ["asked", "time", "right"]
    assert AuditEntry.objects.filter(action="begin_view_as", actor=world.he).count() == 4


@pytest.mark.parametrize(
    ("key", "whom", "status"),
    [
        ("zhou", "he", 403),
        ("he", "he", 422),
        ("he", "lin", 422),
        ("sec", "sys", 422),
        ("sec", "gu_account", 422),
        ("he", "no-such", 422),
    ],
)
def test_who_may_look_through_whom(world: World, key: str, whom: str, status: int) -> None:
    """Never upwards, sideways, through an administrator, a student or oneself."""
    client = Client()
    client.force_login(world.people[key])
    assert client.post("/view-as/", {"number": whom, "reason": WHY}).status_code == status
    assert not AuditEntry.objects.filter(action="begin_view_as").exists()
