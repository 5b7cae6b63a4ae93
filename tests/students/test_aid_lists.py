"""Lists of recognised hardship and of aid granted, and the rows they are read by."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from cohorts.catalogue import write_catalogue
from cohorts.models import Role
from portal.core.domain.imports import Context, import_kind, run_import
from portal.core.errors import DomainError
from portal.core.scope import request_scope
from students.domain.records import KINDS, keep_record
from students.models import AidGrant, AidKind, AidRecognition, AidTier, FamilyContact
from tests.students.conftest import GROUNDS, client
from tests.world import World

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


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
