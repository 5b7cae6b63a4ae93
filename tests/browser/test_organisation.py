"""The organisation in the browser: a new college from nothing, a merge with its preview, the tree."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_admin import choose, serious

COLLEGE = "储能学院"


def add(page: Page, kind: str, parent: str, **fields: str) -> None:
    """Open the form of a kind of unit, fill it in and save it."""
    page.goto(f"/admin/cohorts/{kind}/add/")
    for name, value in fields.items():
        page.locator(f"#id_{name}").fill(value)
    choose(page, "parent", parent)
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_a_college_with_two_cohorts_and_its_contracting_group_from_nothing(
    window: Opener, site: Site, screens: Path
) -> None:
    page = window("sysadmin")
    top = site.value("SELECT name FROM cohorts_unit WHERE kind = 'university'")
    add(page, "college", top, name=COLLEGE, short_name="储能", code="CN1")
    for year in ("2025", "2026"):
        add(page, "cohort", "CN1", name=f"{COLLEGE}{year}级", code=f"CN1-{year}", entry_year=year)
    page.goto("/admin/cohorts/contract/add/")
    choose(page, "cohort", "CN1-2026")
    page.locator("#id_academic_year").fill("2026-2027")
    page.locator("#id_starts_on").fill("2026-09-01")
    page.locator("#id_wanted_counsellor").fill("2")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.screenshot(path=screens / "admin-new-contract.png", full_page=True)
    above = site.value(
        "SELECT count(*) FROM cohorts_unittree t JOIN cohorts_unit u ON u.id = t.descendant_id "
        "WHERE u.code = 'CN1-2026'"
    )
    assert above == 3
    wanted = site.value(
        "SELECT sum(p.wanted) FROM cohorts_contractpost p JOIN cohorts_contract c "
        "ON c.id = p.contract_id JOIN cohorts_unit u ON u.id = c.cohort_id WHERE u.code = 'CN1-2026'"
    )
    assert wanted >= 2
    add(page, "schoolclass", "CN1-2026", name="储能2601", code="储能2601")
    add(page, "schoolclass", "CN1-2026", name="储能2602", code="储能2602")
    _merge(page, site, screens)


def _merge(page: Page, site: Site, screens: Path) -> None:
    """One class goes on in the other: shown first, then carried out."""
    pk = site.value("SELECT id FROM cohorts_unit WHERE code = '储能2602'")
    page.goto(f"/admin/cohorts/unit/{pk}/act/merge/")
    choose(page, "into", "储能2601")
    page.locator("#id_on").fill(
        site.value("SELECT (current_date + 3)::text")  # opened today: it may end later
    )
    page.locator("button[value=preview]").click()
    expect(page.locator(".unit-preview")).to_be_visible()
    page.screenshot(path=screens / "admin-unit-merge.png", full_page=True)
    assert serious(page) == []
    page.locator("button[value=apply]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    followed = site.value(
        "SELECT s.name FROM cohorts_unitsuccession x JOIN cohorts_unit s ON s.id = x.successor_id "
        "WHERE x.unit_id = %s", pk,
    )  # fmt: skip
    assert followed == "储能2601"


def test_the_pages_of_the_organisation_are_accessible(window: Opener, screens: Path) -> None:
    page = window("secretary")
    for name, address in (
        ("tree", "/units/"), ("matrix", "/units/matrix/"), ("crossing", "/units/lines/"),
    ):  # fmt: skip
        assert page.goto(address, wait_until="load").status == 200
        page.wait_for_load_state("networkidle")
        page.screenshot(path=screens / f"organisation-{name}.png", full_page=True)
        assert serious(page) == []
    page.goto("/units/")
    # With posts on several units each of them is a root, closed at first.
    root = page.locator(".p-orgtree > li > details").first
    if root.get_attribute("open") is None:
        root.locator("summary").first.click()
    below = page.locator(".p-orgtree > li > details > ul > li > details")
    below.first.locator("summary").click()
    expect(below.first.locator("ul > li").first).to_be_visible()
