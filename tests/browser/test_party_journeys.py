"""Journeys of party development: 25 steps with a refusal at each gate, a vote, letters, the phone."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import docx
from django.utils import timezone
from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_party import BRANCH, fill, press

DAY = dt.timedelta(days=1)
# Days before today on which each step of the journey fell: a year of cultivation, a year of probation.
AGO = {
    1: 800, 2: 795, 3: 790, 4: 788, 5: 786, 6: 420, 7: 410, 8: 405, 9: 404, 10: 402, 11: 400,
    12: 398, 13: 396, 14: 394, 15: 392, 16: 390, 17: 385, 18: 380, 19: 379, 20: 378, 21: 24,
    22: 22, 23: 14, 24: 8, 25: 3,
}  # fmt: skip
FACTS: dict[int, dict[str, str]] = {
    2: {"talker": "秦守正", "talker_post": "secretary"}, 3: {
        "recommendation": "league", "league_expected": "30", "league_present": "27", "league_yes": "25"},
    7: {"heard": "10"}, 8: {"reply": "filed"}, 10: {"conclusion": "经函调与座谈，审查合格"},
    11: {"days": "3", "hours": "24", "certificate_no": "PX-2025-018"},
    14: {"serial_no": "ZY-2025-0018"}, 16: {"talker": "严立", "talker_post": "committee_member"},
    23: {"outcome": "transfer"},
}  # fmt: skip
# Somebody of the organiser's cohort on nobody's list who was 18 on the first day of the journey.
OF_AGE = """
    select s.student_no from students_student s
      join students_placement p on p.student_id = s.id and p.until is null
      join cohorts_unittree t on t.descendant_id = p.unit_id
      join cohorts_appointment a on a.unit_id = t.ancestor_id and a.revoked_at is null
      join cohorts_role r on r.id = a.role_id and r.code = 'organiser'
      join core_user u on u.id = a.person_id and u.username = 'organiser'
     where s.status = '01' and s.political_status = '03'
       and s.born_on < %s - interval '18 years'
       and not exists (select 1 from partybranch_development d where d.student_id = s.id)
     order by s.id desc limit 1
"""
# The organiser's oldest branch: it has full members on every day of the journey.
OLDEST = """
    select o.unit_ptr_id, n.parent_id from partybranch_partyorganization o
      join cohorts_unit n on n.id = o.unit_ptr_id
      join cohorts_appointment a on a.unit_id = o.unit_ptr_id and a.revoked_at is null
      join cohorts_role r on r.id = a.role_id and r.code = 'organiser'
      join core_user u on u.id = a.person_id and u.username = 'organiser'
     where o.party_kind in ('joint', 'regular') order by n.opened_on, n.code limit 1
"""
VOTERS = """
    select count(distinct m.id) from partybranch_partymember m
      join partybranch_membership b on b.member_id = m.id and b.is_relation and b.branch_id = %(branch)s
     where b.since <= %(on)s and (b.until is null or b.until >= %(on)s)
       and m.full_on <= %(on)s and (m.left_on is null or m.left_on > %(on)s)
       and not coalesce(m.suspended_from <= %(on)s
                        and coalesce(m.suspended_until, 'infinity') >= %(on)s, false)
"""
REACHED = """
    select d.reached from partybranch_development d
      join students_student s on s.id = d.student_id where s.student_no = %s
