"""What a filter, a sort, a count or a label could tell about facts that stay hidden."""

import datetime as dt
import re
from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from casework.domain.cases import assign_owner, raise_level, seat_person
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality
from casework.models import Case, CaseLevel, FollowUp
from casework.queries.people import possible_owners
from portal.core.access import reasons
from portal.core.models import AuditEntry
from portal.core.reads import flush
from portal.core.scope import request_scope
from students.domain.placements import place_student
from students.models import Course, CourseResult, Student
from tests.world import World

EN = {"Accept-Language": "en"}
WORDS = "近况良好，按时上课，约定周五再谈"


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def text(world: World, key: str, url: str) -> str:
    answer = client_of(world, key).get(url, headers=EN)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def fail(world: World, key: str, credits: int) -> None:
    course = Course.objects.create(code="CHEM1", name="化工原理", credits=credits)
    CourseResult.objects.create(
        student=world.students[key], course=course, term_id="2025-2026-1", attempt="first",
        grade="40", score=40, passed=False, credits=credits, is_required=True,
    )  # fmt: skip


def move_into_mingde_building(world: World) -> None:
    """luo sleeps in a building of Mingde while his academy is Zhiyuan."""
    place_student(actor=None, student=world.luo, unit=world.room411, since=timezone.localdate())


def close(case: Case) -> None:
    case.closed_at, case.outcome = timezone.now(), "solved"
    case.save()


# ---- filters on what the viewer may not see


def test_the_organiser_cannot_pick_out_students_who_failed(world: World) -> None:
    fail(world, "gu", 20)
    assert "顾言川" in text(world, "jiang", "/students/?figure=failed")
    for figure in ("failed", "failed_orange"):
        assert "顾言川" not in text(world, "gao", f"/students/?figure={figure}")


def test_talked_and_untalked_tell_nothing_to_those_who_see_no_talks(world: World) -> None:
    log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE, content=WORDS)
    assert "顾言川" in text(world, "jiang", "/students/?figure=talked")
    for figure in ("talked", "untalked"):
        assert "顾言川" not in text(world, "gao", f"/students/?figure={figure}")
        assert "罗嘉禾" not in text(world, "gao", f"/students/?figure={figure}")


def test_a_list_narrowed_by_room_needs_the_full_record(world: World) -> None:
    url = f"/students/?unit={world.room412.pk}"
    assert "顾言川" in text(world, "jiang", url)
    assert "顾言川" not in text(world, "gao", url)


def test_the_owner_filter_names_no_stranger(world: World) -> None:
    world.add_case("gu", owner=world.zhou)
    assert world.zhou.name in text(world, "lin", f"/cases/?owner={world.zhou.pk}")
    assert "苏念" not in text(world, "lin", f"/cases/?owner={world.psy.pk}")
    assert "叶知秋" not in text(world, "lin", f"/cases/?owner={world.gu_account.pk}")
    assert "顾言川" not in text(world, "shen", f"/cases/?owner={world.gu_account.pk}")


# ---- rooms: a post on an academy does not reach people through their beds


def test_items_of_an_academy_leave_out_those_who_only_sleep_there(world: World) -> None:
    move_into_mingde_building(world)
    world.add_case("luo", "RED")
    assert not Case.objects.restrict(world.he, "see_case").exists()
    assert "罗嘉禾" not in text(world, "he", f"/units/{world.mingde.pk}/items/")


def test_a_tile_of_an_academy_counts_what_its_list_shows(world: World) -> None:
    from portal.web.queries.snapshot import snapshot

    move_into_mingde_building(world)
    world.add_case("luo", "RED")
    now = snapshot(world.mingde, with_cases=True, with_results=True)
    assert now.cases is not None
    assert now.cases.open == 0
    assert now.people.total == 2
    assert now.coverage is not None
    assert now.coverage.students == 2
    # The building itself counts its beds.
    assert snapshot(world.east12, with_cases=True, with_results=True).people.total == 2


def test_only_those_who_reach_the_student_can_become_responsible(world: World) -> None:
    move_into_mingde_building(world)
    case = world.add_case("luo")
    people = dict(possible_owners(case))
    assert world.shen.pk in people
    assert world.he.pk not in people


# ---- seats


def test_a_seat_opens_this_episode_and_no_earlier_one(world: World) -> None:
    old = world.add_case("gu", category="PSYCH", at=timezone.now() - dt.timedelta(days=90))
    close(old)
    case = world.add_case("gu")
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    assert list(Case.objects.restrict(world.nobody, "see_case")) == [case]
    assert client_of(world, "nobody").get(f"/cases/{old.pk}/").status_code == 404
    assert old.number not in text(world, "nobody", f"/students/{world.gu.student_no}/")


def test_a_seat_opens_task_force_notes_of_its_own_case_only(world: World) -> None:
    old = world.add_case("gu", category="PSYCH", at=timezone.now() - dt.timedelta(days=90))
    note = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=WORDS,
        confidentiality=Confidentiality.RESTRICTED,
    )  # fmt: skip
    close(old)
    case = world.add_case("gu")
    mine = log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content=WORDS,
        confidentiality=Confidentiality.RESTRICTED,
    )  # fmt: skip
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    seen = FollowUp.objects.restrict(world.nobody, "see_talks")
    assert list(seen) == [mine]
    assert [r.route for r in reasons(world.nobody, "see_talks", mine)] == ["seat"]
    assert reasons(world.nobody, "see_talks", note) == []


