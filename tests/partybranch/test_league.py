"""The Youth League: study rates read in, the ranking, the check-list of graduates (system 85)."""

import datetime as dt
import io
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from cohorts.domain.tree import open_unit
from cohorts.models import Parameter, SchoolClass, Unit
from partybranch.domain.imports_league import period_words, read_period
from partybranch.domain.league import list_graduates, mark_transferred, unmark_transferred
from partybranch.models import LeagueRate, LeagueTransfer
from partybranch.queries.league import graduation_year, periods, ranking, transfer_board, transfers
from portal.core.domain.imports import Context, import_kind, run_import
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from portal.core.scope import request_scope
from portal.core.sheets import Fault
from students.domain.movement import Order, leave_university
from students.models import Placement, Student
from tests.world import LONG_AGO, World

pytestmark = pytest.mark.django_db
HEADS = "班级,期次,团员数,已学习人数"
YEAR = timezone.localdate().year
LAST, BEFORE = f"{YEAR - 1}-10", f"{YEAR - 1}-09"


def read_in(world: World, key: str, *rows: str, is_dry: bool = False) -> Any:
    kind = import_kind("league_rates")
    assert kind
    content = "\n".join([HEADS, *rows]).encode()
    return run_import(kind, content, Context(actor=world.people[key]), is_dry=is_dry)


def reasons(result: Any) -> str:
    return " ".join(fault.reason for fault in result.faults)


def client(user: Any) -> Client:
    found = Client()
    found.force_login(user)
    return found


# Study rates


def test_a_period_is_a_month_or_an_issue_and_nothing_else() -> None:
    asked = {
        "2026-10": "2026-10", "2026年3月": "2026-03", "2026/03": "2026-03",
        "2026-10-01": "2026-10", "2026年第12期": "2026-12期", "2026-5期": "2026-05期",
    }  # fmt: skip
    assert {text: read_period(text) for text in asked} == asked
    assert read_period(dt.date(2026, 10, 1)) == "2026-10"
    for text in ("2026-13", "2026", "10月", "1926-10", "2026-10-17"):
        assert isinstance(read_period(text), Fault), text
    assert period_words("2026-05期") == "2026年第5期"
    assert period_words("2026-05") == "2026年5月"


