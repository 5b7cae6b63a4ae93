"""A browser, the running portal, and one signed-in window for each member of the cast."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from portal.embedded import schema_copies
from tests.browser.site import ROOT, Site
from tests.browser.watch import Watch

DESKTOP = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}
WAIT = 30_000
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--lang=zh-CN",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if os.environ.get("PORTAL_SKIP_BROWSER") == "1":
                item.add_marker(pytest.mark.skip(reason="PORTAL_SKIP_BROWSER=1"))


@pytest.fixture(scope="package")
def browser(site: Site) -> Iterator[Browser]:
    """Headless Chromium; without one the tests fail, unless PORTAL_SKIP_BROWSER=1.

    It opens after the database was copied and closes with this package: while playwright runs
    its event loop in this thread, Django refuses the database.
    """
    path = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium")
    assert path, "No Chromium. Name one with PORTAL_CHROMIUM, or set PORTAL_SKIP_BROWSER=1."
    # Only a failure waits so long; another worker may have the processor meanwhile.
    expect.set_options(timeout=WAIT)
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, env={**os.environ, "LANGUAGE": "zh_CN"}
        ) as opened,
    ):
        yield opened


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The portal with a seeded school. What a journey changes stays for the next one."""
    with django_db_blocker.unblock():
        own = str(connections["default"].settings_dict["NAME"])
        connections.close_all()  # a database in use cannot be copied
    running = Site(f"{own}_site", os.environ.get(schema_copies.TEMPLATE, own))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="package")
def screens() -> Path:
    """Where pictures of the pages go."""
    folder = ROOT / "var" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


Opener = Callable[..., Page]


@pytest.fixture(scope="package")
def windows(browser: Browser, site: Site) -> Iterator["Windows"]:
    """Windows that stay open: their styles and scripts are read once."""
    kept = Windows(browser, site)
    yield kept
    kept.close()


@pytest.fixture
def window(browser: Browser, site: Site, windows: "Windows") -> Iterator[Opener]:
    """``window("counsellor", phone=True)``: a page of a new window, signed in; None: a stranger.

    At the end no window may have broken the content security policy or logged an error.
    """
    fresh = Windows(browser, site, windows.sessions)
    yield fresh.open
    fresh.close()
    fresh.check()


@pytest.fixture
def kept_window(windows: "Windows") -> Iterator[Opener]:
    """Like ``window``, but the window may have shown other pages before."""
    yield windows.kept
    windows.check()


class Windows:
    """Opens windows, signs in each person once, and watches all of them."""

    def __init__(
        self, browser: Browser, site: Site, sessions: dict[str, Any] | None = None
    ) -> None:
        self.browser, self.site = browser, site
        self.sessions: dict[str, Any] = {} if sessions is None else sessions
        self.opened: list[tuple[BrowserContext, Watch]] = []
        self.pages: dict[tuple[str | None, bool], Page] = {}

    def open(self, who: str | None = None, *, phone: bool = False) -> Page:
        context = self.browser.new_context(
            base_url=self.site.url, viewport=PHONE if phone else DESKTOP, locale="zh-CN",  # type: ignore[arg-type]
            timezone_id="Asia/Shanghai", is_mobile=phone, has_touch=phone, reduced_motion="reduce",
            storage_state=self.sessions.get(who) if who else None,
        )  # fmt: skip
        context.set_default_timeout(WAIT)
        self.opened.append((context, Watch(context)))
        page = context.new_page()
        if who and who not in self.sessions:
            log_in(page, who, self.site.password)
            self.sessions[who] = context.storage_state()
        return page

    def kept(self, who: str | None = None, *, phone: bool = False) -> Page:
        if (who, phone) not in self.pages:
            self.pages[who, phone] = self.open(who, phone=phone)
        return self.pages[who, phone]

    def check(self) -> None:
        found = [line for _context, watch in self.opened for line in watch.found]
        for _context, watch in self.opened:
            watch.found.clear()
        assert not found, "\n".join(found)

    def close(self) -> None:
        for context, _watch in self.opened:
            context.close()


def log_in(page: Page, who: str, password: str) -> None:
    page.goto("/login/")
    page.locator("input[name=username]").fill(who)
    page.locator("input[name=password]").fill(password)
    page.locator("form:has(input[name=password]) button.p-btn-primary").click()
    expect(page.locator("input[name=password]")).to_have_count(0)