def test_a_seat_ends_with_the_case(world: World) -> None:
    case = world.add_case("gu")
    seat_person(actor=None, case=case, person=world.nobody, duty="学业帮扶")
    close(case)
    assert client_of(world, "nobody").get(f"/cases/{case.pk}/").status_code == 404
    assert client_of(world, "nobody").get(f"/students/{world.gu.student_no}/").status_code == 404


# ---- the audit trail and its reader


def test_the_auditor_does_not_read_why_a_level_was_raised(world: World) -> None:
    case = world.add_case("gu")
    raise_level(
        actor=world.zhou, case=case, level=CaseLevel.objects.get(pk="RED"), reason="昨夜未归寝"
    )
    entry = AuditEntry.objects.get(action="raise_level")
    page = text(world, "aud", f"/admin/core/auditentry/{entry.pk}/change/")
    assert "昨夜未归寝" not in page
    assert "RED" in page
    # Those who see the case still read it in its timeline.
    assert "昨夜未归寝" in text(world, "zhou", f"/cases/{case.pk}/")


def test_reading_only_the_records_of_a_case_is_audited_too(world: World) -> None:
    case = world.add_case("gu")
    url = f"/cases/{case.pk}/?part=records"
    client_of(world, "zhou").get(url, headers={"HX-Request": "true"})
    assert AuditEntry.objects.filter(action="read_case", actor=world.zhou).count() == 1


# ---- hidden and missing


def answers(world: World, key: str, urls: list[str], method: str = "get") -> list[Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    found = []
    for url in urls:
        client = client_of(world, key)
        client.get("/me/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = getattr(client, method)(url)
        # The page repeats its own address in the form for the language, and a fresh token.
        plain = re.sub(r'(name="(?:next|csrfmiddlewaretoken)" value=")[^"]*', r"\1", answer.text)
        found.append((answer.status_code, plain, len(asked)))
    return found


def test_hidden_and_missing_are_the_same_answer_at_the_same_cost(world: World) -> None:
    other = world.add_case("ye")
    talk = log_follow_up(actor=world.jiang, student=world.ye, channel=Channel.FACE, content=WORDS)
    far = 10**8
    pairs = [
        ([f"/students/{world.ye.student_no}/", "/students/2249999999/"], "get"),
        ([f"/students/{world.ye.student_no}/phone/", "/students/2249999999/phone/"], "post"),
        ([f"/cases/{other.pk}/", f"/cases/{far}/"], "get"),
        ([f"/cases/{other.pk}/records/", f"/cases/{far}/records/"], "post"),
        ([f"/cases/{other.pk}/assign/", f"/cases/{far}/assign/"], "get"),
        ([f"/cases/{other.pk}/raise/", f"/cases/{far}/raise/"], "post"),
        ([f"/cases/{other.pk}/remind/", f"/cases/{far}/remind/"], "post"),
        ([f"/records/{talk.pk}/", f"/records/{far}/"], "get"),
        ([f"/units/{world.chem.pk}/", f"/units/{far}/"], "get"),
        ([f"/units/{world.chem.pk}/items/", f"/units/{far}/items/"], "get"),
        ([f"/contracts/{world.contract.pk}/", f"/contracts/{far}/"], "get"),  # type: ignore[union-attr]
        ([f"/log/next/?student={world.ye.student_no}", "/log/next/?student=2249999999"], "get"),
        ([f"/log/?student={world.ye.student_no}", "/log/?student=2249999999"], "get"),
    ]
    for urls, method in pairs:
        hidden, missing = answers(world, "zhou", urls, method)
        assert hidden[0] == 404, urls
        assert hidden == missing, urls


# ---- responsible people


def test_nobody_out_of_reach_becomes_responsible(world: World) -> None:
    import pytest

    from portal.core.errors import DomainError

    case = world.add_case("gu")
    with pytest.raises(DomainError):
        assign_owner(actor=world.zhou, case=case, owner=world.shen)
    case.refresh_from_db()
    assert case.owner is None


def test_an_address_changed_by_hand_is_refused_and_leaves_a_line(world: World) -> None:
    """Rulebook 11, example 26: lu is the adviser of gu's class, song is somebody else's student."""
    case = world.add_case("song")
    client = client_of(world, "lu")
    missing = Case.objects.latest("pk").pk + 1
    for url in (f"/students/{world.song.pk}/", f"/cases/{case.pk}/", f"/cases/{missing}/"):
        # The second look within ten minutes is the same attempt.
        assert [client.get(url).status_code for _n in range(2)] == [404, 404], url
    lines = AuditEntry.objects.filter(action="refuse_look").order_by("pk")
    assert [(one.actor, one.object_type, one.object_id) for one in lines] == [
        (world.lu, "student", str(world.song.pk)),
        (world.lu, "case", str(case.pk)), (world.lu, "case", str(missing)),
    ]  # fmt: skip
    client.get(f"/students/{world.gu.pk}/")
    Client().get(f"/students/{world.song.pk}/")
    assert lines.count() == 3
    # Whoever may see the record but not do the act is told so, and leaves no line of this kind.
    assert client.post(f"/students/{world.gu.pk}/", {}).status_code in {403, 405}
    assert lines.count() == 3


def test_a_long_or_foreign_key_is_written_down_as_far_as_it_fits(world: World) -> None:
    assert client_of(world, "lu").get(f"/cases/{'9' * 60}/").status_code == 404
    assert AuditEntry.objects.get(action="refuse_look").object_id == "9" * 40
    with request_scope("192.0.2.7"):
        with pytest.raises(Http404):
            Student.objects.get_for(world.lu, "see_card", student_no="b¨\x03 学号")
        flush()
    assert AuditEntry.objects.latest("pk").object_id == r"b\xa8\x03 \u5b66\u53f7"
