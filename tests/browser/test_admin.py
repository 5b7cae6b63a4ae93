"""Django's admin in the browser: the strict policy holds, and the pick lists work under it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.site import Site

PLACES = [
    ("sysadmin", "admin-index", "/admin/"),
    ("sysadmin", "admin-units", "/admin/cohorts/unit/"),
    ("sysadmin", "admin-class-add", "/admin/cohorts/schoolclass/add/"),
    ("sysadmin", "admin-contracts", "/admin/cohorts/contract/"),
    ("sysadmin", "admin-unit-import", "/admin/cohorts/unit/import/"),
    ("secadmin", "admin-appointments", "/admin/cohorts/appointment/"),
    ("secadmin", "admin-appointment-add", "/admin/cohorts/appointment/add/"),
    ("secadmin", "admin-roles", "/admin/cohorts/role/"),
    ("secadmin", "admin-account-add", "/admin/core/user/add/"),
    ("auditor", "admin-audit", "/admin/core/auditentry/"),
]


def serious(page: Page) -> list[str]:
    """Findings of axe that keep somebody out. Without its own reading of style sheets: for the
    imports in Django's sheets it would add inline styles, which the policy reports."""
    options = {"resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def choose(page: Page, field: str, typed: str) -> str:
    """Open the pick list of ``field``, type, take the first hit; returns its words."""
    page.locator(f".field-{field} .select2-selection").click()
    page.locator(".select2-search__field").last.fill(typed)
    hit = page.locator(".select2-results__option--highlighted").filter(has_text=typed).first
    expect(hit).to_be_visible()
    words = hit.inner_text()
    hit.click()
    expect(page.locator(f".field-{field} .select2-selection__rendered")).to_contain_text(typed)
    return words


@pytest.mark.parametrize(("who", "name", "address"), PLACES, ids=[name for _w, name, _a in PLACES])
def test_an_admin_page_obeys_the_policy_and_is_accessible(
    window: Opener, screens: Path, who: str, name: str, address: str
) -> None:
    page = window(who)
    assert page.goto(address, wait_until="load").status == 200
    page.wait_for_load_state("networkidle")
    page.screenshot(path=screens / f"{name}-desktop.png", full_page=True, caret="initial")
    assert serious(page) == []


def test_the_tree_opens_a_unit_and_offers_the_kinds_that_fit_below(window: Opener) -> None:
    page = window("sysadmin")
    page.goto("/admin/cohorts/unit/?kind=college")
    page.locator("a.tree").first.click()
    page.wait_for_url("**/admin/cohorts/college/**")
    expect(page.locator(".add-units a").first).to_be_visible()


def test_a_person_is_appointed_with_pick_lists(window: Opener, site: Site) -> None:
    person = site.row(
        "SELECT username, name FROM core_user WHERE id IN (SELECT person_id FROM cohorts_appointment) "
        "AND NOT is_staff ORDER BY id DESC LIMIT 1"
    )
    unit = site.value("SELECT name FROM cohorts_unit WHERE kind = 'class' ORDER BY id LIMIT 1")
    page = window("secadmin")
    page.goto("/admin/cohorts/appointment/add/")
    assert person is not None
    choose(page, "person", person[0])
    choose(page, "unit", unit)
    page.locator("#id_role").select_option(label="班主任")
    page.locator("#id_letter_no").fill("〔2026〕浏览器1号")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    found = site.value(
        "SELECT count(*) FROM cohorts_appointment WHERE letter_no = %s", "〔2026〕浏览器1号"
    )
    assert found == 1


def test_a_refused_role_change_says_why_beside_the_boxes(window: Opener) -> None:
    page = window("secadmin")
    page.goto("/admin/cohorts/role/?q=secadmin")
    page.locator("#result_list tbody th a").first.click()
    held = page.locator(".action-boxes input:checked")
    expect(held.first).to_be_visible()
    while held.count():
        held.first.uncheck()
    page.locator("input[name=_save]").click()
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.locator(".errorlist.nonfield li")).to_be_visible()
    expect(page.locator(".action-boxes input:checked")).to_have_count(0)
