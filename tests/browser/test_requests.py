"""A request from the sheet in a building to the later question, on a phone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.site import Site

WORDS = "三楼水房漏水，地面很滑，已经两天。"
ANSWER = "已更换阀门并清理地面，请确认是否还有渗水。"
STILL = "阀门处又开始滴水，请再来看看。"
OPEN_CODE = "select code from casework_reportcode where revoked_at is null order by id"
OFFICE = "select id from cohorts_unit where name = '党委学生工作部'"


def press(page: Page) -> None:
    page.locator("main form[method=post] button.p-btn-primary:visible").last.click()


def test_a_request_from_the_sheet_to_the_later_question(
    window: Opener, site: Site, screens: Path
) -> None:
    student, office = window("student", phone=True), window("office")
    student.goto(f"/report/{site.value(OPEN_CODE)}/")
    student.locator("textarea[name=text]").fill(WORDS)
    student.screenshot(path=screens / "request-form-phone.png", full_page=True)
    student.locator("button[form=request-form]").click()
    expect(student.locator(".p-toast-ok")).to_contain_text("SQ")
    number = student.url.rstrip("/").rsplit("/", 1)[1]
    # The desk sorts, the office answers: the demo's office account does both.
    office.goto("/requests/?desk")
    office.goto(f"/requests/{number}/route/")
    office.locator("select[name=office]").select_option(str(site.value(OFFICE)))
    press(office)
    office.goto(f"/requests/{number}/answer/")
    office.locator("textarea[name=answer]").fill(ANSWER)
    press(office)
    expect(office.locator("main")).to_contain_text(ANSWER)
    # The student confirms; thirty days later it is not fine any more.
    student.goto("/my/")
    student.locator(f"a[href='/requests/{number}/']").first.click()
    student.locator(f"a[href='/requests/{number}/confirm/']").click()
    for name in ("solved", "satisfied"):
        student.locator(f"input[name={name}][value=yes]").check()
    press(student)
    expect(student.locator(".p-toast-ok")).to_be_visible()
    site.value(
        "update casework_request set recheck_on = current_date - 1 where id = %s returning 1",
        number,
    )
    student.reload()
    student.locator(f"a[href='/requests/{number}/recheck/']").click()
    student.locator("input[name=fine][value=no]").check()
    student.locator("textarea[name=words]").fill(STILL)
    press(student)
    expect(student.locator("main")).to_contain_text(STILL)
    student.screenshot(path=screens / "request-phone.png", full_page=True)
    student.goto("/requests/board/")
    expect(student.locator("main table").first).to_be_visible()
