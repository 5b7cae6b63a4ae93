"""Four class branches become two joint ones in the browser: from the simulator through the
committee's approval to the new branch's page and to an old member's page with both rows."""

import datetime as dt
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.site import Site
from tests.browser.test_party import fill, press

# Young branches under a general branch, each of one class, opened this autumn.
YOUNG = """
    select string_agg(u.name, '|' order by u.name) from cohorts_unit u
      join partybranch_partyorganization o on o.unit_ptr_id = u.id
     where o.party_kind = 'regular' and u.closed_on is null and u.name like '%%师生党支部'
"""
STEPS = "select count(*)::text || ':' || coalesce(sum(id), 0) || ':' || coalesce(sum(step), 0) from partybranch_steprecord"
# Every member with other than one relation-holding branch today.
ASTRAY = """
    select count(*) from (
      select m.id from partybranch_partymember m
        left join partybranch_membership b on b.member_id = m.id and b.is_relation and b.until is null
       where m.left_on is null group by m.id having count(b.id) <> 1) x
"""


def test_four_class_branches_become_two_joint_ones(
    window: Opener, site: Site, screens: Path
) -> None:
    names = site.value(YOUNG).split("|")
    assert len(names) == 4
    steps, astray = site.value(STEPS), site.value(ASTRAY)
    page = window("organiser")
    page.goto("/branches/")
    page.locator("a[href='/branches/changes/']").click()
    page.locator("a[href='/branches/changes/new/']").click()
    for name in names:
        page.get_by_label(name, exact=True).check()
    fill(page, rule="balance", count="2", kind="joint")
    page.locator("main form[method=get] button").click()
    groups = page.locator(".p-change-group")
    expect(groups).to_have_count(2)
    expect(groups.first).to_contain_text("正式党员")
    page.screenshot(path=screens / "branches-simulated.png", full_page=True)
    assert (
        site.value("select count(*) from partybranch_reorganization where title = '合并两个'") == 0
    )
    fill(page, title="合并两个")
    press(page)
    # One teacher goes to the other branch by hand, back and forth nothing else changes.
    other = groups.nth(1).locator("h2").inner_text()
    row = page.locator("main tbody tr").first
    who = row.locator("th").inner_text()
    row.locator("input[name=selected]").check()
    page.locator("#place-target").select_option(label=other)
    page.locator(".p-change-place button").click()
    expect(page.locator("main tbody tr", has_text=who)).to_contain_text(other)
    # Nothing of the branches has changed yet.
    assert site.value(YOUNG).split("|") == names
    page.locator("a[href$='/send/']").click()
    fill(page, reason="新生班级党支部规模偏小，拟合并组建两个师生联合党支部。")
    press(page)
    expect(page.locator(".p-head")).to_contain_text("待党委审批")
    # The committee's organiser enters the decision; the preview names people before it is done.
    page.locator("a[href$='/approve/']").click()
    today = timezone.localdate()
    fill(
        page,
        decision_no="社区党〔2026〕18号",
        decided_on=(today - dt.timedelta(days=1)).isoformat(),
    )
    page.locator("main button[value=try]").click()
    expect(page.locator("main .p-errors")).to_be_visible()  # decided before it was sent
    fill(page, decided_on=today.isoformat())
    page.locator("main button[value=try]").click()
    expect(page.locator("main")).to_contain_text(who)
    page.screenshot(path=screens / "branches-preview.png", full_page=True)
    assert site.value(YOUNG).split("|") == names
    page.locator("main button[value=do]").click()
    expect(page.locator(".p-head")).to_contain_text("已批准并执行")
    # The new branch: its history with the decision, its vacancies, its roll.
    page.get_by_role("link", name=other).first.click()
    main = page.locator("main")
    expect(main).to_contain_text("社区党〔2026〕18号")
    expect(main).to_contain_text("书记空缺")
    for name in names:
        expect(main).to_contain_text(name)
    page.screenshot(path=screens / "branches-joined.png", full_page=True)
    # An old member has both rows, and the old branch shows where it went.
    page.get_by_role("link", name=who).click()
    rows = page.locator("main .p-list .p-item")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(other)
    expect(rows.nth(1)).to_contain_text("师生党支部")
    page.screenshot(path=screens / "branches-member.png", full_page=True)
    rows.nth(1).locator("a").click()
    expect(page.locator("main")).to_contain_text("本支部已撤销")
    expect(page.locator("main")).to_contain_text(other)
    assert site.value(STEPS) == steps
    assert site.value(ASTRAY) == astray
    assert site.value("select count(*) from cohorts_unit where closed_on = %s and name = any(%s)",
                      today - dt.timedelta(days=1), names) == 4  # fmt: skip


def test_a_temporary_branch_is_asked_for_approved_and_asked_to_close(
    window: Opener, site: Site, screens: Path
) -> None:
    page, today = window("organiser"), timezone.localdate()
    page.goto("/branches/changes/")
    page.screenshot(path=screens / "party-changes.png", full_page=True)
    page.locator("a[href$='/changes/beside/']").click()
    parents = page.locator("main [name=parent] option[value]:not([value=''])")
    fill(page, name="返乡宣讲临时党支部", kind="temporary",
         parent=parents.first.get_attribute("value") or "", reason="返乡宣讲期间统一组织学习")  # fmt: skip
    press(page)
    expect(page.locator("main")).to_contain_text("须填写任务结束日期")
    page.screenshot(path=screens / "party-beside-refused.png", full_page=True)
    fill(page, task_until=(today + dt.timedelta(days=30)).isoformat())
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()
    expect(page.locator("main")).to_contain_text("期满自行撤销")
    page.screenshot(path=screens / "party-beside.png", full_page=True)

    page.locator("a[href$='/approve/']").click()
    fill(page, decision_no="社区党〔2026〕31号")
    page.locator("main button[name=step][value=try]").click()
    expect(page.locator("main")).to_contain_text("返乡宣讲临时党支部")
    page.locator("main button[name=step][value=do]").click()
    expect(page.locator(".p-toast-ok")).to_be_visible()
    page.locator("main a", has_text="返乡宣讲临时党支部").first.click()
    expect(page.locator("main")).to_contain_text("临时党支部")
    page.screenshot(path=screens / "party-temporary.png", full_page=True)
    page.locator("a[href$='/close/']").click()
    fill(page, reason="宣讲任务提前完成")
    press(page)
    expect(page.locator(".p-toast-ok")).to_be_visible()

    phone = window("organiser", phone=True)
    phone.goto("/branches/changes/")
    expect(phone.locator("main")).to_contain_text("返乡宣讲临时党支部")
    phone.screenshot(path=screens / "party-changes-phone.png", full_page=True)
    phone.goto("/party/figures/")
    expect(phone.locator("main")).to_contain_text("学校目标 12")
    phone.screenshot(path=screens / "party-figures-phone.png", full_page=True)
