"""The second factor: codes, recovery codes, the admin's door, the confirmation page."""

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client, RequestFactory

from portal.core.crypto import decrypt
from portal.core.domain import second_factor
from portal.core.domain.passwords import give_one_time_password
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, RecoveryCode, SecondFactor, User
from tests.core.factors import begin, code_of, enrol
from tests.world import PASSWORD, World

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


def enter(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_fresh(client: Client) -> bool:
    request = RequestFactory().get("/")
    request.session = client.session
    return second_factor.is_fresh(request)


def test_the_admin_opens_after_the_second_factor_only(world: World, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = enter(world.sec)
    first = client.get("/admin/core/user/", follow=True)
    assert first.redirect_chain[-1][0].startswith("/me/second-factor/?next=")
    page = first.content.decode()
    assert "<svg" in page
    assert "style=" not in page[page.index("<svg") : page.index("</svg>")]
    enrolled = client.post("/me/second-factor/", {"code": code_of(world.sec),
                                                  "next": "/admin/core/user/"})  # fmt: skip
    assert len(re.findall(r"<code>\w{5}-\w{5}</code>", enrolled.content.decode())) == 10
    assert 'href="/admin/core/user/"' in enrolled.content.decode()
    assert client.get("/admin/core/user/").status_code == 200
    # The next session must confirm again; the factor is set up by now.
    again = enter(world.sec)
    asked = again.get("/admin/core/user/", follow=True)
    assert asked.redirect_chain[-1][0].startswith("/me/confirm/?next=")
    wrong = again.post("/me/confirm/", {"code": "000000", "next": "/admin/core/user/"})
    assert wrong.status_code == 422
    assert again.get("/admin/core/user/").status_code == 302
    right = again.post("/me/confirm/", {"code": code_of(world.sec, 1), "next": "/admin/core/user/"})
    assert right["Location"] == "/admin/core/user/"
    assert again.get("/admin/core/user/").status_code == 200


def test_where_it_is_waived_an_own_one_is_asked_for_all_the_same(world: World) -> None:
    client = enter(world.sec)
    assert client.get("/admin/").status_code == 200
    assert "/me/second-factor/" in client.get("/admin/").content.decode()
    enrol(world.sec)
    assert client.get("/admin/").status_code == 302


def test_the_admin_has_no_log_in_of_its_own(world: World) -> None:
    answer = Client().get("/admin/login/?next=/admin/core/user/")
    assert answer["Location"].startswith("/login/?next=")
    posted = Client().post("/admin/login/", {"username": "sec", "password": PASSWORD})
    assert posted["Location"].startswith("/login/")
    assert enter(world.zhou).get("/admin/login/")["Location"] == "/"
    assert enter(world.sec).get("/admin/password_change/")["Location"] == "/me/password/"


def test_a_code_counts_once_and_only_around_its_moment(world: World) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        enrol(world.zhou)
        code = code_of(world.zhou)
        with pytest.raises(DomainError):  # it set up the factor: used
            second_factor.confirm(actor=world.zhou, code=code)
        clock.shift(90)
        with pytest.raises(DomainError):
            second_factor.confirm(actor=world.zhou, code=code)
        late = code_of(world.zhou, -1)
        second_factor.confirm(actor=world.zhou, code=f"{late[:3]} {late[3:]}")
        for foreign in ("", "12345", "١٢٣٤٥٦", "abcdef", "1234567"):
            with pytest.raises(DomainError):
                second_factor.confirm(actor=world.zhou, code=foreign)


def test_a_recovery_code_counts_once(world: World) -> None:
    codes = enrol(world.zhou)
    second_factor.confirm(actor=world.zhou, code=codes[3].upper())
    with pytest.raises(DomainError):
        second_factor.confirm(actor=world.zhou, code=codes[3])
    assert second_factor.codes_left(world.zhou) == 9
    renewed = second_factor.renew_recovery_codes(actor=world.zhou)
    with pytest.raises(DomainError):
        second_factor.confirm(actor=world.zhou, code=codes[4])
    second_factor.confirm(actor=world.zhou, code=renewed[0])
    assert AuditEntry.objects.filter(action="second_factor_failed").count() == 2


def test_neither_the_secret_nor_a_code_stands_in_the_database(world: World) -> None:
    codes = enrol(world.zhou)
    kept = SecondFactor.objects.get(user=world.zhou)
    assert decrypt(kept.cipher).encode() not in bytes(kept.cipher)
    digests = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not digests & {code.replace("-", "") for code in codes}


def test_too_many_wrong_codes_block_even_the_right_one_for_a_while(world: World) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        enrol(world.zhou)
        clock.shift(60)
        for _n in range(5):
            with pytest.raises(DomainError):
                second_factor.confirm(actor=world.zhou, code="000000")
        with pytest.raises(DomainError, match="12:16"):
            second_factor.confirm(actor=world.zhou, code=code_of(world.zhou))
        clock.shift(15 * 60)
        second_factor.confirm(actor=world.zhou, code=code_of(world.zhou))


def test_a_confirmation_is_fresh_for_ten_minutes(world: World) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        enrol(world.zhou)
        client = enter(world.zhou)
        key = client.session.session_key
        assert not is_fresh(client)
        clock.shift(60)
        answer = client.post("/me/confirm/", {"code": code_of(world.zhou), "next": "/cases/"})
        assert answer["Location"] == "/cases/"
        assert client.session.session_key != key
        clock.shift(599)
        assert is_fresh(client)
        clock.shift(1)
        assert not is_fresh(client)


def test_without_a_factor_the_demo_asks_for_the_password(world: World, settings: Any) -> None:
    client = enter(world.zhou)
    assert client.post("/me/confirm/", {"password": "wrong"}).status_code == 422
    assert not is_fresh(client)
    client.post("/me/confirm/", {"password": PASSWORD, "next": "//evil.example/x"})
    assert is_fresh(client)
    settings.SECOND_FACTOR_REQUIRED = True
    answer = client.post("/me/confirm/", {"password": PASSWORD})
    assert answer["Location"].startswith("/me/second-factor/")


def test_the_password_cannot_be_guessed_at_the_confirmation_either(world: World) -> None:
    client = enter(world.zhou)
    for _n in range(5):
        client.post("/me/confirm/", {"password": "wrong"})
    assert client.post("/me/confirm/", {"password": PASSWORD}).status_code == 422
    assert not is_fresh(client)


def test_nobody_comes_back_to_another_host(world: World) -> None:
    client = enter(world.zhou)
    for wanted in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil"):
        answer = client.post("/me/confirm/", {"password": PASSWORD, "next": wanted})
        assert answer["Location"] == "/", wanted


def test_new_recovery_codes_ask_for_a_confirmation(world: World) -> None:
    enrol(world.zhou)
    client = enter(world.zhou)
    assert client.post("/me/second-factor/")["Location"].startswith("/me/confirm/")


def test_one_person_alone_does_not_take_over_an_administrator(world: World) -> None:
    """Password and second factor of a duty are never both in one administrator's hand."""
    enrol(world.aud)
    give_one_time_password(actor=world.sec, user=world.aud)
    with pytest.raises(DomainError):
        second_factor.reset_second_factor(actor=world.sec, user=world.aud)
    world.add_person("sec2", "安全管理员二")
    world.add_post("sec2", "secadmin", "uni")
    second_factor.reset_second_factor(actor=world.sec2, user=world.aud)
    enrol(world.sec)
    with pytest.raises(DomainError):
        second_factor.reset_second_factor(actor=world.sec, user=world.sec)


def test_nor_the_other_way_round(world: World) -> None:
    enrol(world.aud)
    second_factor.reset_second_factor(actor=world.sec, user=world.aud)
    with pytest.raises(DomainError):
        give_one_time_password(actor=world.sec, user=world.aud)


def test_the_operator_helps_by_command_line(world: World, capsys: Any) -> None:
    enrol(world.sec)
    call_command("reset_account", "sec", "--second-factor", "--password", "--unlock")
    printed = capsys.readouterr().out
    world.sec.refresh_from_db()
    given = re.search(r"[A-Z]{2}\d\d-\w{4}-\w{4}", printed)
    assert given
    assert world.sec.check_password(given[0])
    assert world.sec.must_change_password
    assert not SecondFactor.objects.filter(user=world.sec).exists()
    with pytest.raises(CommandError):
        call_command("reset_account", "no-such", "--password")


def test_showing_the_secret_binds_nothing(world: World) -> None:
    begin(world.zhou)
    assert not second_factor.is_enrolled(world.zhou)
    first = second_factor.secret_of(second_factor.begin_enrolment(user=world.zhou))
    assert first == second_factor.secret_of(second_factor.begin_enrolment(user=world.zhou))
