"""The floor: names, keys of the encrypted columns, week numbers, closed accounts."""

import datetime as dt

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.test import Client
from django.utils import timezone

from cohorts.models import Term
from portal.core import crypto
from portal.core.models import User
from portal.core.names import masked_name, masked_phone, name_keys, normal_name, surname_of
from students.models import Student
from tests.world import World


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽∙买买提", "阿依古丽·买买提"),
        ("  张  伟 ", "张 伟"),
        ("Ｌｉｕ", "Liu"),
        ("䶮", "䶮"),
    ],
)
def test_names_are_kept_in_one_form(typed: str, kept: str) -> None:
    assert normal_name(typed) == kept


def test_a_dot_of_another_kind_is_the_same_person(world: World) -> None:
    made = Student.objects.create(name="阿依古丽•买买提", student_no="2230599001", entry_year=2023)
    assert Student.objects.get(name=normal_name("阿依古丽‧买买提")) == made


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("张伟伟", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("司马光", "司马*"),
        ("阿依古丽·买买提", "阿依古丽·*"),
        ("欧阳", "欧*"),
        ("李", "李*"),
    ],
)
def test_masked_names_show_the_surname_only(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("单雄信", "shan xiong xin", "sxx"),
        ("曾国藩", "zeng guo fan", "zgf"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("令狐冲", "ling hu chong", "lhc"),
        ("张伟", "zhang wei", "zw"),
    ],
)
def test_pinyin_reads_surnames_as_surnames(name: str, pinyin: str, initials: str) -> None:
    assert name_keys(name) == (pinyin, initials)


def test_two_of_the_same_name_are_both_found_and_told_apart_by_number(world: World) -> None:
    for number in ("2230599011", "2230599012"):
        Student.objects.create(name="王芳", student_no=number, entry_year=2023)
    both = Student.objects.filter(name="王芳")
    assert both.count() == 2
    assert len({str(one) for one in both}) == 2


def test_phones_show_three_and_four_digits() -> None:
    assert masked_phone("13800001234") == "138****1234"
    assert masked_phone("12345") == "*****"
    assert surname_of("慕容复") == "慕容"


@pytest.mark.parametrize(
    ("day", "week"),
    [("2025-09-01", 1), ("2025-09-07", 1), ("2025-09-08", 2), ("2025-09-15", 3), ("2025-08-31", 0)],
)
def test_weeks_are_counted_from_the_monday_of_week_one(day: str, week: int) -> None:
    term = Term(code="2025-2026-1", starts_on=dt.date(2025, 9, 1))
    assert term.week_of(dt.date.fromisoformat(day)) == week


@pytest.fixture
def keys(settings: object) -> object:
    yield lambda *new: (setattr(settings, "FIELD_KEYS", list(new)), crypto._box.cache_clear())
    crypto._box.cache_clear()


def test_an_old_key_behind_a_new_one_still_opens(keys: object) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    keys(old)
    cipher = crypto.encrypt("109900200501010010")
    keys(new, old)
    assert crypto.decrypt(cipher) == "109900200501010010"
    fresh = crypto.encrypt("109900200501010010")
    keys(new)
    assert crypto.decrypt(fresh) == "109900200501010010"
    with pytest.raises(InvalidToken):
        crypto.decrypt(cipher)


def test_a_number_is_kept_as_cipher_digest_and_last_four(world: World) -> None:
    world.gu.set_id_number("109900200501010010")
    world.gu.save()
    kept = Student.objects.get(pk=world.gu.pk)
    assert kept.id_number() == "109900200501010010"
    assert kept.id_last4 == "0010"
    assert b"109900" not in bytes(kept.id_cipher)
    assert kept.id_hash == crypto.lookup_hash("109900200501010010")
    assert crypto.encrypt("x") != crypto.encrypt("x")


def shut_out(client: Client, page: str) -> bool:
    """Sent away as somebody unknown."""
    answer = client.get(page)
    return answer.status_code in {302, 403} and answer.wsgi_request.user.is_anonymous


@pytest.mark.parametrize(
    "close",
    [
        lambda: {"is_active": False},
        lambda: {"expires_on": timezone.localdate() - dt.timedelta(days=1)},
    ],
    ids=["frozen", "expired"],
)
def test_an_open_session_ends_when_the_account_is_closed(world: World, close: object) -> None:
    client = Client()
    client.force_login(world.sys)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=world.sys.pk).update(**close())
    assert shut_out(client, "/admin/")


def test_the_last_day_of_an_account_still_counts(world: World) -> None:
    client = Client()
    client.force_login(world.sys)
    User.objects.filter(pk=world.sys.pk).update(expires_on=timezone.localdate())
    assert client.get("/admin/").status_code == 200
