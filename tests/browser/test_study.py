"""Results of a term in the browser: the clerk from the file to the notice, the adviser from one
course to help for five students."""

import re
from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import Page, expect

from portal.embedded.children import wait_until
from tests.browser.conftest import Opener
from tests.browser.site import Site

# Two digits at least: a course that ten students or more took.
_MANY = re.compile(r"^\d\d+$")
HEAD = ["学号", "课程代码", "课程名称", "学分", "学期", "成绩", "考试性质", "是否必修"]
# The class of the demo adviser.
_CLASS = """
select a.unit_id from cohorts_appointment a join core_user u on u.id = a.person_id
  join cohorts_role r on r.id = a.role_id
 where u.username = 'adviser' and r.code = 'class_adviser' and a.revoked_at is null"""
# Students of the class without an open case, and the courses of their last term: number, codes.
_PEOPLE = f"""
with newest as (select max(term_id) as term from students_courseresult)
select s.student_no, s.name, n.term,
       (select json_agg(json_build_array(c.code, c.name, r.credits::text) order by r.credits desc, c.code)
          from students_courseresult r join students_course c on c.id = r.course_id
         where r.student_id = s.id and r.term_id = n.term and r.attempt = 'first' and r.is_required
           and r.passed)
  from newest n, students_student s
  join students_placement p on p.student_id = s.id and p.tree = 'class' and p.until is null
 where p.unit_id in ({_CLASS}) and s.status = '01' and not exists (
       select 1 from casework_case k where k.student_id = s.id and k.closed_at is null)
   and not exists (select 1 from students_academicwarning w where w.student_id = s.id)
 order by (select count(*) from students_courseresult r where r.student_id = s.id
              and r.term_id = n.term and r.passed and r.is_required) desc, s.id
"""
_FOUND = """
select count(*) from students_academicwarning w join students_student s on s.id = w.student_id
 where s.student_no = %s and w.state = 'found'"""
_TASKS = """
select count(*) from cohorts_task t join core_user u on u.id = t.owner_id
 where t.source = 'study_help' and u.username = 'adviser'"""


def send(page: Page, path: Path, rows: list[list[str]]) -> None:
    """Write the rows to a workbook and upload it as results."""
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    book.save(path)
    page.goto("/imports/new/results/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form[enctype] .p-btn-primary").click()


def test_a_clerk_corrects_three_rows_confirms_a_warning_and_prints_its_notice(
    window: Opener, site: Site, tmp_path: Path
) -> None:
    number, name, term, courses = site.row(_PEOPLE) or ("", "", "", [])
    assert len(courses) >= 5, "a student of the demo adviser passed five required courses last term"
    rows = [[number, code, title, credits, term, "35", "正考", "必修"]
            for code, title, credits in courses]  # fmt: skip
    wrong = [list(row) for row in rows]
    wrong[0][5], wrong[1][5], wrong[2][0] = "一百二", "135", "0000000000"
    page = window("clerk")
    send(page, tmp_path / "wrong.xlsx", wrong)
    faults = page.locator(".p-card-gap tbody tr")
    expect(faults).to_have_count(3)
    expect(faults.nth(0)).to_contain_text("一百二")
    send(page, tmp_path / "right.xlsx", rows)
    page.locator("form[action$='/confirm/'] button").click()
    expect(page.locator("main")).to_contain_text("文件已全部导入")
    # The rules find it; nobody is told before the clerk confirms.
    page.goto("/warnings/")
    page.locator("form[action$='/warnings/run/'] button").click()
    assert wait_until(lambda: site.value(_FOUND, number) > 0, 60)
    page.goto(f"/warnings/?state=found&q={number}")
    expect(page.locator("tbody tr").first).to_contain_text(name)
    page.locator("input[name=selected]").first.check()
    page.locator("[data-bulk-bar] button[type=submit]").click()
    page.locator("main form .p-btn-primary").click()
    expect(page.locator(".p-toast-ok")).to_be_visible()
    page.goto(f"/warnings/?state=confirmed&q={number}")
    page.locator("tbody a").first.click()
    with page.expect_download() as paper:
        page.locator("a[href$='/notice.docx']").first.click()
    assert paper.value.path().read_bytes().startswith(b"PK")


def test_an_adviser_opens_a_course_and_plans_help_for_five(window: Opener, site: Site) -> None:
    page = window("adviser")
    before = site.value(_TASKS)
    page.goto("/analysis/")
    many = page.locator("#courses tbody tr").filter(
        has=page.locator("td:first-of-type", has_text=_MANY)
    )
    many.locator("th a").first.click()
    expect(page.locator("#bands")).to_be_visible()
    took = page.locator("#groups tbody tr").first.locator("a").first
    total = took.inner_text()
    took.click()
    expect(page.locator(".p-head-meta")).to_contain_text(f"{total} 人")
    boxes = page.locator("input[name=selected]")
    for place in range(5):
        boxes.nth(place).check()
    page.locator("[data-bulk-bar] button[type=submit]").click()
    page.locator("input[name=way][value=task]").check()
    page.locator("button[name=step][value=try]").click()
    expect(page.locator("tbody .p-text-ok")).to_have_count(5)
    assert site.value(_TASKS) == before  # a preview writes nothing
    page.locator("button[name=step][value=do]").click()
    expect(page.locator(".p-toast-ok")).to_contain_text("5")
    assert site.value(_TASKS) == before + 5
    expect(page.locator("tbody")).to_contain_text("学业帮扶")
