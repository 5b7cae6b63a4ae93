"""A clerk brings a roster in: upload, preview of the difference, confirm, result."""

from pathlib import Path

from openpyxl import Workbook
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.places import COLLEGE
from tests.browser.site import Site

PHONE = "13900009999"


def test_a_clerk_uploads_a_roster_reads_the_difference_and_confirms(
    window: Opener, site: Site, tmp_path: Path
) -> None:
    student = site.row(
        "select s.student_no, s.name from students_student s join students_placement p on "
        "p.student_id = s.id join cohorts_unittree t on t.descendant_id = p.unit_id "
        f"where t.ancestor_id in ({COLLEGE}) and p.until is null order by s.id limit 1"
    )
    assert student is not None
    book = Workbook()
    book.active.append(["学号", "姓名", "手机号"])
    book.active.append([*student, PHONE])
    book.save(tmp_path / "roster.xlsx")
    page = window("clerk")
    page.goto("/imports/new/roster/")
    page.locator("input[type=file]").set_input_files(tmp_path / "roster.xlsx")
    page.locator("main form[enctype] .p-btn-primary").click()
    confirm = page.locator("form[action$='/confirm/'] button")
    expect(confirm).to_be_visible(timeout=30_000)
    stored = "select phone from students_student where student_no = %s"
    assert site.value(stored, student[0]) != PHONE  # a preview writes nothing
    confirm.click()
    expect(page.locator("main")).to_contain_text("文件已全部导入", timeout=30_000)
    assert site.value(stored, student[0]) == PHONE


def test_a_picture_named_as_a_workbook_is_refused_beside_the_form(
    window: Opener, tmp_path: Path
) -> None:
    picture = tmp_path / "roster.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 200)
    page = window("clerk")
    page.goto("/imports/new/roster/")
    page.locator("input[type=file]").set_input_files(picture)
    page.locator("main form[enctype] .p-btn-primary").click()
    expect(page.locator(".p-errors, .p-error").first).to_be_visible()
