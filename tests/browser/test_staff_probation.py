"""A member of staff on probation: onto the roll, voted on by the branch, made full by the committee."""

import datetime as dt
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from partybranch.domain.months import add_months
from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_party import fill, press
from tests.browser.test_party_journeys import OLDEST

DAY = dt.timedelta(days=1)
# A teacher who is on no roll.
OUTSIDER = """
    select u.id, u.username, u.name from core_user u
     where u.is_active and not exists (select 1 from partybranch_partymember m where m.person_id = u.id)
       and exists (select 1 from cohorts_appointment a join cohorts_role r on r.id = a.role_id
                    where a.person_id = u.id and r.code = 'class_adviser')
     order by u.id desc limit 1
"""


def sent(page: Page) -> None:
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()


def unanimous(page: Page) -> None:
    full = page.locator("main [name=expected]").input_value() or "5"
    fill(page, expected=full, present=full, yes=full)


def test_a_member_of_staff_becomes_full_by_vote_and_decision(
    window: Opener, site: Site, screens: Path
) -> None:
    branch, _general = site.row(OLDEST) or (0, 0)
    pk, number, name = site.row(OUTSIDER) or (0, "", "")
    today = timezone.localdate()
    joined = add_months(today, -12) - 2 * DAY
    page = window("organiser")
    page.goto(f"/branches/{branch}/members/new/")
    fill(page, person=number, joined_on=joined.isoformat(), since=(today - 3 * DAY).isoformat(),
         origin="兄弟院校党委")  # fmt: skip
    sent(page)
    member = site.value("select id from partybranch_partymember where person_id = %s", pk)
    home = f"/party-members/{member}/"

    page.goto("/branches/")
    page.locator("main a[href='/party-members/probation/']").click()
    page.locator("main a[href$='only=near']").click()
    page.screenshot(path=screens / "staff-probation.png", full_page=True)
    page.locator(f"main a[href='{home}']").click()
    page.locator(f"main a[href='{home}probation/23/']").click()

    # One yes short of a majority of those who should attend: kept, and the step is not taken.
    applied = (today - 10 * DAY).isoformat()
    fill(
        page,
        on=(today - DAY).isoformat(),
        applied_on=applied,
        outcome="transfer",
        kept_at="党委组织部",
    )
    full = int(page.locator("main [name=expected]").input_value())
    fill(page, present=str(full), yes=str(full // 2), no=str(full - full // 2))
    page.screenshot(path=screens / "staff-vote.png", full_page=True)
    sent(page)
    expect(page.locator("main")).to_contain_text("未通过")
    page.locator(f"main a[href='{home}probation/23/']").click()
    fill(page, on=today.isoformat(), applied_on=applied, outcome="transfer")
    unanimous(page)
    sent(page)

    page.locator(f"main a[href='{home}probation/24/']").click()
    unanimous(page)
    if page.locator("main [name=deliberated_on]").count():
        fill(page, deliberated_on=today.isoformat())
    sent(page)
    page.goto(home)
    day = add_months(joined, 12)
    expect(page.locator("main")).to_contain_text(f"{day.year}年{day.month}月{day.day}日")
    page.screenshot(path=screens / "staff-full.png", full_page=True)
    assert site.value("select full_on from partybranch_partymember where id = %s", member) == day
    phone = window("organiser", phone=True)
    phone.goto(home)
    phone.screenshot(path=screens / "staff-full-phone.png", full_page=True)
    page.goto("/party-members/probation/")
    expect(page.locator("main")).not_to_contain_text(name)
