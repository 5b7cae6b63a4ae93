"""An event of two branches on a phone: partners out of a long list, attendance in one tap."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_party import BRANCH, fill, press

# A branch below the same committee, neither the one asked for nor a closed one.
OTHER = """
    select u.name from cohorts_unit u join partybranch_partyorganization o on o.unit_ptr_id = u.id
      join cohorts_unittree t on t.descendant_id = u.id
     where u.closed_on is null and u.id <> %s and o.party_kind = 'joint' and t.ancestor_id in (
           select t2.ancestor_id from cohorts_unittree t2
             join partybranch_partyorganization c on c.unit_ptr_id = t2.ancestor_id
            where t2.descendant_id = %s and c.party_kind = 'committee')
     order by u.code limit 1
"""


def test_a_partner_is_found_by_name_and_all_are_marked_as_present_in_one_tap(
    window: Opener, site: Site, screens: Path
) -> None:
    branch = site.value(BRANCH, "branch_deputy", "partytutor")
    other = site.value(OTHER, branch, branch)
    page = window("partytutor", phone=True)
    page.goto(f"/branches/{branch}/life/new/?kind=co_building")
    boxes = page.locator("[data-boxes]")
    shown = boxes.locator("label:visible")
    assert shown.count() > 1
    page.locator("[data-narrow]").fill(other)
    expect(shown).to_have_count(1)
    shown.first.click()
    # Enter in the filter sends nothing; a ticked branch stays in sight whatever is typed next.
    page.locator("[data-narrow]").fill("没有这个名称")
    page.keyboard.press("Enter")
    expect(shown).to_have_text([other])
    expect(boxes.locator("[data-boxes-none]")).to_be_visible()
    fill(page, place="党员之家", topic="联合开展支部共建", host="韩书记", content="交流支部工作")
    members = page.locator(".p-tap").count()
    expect(page.locator('.p-tap [value="present"]:checked')).to_have_count(0)
    page.locator("[data-all-present]").click()
    expect(page.locator('.p-tap [value="present"]:checked')).to_have_count(members)
    page.screenshot(path=screens / "party-joint-phone.png", full_page=True)
    press(page)
    expect(page).to_have_url(re.compile(r"/branch-events/\d+/$"))
    expect(page.locator("main")).to_contain_text(f"{members} / {members}")
    expect(page.locator("main")).to_contain_text("考勤尚未录入")
