"""Every page of the roof answers every member of the cast with what the posts allow."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from portal.core.models import Notification
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


STAFF = ("lin", "zhou", "shen", "lu", "wang", "han", "gao", "he", "jiang", "qian", "psy", "sys",
         "sec", "aud", "nobody")  # fmt: skip


@pytest.mark.parametrize("key", STAFF)
def test_the_common_pages_answer_everyone(world: World, key: str) -> None:
    world.add_case("gu")
    client = client_of(world, key)
    for name in ("workbench", "contracts", "search", "me", "notices", "styleguide"):
        assert client.get(reverse(f"web:{name}")).status_code == 200, name


def test_a_stranger_is_sent_to_the_log_in(world: World) -> None:
    answer = Client().get("/cohorts/1/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


def test_log_in_with_the_number_and_out_again(world: World) -> None:
    client = Client()
    assert "示范大学" in client.get("/login/").content.decode()
    wrong = client.post("/login/", {"username": "lin", "password": "nonsense"})
    assert wrong.status_code == 200
    assert "nonsense" not in wrong.content.decode()
    right = client.post("/login/", {"username": "lin", "password": PASSWORD})
    assert right["Location"] == "/"
    assert client.get("/").status_code == 200
    client.post("/logout/")
    assert client.get("/").status_code == 302


def test_an_expired_account_cannot_log_in(world: World) -> None:
    world.lin.expires_on = dt.date(2020, 1, 1)
    world.lin.save()
    answer = Client().post("/login/", {"username": "lin", "password": PASSWORD})
    assert answer.status_code == 200
    assert not answer.wsgi_request.user.is_authenticated


def test_a_student_is_sent_to_the_own_page(world: World) -> None:
    answer = client_of(world, "gu_account").get("/")
    assert answer.status_code == 302
    assert answer["Location"] == "/my/"


def test_a_person_without_posts_reads_whom_to_ask(world: World) -> None:
    page = client_of(world, "nobody").get("/").content.decode()
    assert "security administrator" in page or "安全管理员" in page


def test_a_missing_unit_and_a_hidden_one_look_alike(world: World) -> None:
    client = client_of(world, "lin")
    hidden = client.get(f"/cohorts/{world.mech23.pk}/")
    missing = client.get("/cohorts/99999999/")
    assert hidden.status_code == missing.status_code == 404
    # Apart from the security token and the address itself.
    words = [re.sub(r'value="[^"]*"', "", page.content.decode()) for page in (hidden, missing)]
    assert words[0] == words[1]


def test_a_refusal_says_why(world: World) -> None:
    answer = client_of(world, "lu").get(f"/units/{world.c2301.pk}/items/")
    assert answer.status_code == 403
    assert "p-lost" in answer.content.decode()


def test_reading_the_bell_marks_only_own_notices_shown(world: World) -> None:
    first = Notification.objects.create(user=world.lin, key="a", text="一")
    other = Notification.objects.create(user=world.zhou, key="a", text="二")
    client = client_of(world, "lin")
    assert "一" in client.get("/notices/").content.decode()
    later = Notification.objects.create(user=world.lin, key="b", text="三")
    client.post("/notices/", {"upto": first.pk})
    for notice in (first, other, later):
        notice.refresh_from_db()
    assert first.read_at is not None
    assert other.read_at is None
    assert later.read_at is None


def test_search_finds_nothing_outside_ones_reach(world: World) -> None:
    page = client_of(world, "lin").get("/search/", {"q": "叶知秋"}).content.decode()
    assert "2240517019" not in page


def test_search_survives_odd_input(world: World) -> None:
    client = client_of(world, "lin")
    for asked in ("\x00", "%' OR 1=1 --", "x" * 500, "<script>"):
        answer = client.get("/search/", {"q": asked}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode()
