"""The phone at night: a talk written where there is no network, and a crisis from the first tap to
handing back."""

import re
import uuid
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, log_in
from tests.browser.places import OWN_CASES
from tests.browser.site import Site

WRITTEN = "select count(*) from casework_followup where content = %s"
_POST = """select a.unit_id from cohorts_appointment a join core_user u on u.id = a.person_id
 where u.username = '{}' and a.revoked_at is null and a.starts_on <= current_date
   and (a.ends_on is null or a.ends_on >= current_date)"""
_STANDS = """exists (select 1 from students_placement p
  join cohorts_unittree t on t.descendant_id = p.unit_id
 where p.student_id = s.id and p.tree <> 'room' and t.ancestor_id in ({})
   and p.since <= current_date and (p.until is null or p.until >= current_date))"""
# A student of the demo adviser's class whom the demo counsellor looks after, without crisis or case.
FOUND = f"""select s.student_no, s.name from students_student s
 where {_STANDS.format(_POST.format("adviser"))} and {_STANDS.format(_POST.format("counsellor"))}
   and not exists (select 1 from casework_crisis k where k.student_id = s.id)
   and not exists (select 1 from casework_case c where c.student_id = s.id) order by s.id"""
ADVICE = "今晚室友陪同，明早八点面谈；建议就诊。"


def sentence() -> str:
    """Words found in no other record."""
    return f"谈了作业与作息，约定周五一起看课表。{uuid.uuid4().int % 10**9:09d}"


def waits(page: Page, drafts: int, waiting: int) -> None:
    """What the log-out would warn of: the device knows of so many."""
    form = page.locator("form[data-logout]").first
    if drafts + waiting:
        words = re.compile(f"{drafts} 条草稿、{waiting} 条未提交")
        expect(form).to_have_attribute("data-confirm", words)
    else:
        expect(form).not_to_have_attribute("data-confirm", re.compile("."))


def test_the_log_opens_without_a_network_and_each_record_is_sent_once(
    window: Opener, site: Site, screens: Path
) -> None:
    page = window(phone=True)
    log_in(page, "counsellor", site.password)
    number = site.value(f"select s.student_no {OWN_CASES} order by c.id desc")
    sent, kept = sentence(), sentence()
    page.goto("/log/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto("/log/")
    expect(page.locator("body[data-shell]")).to_have_count(1)
    page.locator("#log-q").fill(number)
    page.locator("textarea[name=content]").fill(kept)
    strip = page.locator("[data-offline-strip]")
    expect(strip).to_contain_text("离线，草稿已存本机")
    page.get_by_role("button", name="另写一条").tap()
    expect(page.locator("textarea[name=content]")).to_have_value("")
    page.locator("#log-q").fill(number)
    page.locator("textarea[name=content]").fill(sent)
    page.locator("#quick-log-form .p-form-foot button").tap()
    expect(strip).to_contain_text("1 条待提交")
    expect(page.locator("[data-draft-list]")).to_contain_text("本机草稿 1 条")
    page.screenshot(path=screens / "log-offline-phone.png")
    assert site.value(WRITTEN, sent) == 0
    page.context.set_offline(False)
    expect(page.locator("body[data-user]")).to_have_count(1)
    expect(page.locator("textarea[name=content]")).to_have_value(kept)
    waits(page, 1, 0)
    page.reload()
    waits(page, 1, 0)
    assert (site.value(WRITTEN, sent), site.value(WRITTEN, kept)) == (1, 0)
    # Logging out warns, and leaves nothing behind.
    page.goto("/me/")
    waits(page, 1, 0)
    page.locator("form[data-logout] button:visible").first.tap()
    expect(page.locator("#p-confirm")).to_contain_text("1 条草稿")
    page.locator("[data-confirm-yes]").tap()
    expect(page.locator("input[name=password]")).to_have_count(1)
    left = page.evaluate(
        "() => Object.keys(localStorage).filter((key) => key.startsWith('portal.'))"
    )
    assert left in ([], ["portal.levels"])


def test_a_crisis_in_the_night_from_two_taps_to_handing_back(
    window: Opener, site: Site, screens: Path
) -> None:
    number, name = site.row(FOUND) or ("", "")
    assert number, "the demo adviser and the demo counsellor share a student"
    finder, counsellor = window("adviser", phone=True), window("counsellor", phone=True)
    finder.goto(f"/students/{number}/")
    finder.locator("a[href^='/crises/new/']:visible", has_text="紧急求助").first.tap()
    finder.get_by_role("button", name="我不在学生身边").tap()
    expect(finder.locator(".p-crisis-company")).to_contain_text("目前无人陪同")
    crisis = re.search(r"/crises/(\d+)/", finder.url)
    assert crisis
    # The bell of the counsellor rings, without a name.
    counsellor.goto("/notices/")
    ring = counsellor.locator(f"a[href='/crises/{crisis[1]}/']").first
    expect(ring).to_contain_text("危机警报")
    assert name not in ring.inner_text()
    ring.tap()
    expect(counsellor.locator("h1:visible")).to_have_text(name)
    counsellor.get_by_role("button", name="我来处理").tap()
    # The family's number opens with one tap and stays while the page keeps itself fresh.
    dial = counsellor.locator("#crisis-family")
    dial.get_by_role("button", name="****").tap()
    expect(dial.locator("a[href^='tel:']")).to_be_visible()
    counsellor.evaluate(
        "(url) => htmx.ajax('GET', url, {target: '#crisis-live', swap: 'innerHTML'})",
        f"/crises/{crisis[1]}/live/",
    )
    expect(dial.locator("a[href^='tel:']")).to_be_visible()
    expect(dial.get_by_role("button")).to_have_count(0)
    counsellor.get_by_role("button", name="我在陪同").dblclick()
    expect(counsellor.locator(".p-crisis-company")).to_contain_text("正在陪同")
    # The finder's page tells it by itself.
    expect(finder.locator(".p-crisis-company")).to_contain_text("正在陪同")
    counsellor.screenshot(path=screens / "crisis-phone.png", full_page=True)
    stays = "select count(*) from casework_crisishop where crisis_id = %s and kind = 'stays'"
    assert site.value(stays, crisis[1]) == 1
    expect(finder.locator("a[href$='/hand-back/']")).to_have_count(0)
    counsellor.locator("a[href$='/hand-back/']").tap()
    counsellor.locator("textarea[name=advice]").fill(ADVICE)
    counsellor.locator("main form[method=post] button.p-btn-primary:visible").tap()
    expect(counsellor.locator("main")).to_contain_text(ADVICE)
    case = site.row(
        "select c.level_id, k.first_action_at <= k.first_due_at from casework_crisis k"
        " join casework_case c on c.id = k.case_id where k.id = %s", crisis[1],
    )  # fmt: skip
    assert case == ("RED", True)
    counsellor.goto("/crises/")
    expect(counsellor.locator("main")).to_contain_text(name)
