"""One's own account in the browser: log-in, password, sessions, second factor."""

import base64
import re
from pathlib import Path

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, log_in
from tests.browser.site import Site
from tests.browser.test_admin import serious


def look(page: Page, screens: Path, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screens / f"{name}.png", full_page=True, caret="initial")
    assert serious(page) == [], name
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide), name


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_pages_of_the_own_account_are_accessible(
    window: Opener, screens: Path, phone: bool
) -> None:
    page = window("office", phone=phone)
    tail = "phone" if phone else "desktop"
    for place, name in (("password/", "password"), ("sessions/", "sessions"),
                        ("confirm/", "confirm"), ("second-factor/", "enrol")):  # fmt: skip
        page.goto(f"/me/{place}")
        look(page, screens, f"account-{name}-{tail}")


def test_a_second_factor_is_set_up_and_confirms(window: Opener, site: Site, screens: Path) -> None:
    page = window()
    log_in(page, "psych", site.password)
    page.goto("/me/second-factor/")
    secret = page.locator("code").inner_text().replace(" ", "")
    totp = TOTP(base64.b32decode(secret))
    page.locator("#id_code").fill(f"{totp.token():06d}")
    page.locator("form.p-form button").click()
    codes = page.locator(".p-codes code")
    expect(codes).to_have_count(10)
    look(page, screens, "account-recovery-codes")
    spare = codes.first.inner_text()
    assert re.fullmatch(r"\w{5}-\w{5}", spare)
    page.goto("/me/confirm/?next=/notices/")
    page.locator("#id_code").fill(spare)
    page.locator("form.p-form button").click()
    page.wait_for_url("**/notices/")
    page.goto("/me/second-factor/")
    expect(page.get_by_text("还剩 9 个恢复码")).to_be_visible()


def test_a_session_is_ended_from_another_browser(window: Opener, site: Site) -> None:
    here, there = window(), window()
    for page in (here, there):
        log_in(page, "partytutor", site.password)
    here.goto("/me/sessions/")
    expect(here.locator("input[name=mark]")).to_have_count(1)
    here.locator("form:has(input[name=mark]) button").click()
    expect(here.locator("input[name=mark]")).to_have_count(0)
    there.goto("/me/")
    expect(there.locator("input[name=password]")).to_be_visible()
