"""Party work in the browser: an applicant's first stages with a refusal, an event with a vote."""

import datetime as dt
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.site import Site

# Somebody of the organiser's cohort who is of age and on nobody's list.
FREE = """
    select s.student_no from students_student s
      join students_placement p on p.student_id = s.id and p.until is null
      join cohorts_unittree t on t.descendant_id = p.unit_id
      join cohorts_appointment a on a.unit_id = t.ancestor_id and a.revoked_at is null
      join cohorts_role r on r.id = a.role_id and r.code = 'organiser'
      join core_user u on u.id = a.person_id and u.username = 'organiser'
     where s.status = '01' and s.political_status = '03'
       and s.born_on < current_date - interval '19 years'
       and not exists (select 1 from partybranch_development d where d.student_id = s.id)
     order by s.id limit 1
"""
BRANCH = """
    select a.unit_id from cohorts_appointment a
      join cohorts_role r on r.id = a.role_id and r.code = %s
      join core_user u on u.id = a.person_id and u.username = %s
      join partybranch_partyorganization o on o.unit_ptr_id = a.unit_id
     where a.revoked_at is null order by a.id limit 1
"""


def press(page: Page) -> None:
    page.locator("main form[method=post] button.p-btn-primary:visible").last.click()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        field = page.locator(f"main [name={name}]")
        if field.first.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def test_an_organiser_takes_an_applicant_through_the_first_stages(
    window: Opener, site: Site, screens: Path
) -> None:
    number, branch = site.value(FREE), site.value(BRANCH, "organiser", "organiser")
    today = timezone.localdate()
    page = window("organiser")
    page.goto("/development/new/")
    fill(page, student=number, branch=str(branch), on=(today - dt.timedelta(days=2)).isoformat())
    page.locator("main [name=is_citizen]").check()
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()
    file = page.url
    page.goto(f"{file}steps/2/")
    fill(page, on=today.isoformat(), talker="韩书记", talker_post="secretary")
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()
    # Two of five are no committee meeting: refused with what is needed, and nothing is recorded.
    page.goto(f"{file}steps/3/")
    fill(
        page,
        on=today.isoformat(),
        recommendation="league",
        league_expected="30",
        league_present="27",
        league_yes="25",
        expected="5",
        present="2",
        yes="2",
    )
    press(page)
    expect(page.locator("main .p-errors")).to_contain_text("3")
    page.screenshot(path=screens / "party-step-refused.png", full_page=True)
    assert site.value("select reached from partybranch_development d join students_student s"
                      " on s.id = d.student_id where s.student_no = %s", number) == 2  # fmt: skip
    fill(page, present="4", yes="4")
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()
    expect(page.locator("main")).to_contain_text("4")
    # The next gate is a year away, and says so.
    page.goto(f"{file}steps/7/")
    fill(page, on=today.isoformat(), heard="10", expected="5", present="5", yes="5")
    press(page)
    expect(page.locator("main .p-errors")).to_be_visible()


def test_a_deputy_enters_an_event_on_a_phone_and_its_vote(
    window: Opener, site: Site, screens: Path
) -> None:
    branch = site.value(BRANCH, "branch_deputy", "partytutor")
    page = window("partytutor", phone=True)
    page.goto("/branches/life/")
    page.locator(f"main a[href='/branches/{branch}/life/']").first.click()
    page.screenshot(path=screens / "party-life-phone.png", full_page=True)
    page.goto(f"/branches/{branch}/life/new/?kind=members_meeting")
    fill(page, place="党员之家", topic="讨论支部工作计划", host="韩书记", content="审议年度计划")
    first = page.locator(".p-tap").first
    first.locator("label", has_text="请假").click()
    first.locator(".p-tap-why").fill("外出实习")
    page.screenshot(path=screens / "party-event-phone.png", full_page=True)
    press(page)
    expect(page.locator("main")).to_contain_text("外出实习")
    page.locator(
        "main a[href$='/vote/'], header a[href$='/vote/'], a[href$='/vote/']"
    ).first.click()
    voters = int(page.locator("main [name=expected]").input_value())
    half = voters // 2
    fill(page, matter="年度工作计划", present=str(voters - 1), yes=str(half),
         no=str(voters - 1 - half))  # fmt: skip
    press(page)
    expect(page.locator("main")).to_contain_text("未通过")
    page.screenshot(path=screens / "party-event-page-phone.png", full_page=True)
