"""The aid centre's lists and cases; whom the counselling centre calls in a crisis (rulebook 4, 8.3)."""

from decimal import Decimal
from typing import Any

import pytest

from casework.domain.cases import open_case
from casework.enums import Source
from casework.models import Case, CaseCategory, CaseLevel
from portal.core.access import reaches_one, reasons
from portal.core.domain.imports import Context, import_kind, run_import
from portal.core.models import AuditEntry
from portal.core.scope import request_scope
from students.models import AidGrant, AidKind, AidRecognition, AidTier, FamilyContact, Student
from tests.students.record_cast import EN, GROUNDS, NUMBER, client
from tests.world import World

pytestmark = pytest.mark.django_db


# ---- the two offices


def economic(world: World, key: str, *codes: str) -> Case:
    for code in codes:
        case = open_case(
            actor=None, student=world.students[key], category=CaseCategory.objects.get(pk=code),
            level=CaseLevel.objects.get(pk="YELLOW"), reason="家庭困难", source=Source.COUNSELLOR,
        )  # fmt: skip
    return case


def test_the_aid_centre_reads_economic_cases_alone(school: World) -> None:
    only = economic(school, "gu", "ECONOMIC")
    mixed = economic(school, "song", "ECONOMIC", "PSYCH")
    other = economic(school, "cheng", "ACADEMIC")
    was = economic(school, "ye", "PSYCH", "ECONOMIC")
    was.entries.filter(category="PSYCH").update(left_at=was.reported_at)
    with request_scope(None):
        assert list(Case.objects.restrict(school.zi, "see_case")) == [only]
        for case in (only, mixed, other, was):
            seen = reaches_one(Case, school.zi, "see_case", case.pk)
            assert seen == (case == only) == bool(reasons(school.zi, "see_case", case))
    zi = client(school.zi)
    assert zi.get(f"/cases/{only.pk}/").status_code == 200
    for case in (mixed, other, was):
        assert zi.get(f"/cases/{case.pk}/").status_code == 404
    text = zi.get("/cases/", headers=EN).content.decode()
    assert "顾言川" in text
    for name in ("宋远", "程亦安", "叶知秋"):
        assert name not in text
    with request_scope(None):
        assert not school.zi.has_perm("cohorts.write_case", only)
        assert not Case.objects.restrict(school.zi, "manage_case").exists()
    for url in ("assign/", "close/", "lower/", "transfer/"):
        assert zi.get(f"/cases/{only.pk}/{url}").status_code in (403, 404), url
    Case.objects.filter(pk=only.pk).update(closed_at=only.reported_at, outcome="solved")
    assert zi.get(f"/cases/{only.pk}/").status_code == 404


def calls(world: World) -> bool:
    """Whether psy may call gu, asked singly and by list: they agree."""
    with request_scope(None):
        one = reaches_one(Student, world.psy, "see_contact", world.gu.pk)
        assert one == Student.objects.restrict(world.psy, "see_contact").exists()
        return one


def test_the_counselling_centre_calls_while_a_red_case_is_open_and_not_before_or_after(
    school: World,
) -> None:
    psy, url = client(school.psy), f"/sealed/{school.gu.student_no}/crisis/"
    contact = FamilyContact.objects.get()
    assert psy.get(url).status_code == 404
    assert not calls(school)
    case = economic(school, "gu", "ACADEMIC")
    assert not calls(school)
    assert psy.get(url).status_code == 404
    Case.objects.filter(pk=case.pk).update(level_id="RED")
    assert calls(school)
    text = psy.get(url, headers=EN).content.decode()
    assert "139****2222" in text
    assert NUMBER not in text
    assert psy.post(url, {"line": str(contact.pk), "reason": ""}).status_code == 422
    answer = psy.post(url, {"line": str(contact.pk), "reason": "今晚危机，联系家长"})
    assert NUMBER in answer.content.decode()
    assert (
        school.gu.phone in psy.post(url, {"line": "own", "reason": "今晚危机处置"}).content.decode()
    )
    assert AuditEntry.objects.filter(action="unmask", actor=school.psy).count() == 2
    assert psy.get(f"/students/{school.gu.student_no}/").status_code == 404
    assert psy.get(f"/cases/{case.pk}/").status_code == 404
    other = FamilyContact(student=school.song, name="宋父", relation="father")
    other.set_phone(NUMBER)
    other.save()
    assert psy.post(url, {"line": str(other.pk), "reason": "换一个号码"}).status_code == 404
    Case.objects.filter(pk=case.pk).update(closed_at=case.reported_at, outcome="solved")
    assert psy.get(url).status_code == 404


