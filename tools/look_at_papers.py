"""One of each paper of a running demo, as the people of its cast get it, converted to pictures.

    PORT=8000 make demo                          (in another terminal)
    .venv/bin/python tools/look_at_papers.py [ADDRESS] [FOLDER]

Logs in as the accounts of ``var/demo-accounts.txt``, downloads letters, minutes, step form, nomination, roll,
dues list, study report and warning notice, and converts them with LibreOffice (``soffice``) and
``pdftoppm`` where these are installed. Nothing is downloaded past anybody's rights. The pictures are
to be looked at: rulebook 9 says what a ledger and an official paper look like.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
WAIT = 30_000


def sign_in(browser: Browser, address: str, who: str, password: str) -> Page:
    page = browser.new_context(base_url=address, locale="zh-CN").new_page()
    page.goto("/login/")
    page.locator("input[name=username]").fill(who)
    page.locator("input[name=password]").fill(password)
    page.keyboard.press("Enter")
    expect(page.locator("input[name=password]")).to_have_count(0)
    return page


def save(page: Page, press: Callable[[], None], folder: Path, name: str) -> None:
    with page.expect_download() as coming:
        press()
    coming.value.save_as(folder / name)
    print(f"{name}: {coming.value.suggested_filename}")


def fetch(page: Page, url: str, folder: Path, name: str) -> None:
    save(page, lambda: page.evaluate("url => { location.href = url }", url), folder, name)


def letters(page: Page, folder: Path) -> None:
    page.goto("/posts/letters/")
    if not page.locator("main [name=letter]").count():
        page.goto("/posts/")
        for box in page.locator("main [name=selected]").all()[:2]:
            box.check()
        page.locator("button[formaction*='letters']").first.click()
        page.goto("/posts/letters/")
    for box in page.locator("main [name=letter]").all()[:2]:
        box.check()
    save(page, page.locator("button[formaction*='docx']").click, folder, "letters.docx")


def minutes(page: Page, folder: Path) -> None:
    page.goto("/branches/life/")
    page.locator("main tbody a[href$='/life/']").first.click()
    page.locator("main a[href^='/branch-events/']").first.click()
    page.wait_for_url("**/branch-events/*/")
    save(page, page.locator("a[href$='record.docx']").first.click, folder, "minutes.docx")


def nomination(page: Page, folder: Path) -> None:
    page.goto("/awards/")
    page.locator("main tbody a").last.click()
    page.locator("main a[href^='/nominations/']").first.click()
    save(page, page.locator("a[href$='paper.docx']").first.click, folder, "nomination.docx")


def step_form(page: Page, folder: Path) -> None:
    """The fullest one: the latest stage of the board that has a person."""
    page.goto("/development/")
    address = page.locator("main a[href^='/development/'][href$='/']:not([href$='/new/'])").last
    page.goto(address.get_attribute("href") or "")
    save(page, page.locator("a[href$='record.docx']").first.click, folder, "step-form.docx")


def export(page: Page, kind: str, folder: Path) -> None:
    """Asked for, made by the worker, downloaded by the asker."""
    page.goto(f"/exports/new/{kind}/")
    places = page.locator("main [name=unit] option")
    page.locator("main [name=unit]").select_option(index=max(0, places.count() - 3))
    page.locator("main [name=reason]").fill("核对版式")
    page.locator("main form[method=post]:has([name=reason]) button").first.click()
    page.wait_for_url(re.compile(r"/exports/\d+/"))
    link = page.locator("main a[href$='/file/']").first
    expect(link).to_be_visible(timeout=WAIT)
    save(page, link.click, folder, f"{kind}.xlsx")


def report(page: Page, folder: Path) -> None:
    page.goto("/analysis/reports/")
    if not page.locator("main a[href$='.docx']").count():
        page.locator("main form[method=post] button.p-btn-primary").last.click()
        expect(page.locator("main a[href*='docx']").first).to_be_visible(timeout=WAIT)
    address = page.locator("main a[href*='docx']").first.get_attribute("href") or ""
    fetch(page, address, folder, "study-report.docx")
    fetch(page, address.replace("docx", "xlsx"), folder, "study-report.xlsx")


def warning(page: Page, folder: Path) -> None:
    page.goto("/warnings/")
    page.locator("main tbody a[href^='/warnings/']").first.click()
    page.wait_for_load_state()
    fetch(page, f"{page.url}notice.docx", folder, "warning-notice.docx")


def convert(folder: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        print("LibreOffice is not installed; the papers are in", folder)
        return
    papers = [str(one) for one in sorted(folder.iterdir()) if one.suffix in (".docx", ".xlsx")]
    for paper in papers:
        target = folder / f"{Path(paper).stem}{Path(paper).suffix.replace('.', '-')}"
        target.mkdir(exist_ok=True)
        subprocess.run([office, "--headless", "--convert-to", "pdf", "--outdir", str(target), paper],
                       check=True, stdout=subprocess.DEVNULL)  # fmt: skip
        for made in target.glob("*.pdf"):
            subprocess.run(
                ["pdftoppm", "-r", "60", "-png", str(made), str(target / "page")], check=True
            )
        print(target)


def main() -> int:
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "var" / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    accounts = (ROOT / "var" / "demo-accounts.txt").read_text(encoding="utf-8")
    found = re.search(r"password: (\S+)", accounts)
    assert found, "No password in var/demo-accounts.txt"
    browser_path = shutil.which("chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"]) as browser,
    ):
        for who, steps in (
            ("secretary", [letters]),
            ("partytutor", [minutes, lambda page, to: export(page, "party_dues", to)]),
            ("organiser", [step_form, nomination, lambda page, to: export(page, "party_roll", to)]),
            ("clerk", [report, warning]),
        ):  # fmt: skip
            page = sign_in(browser, address, who, found[1])
            page.set_default_timeout(WAIT)
            for step in steps:
                step(page, folder)
    convert(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
