"""The sealed psychological file: who reads, who writes, what others learn, what is left behind."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from casework.domain.bookings import book, cancel_booking, note_presence, offer_slots
from casework.domain.glass import break_glass
from casework.domain.lock_outs import lock_out
from casework.domain.sealed_files import (
    give_advice,
    look_for_student,
    open_file,
    set_attention,
)
from casework.domain.sealed_notes import DestroyReason, correct_note, destroy_note, write_note
from casework.domain.supervision import hold_session
from casework.models import (
    Booking,
    CaseLevel,
    FileSource,
    NoteKind,
    SealedFile,
    SealedNote,
    SealedNoteVersion,
    SealedText,
    Slot,
    Way,
)
from casework.queries.panels import care_asked, care_hint
from casework.queries.sealed import former_versions, open_note, open_notes, own_advice
from casework.queries.sealed_desk import counts_by_way
from casework.queries.sealed_glance import student_asked, student_panel
from casework.sealed_access import CLEARED
from cohorts.domain.appointments import end_appointment
from portal.core.access import seen_as
from portal.core.asks import answers
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry, Notification, User
from students.models import Student
from tests.world import World

pytestmark = pytest.mark.django_db

TEXT = "海棠雨夜说起离家的事"


def note_of(world: World, author: str = "psy", student: str = "gu", text: str = TEXT) -> SealedNote:
    return write_note(
        actor=world.people[author], student=world.students[student], kind=NoteKind.TALK, text=text
    )


def panel_of(person: User, student: Student) -> Any:
    rows = answers({"p": student_asked(person, student)}, student=student.pk)["p"]
    return student_panel(person, student, rows)


def hint_of(person: User, student: Student) -> Any:
    rows = answers({"p": care_asked(person, student)}, student=student.pk)["p"]
    return care_hint(person, student, rows)


def readers(world: World, note: SealedNote) -> set[str]:
    return {
        key
        for key, person in world.people.items()
        if SealedNote.objects.restrict(person, CLEARED).filter(pk=note.pk).exists()
    }


def test_only_the_centre_reads_a_note_of_the_centre(world: World) -> None:
    assert readers(world, note_of(world)) == {"psy"}


def test_a_counsellor_reads_the_own_notes_and_nobody_elses(world: World) -> None:
    mine, other = note_of(world, "zhou"), note_of(world)
    assert readers(world, mine) == {"psy", "zhou"}
    assert [one.pk for one in open_notes(world.zhou, student_id=world.gu.pk)] == [mine.pk]
    end_appointment(actor=world.sec, post=world.posts["zhou"])
    assert readers(world, mine) == {"psy"}
    assert readers(world, other) == {"psy"}


def test_rank_a_superuser_flag_and_a_permission_on_the_account_open_nothing(world: World) -> None:
    note = note_of(world)
    User.objects.filter(pk=world.nobody.pk).update(is_superuser=True, is_staff=True)
    boss = User.objects.get(pk=world.nobody.pk)
    assert boss.is_superuser
    assert not SealedNote.objects.restrict(boss, CLEARED).exists()
    assert not boss.has_perm(CLEARED, note)
    for model in (SealedFile, SealedNote, SealedText):
        assert not model.objects.restrict(boss, CLEARED).exists()
    assert not SealedText.objects.restrict(world.psy, CLEARED).exists()


def test_the_centre_reaches_students_for_the_sealed_area_only(world: World) -> None:
    assert set(Student.objects.restrict(world.psy, CLEARED)) == set(world.students.values())
    for action in ("see_card", "see_record", "see_case", "see_talks", "clear_restricted"):
        assert not Student.objects.restrict(world.psy, action).exists()


def test_a_centre_of_one_college_serves_its_students(world: World) -> None:
    world.add_person("fang", "方晓")
    from cohorts.domain.tree import open_unit
    from cohorts.models import Office

    world.units["station"] = open_unit(
        actor=None, unit=Office(name="化工学院心理辅导站", code="D8", parent=world.chem)
    )
    world.add_post("fang", "psych_teacher", "station")
    assert set(Student.objects.restrict(world.fang, CLEARED)) == {
        world.gu, world.cheng, world.luo, world.ye
    }  # fmt: skip


def test_looking_through_another_account_opens_no_note(world: World) -> None:
    note = note_of(world, "zhou")
    through = seen_as(world.zhou, world.he)
    assert not SealedNote.objects.restrict(through, CLEARED).filter(pk=note.pk).exists()


def test_broken_glass_of_a_red_case_opens_its_notes_and_no_other(world: World) -> None:
    before = note_of(world)  # written before there was a case
    case = world.add_case("gu", "RED")
    note = note_of(world)
    assert note.case_id == case.pk
    assert "he" not in readers(world, note)
    break_glass(actor=world.he, case=case, reason="学生失联，需立即了解情况")
    assert readers(world, note) == {"psy", "he"}
    assert readers(world, before) == {"psy"}
    client = Client()
    client.force_login(world.he)
    assert TEXT in client.get(f"/cases/{case.pk}/sealed/").content.decode()
    client.force_login(world.jiang)
    assert client.get(f"/cases/{case.pk}/sealed/").status_code == 403


def test_a_lock_out_of_a_case_shuts_the_whole_file(world: World) -> None:
    case = world.add_case("gu")
    note = note_of(world)
    lock_out(actor=None, case=case, person=world.psy, reason="与学生有亲属关系")
    assert readers(world, note) == set()
    with pytest.raises(PermissionDenied):
        note_of(world)
    assert look_for_student(actor=world.psy, words=world.gu.student_no) == []


def test_a_student_is_found_by_the_whole_number_or_name_and_each_look_is_a_line(
    world: World,
) -> None:
    assert look_for_student(actor=world.psy, words="顾言川") == [world.gu]
    assert look_for_student(actor=world.psy, words=world.gu.student_no) == [world.gu]
    for words in ("顾", "顾言", "223051", "gyc", ""):
        assert look_for_student(actor=world.psy, words=words) == []
    rows = AuditEntry.objects.filter(action="look_for_sealed")
    assert [row.object_id for row in rows] == [str(world.gu.pk)] * 2
    with pytest.raises(PermissionDenied):
        look_for_student(actor=world.qian, words="顾言川")


def test_who_may_not_write_writes_nothing(world: World) -> None:
    for key in ("lu", "wang", "han", "gao", "shen", "qian", "sys", "nobody"):
        with pytest.raises(PermissionDenied):
            note_of(world, key)
    with pytest.raises(PermissionDenied):
        write_note(actor=world.zhou, student=world.gu, kind=NoteKind.ASSESSMENT, text=TEXT)
    assert not SealedText.objects.exists()


@pytest.mark.parametrize(
    ("text", "ahead"),
    [("   ", 0), ("字" * 10_001, 0), (TEXT, 3600)],
    ids=["blank", "long", "ahead"],
)
def test_a_note_without_words_or_from_the_future_is_refused(
    world: World, text: str, ahead: int
) -> None:
    at = timezone.now() + dt.timedelta(seconds=ahead)
    with pytest.raises(DomainError):
        write_note(actor=world.psy, student=world.gu, kind=NoteKind.TALK, text=text, at=at)


def test_the_same_form_twice_is_one_note(world: World) -> None:
    key = uuid.uuid4()
    made = [
        write_note(actor=world.psy, student=world.gu, kind=NoteKind.TALK, text=TEXT, client_key=key)
        for _again in range(2)
    ]
    assert made[0] == made[1]
    assert SealedText.objects.count() == 1


def test_a_correction_keeps_the_former_words_sealed(world: World) -> None:
    note = note_of(world)
    correct_note(actor=world.psy, note=note, text="更正后的文字", version=1)
    note = SealedNote.objects.get_for(world.psy, CLEARED, note.pk)
    assert open_note(note) == "更正后的文字"
    assert [one["text"] for one in former_versions(note)] == [TEXT]
    with pytest.raises(StaleError):
        correct_note(actor=world.psy, note=note, text="再次更正", version=1)


def test_a_destroyed_note_leaves_its_label_in_the_audit_trail_and_nothing_else(
    world: World,
) -> None:
    note = note_of(world)
    correct_note(actor=world.psy, note=note, text="更正后的文字", version=1)
    destroy_note(actor=world.psy, note=note, reason=DestroyReason.ASKED)
    assert not SealedNote.objects.exists()
    assert not SealedNoteVersion.objects.exists()
    assert not SealedText.objects.exists()
    label = AuditEntry.objects.get(action="destroy_sealed")
    assert label.detail["kind"] == "talk"
    assert label.detail["versions"] == 2
    assert label.detail["reason"] == "asked"


def test_the_database_deletes_no_note_by_another_way(world: World) -> None:
    note = note_of(world)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM casework_sealednote WHERE id = %s", [note.pk])


def test_level_and_advice_reach_those_who_look_after_the_student(world: World) -> None:
    case = world.add_case("gu", owner=world.zhou)
    file = open_file(actor=world.psy, student=world.gu, source=FileSource.SELF)
    file = set_attention(
        actor=world.psy, file=file, level=CaseLevel.objects.get(pk="ORANGE"), next_on=None,
        keeper=world.psy, version=file.version,
    )  # fmt: skip
    file = give_advice(
        actor=world.psy, file=file, advice_do="多陪伴\n约饭", advice_dont="勿追问家事",
        own="记得按时作息", version=file.version,
    )  # fmt: skip
    shown = panel_of(world.zhou, world.gu)
    assert shown is not None
    assert shown["dos"] == ["多陪伴", "约饭"]
    assert "橙" in str(shown["level"])
    hint = hint_of(world.lu, world.gu)
    assert hint is not None
    assert hint["donts"] == ["勿追问家事"]
    assert "橙" not in str(hint)
    assert panel_of(world.lu, world.gu) is None
    assert panel_of(world.shen, world.gu) is None
    assert own_advice(file) == "记得按时作息"
    rung = Notification.objects.filter(user=world.zhou)
    assert rung.count() == 2
    assert not any("顾" in one.text or "陪伴" in one.text for one in rung)
    client = Client()
    client.force_login(world.zhou)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "勿追问家事" in page
    assert "记得按时作息" not in page
    client.force_login(world.gu_account)
    assert "记得按时作息" in client.get("/my/care/").content.decode()


def test_two_people_who_change_a_file_at_once_are_told(world: World) -> None:
    file = open_file(actor=world.psy, student=world.gu, source=FileSource.SELF)
    give_advice(actor=world.psy, file=file, advice_do="多陪伴", advice_dont="", own="", version=1)
    with pytest.raises(StaleError):
        give_advice(actor=world.psy, file=file, advice_do="", advice_dont="", own="", version=1)


def test_every_opening_is_written_down_and_shown_to_the_student_without_content(
    world: World,
) -> None:
    note_of(world)
    client = Client()
    client.force_login(world.psy)
    answer = client.get(f"/sealed/{world.gu.student_no}/")
    assert TEXT in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    row = AuditEntry.objects.get(action="read_sealed")
    assert (row.actor, row.object_id) == (world.psy, str(world.gu.pk))
    client.force_login(world.gu_account)
    page = client.get("/my/seen/").content.decode()
    assert "苏念" in page
    assert TEXT not in page


def _slot(world: World, hours: int = 24, ways: tuple[Way, ...] = (Way.FACE, Way.VIDEO)) -> Slot:
    start = (timezone.now() + dt.timedelta(hours=hours)).replace(microsecond=0)
    (slot,) = offer_slots(actor=world.psy, starts=[start], ways=ways)
    return slot


def test_an_hour_is_booked_by_the_student_and_seen_by_him_and_the_centre(world: World) -> None:
    slot = _slot(world)
    made = book(actor=world.gu_account, slot=slot, student=world.gu, way=Way.VIDEO, about="睡不好")
    again = book(actor=world.gu_account, slot=slot, student=world.gu, way=Way.VIDEO)
    assert made == again
    seen = {
        key
        for key, person in world.people.items()
        if Booking.objects.restrict(person, CLEARED).exists()
        or Booking.objects.restrict(person, "see_own").exists()
    }
    assert seen == {"psy", "gu_account"}
    with pytest.raises(DomainError):
        book(actor=world.psy, slot=slot, student=world.cheng, way=Way.VIDEO)
    with pytest.raises(PermissionDenied):
        book(actor=world.gu_account, slot=_slot(world, 30), student=world.cheng, way=Way.FACE)
    with pytest.raises(DomainError):
        book(actor=world.gu_account, slot=_slot(world, 40), student=world.gu, way=Way.CHAT)
    cancel_booking(actor=world.gu_account, booking=made)
    assert not SealedText.objects.exists()
    assert book(actor=world.psy, slot=slot, student=world.cheng, way=Way.VIDEO) != made


def test_hours_that_overlap_or_have_passed_are_not_offered(world: World) -> None:
    slot = _slot(world)
    for start in (slot.starts_at + dt.timedelta(minutes=30), timezone.now()):
        with pytest.raises(DomainError):
            offer_slots(actor=world.psy, starts=[start], ways=[Way.FACE])


def test_reports_on_hours_are_counts_and_hide_few(world: World) -> None:
    last = (timezone.localtime() - dt.timedelta(days=1)).replace(microsecond=0)
    plan = [("gu", Way.FACE), ("cheng", Way.FACE), ("luo", Way.FACE), ("ye", Way.VIDEO)]
    for place, (key, way) in enumerate(plan):
        slot = Slot.objects.create(
            teacher=world.psy, starts_at=last - dt.timedelta(minutes=place), ways=way
        )
        booking = Booking.objects.create(
            slot=slot, student=world.students[key], way=way, booked_by=world.psy
        )
        note_presence(actor=world.psy, booking=booking, came=True)
    (row,) = counts_by_way()
    assert row["cells"] == ["3", "<3", "0", "0"]
    assert row["total"] == "—"


def test_supervision_keeps_a_code_and_refuses_names_and_numbers(world: World) -> None:
    open_file(actor=world.psy, student=world.gu, source=FileSource.SELF)
    session: dict[str, Any] = {
        "held_on": timezone.localdate(), "topic": "新生适应", "supervisor": "督导师",
    }  # fmt: skip
    for text in ("顾言川近来少语", "学号2230514127", "电话13800001234"):
        with pytest.raises(DomainError):
            hold_session(actor=world.psy, text=text, **session)
    made = hold_session(actor=world.psy, text="某生近来少语", present=[world.psy], **session)
    assert made.case_code.endswith("-001")
    assert not [one for one in made._meta.get_fields() if one.related_model is Student]
    with pytest.raises(PermissionDenied):
        hold_session(actor=world.zhou, text="某生近来少语", **session)
