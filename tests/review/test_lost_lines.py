"""A line that somebody wrote is kept, counted once, and refused only with words."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from casework.domain.cases import assign_owner, raise_level, seat_person
from casework.domain.follow_ups import correct_follow_up, log_follow_up
from casework.enums import Channel
from casework.models import CaseLevel, FollowUp, Seat
from cohorts.domain.appointments import end_appointment
from cohorts.models import Grant
from portal.core.scope import request_scope
from students.models import Student
from tests.world import World

EN = {"Accept-Language": "en"}
HTMX = {"HX-Request": "true", **EN}
WORDS = "近况良好，按时上课，约定周五再谈"


def client_of(world: World, key: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.people[key])
    return client


def form(**changed: Any) -> dict[str, Any]:
    return {"channel": "face", "content": WORDS, "client_key": str(uuid.uuid4())} | changed


# ---- the key of a form


def test_a_foreign_key_neither_breaks_nor_reveals_nor_overwrites(world: World) -> None:
    key = uuid.uuid4()
    case = world.add_case("gu")
    log_follow_up(
        actor=world.lin,
        student=world.luo,
        channel=Channel.FACE,
        content="别人的记录",
        client_key=key,
    )
    for url in (f"/cases/{case.pk}/records/", "/log/"):
        sent = form(client_key=str(key), student=world.gu.student_no)
        answer = client_of(world, "zhou").post(url, sent, headers=EN)
        assert answer.status_code == 422, url
        page = answer.content.decode()
        assert WORDS in page
        assert "别人的记录" not in page
        assert str(key) not in page, "the form must carry a key that can be sent"
    assert FollowUp.objects.get().content == "别人的记录"


def test_other_words_under_a_used_key_are_not_dropped(world: World) -> None:
    key = str(uuid.uuid4())
    client = client_of(world, "zhou")
    sent = form(student=world.gu.student_no, client_key=key)
    assert client.post("/log/", sent).status_code == 302
    assert client.post("/log/", sent).status_code == 302
    assert FollowUp.objects.count() == 1
    other = sent | {"content": "晚间又谈一次，情绪平稳，明早再联系"}
    answer = client.post("/log/", other, headers=EN)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert other["content"] in page
    assert f'value="{key}"' not in page


def test_the_same_words_about_another_student_are_not_dropped(world: World) -> None:
    key = str(uuid.uuid4())
    client = client_of(world, "zhou")
    client.post("/log/", form(student=world.gu.student_no, client_key=key))
    answer = client.post("/log/", form(student=world.song.student_no, client_key=key))
    assert answer.status_code == 422


# ---- a case closed a second ago


@pytest.mark.parametrize("headers", [EN, HTMX])
def test_words_for_a_case_closed_meanwhile_stay_on_the_page(
    world: World, headers: dict[str, str]
) -> None:
    case = world.add_case("gu")
    client = client_of(world, "zhou")
    case.closed_at, case.outcome, case.owner = timezone.now(), "solved", world.zhou
    case.save()
    answer = client.post(f"/cases/{case.pk}/records/", form(), headers=headers)
    assert answer.status_code in (200, 409, 422)
    assert WORDS in answer.content.decode()
    assert not FollowUp.objects.exists()


# ---- rights that end between the first look and the write


def test_a_seat_ended_within_the_request_no_longer_writes(world: World) -> None:
    case = world.add_case("gu")
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    with request_scope(None):
        assert Student.objects.restrict(world.nobody, "log_talk").exists()
        # Somebody else, in another process, ends the seat.
        Seat.objects.update(ends_on=timezone.localdate(), starts_on="2020-01-01")
        Seat.objects.update(ends_on="2020-01-02")
        with pytest.raises(PermissionDenied):
            log_follow_up(actor=world.nobody, student=world.gu, channel=Channel.FACE, content=WORDS)
    assert not FollowUp.objects.exists()


def test_a_post_revoked_within_the_request_no_longer_acts_on_a_case(world: World) -> None:
    case = world.add_case("gu", owner=world.zhou)
    note = log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE, content=WORDS)
    red = CaseLevel.objects.get(pk="RED")
    with request_scope(None):
        assert Student.objects.restrict(world.zhou, "write_case").exists()
        Grant.objects.filter(user=world.zhou).delete()
        with pytest.raises(PermissionDenied):
            raise_level(actor=world.zhou, case=case, level=red, reason="昨夜未归寝")
        with pytest.raises(PermissionDenied):
            assign_owner(actor=world.zhou, case=case, owner=world.lin)
        with pytest.raises(PermissionDenied):
            correct_follow_up(
                actor=world.zhou, follow_up=note, content="改过的内容", version=note.version
            )
    case.refresh_from_db()
    note.refresh_from_db()
    assert (case.level_id, case.owner, note.content) == ("YELLOW", world.zhou, WORDS)


def test_after_a_post_ends_the_writer_cannot_correct(world: World) -> None:
    note = log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE, content=WORDS)
    end_appointment(actor=None, post=world.posts["zhou"])
    answer = client_of(world, "zhou").post(
        f"/records/{note.pk}/", {"content": "改过的内容", "version": "1"}
    )
    assert answer.status_code == 404


# ---- times that no calendar holds


@pytest.mark.parametrize(
    "happened_at", ["0001-01-01 00:00", "0001-01-01T00:00", "1900-01-01 00:00", "9999-12-31 23:59"]
)
def test_a_time_out_of_all_proportion_is_refused_with_words(world: World, happened_at: str) -> None:
    case = world.add_case("gu")
    client = client_of(world, "zhou")
    answer = client.post(f"/cases/{case.pk}/records/", form(happened_at=happened_at), headers=EN)
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()
    assert client.get(f"/cases/{case.pk}/").status_code == 200


@pytest.mark.parametrize("name", ["next_on", "next_pick"])
def test_a_next_contact_in_the_far_future_is_refused(world: World, name: str) -> None:
    case = world.add_case("gu")
    client = client_of(world, "zhou")
    sent = form(next_on="pick") | {name: "9999-12-31"}
    answer = client.post(f"/cases/{case.pk}/records/", sent, headers=EN)
    assert answer.status_code == 422
    assert client.get(f"/cases/{case.pk}/").status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"content": "顾" * 4001}, {"content": "a\x00b"}, {"minutes": "99999999999"},
        {"minutes": "-1"}, {"place": "x" * 5000}, {"place": "\x00"}, {"risk": "\x00"},
        {"channel": "pigeon"}, {"confidentiality": "sealed"}, {"client_key": "\x00"},
        {"next_on": "\x00"}, {"next_pick": "2026-02-30", "next_on": "pick"},
    ],
)  # fmt: skip
def test_what_a_form_cannot_hold_is_refused_or_taken_never_broken(
    world: World, changed: dict[str, str]
) -> None:
    case = world.add_case("gu")
    for url in (f"/cases/{case.pk}/records/", "/log/"):
        sent = form(student=world.gu.student_no) | changed
        answer = client_of(world, "zhou").post(url, sent, headers=EN)
        assert answer.status_code in (302, 422), (url, answer.status_code)


def test_emoji_and_rare_characters_come_back_as_they_were(world: World) -> None:
    words = "情绪平稳😀𠮷野家見面 \u202e约定周五再谈"
    client_of(world, "zhou").post("/log/", form(student=world.gu.student_no, content=words))
    assert FollowUp.objects.get().content == words


# ---- the clock of a case follows the text


def test_a_correction_that_adds_content_counts_as_contact(world: World) -> None:
    case = world.add_case("gu")
    note = log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE, content="谈")
    case.refresh_from_db()
    assert case.last_contact_at is None
    correct_follow_up(actor=world.zhou, follow_up=note, content=WORDS, version=1)
    case.refresh_from_db()
    assert case.last_contact_at == note.happened_at


def test_a_correction_that_empties_a_record_no_longer_counts(world: World) -> None:
    case = world.add_case("gu")
    note = log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE, content=WORDS)
    correct_follow_up(actor=world.zhou, follow_up=note, content="谈", version=1)
    case.refresh_from_db()
    assert case.last_contact_at is None
