"""Pages of requests: forms that keep what was typed, lists that cost the same, the public board."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.domain.request_codes import make_code, revoke_code
from casework.domain.request_sender import confirm_request
from casework.models import OfficeDuty, Request
from casework.queries.request_board import board
from casework.queries.request_boxes import requests_due, waiting_for
from tests.casework.request_cast import (
    ANSWER,
    WORDS,
    answered,
    days_ago,
    kind,
    people_around,
    routed,
    sent,
    taken,
)
from tests.world import World

pytestmark = pytest.mark.django_db
Enter = Callable[[str], Client]


@pytest.fixture
def campus(world: World) -> World:
    return people_around(world)


@pytest.fixture
def enter(campus: World) -> Enter:
    def client(key: str) -> Client:
        made = Client()
        made.force_login(campus.people[key])
        return made

    return client


def filled(client: Client, url: str, **values: Any) -> Any:
    """Send the form of a page with its own key."""
    page = client.get(url)
    assert page.status_code == 200
    form = page.context["form"]
    return client.post(url, {"client_key": form["client_key"].value(), **values})


def test_from_the_sheet_in_the_building_to_the_answer_and_the_later_question(
    campus: World, enter: Enter
) -> None:
    code = make_code(actor=campus.desk, unit=campus.east12)
    student, desk, repair = enter("gu_account"), enter("desk"), enter("repair")
    assert "东12舍" in student.get(reverse("casework:report", args=[code.code])).content.decode()
    done = filled(student, reverse("casework:report", args=[code.code]), kind="repair", text=WORDS)
    request = Request.objects.get()
    url = reverse("casework:request", args=[request.pk])
    assert (done.status_code, done["Location"], request.unit_id) == (302, url, campus.east12.pk)
    OfficeDuty.objects.create(kind=kind(), matter="水暖", words="漏水", unit=campus.repairs)

    def act(move: str) -> str:
        return reverse("casework:request_act", args=[request.pk, move])

    page = desk.get(act("route"))
    assert page.context["form"]["office"].value() == str(campus.repairs.pk)
    filled(desk, act("route"), office=campus.repairs.pk)
    assert repair.post(act("take")).status_code == 302
    assert filled(repair, act("answer"), answer="").status_code == 422
    filled(repair, act("answer"), answer=ANSWER)
    assert ANSWER in student.get(url).content.decode()
    assert ANSWER[:6] not in student.get("/my/").content.decode()
    assert request.number in student.get(reverse("casework:my_requests")).content.decode()
    filled(student, act("confirm"), solved="yes", satisfied="no")
    request.refresh_from_db()
    assert (request.state, request.is_satisfied) == ("closed", False)
    days_ago(request, recheck_on=30, closed_at=30, answered_at=30)
    assert "recheck" in student.get(url).content.decode()
    assert filled(student, act("recheck"), fine="no").status_code == 422
    filled(student, act("recheck"), fine="no", words="又开始漏水了，请再来看看。")
    request.refresh_from_db()
    assert (request.state, request.reopened, request.is_still_fine) == ("in_progress", 1, False)
    revoke_code(actor=campus.desk, code=code)
    assert student.get(reverse("casework:report", args=[code.code])).status_code == 404


def test_a_wrong_file_is_named_and_the_text_stays(campus: World, enter: Enter) -> None:
    client = enter("gu_account")
    file = SimpleUploadedFile("照片.jpg", b"<html></html>")
    url = reverse("casework:my_request_new")
    answer = filled(client, url, kind="repair", text=WORDS, files=file)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert WORDS in text
    assert "照片.jpg" in text
    assert not Request.objects.exists()
    assert filled(client, url, text=WORDS).status_code == 422
    two = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-1.4 " + str(n).encode()) for n in range(2)]
    assert filled(client, url, kind="repair", text=WORDS, files=two).status_code == 302
    page = client.get(reverse("casework:request", args=[Request.objects.get().pk]))
    assert len(page.context["told"].files) == 2


def test_two_who_act_at_once_get_one_move_and_a_word(campus: World, enter: Enter) -> None:
    request = taken(campus)
    url = reverse("casework:request_act", args=[request.pk, "answer"])
    client = enter("repair")
    assert filled(client, url, answer=ANSWER).status_code == 302
    answer = filled(client, url, answer=ANSWER)
    assert answer.status_code == 409
    assert ANSWER in answer.content.decode()


def test_the_lists_cost_the_same_for_one_and_for_three(campus: World, enter: Enter) -> None:
    client, student = enter("desk"), enter("gu_account")

    def costs() -> list[int]:
        found = []
        for one, url in ((client, reverse("casework:requests")), (student, "/my/requests/")):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert one.get(url).status_code == 200
            found.append(len(asked))
        return found

    days_ago(answered(campus), due_on=9)
    costs()
    first = costs()
    days_ago(taken(campus), due_on=9)
    answered(campus, actor=campus.lu)
    costs()  # the frame is drawn anew after a notice
    assert costs() == first


def test_boxes_count_what_they_show_and_the_number_is_what_waits(
    campus: World, enter: Enter
) -> None:
    sent(campus)
    days_ago(routed(campus), due_on=9)
    taken(campus)
    page = enter("repair").get(reverse("casework:requests"), {"box": "overdue"})
    assert [tab["count"] for tab in page.context["tabs"] if tab["active"]] == [1]
    assert len(page.context["lines"]) == 1
    assert "p-late" in page.context["lines"][0]["due"]
    assert waiting_for(campus.repair) == 2
    assert waiting_for(campus.desk) == 1
    assert requests_due(campus.repair).count() == 2
    assert len(enter("desk").get("/requests/?desk").context["lines"]) == 1


def test_the_board_shows_four_rates_and_hides_small_groups(campus: World, enter: Enter) -> None:
    for n in range(4):
        request = answered(campus)
        if n:
            confirm_request(actor=campus.gu_account, request=request, is_solved=n > 1,
                            is_satisfied=True if n == 3 else None)  # fmt: skip
    days_ago(sent(campus, "study"), due_on=9)
    shown = board()
    assert shown.all is not None
    assert shown.all.total == 5
    assert shown.all.rates == [(4, 5), (2, 3), None, None]
    kinds = {row.label: row for row in shown.parts["kinds"]}
    assert kinds["学习学业"].is_hidden
    assert kinds["报修"].is_hidden, "else the hidden one is the total without it"
    page = enter("nobody").get(reverse("casework:request_board")).content.decode()
    assert "顾言川" not in page
    assert re.search(r"<b>4</b> / 5|4</b>", page)


def test_the_sheet_carries_the_address_and_only_the_desk_prints_it(
    campus: World, enter: Enter
) -> None:
    desk = enter("desk")
    assert desk.post(reverse("casework:codes"), {"unit": "没有这栋"}).status_code == 422
    assert desk.post(reverse("casework:codes"), {"unit": "E12"}).status_code == 302
    page = desk.get(reverse("casework:code_sheets")).content.decode()
    assert "<svg" in page
    assert "/report/" in page
    assert enter("repair").get(reverse("casework:code_sheets")).status_code == 403
