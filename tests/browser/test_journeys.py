"""What people come for, done in the browser from the first to the last tap."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, log_in
from tests.browser.places import LED_COHORT, OWN_CASES
from tests.browser.site import Site

# An overdue case of the demo counsellor among the students of the demo leader's cohort.
OVERDUE = f"""
select s.student_no, s.name {OWN_CASES} and c.contact_due_at < now() and exists (
  select 1 from students_placement p join cohorts_unittree t on t.descendant_id = p.unit_id
  where p.student_id = s.id and t.ancestor_id in ({LED_COHORT})
  and p.since <= current_date and (p.until is null or p.until >= current_date))
order by c.contact_due_at desc
"""
WRITTEN = "select count(*) from casework_followup where content = %s"


class Hand:
    """Taps and counts them; typing counts as the tap that opens the keyboard."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.tap()
        self.taps += 1

    def write(self, selector: str, text: str) -> None:
        self.tap(selector)
        self.page.locator(selector).first.fill(text)


def sentence() -> str:
    """Words found in no other record."""
    return f"谈了作业与作息，约定周五一起看课表。{uuid.uuid4().int % 10**9:09d}"


def test_a_counsellor_logs_a_talk_with_an_overdue_student_in_a_few_taps(
    window: Opener, site: Site
) -> None:
    page = window("counsellor", phone=True)
    page.goto("/")
    rows = page.locator("#overdue + .p-today .p-today-row")
    before = rows.count()
    assert before > 0, "the demo counsellor has something to do today"
    name = rows.first.locator(".p-today-name").inner_text()
    number = rows.first.locator(".p-today-log").get_attribute("href").split("student=")[1][:10]  # type: ignore[union-attr]
    rows.first.locator(".p-today-log").tap()
    expect(page.locator("#log-picks input:checked")).to_have_count(1)
    expect(page.locator("#log-picks")).to_contain_text(name)
    hand, text = Hand(page), sentence()
    hand.tap(".p-chip-radio:has(input[value=phone])")
    hand.write("textarea[name=content]", text)
    hand.tap("#log-next .p-chip-radio")
    hand.tap("button[form=quick-log-form]")
    expect(page.locator(".p-toast-ok")).to_contain_text(name)
    assert hand.taps <= 5
    page.locator(".p-bottombar a, .p-bottom a").first.tap()
    expect(rows).to_have_count(before - 1)
    expect(page.locator(f"#overdue + .p-today a[href*='{number}']")).to_have_count(0)
    assert site.value(WRITTEN, text) == 1


def test_a_talk_changes_the_leaders_figure_and_its_list(window: Opener, site: Site) -> None:
    leader, counsellor = window("leader"), window("counsellor")
    dashboard = f"/cohorts/{site.value(LED_COHORT)}/"
    tile = leader.locator("a.p-tile[href*='figure=overdue']")
    figure = tile.locator(".p-tile-fig b")
    leader.goto(dashboard)
    before = int(figure.inner_text())
    number, name = site.row(OVERDUE) or ("", "")
    assert number, "the demo cohort has an overdue case of the demo counsellor"
    counsellor.goto(f"/log/?student={number}")
    counsellor.locator("textarea[name=content]").fill(sentence())
    counsellor.locator("#quick-log-form .p-form-foot button").click()
    expect(counsellor.locator(".p-toast-ok")).to_contain_text(name)
    leader.reload()
    expect(figure).to_have_text(str(before - 1))
    tile.click()
    expect(leader.locator("tbody tr")).to_have_count(before - 1)
    expect(leader.locator(f"tbody a:text-is('{name}')")).to_have_count(0)


