"""A referral: declined by the counselling centre, sent on from its own page, done elsewhere."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.places import OWN_CASES
from tests.browser.site import Site

ASKED = "近两周夜间不睡，请面谈评估是否需要就诊；本人知情并同意。"
FULL = "本周预约已满，请先联系学工部心理专员。"
NOTE = "已面谈，约定每周一次；建议宿舍同学协助作息。"
FREE = f"""select c.id, s.name {OWN_CASES} and not exists (select 1 from casework_transition m
 where m.case_id = c.id) order by c.id"""
UNIT = "select id from cohorts_unit where name = %s"


def test_a_referral_is_declined_sent_on_with_its_words_and_comes_back_done(
    window: Opener, site: Site, screens: Path
) -> None:
    case, name = site.row(FREE) or (0, "")
    assert name, "the demo counsellor has a case that was sent nowhere yet"
    counsellor, psych, office = window("counsellor", phone=True), window("psych"), window("office")
    counsellor.goto(f"/cases/{case}/")
    counsellor.get_by_role("link", name="移交或转介").tap()
    counsellor.locator("select[name=kind]").select_option("refer")
    counsellor.locator("select[name=unit]").select_option(str(site.value(UNIT, "心理健康教育中心")))
    counsellor.locator("textarea[name=words]").fill(ASKED)
    counsellor.get_by_role("button", name="发出").tap()
    expect(counsellor.locator(".p-toast-ok")).to_be_visible()
    move = counsellor.url

    # The centre reads the words and not the case, and sends it back with a reason.
    psych.goto("/moves/")
    psych.get_by_role("link", name=name).first.click()
    expect(psych.locator("main")).to_contain_text(ASKED)
    expect(psych.locator(f"a[href='/cases/{case}/']")).to_have_count(0)
    psych.locator("#decline textarea").fill(FULL)
    psych.locator("#decline button").click()
    expect(psych.locator(".p-toast-ok")).to_be_visible()
    psych.goto(move)
    expect(psych.locator("main")).not_to_contain_text(ASKED)

    # The bell rings without a name; the words are taken over, only the receiver is new.
    counsellor.goto("/notices/")
    ring = counsellor.locator(f"main a[href='{move.removeprefix(site.url)}']").first
    assert name not in ring.inner_text()
    ring.tap()
    counsellor.get_by_role("link", name="另转他人").tap()
    expect(counsellor.locator("main")).to_contain_text(FULL)
    expect(counsellor.locator("textarea[name=words]")).to_have_value(ASKED)
    counsellor.locator("select[name=unit]").select_option(str(site.value(UNIT, "党委学生工作部")))
    counsellor.get_by_role("button", name="发出").tap()
    expect(counsellor.locator(".p-toast-ok")).to_be_visible()
    counsellor.screenshot(path=screens / "referral-phone.png", full_page=True)

    office.goto("/moves/")
    office.get_by_role("link", name=name).first.click()
    office.locator("#accept button").click()
    office.locator("#finish textarea").fill(NOTE)
    office.locator("#finish button").click()
    expect(office.locator("main")).to_contain_text(NOTE)
    counsellor.goto("/moves/?tab=sent")
    counsellor.get_by_role("link", name=name).first.tap()
    expect(counsellor.locator("main")).to_contain_text(NOTE)
    states = site.value(
        "select string_agg(state, ' ' order by asked_at) from casework_transition where case_id = %s",
        case,
    )
    assert states == "declined done"
