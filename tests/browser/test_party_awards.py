"""A round of best branches from opening to result, and a study at a great date with its coverage."""

import datetime as dt
import re
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_party import BRANCH, fill, press

DAY = dt.timedelta(days=1)
STUDY_KIND = "select id from partybranch_eventkind where name = %s"


def _judges(site: Site, least: object) -> None:
    """The school's own number; only this journey decides a round."""
    site.row("update cohorts_parameter set value = %s where key = 'award.judges_min' returning 1",
             least)  # fmt: skip


def test_a_round_of_best_branches_from_opening_to_result(
    window: Opener, site: Site, screens: Path
) -> None:
    today = timezone.localdate().isoformat()
    branch = site.value(BRANCH, "branch_deputy", "partytutor")
    judge = window("organiser")
    judge.goto("/awards/")
    judge.locator("a[href='/awards/new/']").click()
    fill(judge, name="第三十届十佳党支部", until=today, apply_until=today, seats="1")
    press(judge)
    expect(judge.locator(".p-toast-ok")).to_be_visible()
    award = judge.url.removeprefix(site.url)
    assert re.fullmatch(r"/awards/\d+/", award)

    # The branch hands in its deeds; everything else fills itself from the records.
    page = window("partytutor")
    page.goto(award)
    page.locator(f"main a[href='{award}branches/{branch}/']").click()
    press(page)
    assert site.value("select count(*) from partybranch_nomination where branch_id = %s and round_id = %s",
                      branch, int(award.split("/")[2])) == 0, "no deeds, no nomination"  # fmt: skip
    fill(page, deeds="党员宿舍挂牌全覆盖，一对一帮扶学业困难同学。")
    press(page)
    page.wait_for_url("**/nominations/*/")
    nomination = page.url.removeprefix(site.url)
    expect(page.locator("main")).to_contain_text("党员宿舍挂牌全覆盖")
    assert page.locator("main table tbody tr").count() >= 5, "material out of the records"
    expect(page.locator("main")).not_to_contain_text("评委打分")
    page.screenshot(path=screens / "party-nomination.png", full_page=True)
    with page.expect_download() as paper:
        page.locator("a[href$='paper.docx']").click()
    assert paper.value.suggested_filename.endswith(".docx")

    judge.goto(f"{nomination}score/")
    fill(judge, points="91.5", remark="材料扎实")
    press(judge)
    expect(judge.locator(".p-toast-ok")).to_be_visible()
    # One judge is not enough: the order is not written, the branch without scores is named.
    kept = site.value("select value from cohorts_parameter where key = 'award.judges_min'")
    judge.goto(f"{award}decide/")
    fill(judge, on=today, decision_no="社区党委〔2026〕30号")
    press(judge)
    expect(judge.locator("main .p-errors").first).to_be_visible()
    expect(judge.locator("main [name=decision_no]")).to_have_value("社区党委〔2026〕30号")
    assert kept > 1
    _judges(site, 1)
    try:
        press(judge)
        expect(judge.locator(".p-toast-ok")).to_be_visible()
    finally:
        _judges(site, kept)
    expect(judge.locator("main tbody tr").first).to_contain_text("入选")
    judge.screenshot(path=screens / "party-award.png", full_page=True)

    # Everybody concerned reads the result; nothing can be changed any more.
    phone = window("partytutor", phone=True)
    phone.goto(nomination)
    expect(phone.locator("main")).to_contain_text("入选")
    expect(phone.locator("a[href$='/withdraw/']")).to_have_count(0)
    phone.screenshot(path=screens / "party-nomination-phone.png", full_page=True)
    judge.goto(award)
    expect(judge.locator(f"a[href='{award}decide/']")).to_have_count(0)


def test_a_study_at_a_great_date_shows_coverage_and_who_has_not_yet(
    window: Opener, site: Site, screens: Path
) -> None:
    today = timezone.localdate()
    branch = site.value(BRANCH, "branch_deputy", "partytutor")
    asker = window("organiser")
    asker.goto("/branches/studies/new/")
    fill(asker, name="一二九运动纪念学习", since=(today - DAY).isoformat(),
         until=(today - 9 * DAY).isoformat())  # fmt: skip
    press(asker)
    expect(asker.locator("main .p-errors").first).to_be_visible()
    fill(asker, until=(today + 9 * DAY).isoformat())
    press(asker)
    expect(asker.locator(".p-toast-ok")).to_be_visible()
    study = asker.url.removeprefix(site.url)
    kind = site.value(STUDY_KIND, "一二九运动纪念学习")
    expect(asker.locator("main")).to_contain_text("尚未")

    # The branch holds it with one member absent.
    page = window("partytutor")
    page.goto(f"/branches/{branch}/life/new/?kind=members_meeting")
    page.locator(f"main [name=kinds][value='{kind}']").check()
    fill(page, place="党员之家", topic="重温一二九精神", host="韩书记", content="集体学习与座谈")
    away = page.locator(".p-tap").first
    name = away.locator("legend").inner_text().strip()
    away.locator("label", has_text="请假").click()
    away.locator(".p-tap-why").fill("外出实习")
    press(page)
    expect(page.locator("main")).to_contain_text("重温一二九精神")

    asker.goto(f"{study}?only=came&branch={branch}")
    came = asker.locator("main tbody tr").count()
    assert came > 0
    expect(asker.locator("main tbody")).not_to_contain_text(name)
    asker.goto(f"{study}?only=missing&branch={branch}")
    expect(asker.locator("main tbody")).to_contain_text(name)
    asker.screenshot(path=screens / "party-study.png", full_page=True)
    asker.locator("button", has_text="提醒").click()
    expect(asker.locator(".p-toast-ok")).to_contain_text("提醒")
    asker.goto("/branches/studies/")
    row = asker.locator("main tbody tr", has_text="一二九运动纪念学习")
    numbers = re.search(r"(\d+) / (\d+) = ", row.inner_text())
    assert numbers
    assert int(numbers[1]) >= came
    assert int(numbers[2]) > int(numbers[1])
    phone = window("organiser", phone=True)
    phone.goto(study)
    phone.screenshot(path=screens / "party-study-phone.png", full_page=True)