# ---- lists of the aid centre


def upload(world: World, key: str, code: str, *rows: str, heads: str, is_dry: bool = False) -> Any:
    kind = import_kind(code)
    assert kind
    content = "\n".join([heads, *rows]).encode()
    return run_import(kind, content, Context(actor=world.people[key]), is_dry=is_dry)


TIERS = "学号,姓名,学年,认定等级,认定日期"
GRANTS = "学号,姓名,学年,资助项目,金额,发放日期"


def test_a_list_of_tiers_adds_adjusts_and_leaves_the_others(school: World) -> None:
    rows = (
        "2230514127,顾言川,2026-2027,困难,2026-11-01",
        "2230710008,宋远,2026-2027学年,一般困难,2026-10-20",
    )
    result = upload(school, "zi", "aid_tiers", *rows, heads=TIERS)
    assert result.faults == []
    assert result.diff.counts | {"moved": 0} == {"new": 1, "changed": 1, "unchanged": 0, "moved": 0}
    row = AidRecognition.objects.get(student=school.gu)
    assert (row.tier_id, row.version, row.grounds()) == ("2", 2, GROUNDS)
    again = upload(school, "zi", "aid_tiers", *rows, heads=TIERS)
    assert again.diff.is_empty
    assert AidRecognition.objects.count() == 2


def test_a_list_of_grants_read_twice_is_one_grant_each(school: World) -> None:
    rows = (
        "2230514127,顾言川,2026-2027,国家助学金,3700,2026-10-20",
        "2230710008,宋远,2026-2027,勤工助学,480.50,2026-11-20",
    )
    for touched in ({"aid": 1}, {}):
        assert upload(school, "zi", "aid_grants", *rows, heads=GRANTS).touched == touched
    assert AidGrant.objects.get(kind="A07").amount == Decimal("480.50")
    assert AidGrant.objects.get(kind="A07").recorded_by == school.zi


def test_faults_are_told_by_row_and_nothing_is_written(school: World) -> None:
    rows = ("2230514127,别人,2026-2027,困难,2026-11-01", "9999999999,无人,2026-2027,困难,2026-11-01",
            "2230710008,宋远,2026-2027,很困难,2026-11-01", "2230710008,宋远,2026-2028,困难,2026-11-01")  # fmt: skip
    result = upload(school, "zi", "aid_tiers", *rows, heads=TIERS)
    assert {fault.row for fault in result.faults} == {2, 3, 4, 5}
    assert AidRecognition.objects.count() == 1


def test_an_officer_of_one_college_imports_for_its_students_only(school: World) -> None:
    school.add_person("yi", "易老师")
    school.add_post("yi", "aid_officer", "chem")
    row = "2230710008,宋远,2026-2027,困难,2026-11-01"
    (fault,) = upload(school, "yi", "aid_tiers", row, heads=TIERS).faults
    assert fault.row == 2


def test_administrators_and_everybody_without_the_post_are_refused_the_lists(school: World) -> None:
    for key in ("sys", "sec", "aud", "zhou", "han", "he", "qian", "psy"):
        for code in ("aid_tiers", "aid_grants"):
            assert client(school.people[key]).get(f"/imports/new/{code}/").status_code == 404, key
            assert client(school.people[key]).post(f"/imports/new/{code}/").status_code == 404, key
    assert client(school.zi).get("/imports/new/aid_tiers/").status_code == 200
    for model in ("aidrecognition", "aidgrant", "familycontact", "healthnote"):
        assert client(school.sys).get(f"/admin/students/{model}/").status_code in (302, 404)


def test_tiers_and_kinds_are_rows_of_the_school(school: World) -> None:
    assert list(AidTier.objects.values_list("name", flat=True)) == ["特别困难", "困难", "一般困难"]
    assert AidKind.objects.count() == 12
    AidTier.objects.filter(pk="2").update(is_used=False)
    row = "2230710008,宋远,2026-2027,困难,2026-11-01"
    assert upload(school, "zi", "aid_tiers", row, heads=TIERS).faults
