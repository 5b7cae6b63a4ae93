"""The task force: proposal, seats, sight, history, letters."""

import io
import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from casework.domain.force import SeatDraft, change_seat, seat_force, unseat
from casework.domain.lock_outs import lock_out
from casework.models import Case, Seat
from casework.queries.figures import cases
from casework.queries.force import proposed_seats
from portal.core.errors import DomainError
from tests.world import World

EN = {"Accept-Language": "en"}


def enter(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def url(case: Case, name: str = "force", *args: Any) -> str:
    return reverse(f"casework:{name}", args=[case.pk, *args])


def sees(world: World, key: str, case: Case, action: str = "see_case") -> bool:
    rows = Case.objects.restrict(world.people[key], action)
    return bool(rows.filter(pk=case.pk).exists())


def seated(world: World, case: Case, key: str = "wang", **more: Any) -> Seat:
    (seat,) = seat_force(
        actor=world.zhou, case=case, seats=[SeatDraft(world.people[key], "学业指导", **more)]
    )
    return seat


def test_the_force_is_proposed_and_seated_with_one_tap(world: World) -> None:
    case = world.add_case("gu", level="RED")
    assert {one["name"] for one in proposed_seats(case)} == {
        "林致远", "周启文", "陆怀远", "王怀瑾", "高敏",
    }  # fmt: skip
    client = enter(world, "zhou")
    text = client.get(url(case), headers=EN).content.decode()
    assert "this one has none yet" in text
    people = re.findall(r'name="person" value="(\d+)"', text)
    client.post(url(case, "force_propose"), {"person": people})
    assert Seat.objects.filter(case=case).count() == 5
    for _again in range(2):
        client.post(url(case, "force_propose"), {"person": people})
    assert Seat.objects.filter(case=case).count() == 5
    assert proposed_seats(case) == []
    assert sees(world, "wang", case)
    assert not sees(world, "gao", case, "write_case")  # the organiser reads


def test_nobody_else_can_be_slipped_into_the_proposal(world: World) -> None:
    case = world.add_case("gu")
    enter(world, "zhou").post(url(case, "force_propose"), {"person": [world.nobody.pk, "x"]})
    assert not Seat.objects.exists()


def test_red_and_orange_without_a_force_are_a_gap(world: World) -> None:
    case = world.add_case("gu", level="ORANGE")
    world.add_case("song", level="YELLOW")
    assert list(cases(world.zhou, None, "no_force")) == [case]
    assert "this one has none yet" in enter(world, "zhou").get(
        f"/cases/{case.pk}/", headers=EN
    ).content.decode()  # fmt: skip
    seated(world, case)
    assert not cases(world.zhou, None, "no_force").exists()


def test_sight_ends_with_the_seat_at_that_moment(world: World) -> None:
    case = world.add_case("gu")
    seat = seated(world, case)
    client = enter(world, "wang")
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    unseat(actor=world.zhou, seat=seat, reason="不再担任导师")
    assert client.get(f"/cases/{case.pk}/").status_code == 404
    # The same person sits down again later, in a new line.
    seated(world, case)
    assert Seat.objects.filter(case=case, person=world.wang).count() == 2
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    text = enter(world, "zhou").get(url(case), headers=EN).content.decode()
    assert "Earlier seats" in text
    assert "不再担任导师" in text


def test_duty_right_and_last_day_are_changed(world: World) -> None:
    case = world.add_case("gu")
    seat = seated(world, case)
    assert sees(world, "wang", case, "write_case")
    change_seat(actor=world.zhou, seat=seat, duty="课程辅导", write_level="read")
    assert sees(world, "wang", case)
    assert not sees(world, "wang", case, "write_case")
    with pytest.raises(DomainError):
        change_seat(actor=world.zhou, seat=seat, duty=" ", write_level="read")
    with pytest.raises(PermissionDenied):
        change_seat(actor=world.lu, seat=seat, duty="组长", write_level="write")
    assert Seat.objects.get().duty == "课程辅导"


def test_who_is_locked_out_or_has_left_is_not_seated(world: World) -> None:
    case = world.add_case("gu", level="RED")
    lock_out(actor=world.lin, case=case, person=world.lu, reason="与学生有亲属关系")
    assert "陆怀远" not in {one["name"] for one in proposed_seats(case)}
    with pytest.raises(DomainError, match="陆怀远"):
        seated(world, case, "lu")
    world.nobody.is_active = False
    world.nobody.save()
    with pytest.raises(DomainError, match="白一"):
        seat_force(
            actor=world.zhou, case=case,
            seats=[SeatDraft(world.wang, "导师"), SeatDraft(world.nobody, "帮扶")],
        )  # fmt: skip
    assert not Seat.objects.exists()


def test_only_those_who_lead_the_case_seat_people(world: World) -> None:
    case = world.add_case("gu")
    seat = seated(world, case)
    client = enter(world, "wang")
    text = client.get(url(case), headers=EN).content.decode()
    assert "Give a seat" not in text
    assert client.post(url(case), {"person": "lu", "duty": "x"}).status_code == 403
    assert client.get(url(case, "seat_end", seat.pk)).status_code == 403
    assert client.get(url(case, "force_letters", "pdf")).status_code == 403
    assert enter(world, "shen").get(url(case)).status_code == 404


def test_the_page_seats_changes_and_ends(world: World) -> None:
    case, client = world.add_case("gu"), enter(world, "zhou")
    filled = {"person": "nobody", "duty": "一对一学习", "write_level": "read"}
    assert client.post(url(case), filled).status_code == 302
    seat = Seat.objects.get()
    assert client.post(url(case), filled | {"duty": ""}).status_code == 422
    assert client.post(url(case, "seat", seat.pk), filled | {"duty": "结对"}).status_code == 302
    assert client.post(url(case, "seat_end", seat.pk), {"reason": ""}).status_code == 422
    assert client.post(url(case, "seat_end", seat.pk), {"reason": "毕业离校"}).status_code == 302
    assert Seat.objects.get().ended_at is not None


def test_the_team_of_a_closed_case_stays_readable_and_is_not_changed(world: World) -> None:
    case = world.add_case("gu", owner=world.zhou)
    seat = seated(world, case)
    Case.objects.filter(pk=case.pk).update(closed_at=timezone.now(), outcome="solved")
    assert "王怀瑾" in enter(world, "zhou").get(url(case), headers=EN).content.decode()
    for act in (
        lambda: unseat(actor=world.zhou, seat=seat, reason="结束"),
        lambda: seated(world, case, "nobody"),
    ):
        with pytest.raises(DomainError):
            act()


def test_letters_of_duty_name_the_case_and_never_the_student(world: World) -> None:
    case = world.add_case("gu", level="RED", category="PSYCH")
    seated(world, case)
    client = enter(world, "zhou")
    word = client.get(url(case, "force_letters", "docx"))
    lines = [p.text for p in Document(io.BytesIO(word.content)).paragraphs]
    text = "\n".join(lines)
    assert "王怀瑾同志" in text
    assert case.number in text
    assert "学业指导" in text
    for hidden in ("顾言川", "2230514127", "心理", "红色"):
        assert hidden not in text
    pdf = client.get(url(case, "force_letters", "pdf"))
    assert len(PdfReader(io.BytesIO(pdf.content)).pages) == 1
    assert client.get(url(case, "force_letters", "exe")).status_code == 404
