"""Passwords and the lock-out of local accounts (rulebook 8.2)."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from portal.core.accounts.passwords import (
    HistoryValidator,
    KindsValidator,
    LengthValidator,
    PersonValidator,
    WeakPatternValidator,
)
from portal.core.domain.accounts import open_account
from portal.core.domain.passwords import change_password, give_one_time_password
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, User
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

FRESH = "Quiet-lake-77"


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def try_log_in(username: str, password: str, **extra: Any) -> Any:
    return Client(**extra).post("/login/", {"username": username, "password": password})


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


# ── rules ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("rule", "password"),
    [
        (LengthValidator, "Ab3-xyz"),
        (KindsValidator, "onlysmall-signs"),
        (KindsValidator, "ONLY88888"),
        (PersonValidator, "X-zhou_1980-x"),
        (PersonValidator, "x7ZQ-1234567890"),
        (PersonValidator, "hcumiq.AB.nehchen"),
        (WeakPatternValidator, "P@ssw0rd"),
        (WeakPatternValidator, "sunshine"),
        (WeakPatternValidator, "Admin@2026"),
        (WeakPatternValidator, "Woaini-520"),
        (WeakPatternValidator, "Qwerty-1234"),
        (WeakPatternValidator, "A1234567b"),
        (WeakPatternValidator, "aaaaaaA1"),
    ],
)
def test_a_weak_password_is_refused(rule: Any, password: str) -> None:
    user = User(username="zhou_1980", name="陈秋明", pinyin="chen qiu ming", phone="1234567890")
    user.email = "nehcnehc@example.edu"
    if password.startswith("hcumiq"):
        user.email = "hcumiq@example.edu"
    with pytest.raises(ValidationError):
        rule().validate(password, user)


@pytest.mark.parametrize("password", [PASSWORD, FRESH, "雨夜读书-R2d", "Kg7#plomb.Ae"])
def test_a_good_password_passes_every_rule(password: str) -> None:
    user = User(username="zhou", name="周启文", pinyin="zhou qi wen")
    for rule in (LengthValidator, KindsValidator, PersonValidator, WeakPatternValidator):
        rule().validate(password, user)


def test_an_administrator_needs_ten_characters(world: World) -> None:
    LengthValidator().validate("Lake-7x9", world.zhou)
    with pytest.raises(ValidationError):
        LengthValidator().validate("Lake-7x9", world.sec)


def test_the_last_five_passwords_do_not_come_back(world: World) -> None:
    for n in range(5):
        change_password(actor=world.zhou, password=f"Quiet-lake-7{n}")
    for former in ("Quiet-lake-70", "Quiet-lake-74"):
        with pytest.raises(DomainError):
            change_password(actor=world.zhou, password=former)
    HistoryValidator().validate(PASSWORD, world.zhou)  # six ago


def test_a_birthday_or_id_number_is_no_password(world: World) -> None:
    world.gu.born_on = dt.date(2005, 3, 14)
    world.gu.set_id_number("610102200503147713")
    world.gu.save()
    for password in ("Gx-20050314-q", "A-050314-zQ", "Rq-7713-lake", "610102200503147713Aa"):
        with pytest.raises(ValidationError):
            PersonValidator().validate(password, world.gu_account)


# ── first log-in, own page, age ──────────────────────────────────────────────────────────────


def test_the_first_log_in_leads_to_a_new_password_and_nowhere_else(world: World) -> None:
    user = User(username="t009", name="吕新")
    user.set_password(FRESH)
    open_account(actor=world.sec, user=user)
    client = Client()
    assert client.post("/login/", {"username": "t009", "password": FRESH}).status_code == 302
    for place in ("/", "/students/", "/me/", "/admin/"):
        assert client.get(place)["Location"].startswith("/me/password/"), place
    part = client.get("/search/?q=x", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Redirect"]) == (204, "/me/password/")
    form = {"present": FRESH, "new": FRESH, "again": FRESH}
    assert client.post("/me/password/", form).status_code == 422  # the given one is no choice
    form |= {"new": "Long-river-88", "again": "Long-river-88", "next": "https://evil.example/"}
    assert client.post("/me/password/", form)["Location"] == "/me/"
    assert client.get("/me/").status_code == 200


def test_the_own_page_wants_the_present_password_and_the_new_one_twice(world: World) -> None:
    client = enter(world.zhou)
    wrong = {"present": "x", "new": FRESH, "again": FRESH}
    assert client.post("/me/password/", wrong).status_code == 422
    differ = {"present": PASSWORD, "new": FRESH, "again": FRESH + "x"}
    assert client.post("/me/password/", differ).status_code == 422
    world.zhou.refresh_from_db()
    assert world.zhou.check_password(PASSWORD)
    right = {"present": PASSWORD, "new": FRESH, "again": FRESH}
    assert client.post("/me/password/", right).status_code == 302
    world.zhou.refresh_from_db()
    assert world.zhou.check_password(FRESH)
    assert FRESH not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


@pytest.mark.parametrize(("key", "days", "due"), [
    ("zhou", 179, False), ("zhou", 180, True), ("sec", 89, False), ("sec", 90, True),
])  # fmt: skip
def test_a_password_grows_old(world: World, key: str, days: int, due: bool) -> None:
    user = world.people[key]
    User.objects.filter(pk=user.pk).update(
        password_changed_at=timezone.now() - dt.timedelta(days=days, minutes=1)
    )
    answer = enter(user).get("/me/")
    assert (answer.status_code == 302) is due


def test_a_one_time_password_ends_the_sessions_and_must_be_changed(world: World) -> None:
    client = enter(world.zhou)
    given = give_one_time_password(actor=world.sec, user=world.zhou)
    assert client.get("/me/")["Location"].startswith("/login/")
    fresh = Client()
    fresh.post("/login/", {"username": "zhou", "password": given})
    assert fresh.get("/")["Location"].startswith("/me/password/")


# ── lock-out ─────────────────────────────────────────────────────────────────────────────────


def test_five_failures_lock_the_account_from_that_address_only(world: World) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC), tick=False) as clock:
        for _n in range(5):
            answer = try_log_in("zhou", "wrong")
            clock.shift(10)
        assert "10:15" in words(answer)  # when to try again: 10:00:40 and a quarter of an hour
        clock.shift(60)
        locked = try_log_in("zhou", PASSWORD)
        assert locked.status_code == 200
        assert "10:15" in words(locked)  # a try on a locked account does not prolong it
        assert try_log_in("zhou", PASSWORD, REMOTE_ADDR="192.0.2.9").status_code == 302
        assert try_log_in("lu", PASSWORD).status_code == 302
        clock.shift(15 * 60)
        assert try_log_in("zhou", PASSWORD).status_code == 302
    failed = AuditEntry.objects.filter(action="log_in_failed")
    assert failed.count() == 5
    assert failed.first().detail["ids"] == [world.zhou.pk]  # type: ignore[union-attr]
    assert AuditEntry.objects.filter(action="log_in_locked").count() == 1


def test_the_answer_is_the_same_whether_the_account_exists_is_frozen_or_ended(world: World) -> None:
    User.objects.filter(pk=world.lu.pk).update(is_active=False)
    User.objects.filter(pk=world.he.pk).update(expires_on=dt.date(2026, 1, 31))
    seen = {}
    for name, password in (("zhou", "wrong"), ("no-such", "wrong"), ("lu", PASSWORD),
                           ("he", PASSWORD)):  # fmt: skip
        answers = [try_log_in(name, password) for _n in range(6)]
        clean = [re.sub(r'value="[^"]*"', "", words(answer)) for answer in answers]
        seen[name] = [re.sub(r"\d\d:\d\d", "", page) for page in clean]
    assert seen["zhou"] == seen["no-such"] == seen["lu"] == seen["he"]
    assert seen["zhou"][0] != seen["zhou"][5]


def test_what_was_typed_for_a_name_is_not_written_down(world: World) -> None:
    try_log_in("My-secret-88", "x")
    row = AuditEntry.objects.get(action="log_in_failed")
    assert "My-secret" not in str(row.detail)
    assert row.detail["is_known"] is False


def test_the_security_administrator_unlocks(world: World) -> None:
    for _n in range(5):
        try_log_in("zhou", "wrong")
    client = enter(world.sec)
    assert "失败" in words(client.get("/admin/core/user/?q=zhou")) or "failed log-ins" in words(
        client.get("/admin/core/user/?q=zhou")
    )
    form = {"action": "unlock", "_selected_action": [world.zhou.pk]}
    assert client.post("/admin/core/user/", form).status_code == 302
    assert try_log_in("zhou", PASSWORD).status_code == 302
    assert AuditEntry.objects.get(action="unlock_account").actor == world.sec
    assert enter(world.sys).post("/admin/core/user/", form).status_code in (302, 403)
