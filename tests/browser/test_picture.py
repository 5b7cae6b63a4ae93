"""The picture of a student: read and printed by the adviser, a teacher answers one link, and the
student reads the own studies on a phone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.site import Site

LATER = "(current_date + 3)::text"
# A class mate of the demo adviser's class with results, whom the demo tutor does not look after.
FOUND = """select s.student_no, s.name from students_student s
 join students_placement p on p.student_id = s.id and p.tree = 'class' and p.until is null
 join cohorts_appointment a on a.unit_id = p.unit_id join core_user u on u.id = a.person_id
where u.username = 'adviser' and a.revoked_at is null
  and exists (select 1 from students_courseresult r where r.student_id = s.id)
  and not exists (select 1 from students_studentlink l join core_user t on t.id = l.person_id
                   where l.student_id = s.id and t.username = 'tutor')
order by s.id desc"""
TOLD = """insert into students_academicwarning (student_id, rules_id, family, period, rule, level, rank,
  colour, facts, found_at, confirmed_at, told_at, clear_reason, dismiss_reason, again, version)
select s.id, (select min(id) from students_warningset where family = 'generic'), 'journey',
  '2025-2026-2', 'yellow', '黄色预警', 2, 'YELLOW', '{}', now(), now(), now(), '', '', 0, 1
  from students_student s join core_user u on u.id = s.user_id where u.username = 'student'
returning id"""
ANSWER = "作业独立完成，实验报告进步明显"


def fits(page: Page) -> None:
    """Nothing to push aside on a phone."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_adviser_asks_a_teacher_whose_answer_stands_on_the_printed_sheet(
    window: Opener, site: Site, screens: Path
) -> None:
    found = site.row(FOUND)
    assert found, "the demo adviser has a student without the demo tutor"
    number, name = found
    page = window("adviser")
    page.goto(f"/students/{number}/")
    page.get_by_role("link", name="精准画像").click()
    expect(page.locator("main svg text").first).to_be_visible()
    page.get_by_role("link", name="征询教师意见").click()
    tutor = site.value("select name from core_user where username = 'tutor'")
    page.locator("input[name=teacher]").fill("tutor")
    page.locator("input[name=due_on]").fill(site.value(f"select {LATER}"))
    page.get_by_role("button", name="发出征询").click()
    expect(page.locator("main")).to_contain_text(tutor)

    phone = window("tutor", phone=True)
    phone.goto("/notices/")
    phone.get_by_role("link", name="有同事就一名学生的情况征询您的意见").first.tap()
    expect(phone.locator("main")).to_contain_text(name)
    expect(phone.locator("main")).not_to_contain_text(number)
    fits(phone)
    link = phone.url
    phone.locator("textarea[name=learning]").fill(ANSWER)
    phone.locator("main form .p-btn-primary").tap()
    phone.wait_for_url("**/tasks/**")
    answer = phone.goto(link)
    assert answer is not None
    assert answer.status == 404

    page.goto(f"/students/{number}/picture/")
    expect(page.locator("main")).to_contain_text(ANSWER)
    page.screenshot(path=screens / "picture.png", full_page=True)
    page.emulate_media(media="print")
    for left_out in ("[data-print]", ".p-nav", ".p-pic .p-btn"):
        expect(page.locator(left_out).first).to_be_hidden()
    expect(page.locator(".p-chart-table")).to_be_visible()
    sheet = page.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") + sheet.count(b"/Type /Page ") == 1


def test_a_student_reads_own_results_notices_and_plan_on_a_phone(
    window: Opener, site: Site, screens: Path
) -> None:
    assert site.value(TOLD)
    page = window("student", phone=True)
    page.goto("/my/")
    page.get_by_role("link", name="我的学业").first.tap()
    main = page.locator("main")
    expect(main).to_contain_text("黄色预警 · 2025-2026-2")
    expect(main).to_contain_text("培养方案完成情况")
    expect(main).to_contain_text("专业年级排名")
    page.locator("details.p-study-more summary").first.tap()
    expect(page.locator("details.p-study-more[open] p")).to_be_visible()
    expect(page.locator("details.p-term[open] td").first).to_be_visible()
    fits(page)
    page.screenshot(path=screens / "my-study-phone.png", full_page=True)
