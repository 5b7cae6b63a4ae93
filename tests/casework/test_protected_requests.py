"""Protected complaints: nobody but the independent handler learns who sent one."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from casework.domain import request_moves as moves
from casework.domain import request_sender as sender
from casework.domain.requests import send_request
from casework.models import Request
from portal.core.errors import DomainError
from portal.core.files import files_of
from portal.core.filetypes import CleanFile
from portal.core.models import AuditEntry, Notification
from portal.core.rows import fetch
from portal.core.scope import request_scope
from tests.casework.request_cast import ANSWER, kind, people_around, sent
from tests.world import World

pytestmark = pytest.mark.django_db
WORDS = "评优名单公示前临时变动，没有说明理由。"
PDF = CleanFile("顾言川的截图.pdf", "application/pdf", b"%PDF-1.4\n")


@pytest.fixture
def campus(world: World) -> World:
    return people_around(world)


@pytest.fixture
def complaint(campus: World) -> Request:
    with request_scope("192.0.2.44"):
        return send_request(
            actor=campus.gu_account, kind=kind("complaint"), text=WORDS, student=campus.gu,
            about=campus.chem, files=[PDF],
        )  # fmt: skip


def sees(world: World, request: Request) -> set[str]:
    return {
        key
        for key, person in world.people.items()
        if Request.objects.restrict(person, "see_request").filter(pk=request.pk).exists()
    }


def page(world: World, key: str, request: Request) -> str:
    client = Client()
    client.force_login(world.people[key])
    answer = client.get(reverse("casework:request", args=[request.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_the_sender_and_the_independent_handlers_see_it(
    campus: World, complaint: Request
) -> None:
    assert sees(campus, complaint) == {"gu_account", "ma", "ning"}
    complaint = moves.take_request(actor=campus.ma, request=complaint)
    assert sees(campus, complaint) == {"gu_account", "ma"}
    assert "顾言川" in page(campus, "ma", complaint)
    assert AuditEntry.objects.filter(action="open_protected_sender", actor=campus.ma).exists()


def test_before_it_is_taken_up_not_even_a_handler_reads_who_sent_it(
    campus: World, complaint: Request
) -> None:
    text = page(campus, "ning", complaint)
    assert "顾言川" not in text
    assert "2230514127" not in text
    assert "附件" in text or "Attachment" in text


def test_the_sender_stands_in_clear_nowhere_in_the_database(
    campus: World, complaint: Request
) -> None:
    complaint = moves.take_request(actor=campus.ma, request=complaint)
    complaint = moves.answer_request(actor=campus.ma, request=complaint, answer=ANSWER)
    with request_scope("192.0.2.44"):
        complaint = sender.reopen_request(
            actor=campus.gu_account, request=complaint, words="仍未说明理由，请再核实。"
        )
    for table in ("casework_request", "casework_requestevent", "casework_requeststep"):
        for (row,) in fetch(f"SELECT row_to_json(t)::text FROM {table} t", []):
            facts = json.loads(row)
            for column in ("student_id", "sent_by_id", "first_asked_id"):
                assert facts.get(column) is None
            assert facts.get("person_id") in (None, campus.ma.pk)
    rows = AuditEntry.objects.filter(object_type__in=("request", "attachment"))
    assert {row.actor for row in rows} <= {None, campus.ma}
    assert not any(row.ip == "192.0.2.44" for row in rows)
    (file,) = files_of("request", [complaint.pk])[complaint.pk]
    assert file.added_by is None
    assert "顾" not in file.name
    for notice in Notification.objects.filter(user=campus.gu_account):
        assert str(complaint.pk) not in notice.url + notice.key.split(":", 2)[0]
        assert notice.url == reverse("casework:my_requests")


def test_the_unit_complained_about_never_handles_it(campus: World, complaint: Request) -> None:
    campus.add_post("jiang", "rights_officer", "uni")
    assert "jiang" not in sees(campus, complaint)
    complaint = moves.take_request(actor=campus.ma, request=complaint)
    for person in (campus.jiang, campus.desk):
        with pytest.raises(DomainError):
            moves.transfer_request(
                actor=campus.ma, request=complaint, reason="请独立办理人继续核实", handler=person
            )
    complaint = moves.transfer_request(
        actor=campus.ma, request=complaint, reason="请独立办理人继续核实", handler=campus.ning
    )
    assert sees(campus, complaint) == {"gu_account", "ning"}
    with pytest.raises(PermissionDenied):
        moves.answer_request(actor=campus.ma, request=complaint, answer=ANSWER)


def test_nobody_sends_a_protected_complaint_for_another(campus: World) -> None:
    with pytest.raises(DomainError):
        send_request(actor=campus.zhou, kind=kind("complaint"), text=WORDS, student=campus.gu)
    with pytest.raises(DomainError):
        sent(campus, about=campus.chem)
    with pytest.raises(DomainError):
        sent(campus, "complaint", about=campus.uni)


def test_the_list_of_the_desk_and_the_board_do_not_count_it(
    campus: World, complaint: Request
) -> None:
    client = Client()
    client.force_login(campus.desk)
    listed = client.get(reverse("casework:requests"), {"box": "all"})
    assert WORDS[:10] not in listed.content.decode()
    board = client.get(reverse("casework:request_board")).context["board"]
    assert board.all is None or board.all.total == 0
