"""Party dues: the table of the rule, who owes which month, who is behind (rulebook 1.6)."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from cohorts.export_kinds import Making, export_kind
from partybranch.domain.dues import enter_dues, set_dues, withdraw_dues
from partybranch.domain.dues_table import (
    Behind,
    Limits,
    behind,
    first_of,
    months_behind,
    months_from,
    staff_dues,
)
from partybranch.domain.membership import enter_member
from partybranch.domain.months import add_months
from partybranch.models import DuesPayment, DuesRate, PartyMember
from partybranch.queries.dues import dues_of, own_dues, payers_in
from partybranch.queries.dues_board import accounts_behind, dues_board
from portal.core.dues import due_lines
from portal.core.errors import DomainError
from portal.core.exports import stamp_of
from portal.core.models import AuditEntry
from portal.core.scope import request_scope
from tests.partybranch.party import DAY, add_party, member_of
from tests.world import World

TODAY = timezone.localdate
INCOME = Decimal(8000)


@pytest.mark.parametrize(
    ("income", "dues"),
    [("3000", "15.00"), ("3001", "30.01"), ("5000", "50.00"), ("5001", "75.02"),
     ("10000", "150.00"), ("10001", "200.02")],
)  # fmt: skip
def test_staff_pay_by_the_bracket_of_their_whole_income(income: str, dues: str) -> None:
    assert staff_dues(Decimal(income)) == Decimal(dues)


def test_one_month_reminds_three_call_the_secretary_six_ask_whether_the_member_left() -> None:
    today = dt.date(2026, 11, 20)
    owed = set(months_from(dt.date(2026, 1, 1), today))

    def state(*paid: int) -> tuple[int, Behind]:
        months = months_behind(owed, {dt.date(2026, month, 1) for month in paid}, today)
        return months, behind(months, Limits())

    # The running month is not late.
    assert state(*range(1, 11)) == (0, Behind.NOT)
    assert state(*range(1, 10)) == (1, Behind.REMIND)
    assert state(*range(1, 9)) == (2, Behind.REMIND)
    assert state(*range(1, 8)) == (3, Behind.TALK)
    assert state(1, 2, 3, 4, 5) == (5, Behind.TALK)
    assert state(1, 2, 3, 4) == (6, Behind.EXIT)
    # An old gap that was followed by a payment is no row of months.
    assert state(1, 2, 10) == (0, Behind.NOT)


@pytest.fixture
def campus(world: World) -> World:
    add_party(world)
    for member in PartyMember.objects.filter(person__isnull=False):
        DuesRate.objects.create(member=member, since=dt.date(2020, 1, 1), amount=Decimal("120.00"))
    # du was admitted today, whatever the day of the month.
    du = member_of(world, "du")
    PartyMember.objects.filter(pk=du.pk).update(joined_on=TODAY())
    du.branches.update(since=TODAY())
    return world


def month(back: int) -> dt.date:
    return add_months(first_of(TODAY()), -back)


def pay(world: World, back: int, *keys: str, actor: str = "qin") -> int:
    return enter_dues(
        actor=world.people[actor], branch=world.joint, month=month(back), paid_on=TODAY(),
        members=[member_of(world, key) for key in keys],
    )  # fmt: skip


pytestmark = pytest.mark.django_db


def test_payments_are_entered_once_and_whoever_keeps_the_branch_enters_them(campus: World) -> None:
    assert pay(campus, 1, "qin", "m1") == 2
    assert pay(campus, 1, "qin", "m1", "m2") == 1
    assert DuesPayment.objects.count() == 3
    for key in ("yan", "fang", "m1", "gao"):
        with pytest.raises(PermissionDenied):
            pay(campus, 2, "m3", actor=key)
    assert AuditEntry.objects.filter(action="enter_dues").count() == 2


def test_what_cannot_be_is_refused(campus: World) -> None:
    def refused(**more: Any) -> None:
        facts: dict[str, Any] = {
            "actor": campus.qin, "branch": campus.joint, "month": TODAY(), "paid_on": TODAY(),
            "members": [member_of(campus, "m1")],
        }  # fmt: skip
        with pytest.raises(DomainError):
            enter_dues(**facts | more)

    refused(paid_on=TODAY() + DAY)
    refused(month=add_months(TODAY(), 14))
    refused(branch=campus.functional)  # collects nothing (rulebook 1.5)
    DuesRate.objects.filter(member=member_of(campus, "m1")).delete()
    refused()  # nothing set for this member of staff
    member_of(campus, "m2").branches.update(until=TODAY() - 60 * DAY)
    refused(members=[member_of(campus, "m2")])  # the relation was elsewhere
    assert not DuesPayment.objects.exists()


def test_a_member_on_probation_pays_from_the_month_of_the_branch_meeting(campus: World) -> None:
    du = member_of(campus, "du")
    joined = first_of(du.joined_on)
    assert du.pk in payers_in(campus.joint, joined)
    assert du.pk not in payers_in(campus.joint, add_months(joined, -1))


def test_students_pay_the_amount_of_the_rule_and_income_is_not_kept(campus: World) -> None:
    luo = enter_member(
        actor=campus.gao, branch=campus.joint, student=campus.luo, since=TODAY(),
        joined_on=dt.date(2024, 6, 1), full_on=dt.date(2025, 6, 1), origin="第一中学党总支",
    )  # fmt: skip
    enter_dues(actor=campus.qin, branch=campus.joint, month=TODAY(), members=[luo], paid_on=TODAY())
    assert DuesPayment.objects.get(member=luo).amount == Decimal("0.20")
    with pytest.raises(DomainError):
        set_dues(actor=campus.qin, member=luo, since=TODAY(), income=INCOME)
    made = set_dues(actor=campus.qin, member=member_of(campus, "m1"), since=TODAY(), income=INCOME)
    assert made.amount == Decimal("120.00")
    assert "8000" not in str(AuditEntry.objects.filter(action="set_dues").values_list("detail"))


def test_the_ledger_begins_with_the_first_month_entered(campus: World) -> None:
    """Nobody owes the portal the years before it was used."""
    with request_scope(None):
        assert not any(row.months for row in dues_of(campus.joint, TODAY().year))
    pay(campus, 4, "qin", "m1")
    for back in (3, 2, 1):
        pay(campus, back, "qin")
    with request_scope(None):
        behind_by = {row.member.name: row.months for row in dues_of(campus.joint, TODAY().year)}
        (line,) = dues_board(campus.qin)
    assert behind_by["秦守正"] == 0
    assert behind_by["党员1"] == 3
    assert behind_by["党员2"] == 4
    assert line.share is not None
    assert (line.share.paid, line.share.owed) == (1, 9)


def test_who_is_behind_reads_it_himself_and_the_secretary_reads_a_number(campus: World) -> None:
    pay(campus, 4, *(key for key in ("qin", "fang", *(f"m{n}" for n in range(1, 8)))))
    for back in (3, 2, 1):
        pay(campus, back, *(f"m{n}" for n in range(2, 8)), "qin", "fang")
    mine = {one.code: one for one in due_lines(campus.m1, is_brief=False)}
    assert mine["dues_own"].number == 3
    with request_scope(None):
        found = own_dues(campus.m1)
    assert found is not None
    assert len(found.unpaid) == 4  # three that are over and the running one
    assert accounts_behind() == {campus.m1.pk}  # du was admitted this month
    lines = {one.code: one for one in due_lines(campus.qin, is_brief=False)}
    assert lines["dues_behind"].number == 1
    assert "党员1" not in lines["dues_behind"].words
    assert "dues_own" not in lines
    assert "dues_behind" not in {one.code for one in due_lines(campus.yan, is_brief=False)}


def test_a_payment_taken_back_counts_no_more_and_may_be_entered_anew(campus: World) -> None:
    pay(campus, 1, "m1")
    payment = DuesPayment.objects.get()
    with pytest.raises(DomainError):
        withdraw_dues(actor=campus.qin, payment=payment, reason="")
    withdraw_dues(actor=campus.qin, payment=payment, reason="误录")
    assert pay(campus, 1, "m1") == 1
    assert DuesPayment.objects.count() == 2


def test_pages_of_dues_ask_a_constant_number_of_questions(campus: World) -> None:
    client = Client()
    client.force_login(campus.qin)
    pages = ("/branches/dues/", f"/branches/{campus.joint.pk}/dues/")

    def asked(url: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    pay(campus, 1, "qin")
    for url in pages:
        client.get(url)
    first = [asked(url) for url in pages]
    pay(campus, 1, "m1", "m2", "m3")
    assert [asked(url) for url in pages] == first
    sent = {"month": month(1).strftime("%Y-%m"), "paid_on": TODAY().isoformat(),
            "members": [str(member_of(campus, "m4").pk)]}  # fmt: skip
    assert client.post(f"{pages[1]}new/", sent).status_code == 302
    assert DuesPayment.objects.count() == 5
    again = client.post(f"{pages[1]}new/", sent)  # m4 is not offered any more
    assert again.status_code == 422
    rate = client.post(f"{pages[1]}{member_of(campus, 'm5').pk}/",
                       {"income": "4000", "since": month(0).strftime("%Y-%m")})  # fmt: skip
    assert rate.status_code == 302
    assert DuesRate.objects.get(member=member_of(campus, "m5"), since=month(0)).amount == 40


def test_roll_and_dues_leave_in_the_layout_of_the_office(campus: World) -> None:
    enter_member(
        actor=campus.gao, branch=campus.joint, student=campus.luo, since=TODAY(),
        joined_on=dt.date(2024, 6, 1), full_on=dt.date(2025, 6, 1), origin="第一中学党总支",
    )  # fmt: skip
    pay(campus, 0, "qin", "m1")
    for code, words in (("party_roll", "党员名册"), ("party_dues", "党费收缴台账")):
        kind = export_kind(code)
        assert kind is not None
        with request_scope(None):
            going = kind.plan(campus.qin, campus.joint, "")
            assert going.persons == 11
            assert not kind.allowed(campus.fang, campus.joint, going.lines)
            assert kind.allowed(campus.qin, campus.joint, going.lines) == set(going.lines)
            making = Making(campus.qin, campus.joint, going.title, "", going.lines,
                            stamp_of(campus.qin, "党费公示", timezone.now()))  # fmt: skip
            content = kind.write(making, lambda *_told: None)
        sheet = load_workbook(io.BytesIO(content)).active
        assert words in str(sheet["A1"].value)
        cells = [[str(cell.value) for cell in row] for row in sheet.iter_rows()]
        assert any("秦守正" in row for row in cells)
        assert any(row[0] == "合计" and row[1] == "11人" for row in cells)