def test_the_template_offers_the_classes_in_reach_and_says_what_to_enter(world: World) -> None:
    open_unit(actor=None, unit=SchoolClass(
        name="化工2301", code="twin", parent=world.c2301.parent, opened_on=LONG_AGO))  # fmt: skip
    answer = client(world.gao).get("/imports/new/league_rates/template.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    (rule,) = book.worksheets[0].data_validations.dataValidation
    offered = rule.formula1.strip('"').split(",")
    assert rule.sqref == "A2:A1001"
    # Two classes of one name are told apart by their codes; those of another college are not named.
    assert (offered.count(world.c2301.code), offered.count("twin")) == (1, 1)
    assert "化工2302" in offered
    assert "机械2301" not in offered
    lines = [[cell.value for cell in row] for row in book["填写说明"].iter_rows()]
    explained = {line[0]: line[2] for line in lines if line[1] == "必填"}
    assert {*HEADS.split(","), "列"} == set(explained)
    assert all(explained.values())


def test_an_organiser_reads_in_the_classes_of_the_college_and_no_other(world: World) -> None:
    done = read_in(world, "gao", f"化工2301,{LAST},30,27", f"化工2302,{LAST},25,15")
    assert not done.faults
    assert done.diff.counts == {"new": 2, "changed": 0, "unchanged": 0}
    assert AuditEntry.objects.filter(action="import_league_rates", actor=world.gao).count() == 1
    row = LeagueRate.objects.get(unit_id=world.c2301.pk)
    assert (row.period, row.members, row.studied, row.entered_by) == (LAST, 30, 27, world.gao)
    # The same again changes nothing; a number that differs is shown with both values.
    again = read_in(world, "gao", f"化工2301,{LAST},30,28", f"化工2302,{LAST},25,15")
    assert again.diff.counts == {"new": 0, "changed": 1, "unchanged": 1}
    assert (again.diff.changes[0].old, again.diff.changes[0].new) == ("27/30", "28/30")
    other = read_in(world, "gao", f"机械2301,{LAST},30,30", f"化工2301,{LAST},30,30")
    assert "没有此名称" in reasons(other)
    assert LeagueRate.objects.get(unit_id=world.c2301.pk).studied == 28  # all or nothing


def test_bad_lines_are_refused_with_row_and_reason(world: World) -> None:
    ahead = f"{YEAR + 1}-01"
    for line, word in (
        (f"化工2301,{LAST},30,31", "多于团员数"),
        (f"化工2301,{LAST},0,0", "1 至 1000"),
        (f"化工2301,{ahead},30,30", "尚未到来"),
        (f"化工2301,{YEAR + 1}年第1期,30,30", "尚未到来"),
        (f"化工2301,{LAST},30,二十", "整数"),
        ("化工2301,去年,30,20", "请填写月份"),
        (f"没有这个班,{LAST},30,20", "没有此名称"),
    ):
        assert word in reasons(read_in(world, "gao", line)), line
    twice = read_in(world, "gao", f"化工2301,{LAST},30,20", f"化工2301,{LAST},30,21")
    assert "第 2 行" in reasons(twice)
    assert not LeagueRate.objects.exists()


def test_names_that_two_classes_share_ask_for_the_code(world: World) -> None:
    Unit.objects.filter(pk=world.c2302.pk).update(name="化工一班")
    Unit.objects.filter(pk=world.c2401.pk).update(name="化工一班")
    assert "班级代码" in reasons(read_in(world, "gao", f"化工一班,{LAST},30,20"))
    assert not read_in(world, "gao", f"化工2401,{LAST},30,20").faults


def test_the_database_keeps_more_studied_than_members_out(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        LeagueRate.objects.create(unit_id=world.c2301.pk, period=LAST, members=3, studied=4)
    one = LeagueRate.objects.create(unit_id=world.c2301.pk, period=LAST, members=4, studied=4)
    with pytest.raises(DatabaseError), transaction.atomic():
        one.delete()


@pytest.fixture
def rates(world: World) -> World:
    """Last month and the one before; 2301 and 2401 share the first rank, song's class has no number."""
    Student.objects.update(political_status="03")
    for unit, period, members, studied in (
        ("c2301", BEFORE, 30, 27), ("c2301", LAST, 30, 24), ("c2302", LAST, 24, 19),
        ("c2401", LAST, 10, 8), ("c2302", BEFORE, 24, 18), ("c2301", f"{LAST[:4]}-03期", 30, 3),
    ):  # fmt: skip
        LeagueRate.objects.create(unit_id=world.units[unit].pk, period=period, members=members,
                                  studied=studied)  # fmt: skip
    return world


def test_the_ranking_shares_ranks_and_tells_change_target_and_who_is_missing(rates: World) -> None:
    with request_scope(None):
        known = periods(rates.gao)
        assert known == [LAST, BEFORE, f"{LAST[:4]}-03期"]
        found = ranking(rates.gao, LAST, known)
        lines = {one.unit.name: one for one in found.lines}
        whole = ranking(rates.qian, LAST, periods(rates.qian))
    assert {name: one.rank for name, one in lines.items()} == {
        "化工2301": 1, "化工2401": 1, "化工2302": 3,
    }  # fmt: skip
    # Months stand beside months: the issue is not the period before.
    assert found.before == BEFORE
    assert lines["化工2301"].change == -10.0
    assert lines["化工2302"].change == 4.2
    assert lines["化工2401"].change is None
    # 80 % is met by 24 of 30, and missed by 19 of 24.
    assert [one.unit.name for one in found.below] == ["化工2302"]
    assert (found.studied, found.members) == (51, 64)
    assert [one.name for one in found.missing] == []
    assert [one.name for one in whole.missing] == ["机械2301"]
    Parameter.objects.filter(key="league.study").update(value=90)
    with request_scope(None):
        assert len(ranking(rates.gao, LAST, known).below) == 3


def test_each_reads_the_classes_of_the_post_the_academy_those_of_its_students(rates: World) -> None:
    def seen(user: Any) -> set[str]:
        with request_scope(None):
            return {one.unit.name for one in ranking(user, LAST, [LAST]).lines}

    assert seen(rates.lu) == {"化工2301"}
    assert seen(rates.gao) == {"化工2301", "化工2302", "化工2401"} == seen(rates.qian)
    assert seen(rates.zhou) == {"化工2301"}  # gu lives in Mingde
    assert seen(rates.shen) == {"化工2301", "化工2302"}
    assert seen(rates.wang) == seen(rates.psy) == seen(rates.gu_account) == set()


def test_the_numbers_of_the_page_are_those_of_its_lists(rates: World) -> None:
    page = client(rates.gao).get("/league/")
    text = page.content.decode()
    assert "51" in text
    assert "79.7%" in text
    assert "化工2302" in text
    below = client(rates.gao).get(f"/league/?period={LAST}&only=below").content.decode()
    assert "化工2302" in below
    assert "化工2401" not in below
    missing = client(rates.qian).get(f"/league/?period={LAST}&only=missing").content.decode()
    assert "机械2301" in missing
    assert "/imports/new/league_rates/" in text
    assert "/imports/new/league_rates/" not in client(rates.lu).get("/league/").content.decode()
    assert client(rates.nobody).get("/league/").status_code == 403


def test_a_page_without_numbers_says_what_to_do(world: World) -> None:
    text = client(world.gao).get("/league/").content.decode()
    assert "尚无学习率" in text


def test_the_ranking_asks_as_often_for_many_classes_as_for_few(rates: World) -> None:
    def asked() -> int:
        with request_scope(None), CaptureQueriesContext(connection) as found:
            ranking(rates.qian, LAST, [LAST, BEFORE])
        return len(found)

    few = asked()
    for period in (LAST, BEFORE):
        LeagueRate.objects.create(unit_id=rates.m2301.pk, period=period, members=9, studied=9)
    LeagueRate.objects.create(unit_id=rates.c2401.pk, period=BEFORE, members=9, studied=9)
    assert asked() == few


# Transfers of graduates


@pytest.fixture
def leavers(world: World) -> World:
    """gu, luo and cheng finish next summer; ye has two years to go; song is no League member."""
    Student.objects.update(political_status="03", entry_year=_entry(1))
    Student.objects.filter(pk=world.ye.pk).update(entry_year=_entry(3))
    Student.objects.filter(pk=world.song.pk).update(political_status="13")
    Parameter.objects.filter(key="league.months_before").update(value=12)
    return world


def _entry(years: int) -> int:
    """Entry year of who finishes within ``years`` years from today."""
    today = timezone.localdate()
    return today.year + years - 4 - ((today.month, today.day) < (6, 30))


def names(rows: Any) -> set[str]:
    return {one.student.name for one in rows}


def test_the_list_takes_those_in_their_last_months_and_those_just_finished(leavers: World) -> None:
    today = timezone.localdate()
    leave_university(
        actor=None,
        student_ids=[leavers.luo.pk],
        order=Order(today - dt.timedelta(days=60), "毕业", "1号"),
    )
    assert list_graduates(actor=None) == 3
    assert list_graduates(actor=None) == 0  # nobody twice
    with request_scope(None):
        assert names(transfers(leavers.gao)) == {"顾言川", "罗嘉禾", "程亦安"}
    row = LeagueTransfer.objects.get(student=leavers.luo)
    assert (row.unit_id, row.year) == (leavers.c2301.pk, (today - dt.timedelta(days=60)).year)
    # Who joins the Party, or leaves without finishing, is on the list no longer.
    Student.objects.filter(pk=leavers.cheng.pk).update(political_status="13")
    Student.objects.filter(pk=leavers.gu.pk).update(status="03")
    with request_scope(None):
        assert names(transfers(leavers.gao)) == {"罗嘉禾"}


def test_whoever_changes_the_class_is_asked_of_the_new_one(leavers: World) -> None:
    list_graduates(actor=None)
    Placement.objects.filter(student=leavers.gu, tree="class").update(unit_id=leavers.m2301.pk)
    assert list_graduates(actor=None) == 0
    assert LeagueTransfer.objects.get(student=leavers.gu).unit_id == leavers.m2301.pk
    with request_scope(None):
        assert "顾言川" not in names(transfers(leavers.gao))


def test_those_who_finished_long_ago_are_not_dug_out(leavers: World) -> None:
    long_ago = timezone.localdate() - dt.timedelta(days=60)
    Parameter.objects.filter(key="league.months_after").update(value=1)
    leave_university(actor=None, student_ids=[leavers.gu.pk], order=Order(long_ago, "毕业", "1号"))
    list_graduates(actor=None)
    assert not LeagueTransfer.objects.filter(student=leavers.gu).exists()


def test_an_organiser_lists_the_own_classes_only_and_others_not_at_all(leavers: World) -> None:
    Student.objects.update(political_status="03")
    assert list_graduates(actor=leavers.gao) == 3  # song belongs to Mech
    for key in ("lu", "zhou", "qian", "nobody"):
        with pytest.raises(PermissionDenied):
            list_graduates(actor=leavers.people[key])
    assert list_graduates(actor=None) == 1


def test_many_are_ticked_at_once_and_all_or_nothing(leavers: World) -> None:
    list_graduates(actor=None)
    today = timezone.localdate()
    ids = list(LeagueTransfer.objects.values_list("pk", flat=True))
    facts: dict[str, Any] = {"on": today, "to_where": "北京某公司团委"}
    assert mark_transferred(actor=leavers.gao, ids=ids[:2], **facts) == 2
    assert mark_transferred(actor=leavers.gao, ids=ids, **facts | {"to_where": "生源地"}) == 1
    assert LeagueTransfer.objects.filter(to_where="北京某公司团委").count() == 2
    for wrong in ({"on": today + dt.timedelta(days=1)}, {"to_where": "  "}):
        with pytest.raises(DomainError):
            mark_transferred(actor=leavers.gao, ids=ids, **facts | wrong)
    with pytest.raises(DomainError):
        mark_transferred(actor=leavers.gao, ids=[], **facts)
    for key in ("lu", "zhou", "nobody"):
        with pytest.raises(PermissionDenied):
            mark_transferred(actor=leavers.people[key], ids=ids, **facts)
    assert unmark_transferred(actor=leavers.gao, ids=ids[:1]) == 1
    assert LeagueTransfer.objects.filter(done_on=None).count() == 1
    other = LeagueTransfer.objects.filter(pk=ids[1])
    other.update(unit_id=leavers.m2301.pk, student=leavers.song)
    with pytest.raises(PermissionDenied):  # one of another college: nothing is saved
        mark_transferred(actor=leavers.gao, ids=ids, **facts)
    assert LeagueTransfer.objects.filter(done_on=None).count() == 1


def test_shares_by_class_are_those_of_the_people_behind_them(leavers: World) -> None:
    list_graduates(actor=None)
    today = timezone.localdate()
    year = LeagueTransfer.objects.get(student=leavers.gu).year
    mark_transferred(actor=None, ids=[LeagueTransfer.objects.get(student=leavers.gu).pk], on=today,
                     to_where="研究生院团委")  # fmt: skip
    with request_scope(None):
        board = {one.unit.name: one for one in transfer_board(leavers.gao, year)}
    assert (board["化工2301"].done, board["化工2301"].graduates) == (1, 2)
    assert board["化工2301"].percent == "50.0%"
    assert board["化工2301"].is_below
    gao = client(leavers.gao)
    text = gao.get(f"/league/transfers/?year={year}").content.decode()
    assert "33.3%" in text
    people = f"/league/transfers/list/?year={year}&unit={leavers.c2301.pk}"
    assert "罗嘉禾" in gao.get(f"{people}&only=open").content.decode()
    assert "顾言川" not in gao.get(f"{people}&only=open").content.decode().split("p-table")[1]
    done = gao.get(f"{people}&only=done").content.decode()
    assert "研究生院团委" in done


@pytest.mark.parametrize("typed", ["罗嘉", "ljh", "luojia", "2230515042"])
def test_a_graduate_is_found_on_the_list_by_name_initials_or_number(
    leavers: World, typed: str
) -> None:
    list_graduates(actor=leavers.gao)
    page = "/league/transfers/list/"
    text = client(leavers.gao).get(page, {"year": graduation_year(), "q": typed}).content.decode()
    assert set(re.findall(r'class="p-c-name">(.*?)</th>', text)) == {"罗嘉禾"}
    # Chips count what is found, and keep what was typed.
    assert "尚未 <span>1</span>" in text
    assert f"q={quote(typed)}&amp;only=open" in text
    missed = client(leavers.gao).get(page, {"year": graduation_year(), "q": "没有此人"})
    assert "没有符合条件" in missed.content.decode()


def test_the_class_reads_the_list_the_school_the_shares_alone_and_strangers_nothing(
    leavers: World,
) -> None:
    list_graduates(actor=None)
    with request_scope(None):
        assert names(transfers(leavers.lu)) == {"顾言川", "罗嘉禾"}
        assert names(transfers(leavers.zhou)) == {"顾言川"}
        for key in ("qian", "psy", "nobody", "gu_account"):
            assert names(transfers(leavers.people[key])) == set(), key
    for key in ("nobody", "wang", "gu_account"):
        assert client(leavers.people[key]).get("/league/transfers/list/").status_code == 403


def test_the_form_ticks_and_goes_back_to_the_list_as_it_was(leavers: World) -> None:
    list_graduates(actor=None)
    row = LeagueTransfer.objects.get(student=leavers.gu)
    gao, back = client(leavers.gao), f"/league/transfers/list/?year={row.year}&only=open"
    sent = {
        "selected": [row.pk],
        "on": timezone.localdate().isoformat(),
        "to_where": "",
        "back": back,
    }
    answer = gao.post("/league/transfers/mark/", sent)
    assert (answer.status_code, answer["Location"]) == (302, back)
    row.refresh_from_db()
    assert row.done_on is None
    assert gao.post("/league/transfers/mark/", sent | {"to_where": "某团委"})["Location"] == back
    row.refresh_from_db()
    assert (row.done_on, row.to_where) == (timezone.localdate(), "某团委")
    away = gao.post("/league/transfers/unmark/", {"selected": [row.pk], "back": "//evil.example/"})
    assert away["Location"] == "/league/transfers/list/"
    row.refresh_from_db()
    assert row.done_on is None
    assert client(leavers.lu).post("/league/transfers/mark/", sent).status_code == 403
