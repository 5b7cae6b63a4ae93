"""Links of a branch in the browser: a round is looked at and applied, signs are printed, a member
sees the own links on the phone and writes down a contact."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_party import BRANCH, fill, press

LINKS = "select count(*) from partybranch_partylink where branch_id = %s and revoked_at is null"


def test_a_deputy_applies_a_round_prints_the_signs_and_writes_down_a_contact(
    window: Opener, site: Site, screens: Path
) -> None:
    branch = site.value(BRANCH, "branch_deputy", "partytutor")
    before = site.value(LINKS, branch)
    page = window("partytutor")
    page.goto("/branches/links/")
    page.locator(f"main a[href='/branches/{branch}/links/']").first.click()
    expect(page.locator("main .p-link-empty").first).to_be_visible()
    page.screenshot(path=screens / "party-links.png", full_page=True)
    page.locator("a[href$='/links/propose/']").click()
    for code in ("member_room", "member_class", "door_sign"):
        page.locator(f"main [name=kinds][value={code}]").check()
    page.locator("main button[formmethod=get]").click()
    expect(page.locator("main [name=kinds][value=door_sign]")).to_be_checked()
    page.screenshot(path=screens / "party-round.png", full_page=True)
    assert site.value(LINKS, branch) == before, "a proposal links nobody"
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()
    made = site.value(LINKS, branch) - before
    assert made > 0
    expect(page.locator("main form[action*='/link-rounds/']")).to_be_visible()

    page.locator("a[href$='/links/signs/']").click()
    expect(page.locator("main .p-sign").first).to_contain_text("本室党员")
    page.screenshot(path=screens / "party-signs.png", full_page=True)
    with page.expect_download() as sheet:
        page.locator("a[href$='/links/signs.docx']").click()
    assert sheet.value.suggested_filename.endswith(".docx")

    phone = window("partytutor", phone=True)
    phone.goto(f"/branches/{branch}/links/")
    expect(phone.locator("main .p-link-cell").first).to_be_visible()
    phone.screenshot(path=screens / "party-links-phone.png", full_page=True)
    phone.goto("/my/links/")
    phone.screenshot(path=screens / "party-my-links-phone.png", full_page=True)
    visit = phone.locator("main a[href$='/visit/']").first
    book = str(visit.get_attribute("href")).removesuffix("visit/")
    visit.click()
    fill(phone, minutes="30", note="走访宿舍，了解近期学习", problem="阳台漏水", outcome="已报修")
    press(phone)
    expect(phone.locator(".p-toast-ok")).to_be_visible()
    assert phone.url.endswith("/my/links/")
    expect(phone.locator("main")).to_contain_text("走访")
    # The book of this link, from the own page and, for the branch, from its own.
    phone.locator(f"main a[href='{book}']").first.click()
    for words in ("走访宿舍，了解近期学习", "阳台漏水", "已报修"):
        expect(phone.locator("main")).to_contain_text(words)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.screenshot(path=screens / "party-link-book-phone.png", full_page=True)
    page.goto(book)
    expect(page.locator("main")).to_contain_text("阳台漏水")
    page.screenshot(path=screens / "party-link-book.png", full_page=True)
