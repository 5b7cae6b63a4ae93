"""Breaking the glass and opening a masked particular, in the browser."""

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.site import Site

# A red case of the college whose party secretary is in the demo.
RED_CASE = """
select c.id, s.student_no from casework_case c join students_student s on s.id = c.student_id
where c.closed_at is null and c.level_id = 'RED' and exists (
  select 1 from students_placement p join cohorts_unittree t on t.descendant_id = p.unit_id
  join cohorts_appointment a on a.unit_id = t.ancestor_id join core_user u on u.id = a.person_id
  where p.student_id = s.id and u.username = 'secretary' and a.revoked_at is null
  and p.tree = 'class' and p.since <= current_date and (p.until is null or p.until >= current_date))
order by c.id
"""
ALARM = "学生夜间失联，需立即了解情况"


def test_a_head_breaks_the_glass_of_a_red_case_and_others_are_told(
    window: Opener, site: Site
) -> None:
    case, number = site.row(RED_CASE) or (0, "")
    assert case, "the demo college has a red case"
    page = window("secretary")
    page.goto(f"/cases/{case}/")
    page.locator(f"a[href='/cases/{case}/glass/']").first.click()
    page.locator("textarea[name=reason]").fill(ALARM)
    page.locator("input[name=password]").fill(site.password)
    page.locator("main form button.p-btn-primary").click()
    expect(page).to_have_url(f"{site.url}/cases/{case}/")
    expect(page.locator(".p-why")).to_contain_text(ALARM)
    told = "select count(*) from core_notification where key like 'glass:%%'"
    assert site.value(told) >= 1
    assert site.value("select count(*) from core_auditentry where action = 'break_glass'") == 1
    page.locator(f"a[href='/cases/{case}/glass/']").first.click()
    page.locator("main form button.p-btn").click()
    expect(page.locator(".p-why")).not_to_contain_text(ALARM)

    # A masked particular: telephone on a click, the ID number with a reason, both for this page.
    opened = "select count(*) from core_auditentry where action = 'unmask'"
    before = site.value(opened)
    page.goto(f"/students/{number}/")
    phone = page.locator("#field-phone")
    expect(phone).to_contain_text("****")
    phone.locator("button").click()
    expect(phone.locator("a[href^='tel:']")).to_be_visible()
    identity = page.locator("#field-id_number")
    expect(identity).to_contain_text("****")
    identity.locator("a").click()
    identity.locator("input[name=reason]").fill("核对学籍信息")
    identity.locator("button").click()
    expect(identity).not_to_contain_text("****")
    page.reload()
    expect(phone).to_contain_text("****")
    expect(identity).to_contain_text("****")
    assert site.value(opened) == before + 2
