"""The quick log: who may be picked, what is refused, and that nothing counts twice."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.domain.cases import seat_person
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from casework.models import Case, FollowUp
from tests.world import World

TEXT = "热力学作业已补交，约定下周一起看重修安排。"


def signed_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def form(world: World, **changed: Any) -> dict[str, Any]:
    filled = {
        "student": world.gu.student_no,
        "channel": "face",
        "content": TEXT,
        "next_on": (timezone.localdate() + dt.timedelta(days=3)).isoformat(),
        "client_key": str(uuid.uuid4()),
    }
    return filled | changed


def test_a_talk_is_saved_with_its_next_date(world: World) -> None:
    case = world.add_case("gu", level="ORANGE")
    answer = signed_in(world, "zhou").post("/log/", form(world))
    assert (answer.status_code, answer["Location"]) == (302, "/log/")
    talk = FollowUp.objects.get()
    assert (talk.author, talk.student, talk.case) == (world.zhou, world.gu, case)
    assert talk.next_on == timezone.localdate() + dt.timedelta(days=3)
    assert Case.objects.get().last_contact_at == talk.happened_at


def test_the_same_form_sent_three_times_is_one_record(world: World) -> None:
    client, filled = signed_in(world, "zhou"), form(world)
    for _time in range(2):
        assert client.post("/log/", filled).status_code == 302
    answer = client.post("/log/", filled, headers={"Accept": "application/json, text/html"})
    assert answer.status_code == 200
    assert answer.json()["id"] == FollowUp.objects.get().pk


@pytest.mark.parametrize("key", ["", "not-a-key", "x" * 300])
def test_a_missing_or_odd_key_loses_nothing(world: World, key: str) -> None:
    assert signed_in(world, "zhou").post("/log/", form(world, client_key=key)).status_code == 302
    assert FollowUp.objects.count() == 1


BAD = {
    "empty content": ({"content": "   "}, "Write at least one sentence"),
    "future": ({"happened_at": "2999-01-01T10:00"}, "lies in the future"),
    "next date in the past": ({"next_on": "2020-01-01"}, "lies in the past"),
    "calendar date in the past": ({"next_on": "pick", "next_pick": "2020-01-01"}, "in the past"),
    "no such day": ({"next_on": "2026-02-31"}, "Enter a day"),
    "no such way": ({"channel": "pigeon"}, ""),
    "too long": ({"content": "长" * 4001}, "4000"),
    "no student": ({"student": ""}, "Choose a student"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_and_what_was_typed_is_kept(world: World, name: str) -> None:
    changed, words = BAD[name]
    client = signed_in(world, "zhou")
    filled = form(world, **changed)
    answer = client.post("/log/", filled, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert filled["content"].strip() in text
    assert filled["client_key"] in text
    assert not FollowUp.objects.exists()
    queued = client.post(
        "/log/", filled, headers={"Accept": "application/json", "Accept-Language": "en"}
    )
    if "past" in name:
        # Typed offline days ago: the record counts, the passed day becomes today.
        assert queued.status_code == 200
        assert FollowUp.objects.get().next_on == timezone.localdate()
    else:
        assert queued.status_code == 422
        assert words in queued.json()["detail"]


@pytest.mark.parametrize("key", ["shen", "han", "nobody", "qian", "gu_account"])
def test_nobody_logs_on_a_student_of_others(world: World, key: str) -> None:
    answer = signed_in(world, key).post("/log/", form(world))
    assert answer.status_code in (403, 404)
    assert signed_in(world, key).get("/log/?student=" + world.gu.student_no).status_code in (
        403,
        404,
    )
    assert not FollowUp.objects.exists()


def test_a_number_that_does_not_exist_answers_like_one_of_others(world: World) -> None:
    client = signed_in(world, "zhou")
    hidden = client.post("/log/", form(world, student=world.ye.student_no))
    missing = client.post("/log/", form(world, student="2999999999"))
    assert hidden.status_code == missing.status_code == 404


def test_a_draft_sent_after_the_post_ended_keeps_its_text_on_the_phone(world: World) -> None:
    filled = form(world, student=world.ye.student_no)
    answer = signed_in(world, "zhou").post("/log/", filled, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["detail"]


@pytest.mark.parametrize("query", ["顾", "gu yan", "guyanchuan", "gyc", "2230514127"])
def test_the_picker_finds_by_name_pinyin_initials_and_number(world: World, query: str) -> None:
    text = signed_in(world, "zhou").get("/log/students/", {"q": query}).content.decode()
    assert "顾言川" in text
    assert "宋远" not in text


def test_the_picker_shows_class_and_age_but_no_level_or_category(world: World) -> None:
    world.add_case("gu", level="RED", category="PSYCH")
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=TEXT,
        happened_at=timezone.now() - dt.timedelta(days=3),
    )  # fmt: skip
    client = signed_in(world, "zhou")
    for url in ("/log/students/?q=gyc", f"/log/?student={world.gu.student_no}"):
        text = client.get(url, headers={"Accept-Language": "en"}).content.decode()
        # Types of talks are the same choices for every student.
        text = re.sub(r"<select.*?</select>", "", text, flags=re.DOTALL)
        assert "化工2301" in text
        assert "3 days ago" in text
        for word in ("p-level", "红色", "心理", "Red"):
            assert word not in text, word


def test_the_picker_offers_only_those_one_may_log_on(world: World) -> None:
    assert "顾言川" not in signed_in(world, "shen").get("/log/students/?q=gyc").content.decode()
    assert signed_in(world, "han").get("/log/students/?q=gyc").status_code == 403
    assert "顾言川" in signed_in(world, "lu").get("/log/students/?q=gyc").content.decode()


def test_the_rhythm_of_the_level_is_told_only_to_those_who_see_the_case(world: World) -> None:
    world.add_case("gu", level="ORANGE")
    url = f"/log/next/?student={world.gu.student_no}"
    week = (timezone.localdate() + dt.timedelta(days=7)).isoformat()
    assert week in signed_in(world, "zhou").get(url).content.decode()
    assert week not in signed_in(world, "lu").get(url).content.decode()


def test_the_page_works_without_script_by_a_find_button(world: World) -> None:
    filled = form(world, student="", q="gyc", find="1")
    answer = signed_in(world, "zhou").post("/log/", filled)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "顾言川" in text
    assert TEXT in text
    assert not FollowUp.objects.exists()


def test_a_read_only_seat_does_not_log(world: World) -> None:
    seat = seat_person(actor=None, case=world.add_case("gu"), person=world.nobody, duty="观察")
    seat.write_level = "read"
    seat.save()
    assert signed_in(world, "nobody").post("/log/", form(world)).status_code == 403


def test_the_way_back_stays_on_this_site(world: World) -> None:
    client = signed_in(world, "zhou")
    away = client.post("/log/", form(world, next="https://example.com/"))
    assert away["Location"] == "/log/"
    back = client.post("/log/", form(world, next=f"/students/{world.gu.student_no}/"))
    assert back["Location"] == f"/students/{world.gu.student_no}/"
