"""Family contacts, health and aid, field by field as in rulebook 8.3; entering and correcting them."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts.catalogue import write_catalogue
from cohorts.models import Role
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry
from portal.core.scope import request_scope
from students.domain.particulars import open_record
from students.domain.records import KINDS, confirm_contact, end_contact, keep_record
from students.models import AidGrant, AidRecognition, FamilyContact, HealthNote
from tests.students.record_cast import DAY, EN, GROUNDS, NUMBER, WORDS, client
from tests.world import World

pytestmark = pytest.mark.django_db


def portrait(world: World, key: str) -> str:
    answer = client(world.people[key]).get(f"/students/{world.gu.student_no}/", headers=EN)
    assert answer.status_code == 200, key
    return answer.content.decode()


# What each position reads on the portrait: contact (clear name and way to open, or masked only),
# health, tier, sums. The table of rulebook 8.3.
SIGHT = {
    "zhou": ("opens", True, True, True),  # counsellor
    "jiang": ("opens", True, True, True),  # deputy secretary of the college
    "he": ("opens", True, True, True),  # academy director
    "lin": ("opens", True, True, True),  # contract leader
    "lu": ("masked", False, True, False),  # class adviser: tier only
    "wang": ("masked", False, True, False),  # tutor: tier only
    "gao": ("masked", False, False, False),  # organiser
    "han": ("masked", False, False, False),  # academic clerk
    "zi": ("opens", False, True, True),  # aid centre
}


@pytest.mark.parametrize("key", SIGHT)
def test_each_position_sees_the_fields_of_the_matrix_and_no_value_in_clear(
    school: World, key: str
) -> None:
    text = portrait(school, key)
    family, health, tier, sums = SIGHT[key]
    contact = FamilyContact.objects.get()
    assert "139****2222" in text
    assert ("顾明远" in text) == (family == "opens")
    assert ("顾**" in text) == (family == "masked")
    assert (f"/records/family/{contact.pk}/open/" in text) == (family == "opens")
    assert ("allergy" in text) == health
    assert ("特别困难" in text) == tier
    assert ("国家助学金" in text) == sums
    assert ("subsistence allowance" in text) == sums
    assert ("grounds on record" in text) == sums
    for clear in (NUMBER, WORDS, GROUNDS):
        assert clear not in text


@pytest.mark.parametrize("key", SIGHT)
def test_opening_asks_the_right_and_a_reason_and_leaves_one_line_each_time(
    school: World, key: str
) -> None:
    family, health, _tier, sums = SIGHT[key]
    rows = {"family": (FamilyContact, NUMBER, family == "opens"), "health": (HealthNote, WORDS, health),
            "aid": (AidRecognition, GROUNDS, sums)}  # fmt: skip
    asked = client(school.people[key])
    for kind, (model, value, may) in rows.items():
        pk = model.objects.get().pk  # type: ignore[attr-defined]
        url = f"/students/{school.gu.student_no}/records/{kind}/{pk}/open/"
        answer = asked.post(url, {"reason": "联系家长到校"})
        assert (value in answer.content.decode()) == may, kind
        assert answer.status_code == (200 if may else answer.status_code)
        assert may or answer.status_code in (403, 404)
        assert AuditEntry.objects.filter(action="unmask", detail__field=kind).count() == may
        if may:
            assert asked.post(url, {"reason": ""}).status_code == 422
            other = f"/students/{school.song.student_no}/records/{kind}/{pk}/open/"
            assert asked.post(other, {"reason": "联系家长到校"}).status_code in (403, 404)
    stored = list(AuditEntry.objects.filter(action="unmask").values_list("detail", flat=True))
    assert not any(value in str(stored) for value in (NUMBER, WORDS, GROUNDS))


def test_nobody_beyond_reach_opens_anything(school: World) -> None:
    contact = FamilyContact.objects.get()
    for key in ("shen", "psy", "qian", "sys", "sec", "aud", "nobody", "gu_account"):
        url = f"/students/{school.gu.student_no}/records/family/{contact.pk}/"
        for answer in (client(school.people[key]).get(url),
                       client(school.people[key]).post(f"{url}open/", {"reason": "看看是谁"})):  # fmt: skip
            assert answer.status_code == 404, key
        with pytest.raises(PermissionDenied):
            open_record(
                actor=school.people[key], kind=KINDS["family"], row=contact, reason="看看是谁"
            )


def test_values_are_kept_as_cipher_and_the_history_has_every_version(school: World) -> None:
    contact = FamilyContact.objects.get()
    keep_record(actor=school.he, student=school.gu, kind=KINDS["family"], pk=contact.pk,
                version=1, values={"phone": "13933334444"})  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(f)::text, f.phone_cipher FROM students_familycontact f")
        text, cipher = cursor.fetchone()
        assert "13933334444" not in text
        assert b"13933334444" not in bytes(cipher)
        cursor.execute("SELECT count(*) FROM students_familycontactevent WHERE pgh_obj_id = %s",
                       [contact.pk])  # fmt: skip
        assert cursor.fetchone() == (2,)


# Who enters and corrects: contacts by the student and whoever edits students (rulebook: "own RW"),
# health by the counsellor, hardship by counsellor and aid centre; the heads who appoint counsellors too.
WRITERS = {
    "family": {"he"},
    "health": {"zhou", "he", "jiang"},
    "aid": {"zhou", "zi", "he", "jiang"},
    "grant": {"zhou", "zi", "he", "jiang"},
}
FILLED: dict[str, dict[str, Any]] = {
    "family": {"name": "顾·母亲", "relation": "mother", "phone": "029-82665555"},
    "health": {"kind": "injury", "text": "膝盖手术，免体育课", "since": "2026-10-01"},
    "aid": {"academic_year": "2025-2026", "tier": "2", "decided_on": "2025-10-20"},
    "grant": {"academic_year": "2026-2027", "kind": "A08", "amount": "1500",
              "granted_on": "2026-11-02"},
}  # fmt: skip


@pytest.mark.parametrize("kind", WRITERS)
def test_only_those_of_the_matrix_enter_records_and_twice_sent_is_one(
    school: World, kind: str
) -> None:
    model, url = KINDS[kind].model, f"/students/{school.gu.student_no}/records/{kind}/new/"
    before = model.objects.count()
    for key in SIGHT:
        status = client(school.people[key]).get(url).status_code
        assert status == (200 if key in WRITERS[kind] else 403), (kind, key)
    writer = client(school.people[sorted(WRITERS[kind])[0]])
    filled = {**FILLED[kind], "client_key": str(uuid.uuid4())}
    assert writer.post(url, filled).status_code == 302
    answer = writer.post(url, filled)
    assert answer.status_code == (422 if kind == "aid" else 302)
    assert model.objects.count() == before + 1
    assert AuditEntry.objects.filter(action="keep_record").count() == 1


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("family", {"phone": "12345"}, "mobile number"),
        ("family", {"relation": "boss"}, "boss"),
        ("health", {"until": "2026-09-01"}, "last day lies before"),
        ("health", {"text": ""}, "required"),
        ("aid", {"academic_year": "2026-2027"}, "has a recognised tier already"),
        ("aid", {"academic_year": "2026-2028"}, "2026-2027"),
        ("grant", {"kind": "A04", "granted_on": DAY.isoformat()}, "stands here already"),
        ("grant", {"amount": "-5"}, "0"),
    ],
)
def test_bad_input_is_told_beside_the_form_and_kept(
    school: World, kind: str, change: dict[str, str], words: str
) -> None:
    model, writer = KINDS[kind].model, client(school.people[sorted(WRITERS[kind])[0]])
    before = model.objects.count()
    url = f"/students/{school.gu.student_no}/records/{kind}/new/"
    answer = writer.post(url, FILLED[kind] | change, headers=EN)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    kept = next(iter((FILLED[kind] | change).values()))
    assert str(kept) in text
    assert model.objects.count() == before


def test_a_form_that_stood_open_does_not_overwrite_another_hand(school: World) -> None:
    contact = FamilyContact.objects.get()
    url = f"/students/{school.gu.student_no}/records/family/{contact.pk}/"
    values = {"name": "顾明远", "relation": "father", "phone": "", "version": "1"}
    assert client(school.he).post(url, values | {"note": "晚上可打"}).status_code == 302
    answer = client(school.he).post(url, values | {"note": "白天可打"}, headers=EN)
    assert answer.status_code == 422
    assert "Somebody else corrected this" in answer.content.decode()
    contact.refresh_from_db()
    assert (contact.note, contact.version, contact.phone()) == ("晚上可打", 2, NUMBER)
    with pytest.raises(StaleError):
        keep_record(actor=school.he, student=school.gu, kind=KINDS["family"], pk=contact.pk,
                    version=1, values={})  # fmt: skip


def test_a_contact_is_confirmed_by_name_and_a_corrected_number_is_not_confirmed_any_more(
    school: World,
) -> None:
    contact = FamilyContact.objects.get()
    url = f"/students/{school.gu.student_no}/records/family/{contact.pk}/confirm/"
    assert client(school.lu).post(url).status_code == 404  # the number is masked for an adviser
    assert client(school.zhou).post(url).status_code == 302
    contact.refresh_from_db()
    assert contact.verified_by == school.zhou
    assert "confirmed" in portrait(school, "zhou")
    keep_record(actor=school.he, student=school.gu, kind=KINDS["family"], pk=contact.pk,
                values={"phone": "13900000000"})  # fmt: skip
    contact.refresh_from_db()
    assert (contact.verified_by, contact.verified_at) == (None, None)
    with pytest.raises(PermissionDenied):
        confirm_contact(actor=school.shen, contact=contact)


def test_the_student_keeps_the_own_contacts_and_those_of_nobody_else(school: World) -> None:
    mine = client(school.gu_account)
    page = mine.get("/my/", headers=EN).content.decode()
    assert "顾明远" in page
    assert "139****2222" in page
    assert WORDS not in page
    contact = FamilyContact.objects.get()
    values = {"name": "顾母", "relation": "mother", "phone": NUMBER}
    assert mine.post("/my/family/new/", values).status_code == 302
    assert mine.get(f"/my/family/{contact.pk}/").status_code == 200
    assert client(school.zhou).get(f"/my/family/{contact.pk}/").status_code == 404
    assert client(school.zhou).get("/my/family/new/").status_code == 404
    other = FamilyContact(student=school.song, name="宋父", relation="father")
    other.set_phone(NUMBER)
    other.save()
    assert mine.post(f"/my/family/{other.pk}/", values).status_code == 404
    assert mine.post(f"/my/family/{contact.pk}/", {"reason": "号码已停机"}).status_code == 302
    contact.refresh_from_db()
    assert contact.ended_at is not None
    assert "顾明远" not in mine.get("/my/").content.decode()
    assert "顾明远" not in portrait(school, "zhou")
    with pytest.raises(PermissionDenied):
        end_contact(actor=school.zhou, contact=other, reason="不归我管")
    values = {"health": {"kind": "other", "text": "自填内容", "since": DAY},
              "aid": {"academic_year": "2024-2025", "tier_id": "1", "decided_on": DAY},
              "grant": {"academic_year": "2024-2025", "kind_id": "A01", "amount": 1,
                        "granted_on": DAY}}  # fmt: skip
    for kind, filled in values.items():
        with pytest.raises(PermissionDenied):
            keep_record(actor=school.gu_account, student=school.gu, kind=KINDS[kind], values=filled)


def test_who_has_seen_names_what_was_opened(school: World) -> None:
    contact = FamilyContact.objects.get()
    open_record(actor=school.zhou, kind=KINDS["family"], row=contact, reason="通知家长")
    text = client(school.he).get(f"/students/{school.gu.student_no}/seen/", headers=EN)
    assert "opened: Family contact" in text.content.decode()
    assert "通知家长" in text.content.decode()
    own = client(school.gu_account).get("/my/seen/", headers=EN).content.decode()
    assert "opened: Family contact" in own
    assert "通知家长" not in own


def test_the_portrait_asks_as_often_for_many_records_as_for_one(school: World) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            portrait(school, "zhou")
        return len(seen)

    portrait(school, "zhou")
    few = count()
    for number in range(4):
        row = FamilyContact(student=school.gu, name=f"亲属{number}", relation="other")
        row.set_phone(NUMBER)
        row.save()
        AidGrant.objects.create(student=school.gu, academic_year="2024-2025", kind_id="A07",
                                amount=number, granted_on=DAY + dt.timedelta(days=number))  # fmt: skip
    assert count() == few


def test_a_new_action_comes_to_the_roles_of_the_catalogue_and_one_taken_away_stays_away(
    school: World,
) -> None:
    counsellor = Role.objects.get(code="counsellor")
    counsellor.permissions.remove(Permission.objects.get(codename="see_aid"))
    write_catalogue()
    assert not counsellor.permissions.filter(codename="see_aid").exists()
    Permission.objects.filter(codename="write_health").delete()
    with request_scope(None):
        assert not school.zhou.has_perm("cohorts.write_health", school.gu)
    write_catalogue()
    with request_scope(None):
        assert school.zhou.has_perm("cohorts.write_health", school.gu)


def test_a_bad_number_is_refused_by_the_domain_as_well(school: World) -> None:
    with pytest.raises(DomainError):
        keep_record(actor=school.he, student=school.gu, kind=KINDS["family"],
                    values={"name": "某人", "relation": "other", "phone": "打不通"})  # fmt: skip
    assert FamilyContact.objects.count() == 1
