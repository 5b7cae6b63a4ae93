"""Deadlines in working days: the table, the make-up days, and the mark of a provisional result."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cohorts.models import DayKind, SpecialDay
from cohorts.queries.working_days import WorkCalendar, work_calendar
from portal.core.models import AuditEntry
from tests.core.test_admin_pages import enter
from tests.world import World

FRIDAY = dt.date(2026, 4, 24)
MAY = [(dt.date(2026, 5, day), "off") for day in range(1, 6)]
SUNDAY = (dt.date(2026, 4, 26), "work")


def test_five_working_days_without_a_table_end_on_thursday_and_are_provisional() -> None:
    found = WorkCalendar.of([]).last_day(FRIDAY, 5)
    assert (found.day, found.is_provisional) == (dt.date(2026, 4, 30), True)


def test_with_the_table_the_make_up_sunday_counts_and_the_holiday_does_not() -> None:
    table = WorkCalendar.of([*MAY, SUNDAY])
    found = table.last_day(FRIDAY, 5)
    assert (found.day, found.is_provisional) == (dt.date(2026, 4, 29), False)
    assert table.last_day(FRIDAY, 7).day == dt.date(2026, 5, 6)


def test_the_day_of_receipt_does_not_count_and_a_late_day_is_counted_in_working_days() -> None:
    table = WorkCalendar.of(MAY)
    assert table.due_after(dt.date(2026, 4, 30), 1).day == dt.date(2026, 5, 6)
    assert table.due_after(FRIDAY, 0).day == FRIDAY
    assert table.overdue(dt.date(2026, 4, 30), dt.date(2026, 5, 6)) == 1
    assert table.overdue(dt.date(2026, 4, 30), dt.date(2026, 4, 30)) == 0


def test_a_period_into_a_year_without_a_table_is_provisional() -> None:
    table = WorkCalendar.of(MAY)
    assert table.last_day(dt.date(2026, 12, 30), 5).is_provisional
    assert not table.last_day(dt.date(2026, 12, 1), 5).is_provisional


DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))
TABLES = st.dictionaries(DAYS, st.sampled_from(DayKind.values), max_size=120)


def walked(table: dict[dt.date, str], first: dt.date, days: int) -> dt.date:
    """The same, day by day."""
    day = first
    while True:
        kind = table.get(day)
        works = day.weekday() < 5 if kind in (None, "plain") else kind == "work"
        days -= works
        if days == 0:
            return day
        day += dt.timedelta(days=1)


@given(TABLES, DAYS, st.integers(1, 90))
def test_the_arithmetic_agrees_with_a_walk_from_day_to_day(
    table: dict[dt.date, str], first: dt.date, days: int
) -> None:
    calendar = WorkCalendar.of(table.items())
    found = calendar.last_day(first, days)
    assert found.day == walked(table, first, days)
    assert calendar.count(first, found.day) == days
    assert calendar.is_working(found.day)
    years = {day.year for day in table}
    assert found.is_provisional == (not set(range(first.year, found.day.year + 1)) <= years)


@pytest.mark.django_db
def test_the_administrator_reads_the_table_from_a_sheet_and_corrects_it(world: World) -> None:
    client = enter(world.sys)
    sheet = "day,kind,name,source\n2026-05-01,off,劳动节,国办通知\n2026-05-09,work,劳动节调休,国办通知\n"
    upload = SimpleUploadedFile("days.csv", sheet.encode(), content_type="text/csv")
    url = reverse("admin:cohorts_specialday_import")
    shown = client.post(url, {"import_file": upload, "format": "1", "resource": "0"})
    assert shown.status_code == 200
    confirm = shown.context["confirm_form"].initial
    done = client.post(reverse("admin:cohorts_specialday_process_import"), confirm)
    assert done.status_code == 302
    assert work_calendar().is_working(dt.date(2026, 5, 9))
    assert not work_calendar().is_working(dt.date(2026, 5, 1))
    row = SpecialDay.objects.get(day=dt.date(2026, 5, 9))
    form = {"day": "2026-05-09", "kind": "plain", "name": "撤销"}
    changed = reverse("admin:cohorts_specialday_change", args=[row.pk])
    assert client.post(changed, form).status_code == 302
    assert not work_calendar().is_working(dt.date(2026, 5, 9))
    assert AuditEntry.objects.filter(action="change_specialday").count() == 3
    assert enter(world.sec).get(changed).status_code == 403
