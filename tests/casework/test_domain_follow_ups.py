"""Rules of follow-ups: content, dates, the same form twice, corrections (rulebook 3.6)."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from casework.domain.follow_ups import correct_follow_up, log_follow_up
from casework.enums import Channel, Confidentiality
from casework.models import Case, FollowUp
from cohorts.domain.appointments import end_appointment
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry
from tests.concurrently import at_once
from tests.world import World, build_world

TEXT = "谈了热力学补考与作息，约定周五再见。"


def log(world: World, actor: str = "zhou", student: str = "gu", **extra: object) -> FollowUp:
    extra.setdefault("content", TEXT)
    extra.setdefault("channel", Channel.FACE)
    return log_follow_up(actor=world.people[actor], student=world.students[student], **extra)


def test_a_contact_of_tomorrow_is_refused_and_of_this_minute_is_not(world: World) -> None:
    with pytest.raises(DomainError):
        log(world, happened_at=timezone.now() + dt.timedelta(days=1))
    log(world, happened_at=timezone.now() + dt.timedelta(minutes=2))
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize("content", ["", "   ", "\n\t "])
def test_a_contact_without_a_word_is_refused(world: World, content: str) -> None:
    with pytest.raises(DomainError):
        log(world, content=content)


def test_a_next_date_in_the_past_is_refused(world: World) -> None:
    with pytest.raises(DomainError):
        log(world, next_on=timezone.localdate() - dt.timedelta(days=1))
    assert log(world, next_on=timezone.localdate()).next_on == timezone.localdate()


def test_a_tick_does_not_count_as_contact(world: World) -> None:
    case = world.add_case("gu")
    due = case.contact_due_at
    assert not log(world, content="已谈").is_real
    case.refresh_from_db()
    assert (case.last_contact_at, case.contact_due_at) == (None, due)
    assert log(world).is_real
    case.refresh_from_db()
    assert case.last_contact_at is not None


def test_an_older_contact_entered_late_does_not_turn_the_clock_back(world: World) -> None:
    case = world.add_case("gu")
    newest = log(world)
    case.refresh_from_db()
    due = case.contact_due_at
    log(world, happened_at=timezone.now() - dt.timedelta(days=2))
    case.refresh_from_db()
    assert (case.last_contact_at, case.contact_due_at) == (newest.happened_at, due)


def test_a_contact_by_anyone_in_reach_counts_for_the_case(world: World) -> None:
    case = world.add_case("gu")
    for actor in ("lu", "wang"):
        log(world, actor=actor)
        case.refresh_from_db()
        last = FollowUp.objects.latest("happened_at")
        assert case.last_contact_at == last.happened_at
        assert last.author == world.people[actor]


def test_help_begins_with_the_first_real_contact_after_the_plan(world: World) -> None:
    case = world.add_case("gu")
    Case.objects.filter(pk=case.pk).update(planned_at=timezone.now() - dt.timedelta(hours=1))
    log(world, content="已谈")
    case.refresh_from_db()
    assert case.stage == "planned"
    log(world)
    case.refresh_from_db()
    assert case.stage == "in_help"


@pytest.mark.parametrize("actor", ["shen", "han", "psy", "qian", "sys", "sec", "nobody"])
def test_nobody_logs_on_a_student_out_of_reach(world: World, actor: str) -> None:
    with pytest.raises(PermissionDenied):
        log(world, actor=actor)
    assert not FollowUp.objects.exists()
    assert not AuditEntry.objects.filter(action="log_follow_up").exists()


def test_a_post_that_ended_a_minute_ago_no_longer_writes(world: World) -> None:
    end_appointment(actor=None, post=world.posts["zhou"])
    with pytest.raises(PermissionDenied):
        log(world)
    world.lu.is_active = False
    with pytest.raises(PermissionDenied):
        log(world, actor="lu")


def test_the_same_form_again_is_the_same_record(world: World) -> None:
    key = uuid.uuid4()
    first = log(world, client_key=key)
    assert log(world, client_key=key).pk == first.pk
    with pytest.raises(DomainError):
        log(world, client_key=key, content="另一段文字，不应覆盖原文，也不应丢失")
    assert FollowUp.objects.get().content == TEXT
    assert AuditEntry.objects.filter(action="log_follow_up").count() == 1


def test_a_key_of_somebody_else_gives_away_nothing(world: World) -> None:
    key = uuid.uuid4()
    log(world, client_key=key)
    with pytest.raises(Exception) as refused:  # noqa: PT011 - any refusal, but never the row
        log(world, actor="shen", student="luo", client_key=key)
    assert not isinstance(refused.value, AssertionError)
    assert FollowUp.objects.count() == 1


def test_only_the_writer_corrects_and_only_the_version_on_the_screen(world: World) -> None:
    talk = log(world)
    with pytest.raises(DomainError):
        correct_follow_up(actor=world.lin, follow_up=talk, content="改写他人记录", version=1)
    fixed = correct_follow_up(
        actor=world.zhou, follow_up=talk, content="更正：约定周四再见。", version=1
    )
    assert fixed.version == 2
    with pytest.raises(StaleError):
        correct_follow_up(actor=world.zhou, follow_up=talk, content="又一次更正文字", version=1)
    with pytest.raises(DomainError):
        correct_follow_up(actor=world.zhou, follow_up=talk, content=" ", version=2)
    history = list(talk.events.order_by("pgh_id").values_list("content", flat=True))
    assert history[0] == TEXT
    assert history[-1] == "更正：约定周四再见。"


def test_follow_ups_are_never_deleted_by_anyone(world: World) -> None:
    talk = log(world)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        talk.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        FollowUp.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM casework_followup")
    assert FollowUp.objects.count() == 1


def test_the_text_of_a_note_never_enters_the_audit_trail(world: World) -> None:
    log(world, confidentiality=Confidentiality.RESTRICTED, content="只给专班看的一段话")
    assert "专班看" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_the_role_is_written_beside_the_name_and_the_day_after_the_end_writes_nothing(
    world: World,
) -> None:
    assert log(world).author_role == "辅导员"
    end_appointment(actor=None, post=world.posts["lu"], ends_on=timezone.localdate())
    tomorrow = time_machine.travel(timezone.now() + dt.timedelta(days=1), tick=False)
    with tomorrow, pytest.raises(PermissionDenied):
        log(world, actor="lu")


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_makes_one_record_and_moves_the_clock_once() -> None:
    world = build_world()
    case = world.add_case("gu")
    key = uuid.uuid4()
    done = at_once(*(lambda: log(world, client_key=key) for _copy in range(3)))
    assert not [one for one in done if isinstance(one, Exception)], done
    assert {one.pk for one in done} == {FollowUp.objects.get().pk}
    before = case.version
    case.refresh_from_db()
    assert case.version == before + 1
    assert AuditEntry.objects.filter(action="log_follow_up").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_contacts_at_once_are_both_kept_and_both_counted() -> None:
    world = build_world()
    case = world.add_case("gu")
    done = at_once(lambda: log(world), lambda: log(world, actor="lu"))
    assert not [one for one in done if isinstance(one, Exception)], done
    before = case.version
    case.refresh_from_db()
    assert FollowUp.objects.count() == 2
    assert case.version == before + 2
    assert case.last_contact_at == max(FollowUp.objects.values_list("happened_at", flat=True))
