"""A post given, used, handed over and taken back, in the browser."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_journeys import sentence

COHORT = """
select u.id, u.name from cohorts_unit u join cohorts_unit p on p.id = u.parent_id
where p.kind = 'academy' and u.kind = 'cohort' and u.closed_on is null and exists (
  select 1 from students_placement s where s.unit_id = u.id and s.since <= current_date
  and (s.until is null or s.until >= current_date))
  -- Who takes over later has no seat there: it would be work of the new post.
  and not exists (select 1 from casework_seat f join casework_case c on c.id = f.case_id
    join students_placement s on s.student_id = c.student_id and s.unit_id = u.id
    where f.person_id = (select id from core_user where username = 'psych'))
order by u.code desc
"""
STANDING = """
from students_placement p join cohorts_unittree t on t.descendant_id = p.unit_id
join students_student s on s.id = p.student_id
where p.since <= current_date and (p.until is null or p.until >= current_date)
"""
IN = f"select count(distinct p.student_id) {STANDING} and t.ancestor_id = %s"
ONE_IN = f"select s.student_no {STANDING} and t.ancestor_id = %s order by 1"
ONE_OUT = f"""select s.student_no {STANDING} and s.id not in (select p.student_id {STANDING}
and t.ancestor_id = %s) order by 1"""


def submit(page: Page, path: str = "") -> None:
    page.locator(f"form[method=post]{path} button.p-btn-primary").first.click()


def sees_exactly(page: Page, number: int, inside: str, outside: str) -> None:
    page.goto("/students/")
    expect(page.locator(".p-pager")).to_contain_text(str(number))
    opened = page.goto(f"/students/{inside}/")
    assert opened is not None
    assert opened.status == 200
    hidden = page.request.get(f"/students/{outside}/")
    assert hidden.status == 404


def test_a_counsellor_is_appointed_sees_exactly_the_own_students_and_hands_over(
    window: Opener, site: Site
) -> None:
    unit, name = site.row(COHORT) or (0, "")
    inside, outside = str(site.value(ONE_IN, unit)), str(site.value(ONE_OUT, unit))
    number = int(site.value(IN, unit))
    office, psych, admin = window("office"), window("psych"), window("secadmin")
    office.goto("/students/")
    expect(office.locator("body")).not_to_contain_text(inside)
    # The security administrator appoints.
    admin.goto(f"/posts/new/?unit={unit}")
    admin.locator("input[name=person]").fill("office")
    admin.locator("select[name=role]").select_option(label="辅导员")
    submit(admin)
    expect(admin.locator(".p-toast-ok")).to_contain_text(name)
    post = admin.url.rstrip("/").rsplit("/", 1)[1]
    sees_exactly(office, number, inside, outside)
    # The counsellor agrees on a next talk; so leaving needs a hand-over.
    office.goto(f"/log/?student={inside}")
    office.locator("textarea[name=content]").fill(sentence())
    office.locator("#log-next .p-chip-radio").first.click()
    office.locator("#quick-log-form .p-form-foot button").click()
    expect(office.locator(".p-toast-ok")).to_be_visible()
    admin.goto(f"/posts/{post}/")
    admin.locator("form[action$='/end/'] button").click()
    expect(admin).to_have_url(f"{site.url}/posts/{post}/handover/")
    admin.locator("input[name=successor]").fill("psych")
    submit(admin)
    expect(admin.locator(".p-toast-ok")).to_be_visible()
    # Nothing moved yet; at the signature everything does.
    sees_exactly(office, number, inside, outside)
    psych.goto("/handovers/")
    psych.locator("table a").first.click()
    psych.locator("form[action$='/sign/'] button").click()
    expect(psych.locator(".p-toast-ok")).to_be_visible()
    assert psych.request.get(f"/students/{inside}/").status == 200
    assert office.request.get(f"/students/{inside}/").status == 404
    # Back to how the school was: the talk is agreed no more, so the post may end.
    site.value(
        "update casework_followup set next_on = null where next_by_id is not null returning 1"
    )
    new = site.value(
        "select id from cohorts_appointment where unit_id = %s and revoked_at is null "
        "and person_id = (select id from core_user where username = 'psych')", unit,
    )  # fmt: skip
    admin.goto(f"/posts/{new}/")
    admin.locator("form[action$='/end/'] button").click()
    expect(admin.locator(".p-toast-ok")).to_be_visible()
    expect(admin.locator("form[action$='/end/']")).to_have_count(0)
