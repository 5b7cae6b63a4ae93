"""The API: what a token reads is what its account's pages show, or less."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.cases import seat_person
from casework.models import Case
from casework.ties import seated_case_ids
from cohorts.access import granted_unit_ids, holds_on_unit
from cohorts.domain.appointments import end_appointment
from cohorts.models import Appointment, Unit
from portal.core.access import reaches_any
from portal.core.domain.tokens import revoke_token
from portal.core.models import ApiToken, AuditEntry
from portal.core.scope import request_scope
from students.access import linked_student_ids
from students.domain.placements import place_student
from students.models import Placement
from tests.api_client import caller, rows_of, token_of
from tests.web.addresses import EVERYBODY
from tests.world import World

pytestmark = pytest.mark.django_db
RESOURCES = ("students", "placements", "units", "appointments", "cases")


@pytest.fixture(autouse=True)
def _no_limit_reached() -> None:
    cache.clear()


def numbers(page: Any, pattern: str) -> set[str]:
    return set(re.findall(pattern, page.content.decode()))


def numbered(page: Any) -> list[int]:
    """The posts of the page of posts."""
    return [int(pk) for pk in numbers(page, r'href="/posts/(\d+)/"')]


def ids(rows: list[dict[str, Any]] | None) -> set[int]:
    return {row["id"] for row in rows or []}


def test_every_role_lists_by_token_what_its_pages_show(world: World) -> None:
    world.add_case("gu", "RED")
    world.add_case("song")
    for key in EVERYBODY.split():
        person = world.people[key]
        client, program = Client(), caller(token_of(person))
        client.force_login(person)
        students = rows_of(program, "students")
        page = client.get("/students/")
        assert (students is None) == (page.status_code == 403), key
        shown = numbers(page, r'href="/students/(\w+)/"') if students is not None else set()
        assert {row["student_no"] for row in students or []} == shown, key
        cases = rows_of(program, "cases")
        page = client.get("/cases/")
        assert (cases is None) == (page.status_code == 403), key
        shown = numbers(page, r'href="/cases/(\d+)/') if cases is not None else set()
        assert {str(pk) for pk in ids(cases)} == shown, key
        units = ids(rows_of(program, "units"))
        for unit in (world.chem, world.chem24, world.mech, world.c2301):
            opened = client.get(f"/units/{unit.pk}/").status_code == 200
            assert opened == (unit.pk in units), (key, unit)
        posts = ids(rows_of(program, "appointments"))
        known = Appointment.objects.filter(Q(unit__in=units) | Q(person=person))
        assert posts == set(known.values_list("pk", flat=True)), key
        assert posts <= set(numbered(client.get("/posts/"))), key
        for row in students or []:
            assert (row["record"] is not None) == person.has_perm(
                "see_record", world.students[_key(world, row["student_no"])]
            ), key


def _key(world: World, number: str) -> str:
    return next(key for key, one in world.students.items() if one.student_no == number)


def test_a_session_reads_as_a_token_does_and_a_stranger_nothing(world: World) -> None:
    client = Client(headers={"accept-language": "en"})
    for name in RESOURCES:
        answer = client.get(f"/api/v1/{name}/")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    client.force_login(world.zhou)
    assert ids(rows_of(client, "students")) == ids(
        rows_of(caller(token_of(world.zhou)), "students")
    )
    assert client.post("/api/v1/students/", {}).status_code in (403, 405)


def test_placements_of_the_past_and_beds_need_the_full_record(world: World) -> None:
    place_student(actor=world.han, student=world.gu, unit=world.c2302, since=timezone.localdate())
    full = rows_of(caller(token_of(world.zhou)), "placements", student=world.gu.pk) or []
    assert {row["unit"]["code"] for row in full} == {"化工2301", "化工2302", "A1-2023", "E12-412"}
    card = rows_of(caller(token_of(world.gao)), "placements", student=world.gu.pk) or []
    assert {row["unit"]["code"] for row in card} == {"化工2302", "A1-2023"}
    narrow = caller(token_of(world.zhou, "see_card"))
    assert ids(rows_of(narrow, "placements", student=world.gu.pk)) == ids(card)


def test_a_token_with_fewer_actions_reads_less(world: World) -> None:
    world.add_case("gu")
    program = caller(token_of(world.zhou, "see_card"))
    students = rows_of(program, "students") or []
    assert students
    assert all(row["record"] is None and row["masked"] is None for row in students)
    assert rows_of(program, "cases") is None
    assert rows_of(program, "units") is None
    assert reaches_any(Unit, world.zhou, "see_unit")  # the account itself is as before


def test_a_token_to_read_units_does_not_read_posts_as_one_who_appoints(world: World) -> None:
    """Each way to a post counts only if the token carries the action of that way."""
    assert world.sec.has_perm("cohorts.see_unit", world.posts["lu"])
    narrow = caller(token_of(world.sec, "see_unit"))
    assert ids(rows_of(narrow, "appointments")) == {world.posts["sec"].pk}
    assert narrow.get(f"/api/v1/appointments/{world.posts['lu'].pk}/").status_code == 404
    assert rows_of(caller(token_of(world.sec, "see_card")), "appointments") is None


def test_what_a_token_does_not_carry_opens_no_way(world: World) -> None:
    """Links, seats and grants are narrowed where they are read, not only at the first question."""
    case = world.add_case("gu", "RED")
    seat_person(actor=world.zhou, case=case, person=world.nobody, duty="联系")
    for person, carried, other in (
        (world.wang, "see_card", "see_record"), (world.nobody, "see_talks", "clear_restricted"),
        (world.zhou, "see_card", "see_unit"),
    ):  # fmt: skip
        with request_scope(None):
            person.only_actions = frozenset({carried})
            assert not linked_student_ids(person, other)
            assert not seated_case_ids(person, other)
            assert not granted_unit_ids(person, other)
            assert not holds_on_unit(person, other, world.mingde23.pk)
        with request_scope(None):
            person.only_actions = None
            assert (linked_student_ids(person, other) or seated_case_ids(person, other)
                    or granted_unit_ids(person, other))  # fmt: skip


def test_particulars_are_masked_and_texts_never_leave(world: World) -> None:
    case = world.add_case("gu", "RED")
    program = caller(token_of(world.zhou))
    body = program.get(f"/api/v1/students/{world.gu.pk}/").content.decode()
    assert "13800001234" not in body
    assert "138****1234" in body
    body = program.get(f"/api/v1/cases/{case.pk}/").content.decode()
    assert case.reason not in body


def test_another_roles_record_is_missing_like_one_that_never_was(world: World) -> None:
    case = world.add_case("song")
    program = caller(token_of(world.lin))
    for url in (f"students/{world.song.pk}", f"cases/{case.pk}", "students/999999999",
                "students/99999999999999999999", f"units/{world.mech.pk}", "nothing/1"):  # fmt: skip
        answer = program.get(f"/api/v1/{url}/")
        assert answer.status_code == 404, url
        assert answer.json()["detail"], url


def test_bad_values_are_refused_with_the_parameter_named(world: World) -> None:
    program = caller(token_of(world.zhou))
    bad = {
        "limit": ("0", "201", "x", "", "1.0"), "after": ("-1", "9" * 20),
        "status": ("1",), "entry_year": ("0", "99999"), "unit": ("0", "y"),
        "changed_since": ("yesterday", "2026-03-05", "2026-03-05T08:00:00", "0001-01-01T00:00:00+14:00"),
        "stauts": ("01",), "student_no": ("",),
    }  # fmt: skip
    for name, values in bad.items():
        for value in values:
            answer = program.get("/api/v1/students/", {name: value})
            assert answer.status_code == 400, (name, value)
            assert set(answer.json()["fields"]) == {name}, (name, value)
    twice = program.get("/api/v1/students/?status=01&status=02")
    assert twice.status_code == 400
    chinese = program.get("/api/v1/students/?limit=x", headers={"accept-language": "zh-hans"})
    assert re.search(r"[\u4e00-\u9fff]", chinese.json()["detail"])


@pytest.mark.parametrize("way", ["wrong", "ended", "revoked", "frozen", "expired", "no post"])
def test_a_token_ends_with_its_day_its_revocation_and_its_account(world: World, way: str) -> None:
    secret = token_of(world.zhou)
    assert caller(secret).get("/api/v1/students/").status_code == 200
    token = ApiToken.objects.get()
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    if way == "wrong":
        secret = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    elif way == "ended":
        ApiToken.objects.update(ends_on=yesterday)
    elif way == "revoked":
        revoke_token(actor=world.sec, token=token)
    elif way == "frozen":
        type(world.zhou).objects.filter(pk=world.zhou.pk).update(is_active=False)
    elif way == "expired":
        type(world.zhou).objects.filter(pk=world.zhou.pk).update(expires_on=yesterday)
    else:
        end_appointment(actor=world.sec, post=world.posts["zhou"], ends_on=yesterday)
    answer = caller(secret).get("/api/v1/students/")
    assert answer.status_code == (403 if way == "no post" else 401)
    assert secret not in str(ApiToken.objects.values())


def test_a_delta_brings_what_changed_and_ended(world: World) -> None:
    world.add_case("gu")
    program = caller(token_of(world.zhou))
    # The test is one transaction, whose changes all bear the moment of its beginning.
    with connection.cursor() as cursor:
        for table in (
            "students_placementevent",
            "students_studentevent",
            "casework_caseevent",
            "casework_ledgerentryevent",
        ):
            cursor.execute(f"UPDATE {table} SET pgh_created_at = now() - interval '1 day'")
    since = program.get("/api/v1/students/").json()["as_of"]
    assert rows_of(program, "students", changed_since=since) == []
    assert rows_of(program, "cases", changed_since=since) == []
    place_student(actor=world.han, student=world.gu, unit=world.c2302, since=timezone.localdate())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE students_placementevent SET pgh_created_at = clock_timestamp()"
                       " WHERE pgh_created_at >= now()")  # fmt: skip
    assert ids(rows_of(program, "students", changed_since=since)) == {world.gu.pk}
    changed = rows_of(program, "placements", changed_since=since) or []
    assert {(row["unit"]["code"], row["until"] is None) for row in changed} == {
        ("化工2301", False), ("化工2302", True)}  # fmt: skip


def test_pages_follow_each_other_and_each_is_audited(world: World) -> None:
    program = caller(token_of(world.jiang))
    whole = rows_of(program, "students") or []
    assert rows_of(program, "students", limit=1) == whole
    assert len(whole) > 2
    entry = AuditEntry.objects.filter(action="read_api").order_by("pk").first()
    assert entry is not None
    assert set(entry.detail["ids"]) == ids(whole)
    assert entry.detail["token"] == ApiToken.objects.get().pk


@pytest.mark.parametrize("name", RESOURCES)
def test_the_number_of_statements_does_not_grow_with_the_rows(world: World, name: str) -> None:
    for key in ("gu", "luo", "cheng"):
        world.add_case(key)
    program = caller(token_of(world.jiang))
    program.get(f"/api/v1/{name}/")
    counts = []
    for limit in (1, 3):
        with CaptureQueriesContext(connection) as statements:
            assert program.get(f"/api/v1/{name}/", {"limit": limit}).status_code in (200, 403)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_too_many_requests_are_told_when_to_come_back(world: World, monkeypatch: Any) -> None:
    from portal.core.api.auth import PerCaller

    monkeypatch.setattr(PerCaller, "rate", "2/min", raising=False)
    program = caller(token_of(world.zhou))
    codes = [program.get("/api/v1/students/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert program.get("/api/v1/students/")["Retry-After"]
    assert caller(token_of(world.lin)).get("/api/v1/students/").status_code == 200


def test_rows_kept_from_a_person_stay_away_by_token(world: World) -> None:
    """Filters narrow what is reached; none leads around it."""
    case = world.add_case("song")
    program = caller(token_of(world.lin))
    assert rows_of(program, "students", student_no=world.song.student_no) == []
    assert rows_of(program, "students", unit=world.mech.pk) == []
    assert rows_of(program, "placements", student=world.song.pk) == []
    assert rows_of(program, "cases", student=case.student_id) == []
    assert Placement.objects.filter(student=world.song).exists()
    assert Case.objects.filter(pk=case.pk).exists()
    bed = {"unit": world.room412.pk}
    assert ids(rows_of(caller(token_of(world.zhou)), "students", **bed)) == {world.gu.pk}
    assert rows_of(caller(token_of(world.gao)), "students", **bed) == []
