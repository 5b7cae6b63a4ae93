"""The full form of a talk, files, versions, hints to the writer, one account for several
(rulebook 3.6)."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.crisis_enums import Part
from casework.domain.cases import seat_person
from casework.domain.follow_ups import log_follow_up
from casework.domain.group_log import log_group
from casework.domain.talk_details import TalkDetails
from casework.enums import Channel
from casework.models import Case, FollowUp, TalkType
from casework.queries.named_students import named_students
from portal.core.errors import DomainError
from portal.core.models import Attachment, AuditEntry, Notification
from tests.world import World

TEXT = "谈了热力学补考与作息，约定周五再见。"
WORDS = "“最近睡不好，怕补考过不了。”"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def client_of(world: World, key: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.people[key])
    return client


def full(world: World, **changed: Any) -> dict[str, Any]:
    return {
        "student": world.gu.student_no, "channel": "face", "content": TEXT, "place": "书院谈心室",
        "talk_type": "T02", "companions": "班主任陆怀远", "trigger": "两门课程补考",
        "state_seen": "神情疲惫", "own_words": WORDS, "problem": "作息紊乱", "advice": "建议就诊校医院",
        "agreed": "每晚十一点前回宿舍", "report_to": "academy", "risk": "raised",
        "client_key": str(uuid.uuid4()),
    } | changed  # fmt: skip


def grouped(world: World, *students: str, actor: str = "zhou", **more: Any) -> int:
    facts: dict[str, Any] = {"channel": Channel.VISIT, "content": TEXT, "batch_key": uuid.uuid4()}
    return log_group(
        actor=world.people[actor], students=[world.students[key] for key in students],
        **facts | more,
    )  # fmt: skip


def test_every_field_of_the_rulebook_is_kept_and_read_by_whoever_reads_the_record(
    world: World,
) -> None:
    world.add_case("gu")
    file = SimpleUploadedFile("约定书.pdf", PDF, "application/pdf")
    answer = client_of(world, "zhou").post("/log/", full(world, files=[file]))
    assert answer.status_code == 302
    talk = FollowUp.objects.get()
    kept = {name: getattr(talk, name) for name in full(world) if hasattr(FollowUp, name)}
    wanted = full(world)
    for name in ("talk_type", "companions", "trigger", "state_seen", "own_words", "problem",
                 "advice", "agreed", "report_to", "place"):  # fmt: skip
        assert kept[name] == wanted[name], name
    assert (talk.needs_report, Attachment.objects.get().object_id) == (True, talk.pk)
    assert Notification.objects.filter(user=world.he, key=f"talk:{talk.pk}").exists()
    assert not Notification.objects.filter(text__contains="顾").exists()
    for key, sees_case in (("zhou", True), ("lin", True)):
        page = client_of(world, key).get(f"/records/{talk.pk}/full/").content.decode()
        assert WORDS in page
        assert "Study talk" not in page
        assert "学业谈话" in page
        assert "约定书.pdf" in page
        assert (f"/cases/{talk.case_id}/" in page) is sees_case
    assert client_of(world, "shen").get(f"/records/{talk.pk}/full/").status_code == 404
    key = Attachment.objects.get().key
    assert client_of(world, "shen").get(f"/files/{key}/").status_code == 404
    assert client_of(world, "lin").get(f"/files/{key}/").status_code == 200
    timeline = client_of(world, "zhou").get(f"/cases/{talk.case_id}/").content.decode()
    assert f"/records/{talk.pk}/full/" in timeline


def test_a_tutor_reads_the_own_record_and_learns_of_no_case(world: World) -> None:
    case = world.add_case("gu")
    talk = log_follow_up(
        actor=world.wang, student=world.gu, channel=Channel.FACE, content=TEXT,
        details=TalkDetails(own_words=WORDS),
    )  # fmt: skip
    page = client_of(world, "wang").get(f"/records/{talk.pk}/full/").content.decode()
    assert WORDS in page
    assert f"/cases/{case.pk}/" not in page


BAD = {
    "no such type": {"talk_type": "X99"},
    "no such part": {"report_to": "hospital"},
    "too long": {"own_words": "长" * 2001},
    "no content": {"content": " "},
    "a script as file": {"files": [SimpleUploadedFile("a.pdf", b"<script>", "application/pdf")]},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_in_the_full_form_is_told_and_nothing_typed_is_lost(
    world: World, name: str
) -> None:
    answer = client_of(world, "zhou").post("/log/", full(world, **BAD[name]))
    assert answer.status_code == 422
    page = answer.content.decode()
    for words in ("神情疲惫", "每晚十一点前回宿舍", "班主任陆怀远"):
        assert words in page
    assert not FollowUp.objects.exists()
    assert not Attachment.objects.exists()


def test_a_part_that_nobody_holds_is_said_before_anything_is_saved(world: World) -> None:
    with pytest.raises(DomainError):
        log_follow_up(
            actor=world.jiang, student=world.ye, channel=Channel.FACE, content=TEXT,
            details=TalkDetails(report_to=Part.ACADEMY),
        )  # fmt: skip
    assert not FollowUp.objects.exists()


def test_a_type_that_is_switched_off_keeps_its_name_in_old_records(world: World) -> None:
    talk = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=TEXT,
        details=TalkDetails(talk_type="T05"),
    )  # fmt: skip
    TalkType.objects.filter(pk="T05").update(is_used=False)
    client = client_of(world, "zhou")
    assert "违纪谈话" in client.get(f"/records/{talk.pk}/full/").content.decode()
    assert "违纪谈话" not in client.get("/log/").content.decode()


def test_a_correction_shows_its_former_versions_to_readers(world: World) -> None:
    talk = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=TEXT,
        details=TalkDetails(agreed="周五见", report_to=Part.COLLEGE),
    )  # fmt: skip
    client = client_of(world, "zhou")
    answer = client.post(
        f"/records/{talk.pk}/",
        {"content": "更正：约定周四再见。", "agreed": "周四见", "version": 1},
    )
    assert answer["Location"] == f"/records/{talk.pk}/full/"
    page = client_of(world, "lin").get(f"/records/{talk.pk}/full/").content.decode()
    assert TEXT in page
    assert "更正：约定周四再见。" in page
    talk.refresh_from_db()
    assert (talk.agreed, talk.report_to, talk.version) == ("周四见", Part.COLLEGE, 2)
    assert client_of(world, "lin").get(f"/records/{talk.pk}/").status_code == 404


def test_copied_words_and_many_records_of_a_minute_are_told_to_the_writer_alone(
    world: World,
) -> None:
    client = client_of(world, "zhou")
    client.post("/log/", full(world, student=world.song.student_no, report_to=""))
    page = client.post("/log/", full(world, report_to=""), follow=True).content.decode()
    assert "The same words stand in your record" in page
    assert "宋远" in page
    client.post("/log/", full(world, content="第三条不同的记录文字，约定周一再谈。", report_to=""))
    answer = client.post(
        "/log/", full(world, content="第四条不同的记录文字。", report_to=""),
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert "this same minute" in " ".join(answer.json()["hints"])
    assert not AuditEntry.objects.filter(action__contains="hint").exists()
    other = client_of(world, "lu").post("/log/", full(world, report_to=""), follow=True)
    assert "The same words" not in other.content.decode(), "other people's words are not compared"


def test_one_visit_to_a_room_is_a_record_for_each_and_counts_as_contact(world: World) -> None:
    case = world.add_case("gu")
    key = uuid.uuid4()
    for _copy in range(3):
        assert grouped(world, "gu", "song", batch_key=key) == 2
    assert FollowUp.objects.count() == 2
    assert set(FollowUp.objects.values_list("group_size", "is_real")) == {(2, True)}
    case.refresh_from_db()
    talk = FollowUp.objects.get(student=world.gu)
    assert (talk.case, case.last_contact_at) == (case, talk.happened_at)
    assert timezone.localtime(case.contact_due_at).date() == timezone.localdate() + dt.timedelta(
        days=14
    )


def test_a_meeting_of_the_class_is_no_contact_with_each_of_them(world: World) -> None:
    more = [
        world.add_student(
            f"s{n}", f"同学{n}", f"22305199{n:02d}", "c2301", "mingde23", entry_year=2023
        )
        for n in range(6)
    ]
    case = world.add_case("gu")
    due = case.contact_due_at
    assert grouped(world, "gu", *(f"s{n}" for n in range(len(more)))) == 7
    assert not FollowUp.objects.filter(is_real=True).exists()
    case.refresh_from_db()
    assert (case.last_contact_at, case.contact_due_at) == (None, due)


def test_a_group_is_written_whole_or_not_at_all(world: World) -> None:
    for bad in ({"content": " "}, {"happened_at": timezone.now() + dt.timedelta(days=1)}):
        with pytest.raises(DomainError):
            grouped(world, "gu", "song", **bad)
    with pytest.raises(DomainError):
        grouped(world)
    with pytest.raises(PermissionDenied):
        grouped(world, "gu", "ye")
    assert not FollowUp.objects.exists()


def test_statements_of_a_group_do_not_grow_with_it(world: World) -> None:
    counted = []
    grouped(world, "gu")
    for students in (("gu",), ("gu", "song")):
        with CaptureQueriesContext(connection) as asked:
            grouped(world, *students)
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_students_are_named_by_number_name_room_or_class_and_strangers_are_not_found(
    world: World,
) -> None:
    found = named_students(world.zhou, "2230514127，宋远、叶知秋 东12舍412")
    assert [one.name for one in found.students] == ["顾言川", "宋远"]
    assert found.unknown == ["叶知秋"]
    assert [one.name for one in named_students(world.zhou, "化工2301").students] == ["顾言川"]
    world.add_student("twin", "宋远", "2230710099", "m2301", "mingde23", entry_year=2023)
    assert named_students(world.zhou, "宋远").several == ["宋远"]
    client = client_of(world, "zhou")
    form = {"names": "化工2301 2230710008", "channel": "visit", "content": TEXT,
            "client_key": str(uuid.uuid4())}  # fmt: skip
    page = client.post("/log/batch/", form).content.decode()
    assert "nothing is saved yet" in page
    assert not FollowUp.objects.exists()
    for _tap in range(2):
        assert client.post("/log/batch/", form | {"save": "1"}).status_code == 302
    assert FollowUp.objects.count() == 2
    answer = client.post("/log/batch/", form | {"names": "叶知秋", "save": "1"})
    assert answer.status_code == 422
    assert TEXT in answer.content.decode()


def test_whoever_is_refused_reads_why_and_keeps_the_words(world: World) -> None:
    """On a closed case, and by a reader's seat: refused in words."""
    case = world.add_case("gu")
    seat_person(actor=None, case=case, person=world.nobody, duty="帮扶")
    Case.objects.filter(pk=case.pk).update(
        closed_at=timezone.now(), outcome="solved", owner=world.zhou
    )
    answer = client_of(world, "zhou").post(
        f"/cases/{case.pk}/records/", {"channel": "face", "content": TEXT}
    )
    assert answer.status_code == 422
    assert TEXT in answer.content.decode()
    ended = client_of(world, "nobody").post(
        "/log/", full(world), headers={"Accept": "application/json"}
    )
    assert ended.status_code in (403, 404)
    assert ended.json()["detail"]
    told = client_of(world, "nobody").post("/log/", full(world))
    assert told.status_code == 403
    assert TEXT in told.content.decode()
    assert WORDS in told.content.decode()
    assert not FollowUp.objects.exists()