"""


class Journey:
    """One file on its way, as the organiser types it."""

    def __init__(self, page: Page, site: Site, number: str, branch: int) -> None:
        self.page, self.site, self.number, self.branch = page, site, number, branch
        self.today = timezone.localdate()
        self.file = ""

    def on(self, step: int) -> dt.date:
        return self.today - AGO[step] * DAY

    def form(self, step: int, on: dt.date, **typed: str) -> None:
        """Fill the form of a step as a careful organiser would, then change what is ``typed``."""
        self.page.goto(f"{self.file}steps/{step}/")
        values = {"on": on.isoformat(), "entry_reason": "据纸质档案补录", **FACTS.get(step, {})}
        there = self.page.locator("main form [name]").evaluate_all(
            "all => all.map(one => one.name)"
        )
        if "expected" in there:
            full = str(self.site.value(VOTERS.replace("%(branch)s", str(self.branch)).replace(
                "%(on)s", f"date '{on.isoformat()}'")))  # fmt: skip
            values |= {"expected": full, "present": full, "yes": full}
        if "deliberated_on" in there:
            values["deliberated_on"] = on.isoformat()
        if "sponsors" in there:
            boxes = self.page.locator("main [name=sponsors]")
            for place in range(int(typed.pop("sponsors", "2"))):
                boxes.nth(place).check()
        fill(self.page, **values | typed)

    def take(self, step: int, **typed: str) -> None:
        self.form(step, self.on(step), **typed)
        press(self.page)
        expect(self.page.locator(".p-toast-ok")).to_be_visible()
        self.page.wait_for_url(f"**{self.file}")
        assert self.reached() == step

    def refused(self, step: int, on: dt.date, said: str, **typed: str) -> None:
        """The form comes back with the reason, and nothing is recorded."""
        before = self.reached()
        self.form(step, on, **typed)
        press(self.page)
        expect(self.page.locator("main .p-errors").first).to_be_visible()
        expect(self.page.locator("main")).to_contain_text(said)
        assert self.reached() == before

    def enter(self, path: str, **values: str) -> None:
        self.page.goto(f"{self.file}{path}")
        fill(self.page, **values)
        press(self.page)
        expect(self.page.locator(".p-toast-ok")).to_be_visible()

    def reached(self) -> Any:
        return self.site.value(REACHED, self.number)


def test_an_organiser_takes_one_applicant_through_all_25_steps(
    window: Opener, site: Site, screens: Path
) -> None:
    today = timezone.localdate()
    number = site.value(OF_AGE, today - AGO[1] * DAY)
    found = site.row(OLDEST)
    assert number
    assert found
    branch, general = found
    page = window("organiser")
    way = Journey(page, site, number, branch)

    # Step 1: not of age nineteen years before; back-dated only with a reason.
    page.goto("/development/new/")
    page.locator("main [name=is_citizen]").check()
    fill(page, student=number, branch=str(branch), on=(way.on(1) - 1500 * DAY).isoformat(),
         entry_reason="据纸质档案补录")  # fmt: skip
    press(page)
    expect(page.locator("main")).to_contain_text("18")
    assert way.reached() is None
    fill(page, on=way.on(1).isoformat(), entry_reason="")
    press(page)
    expect(page.locator("main")).to_contain_text("补录")
    assert way.reached() is None
    fill(page, entry_reason="据纸质档案补录")
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()
    way.file = page.url.removeprefix(site.url)

    # Stage of activists: out of order, by a person who may not, without its vote, too early.
    way.refused(7, way.on(7), "请先登记")
    way.refused(2, way.on(2), "补录", entry_reason="")
    way.take(2)
    way.refused(3, way.on(3), "票数却为", yes="99")
    for step in (3, 4):
        way.take(step)
    way.take(5, override_reason="支部正式党员较少")
    way.refused(6, way.on(6) - 200 * DAY, "时间未到")
    way.take(6)
    way.refused(7, way.on(7), "缺少半年考察")
    for days in (620, 440):
        way.enter("book/", kind="assessment", on=(today - days * DAY).isoformat(),
                  entry_reason="据考察登记表补录")  # fmt: skip
    way.enter("notice/", step="7", starts_on=(way.on(7) - 25 * DAY).isoformat(),
              entry_reason="公示照片存于档案")  # fmt: skip
    for step in (7, 8):
        way.take(step)
    way.refused(9, way.on(9), "2 名不同的正式党员", sponsors="1")
    way.take(9, override_reason="支部正式党员较少")
    way.take(10)

    # Training: too short; with a certificate that counts twelve months it has expired by now.
    way.refused(11, way.on(11), "24", days="2", hours="20")
    way.take(11)
    kept = site.value("select value from cohorts_parameter where key = 'party.certificate_months'")
    _certificate(site, 12)
    way.refused(12, today - 20 * DAY, "培训结业证有效期至")
    _certificate(site, kept)
    for step in (12, 13, 14):
        way.take(step)

    # Admission: more ballots than people; a tie is kept and takes no step; a general branch
    # deliberates and never approves; six months after the vote it is over.
    way.refused(15, way.on(15), "票数却为", present="5", yes="6")
    full = int(site.value(VOTERS.replace("%(branch)s", str(branch)).replace(
        "%(on)s", f"date '{way.on(15).isoformat()}'")))  # fmt: skip
    way.form(15, way.on(15), present=str(full), yes=str(full // 2), no=str(full - full // 2))
    press(page)
    page.wait_for_url(f"**{way.file}")
    expect(page.locator("main")).to_contain_text("未通过")
    assert way.reached() == 14
    way.take(15)
    way.take(16)
    way.refused(17, way.on(17), "党总支只能审议，不能审批", body=str(general))
    way.refused(17, today - 150 * DAY, "超过六个月")
    for step in (17, 18, 19, 20):
        way.take(step)

    # Probation ends on the anniversary of the vote, not before it.
    way.refused(21, way.on(21) - 60 * DAY, "才满")
    for step in (21, 22):
        way.take(step)
    way.enter("notice/", step="23", starts_on=(way.on(23) - 20 * DAY).isoformat(),
              entry_reason="公示照片存于档案")  # fmt: skip
    for step in (23, 24, 25):
        way.take(step)
    expect(page.locator("main")).to_contain_text("补录：据纸质档案补录")
    page.screenshot(path=screens / "party-25-steps.png", full_page=True)
    status = site.value(
        "select political_status from students_student where student_no = %s", number
    )
    assert status == "01"


def _certificate(site: Site, months: object) -> None:
    """The school's own number; only this journey reads it meanwhile."""
    site.row("update cohorts_parameter set value = %s where key = 'party.certificate_months'"
             " returning 1", months)  # fmt: skip


