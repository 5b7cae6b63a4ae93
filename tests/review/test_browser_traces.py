"""What stays in a browser, a proxy or a header after somebody looked or logged out."""

from typing import Any

import pytest
from django.test import Client

from tests.world import PASSWORD, World


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


@pytest.mark.parametrize("url", ["/", "/students/", "/cases/", "/log/", "/search/?q=gyc", "/me/"])
def test_pages_of_a_person_are_not_stored_anywhere(world: World, url: str) -> None:
    world.add_case("gu")
    for headers in ({}, {"HX-Request": "true"}):
        answer = client_of(world, "zhou").get(url, headers=headers)
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]
        assert "Cookie" in answer["Vary"]


def test_refused_and_missing_pages_are_not_stored_either(world: World) -> None:
    client = client_of(world, "lu")
    for url in ("/cases/", "/cases/1/"):
        assert "no-store" in client.get(url)["Cache-Control"]


def test_a_fragment_is_not_served_for_the_page(world: World) -> None:
    answer = client_of(world, "zhou").get("/search/?q=gyc", headers={"HX-Request": "true"})
    assert "HX-Request" in answer["Vary"] or "no-store" in answer["Cache-Control"]


def test_no_page_can_be_framed_or_guess_types(world: World) -> None:
    answer = client_of(world, "zhou").get("/students/")
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_logging_in_gives_a_new_session_and_out_ends_it(world: World) -> None:
    client = Client()
    client.get("/login/")
    session: Any = client.session
    session["planted"] = "yes"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post("/login/", {"username": "zhou", "password": PASSWORD})
    after = client.session.session_key
    assert after != before
    client.post("/logout/")
    thief = Client()
    thief.cookies["sessionid"] = after
    assert thief.get("/students/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "\\\\evil.example", "javascript:alert(1)",
               "http:///evil.example", "/\\evil.example", " //evil.example", "https:evil.example"],
)  # fmt: skip
def test_no_next_leads_off_the_portal(world: World, target: str) -> None:
    client = Client()
    sent = {"username": "zhou", "password": PASSWORD}
    answer = client.post("/login/?next=" + target, sent | {"next": target})
    assert answer["Location"] == "/"
    case = world.add_case("gu")
    talk = {"student": world.gu.student_no, "channel": "face", "content": "近况良好，按时上课"}
    assert client.post("/log/", talk | {"next": target})["Location"] == "/log/"
    remind = client.post(f"/cases/{case.pk}/remind/", {"next": target})
    assert remind["Location"] == "/"
    language = client.post("/i18n/setlang/", {"language": "en", "next": target})
    assert language["Location"] == "/"


def test_nothing_is_written_by_looking(world: World) -> None:
    """GET leaves audit lines only: no record, no case, no notice changes."""
    from casework.models import Case, FollowUp
    from portal.core.models import Notification

    case = world.add_case("gu")
    client = client_of(world, "zhou")
    before = list(Case.objects.values()), FollowUp.objects.count(), Notification.objects.count()
    talk = f"student={world.gu.student_no}&channel=face&content=x&level=RED&owner={world.lin.pk}"
    for url in (f"/log/?{talk}", f"/cases/{case.pk}/?{talk}", f"/cases/{case.pk}/assign/?{talk}",
                f"/cases/{case.pk}/raise/?{talk}", "/notices/?upto=999"):  # fmt: skip
        assert client.get(url).status_code == 200, url
    assert before == (
        list(Case.objects.values()), FollowUp.objects.count(), Notification.objects.count()
    )  # fmt: skip


@pytest.mark.parametrize("key", ["sys", "sec", "aud", "zhou", "qian", "nobody", "gu_account"])
def test_only_the_security_administrator_finds_accounts_by_typing(world: World, key: str) -> None:
    url = ("/admin/autocomplete/?term=a&app_label=cohorts&model_name=appointment"
           "&field_name=person")  # fmt: skip
    answer = client_of(world, key).get(url)
    assert answer.status_code == (
        200 if key == "sec" else 302 if key not in ("sys", "aud") else 403
    )


def test_a_staff_flag_alone_does_not_open_the_administration(world: World) -> None:
    world.zhou.is_staff = world.zhou.is_superuser = True
    world.zhou.save()
    client = client_of(world, "zhou")
    for url in ("/admin/", "/admin/core/user/", "/admin/core/auditentry/"):
        assert client.get(url).status_code == 302


def test_nul_in_an_address_is_a_missing_page(world: World) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.people["zhou"])
    world.add_case("gu")
    for url in ("/students/a%00b/", "/cases/?category=%00", "/cases/?level=%00", "/students/?q=%00",
                "/students/?status=%00", "/log/?student=%00", "/log/students/?chosen=%00",
                "/search/?q=%00", "/students/?unit=%00", "/students/?part=filter&major=%00"):  # fmt: skip
        assert client.get(url).status_code in (200, 400, 404), url


def test_wildcards_and_wide_letters_in_a_search_are_letters(world: World) -> None:
    from students.models import Student
    from students.queries.lookup import found_students, typed

    everyone = Student.objects.all()
    for text in ("%", "_", "%%", "1%", "_1", "\\", "顾%", "顾_川"):
        assert not found_students(everyone, typed(text)).exists(), text
    for text in ("ｇｙｃ", "GYC", " 顾言川 ", "２２３０５１４１２７", "gu yan"):
        assert found_students(everyone, typed(text)).get().name == "顾言川", text