def test_a_talk_written_without_a_network_is_kept_and_sent_once(window: Opener, site: Site) -> None:
    page, text = window("counsellor", phone=True), sentence()
    number = site.value(f"select s.student_no {OWN_CASES} order by c.id desc")
    page.goto(f"/log/?student={number}")
    expect(page.locator("#log-picks input:checked")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    strip = page.locator("[data-offline-strip]")
    expect(strip).to_be_visible()
    page.locator("textarea[name=content]").fill(text)
    expect(strip).to_contain_text("草稿已存本机")
    page.locator("button[form=quick-log-form]").tap()
    expect(strip).to_contain_text("1 条待提交")
    assert site.value(WRITTEN, text) == 0
    page.context.set_offline(False)
    expect(strip).to_contain_text("已提交 1 条")
    assert site.value(WRITTEN, text) == 1
    page.reload()
    expect(strip).to_be_hidden()
    assert site.value(WRITTEN, text) == 1


def test_a_double_tap_on_save_makes_one_record(window: Opener, site: Site) -> None:
    page, text = window("counsellor", phone=True), sentence()
    number = site.value(f"select s.student_no {OWN_CASES} order by c.id desc")
    page.goto(f"/log/?student={number}")
    page.locator("textarea[name=content]").fill(text)
    page.locator("button[form=quick-log-form]").dblclick()
    expect(page.locator(".p-toast-ok")).to_be_visible()
    assert site.value(WRITTEN, text) == 1


def test_a_draft_survives_leaving_the_page(window: Opener, site: Site) -> None:
    page, text = window("counsellor", phone=True), sentence()
    number = site.value(f"select s.student_no {OWN_CASES} order by c.id desc")
    page.goto(f"/log/?student={number}")
    page.locator("textarea[name=content]").fill(text)
    expect(page.locator("[data-draft-state]").first).not_to_be_empty()
    page.goto("/students/")
    page.goto("/log/")
    expect(page.locator("textarea[name=content]")).to_have_value(text)


def test_the_system_administrator_adds_a_class_and_a_contracting_group(
    window: Opener, site: Site
) -> None:
    cohort = site.row(
        "select u.id, u.name from cohorts_unit u join cohorts_unit p on p.id = u.parent_id where "
        "u.kind = 'cohort' and p.kind = 'college' and not exists (select 1 from cohorts_contract c "
        "where c.cohort_id = u.id and c.academic_year = '2027-2028') order by u.code limit 1"
    )
    assert cohort is not None
    page = window("sysadmin")
    page.goto(f"/admin/cohorts/schoolclass/add/?parent={cohort[0]}")
    page.locator("#id_name").fill("浏览器2701")
    page.locator("#id_code").fill("BR2701")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert site.value("select parent_id from cohorts_unit where code = 'BR2701'") == cohort[0]
    page.goto("/admin/cohorts/contract/add/")
    page.locator(".field-cohort .select2-selection").click()
    page.locator(".select2-search__field").last.fill(cohort[1])
    page.locator(".select2-results__option--highlighted").filter(has_text=cohort[1]).click()
    page.locator("#id_academic_year").fill("2027-2028")
    page.locator("#id_starts_on").fill("2027-09-01")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    made = site.value("select count(*) from cohorts_contract where academic_year = '2027-2028'")
    assert made == 1


def test_the_log_in_speaks_both_languages(window: Opener, site: Site) -> None:
    page = window(None)
    page.goto("/login/")
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", name="Dual-college portal")).to_be_visible()
    log_in(page, "counsellor", site.password)
    expect(page.get_by_role("heading", name="Workbench")).to_be_visible()
    page.get_by_role("button", name="中文").first.click()
    expect(page.get_by_role("heading", name="工作台")).to_be_visible()


def test_a_wrong_password_is_told_without_saying_which_part(window: Opener) -> None:
    page = window(None)
    page.goto("/login/")
    page.locator("input[name=username]").fill("counsellor")
    page.locator("input[name=password]").fill("falsch-falsch")
    page.locator("form:has(input[name=password]) button.p-btn-primary").click()
    expect(page.get_by_role("alert").or_(page.locator(".p-errors")).first).to_be_visible()
    expect(page.locator("input[name=username]")).to_have_value("counsellor")
    expect(page.locator("input[name=password]")).to_have_value("")


@pytest.mark.parametrize("address", ["/students/{}/", "/cases/1/", "/cohorts/1/", "/units/1/"])
def test_a_student_finds_no_staff_page_by_its_address(
    window: Opener, site: Site, address: str
) -> None:
    page = window("student")
    page.goto("/")
    expect(page).to_have_url(re.compile("/my/$"))
    other = site.value(f"select s.student_no {OWN_CASES}")
    answer = page.goto(address.format(other))
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("body")).not_to_contain_text(other)
