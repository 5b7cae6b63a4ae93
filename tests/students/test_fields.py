"""What of a student is shown to whom, field by field (rulebook 8.3)."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.models import Case
from portal.core import reads
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from portal.core.names import masked_email, masked_id_number
from portal.core.scope import request_scope
from students.domain.particulars import unmask
from students.enums import StudentStatus
from students.fields import GROUP_OF, GROUPS, field_groups, may_see_field, opens_singly
from students.models import Student
from tests.world import World

NUMBER = "610104200501011234"


def known(world: World) -> Student:
    """gu with an ID number and an e-mail."""
    student: Student = world.gu
    student.set_id_number(NUMBER)
    student.email = "gu@example.edu.cn"
    student.save()
    return student


# rulebook 8.3, rows "basic profile", "ID, phone, family", "grades", "hardship tier": in clear,
# masked (m) or not at all, for every position that reaches gu.
MATRIX = {
    "zhou": "card record contact identity family results health aid_tier aid",
    "lin": "card record contact identity family results health aid_tier aid",
    "he": "card record contact identity family results health aid_tier aid",
    "jiang": "card record contact identity family results health aid_tier aid",
    "lu": "card record contact identity:m family:m results aid_tier",
    "wang": "card record contact identity:m family:m results aid_tier",
    "han": "card record contact:m identity:m family:m results",
    "gao": "card contact:m identity:m family:m",
    "shen": "", "qian": "", "psy": "", "sys": "", "sec": "", "aud": "", "nobody": "",
    "gu_account": " ".join(GROUPS),
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(MATRIX))
def test_each_position_sees_the_groups_of_the_matrix(world: World, key: str) -> None:
    found = field_groups(world.people[key], [world.gu.pk])[world.gu.pk]
    shown = {
        f"{code}:m" if found.sight(code) == "masked" else code
        for code in GROUPS
        if found.sight(code)
    }
    assert shown == set(MATRIX[key].split())


def test_one_statement_answers_for_any_number_of_students_and_each_singly(world: World) -> None:
    ids = [one.pk for one in world.students.values()]
    counts = []
    for asked in (ids[:1], ids):
        with (
            request_scope(None),
            CaptureQueriesContext(
                connection,
            ) as caught,
        ):
            found = field_groups(world.wang, asked)
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert {pk for pk, groups in found.items() if groups.sight("card")} == {world.gu.pk}


def test_an_unknown_field_is_shown_to_nobody(world: World) -> None:
    assert may_see_field(world.zhou, world.gu.pk, "password") == ""
    assert may_see_field(world.zhou, world.gu.pk, "phone") == "clear"
    assert opens_singly("phone")
    assert not opens_singly("name")
    assert set(GROUP_OF.values()) <= set(GROUPS)


def test_masks() -> None:
    assert masked_id_number(NUMBER) == "610***********1234"
    assert masked_id_number("") == ""
    assert masked_email("gu@example.edu.cn") == "g***@example.edu.cn"
    assert masked_email("") == ""


def test_unmasking_asks_right_and_reason_and_leaves_a_line_each_time(world: World) -> None:
    student = known(world)
    assert unmask(actor=world.zhou, student=student, field="id_number", reason="核对学籍") == NUMBER
    unmask(actor=world.zhou, student=student, field="id_number", reason="核对学籍")
    for actor, field, refusal in (
        (world.lu, "id_number", PermissionDenied),
        (world.han, "phone", PermissionDenied),
        (world.shen, "phone", PermissionDenied),
        (world.zhou, "password", DomainError),
    ):
        with pytest.raises(refusal):
            unmask(actor=actor, student=student, field=field, reason="核对学籍")
    with pytest.raises(DomainError):
        unmask(actor=world.zhou, student=student, field="id_number", reason=" ")
    rows = AuditEntry.objects.filter(action="unmask")
    assert [row.detail for row in rows] == [{"field": "id_number", "reason": "核对学籍"}] * 2


def test_pages_mask_by_default_and_open_one_field_on_one_page(world: World) -> None:
    student = known(world)
    client = Client()
    client.force_login(world.zhou)
    page = reverse("students:portrait", args=[student.student_no])
    text = client.get(page).content.decode()
    for hidden in (NUMBER, "13800001234", "gu@example.edu.cn"):
        assert hidden not in text
    for masked in ("610***********1234", "138****1234", "g***@example.edu.cn"):
        assert masked in text
    url = reverse("students:field", args=[student.student_no, "id_number"])
    assert client.post(url, {"reason": ""}).status_code == 422
    opened = client.post(url, {"reason": "核对学籍"}).content.decode()
    assert NUMBER in opened
    assert "13800001234" not in opened
    assert NUMBER not in client.get(page).content.decode()


def test_advisers_read_that_care_is_asked_for_and_no_level_or_category(world: World) -> None:
    case = world.add_case("gu", "RED", "PSYCH")
    Case.objects.filter(pk=case.pk).update(advice_do="多约谈心，关心作息")
    page = reverse("students:portrait", args=[world.gu.student_no])
    seen = {}
    for key in ("lu", "wang", "zhou", "han"):
        client = Client()
        client.force_login(world.people[key])
        seen[key] = client.get(page).content.decode()
    for key in ("lu", "wang"):
        assert "多约谈心" in seen[key]
        assert "红色" not in seen[key]
        assert "心理" not in seen[key]
    assert "红色" in seen["zhou"] or "p-level-red" in seen["zhou"]
    assert "多约谈心" not in seen["han"]


def test_who_has_seen_a_student_is_told_by_right_and_the_student_never_of_a_case(
    world: World,
) -> None:
    case = world.add_case("gu", "RED")
    clients = {}
    for key in ("zhou", "he", "gu_account"):
        clients[key] = Client()
        clients[key].force_login(world.people[key])
    clients["zhou"].get(f"/students/{world.gu.student_no}/")
    clients["zhou"].get(f"/students/{world.gu.student_no}/")
    clients["zhou"].get(f"/cases/{case.pk}/")
    clients["zhou"].post(f"/students/{world.gu.student_no}/fields/phone/")
    told = clients["he"].get(f"/students/{world.gu.student_no}/seen/").content.decode()
    assert told.count("周启文") == 3
    own = clients["gu_account"].get("/my/seen/").content.decode()
    assert own.count("周启文") == 2
    assert AuditEntry.objects.filter(action="read_student", actor=world.zhou).count() == 1
    assert clients["zhou"].get(f"/students/{world.gu.student_no}/seen/").status_code == 403


def test_reads_of_a_request_are_written_together_once(world: World) -> None:
    with request_scope("192.0.2.7"):
        for one in (world.gu, world.song, world.gu):
            reads.note(world.zhou, "read_student", one)
        assert not AuditEntry.objects.filter(action="read_student").exists()
        with CaptureQueriesContext(connection) as caught:
            reads.flush()
        assert len(caught) == 1
        reads.note(world.zhou, "read_student", world.gu)
        with CaptureQueriesContext(connection) as caught:
            reads.flush()
        assert len(caught) == 0
    assert AuditEntry.objects.filter(action="read_student").count() == 2


def test_a_graduate_reaches_nothing_not_even_the_own_record(world: World) -> None:
    Student.objects.filter(pk=world.gu.pk).update(status=StudentStatus.GRADUATED)
    assert not Student.objects.restrict(world.gu_account, "see_own").exists()
    found = field_groups(world.gu_account, [world.gu.pk])[world.gu.pk]
    assert not any(found.sight(code) for code in GROUPS)
