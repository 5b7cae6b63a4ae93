"""Study rates of the League from file to ranking, a graduate ticked as transferred, a flag on a member."""

from pathlib import Path

from django.utils import timezone
from openpyxl import Workbook
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_party import fill, press


def test_study_rates_from_the_file_to_the_ranking(
    window: Opener, screens: Path, tmp_path: Path
) -> None:
    page = window("organiser")
    page.goto("/")
    page.locator("nav a[href='/league/']").first.click()
    table = page.locator("main table")
    expect(table).to_be_visible()
    page.screenshot(path=screens / "league.png", full_page=True)
    name = table.locator("tbody tr .p-c-name").first.inner_text()
    period = timezone.localdate().strftime("%Y-%m")
    book = Workbook()
    book.active.append(["班级", "期次", "团员数", "已学习人数", "学习率"])
    book.active.append([name, period, 28, 21, "99%"])
    book.save(tmp_path / "rates.xlsx")
    page.locator("a[href='/imports/new/league_rates/']").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "rates.xlsx")
    page.locator("main form[enctype] .p-btn-primary").click()
    confirm = page.locator("form[action$='/confirm/'] button")
    expect(confirm).to_be_visible()
    confirm.click()
    expect(page.locator("main")).to_contain_text("文件已全部导入")
    page.goto(f"/league/?period={period}")
    row = table.locator("tbody tr", has_text=name)
    # The rate of the file is not believed: it is computed.
    expect(row).to_contain_text("21 / 28 = 75.0%")
    expect(row).to_contain_text("未达目标")
    phone = window("organiser", phone=True)
    phone.goto(f"/league/?period={period}")
    phone.screenshot(path=screens / "league-phone.png", full_page=True)


def test_a_graduate_is_ticked_and_the_share_follows(window: Opener, screens: Path) -> None:
    page = window("organiser")
    page.goto("/league/transfers/")
    page.screenshot(path=screens / "league-transfers.png", full_page=True)
    page.locator("main a[href*='only=open']").first.click()
    boxes = page.locator("main input[name=selected]")
    many = boxes.count()
    assert many > 1
    boxes.first.check()
    fill(page, on=timezone.localdate().isoformat(), to_where="某化工企业团委")
    page.screenshot(path=screens / "league-people.png", full_page=True)
    page.locator("button[formaction$='/mark/']").click()
    expect(page.locator(".p-toast-ok")).to_be_visible()
    assert "only=open" in page.url
    page.goto(page.url.replace("only=open", "only=done"))
    expect(page.locator("main")).to_contain_text("某化工企业团委")


def test_a_member_is_flagged_and_counts_in_the_figures(
    window: Opener, site: Site, screens: Path
) -> None:
    member = site.value(
        "select m.member_id from partybranch_membership m join partybranch_partymember p "
        "on p.id = m.member_id where m.is_relation and m.until is null and p.student_id is not null "
        "and not exists (select 1 from partybranch_partylink l join cohorts_linkkind k on k.id = "
        "l.kind_id where l.member_id = m.member_id and k.code like 'flag%%') order by m.id limit 1"
    )
    page = window("organiser")
    page.goto(f"/party-members/{member}/")
    page.locator(f"a[href='/party-members/{member}/flag/']").click()
    fill(page, label="领雁计划第九期", starts_on=timezone.localdate().isoformat())
    page.locator("main [name=kind]").select_option(label="领雁计划")
    press(page)
    expect(page.locator("main")).to_contain_text("领雁计划第九期")
    page.screenshot(path=screens / "member-flag.png", full_page=True)
    page.goto("/party/flags/")
    expect(page.locator("main")).to_contain_text("领雁计划第九期")
    page.screenshot(path=screens / "flags.png", full_page=True)
    page.goto("/party/figures/")
    page.screenshot(path=screens / "figures.png", full_page=True)
    page.locator("main a[href^='/party/figures/flag_dual/']").first.click()
    expect(page.locator("main")).to_contain_text("双带头人")
    page.screenshot(path=screens / "figure-dual.png", full_page=True)