def test_a_secretary_holds_a_meeting_with_a_vote_and_hands_out_its_record(
    window: Opener, site: Site, screens: Path
) -> None:
    branch = site.value(BRANCH, "branch_deputy", "partytutor")
    page = window("partytutor")
    page.goto(f"/branches/{branch}/life/new/?kind=members_meeting")
    fill(page, place="学院会议室", topic="讨论发展党员工作", host="韩书记", content="通报发展计划")
    press(page)
    vote = page.locator("main a[href$='/vote/'], a[href$='/vote/']").first
    vote.click()
    voters = int(page.locator("main [name=expected]").input_value())
    # More ballots than people: refused beside the field, what was typed stays.
    fill(page, matter="发展党员工作计划", present=str(voters), yes=str(voters + 1))
    press(page)
    expect(page.locator("main .p-errors").first).to_be_visible()
    expect(page.locator("main [name=yes]")).to_have_value(str(voters + 1))
    # A tie (or the half below it) is kept, and did not pass.
    fill(page, yes=str(voters // 2), no=str(voters - voters // 2))
    press(page)
    expect(page.locator("main")).to_contain_text("未通过")
    page.locator("main a[href$='/vote/'], a[href$='/vote/']").first.click()
    fill(page, matter="党员联系宿舍安排", present=str(voters), yes=str(voters))
    press(page)
    expect(page.locator("main")).to_contain_text("党员联系宿舍安排")
    page.screenshot(path=screens / "party-vote.png", full_page=True)
    with page.expect_download() as coming:
        page.locator("a[href$='record.docx']").first.click()
    text = _words(coming.value)
    assert f"应到会有表决权的正式党员{voters}名，实到{voters}名；赞成{voters}票" in text
    assert "未过半数，未通过。" in text
    assert "讨论发展党员工作" in text


def test_letters_of_party_building_tutors_are_issued_and_printed(
    window: Opener, site: Site, screens: Path
) -> None:
    page = window("secretary")
    role = site.value("select id from cohorts_role where code = 'party_tutor'")
    page.goto(f"/posts/?role={role}")
    box = page.locator("main [name=selected]").first
    box.check()
    page.locator("button[formaction*='letters'], form[action*='letters'] button").first.click()
    expect(page.locator("main")).to_contain_text("号")
    page.screenshot(path=screens / "party-letters.png", full_page=True)
    with page.expect_download() as coming:
        page.locator("button[formaction*='docx']").first.click()
    text = _words(coming.value)
    assert "聘　书" in text
    assert "党建指导教师，聘期自" in text
    assert "特发此聘。" in text


def test_an_applicant_follows_the_own_steps_on_a_phone(
    window: Opener, site: Site, screens: Path
) -> None:
    reached = site.value(
        "select d.reached from partybranch_development d join students_student s"
        " on s.id = d.student_id join core_user u on u.id = s.user_id where u.username = 'student'"
    )
    page = window("student", phone=True)
    page.goto("/my/")
    page.locator("main a[href='/my/development/']").first.click()
    expect(page.locator("main")).to_contain_text(f"第 {reached} 步，共 25 步")
    # Where I am, what comes next and from which day; whom to ask.
    now = page.locator("main [aria-current=step]")
    expect(now).to_have_count(1)
    expect(now.locator(".p-step-no")).to_have_text(str(reached + 1))
    expect(now.locator(".p-item-side")).not_to_be_empty()
    done = page.locator("main .p-step-done .p-item-side")
    assert done.count() == reached
    assert all("年" in words for words in done.all_inner_texts())
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.screenshot(path=screens / "party-own-phone.png", full_page=True)
    # Other people's files stay closed, votes and reviews are not told.
    expect(page.locator("main")).not_to_contain_text("赞成")
    answer = page.goto("/development/")
    assert answer is not None
    assert answer.status in (403, 404)


def _words(file: Download) -> str:
    document = docx.Document(io.BytesIO(Path(file.path()).read_bytes()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)
