"""How often a branch meets (rulebook 1.6), by the days of its events; no database."""

import datetime as dt

import pytest

from partybranch.domain.quotas import Light, Quota, health_of, period_of, standing_of

QUARTERLY = Quota("members_meeting", "党员大会", 3)
MONTHLY = Quota("theme_day", "主题党日", 1)
YEARLY = Quota("life_meeting", "组织生活会", 12, grace=3)
TALKS = Quota("heart_talk", "谈心谈话", 12)
FOUNDED = dt.date(2020, 9, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def held(quota: Quota, *days: str, today: str, since: dt.date = FOUNDED) -> Light:
    return standing_of(quota, map(day, days), since, day(today)).light


def test_a_quarter_that_ends_without_a_members_meeting_alarms_until_the_next_one() -> None:
    spring = ("2026-03-10", "2026-05-20")
    # The third quarter ended with none.
    assert held(QUARTERLY, *spring, today="2026-10-01") == Light.LATE
    assert held(QUARTERLY, *spring, today="2026-09-30") == Light.DUE
    assert held(QUARTERLY, *spring, "2026-10-08", today="2026-10-09") == Light.MET
    # A new quarter begins quietly where the last one was kept.
    assert held(QUARTERLY, *spring, "2026-09-30", today="2026-10-01") == Light.AHEAD


def test_a_month_that_ends_without_a_theme_day_alarms() -> None:
    assert held(MONTHLY, "2026-10-15", today="2026-11-30") == Light.DUE
    assert held(MONTHLY, "2026-10-15", today="2026-12-01") == Light.LATE
    assert held(MONTHLY, "2026-10-15", "2026-11-30", today="2026-12-01") == Light.DUE


def test_the_yearly_life_meeting_may_be_held_for_the_year_until_the_end_of_march() -> None:
    # “31 March of next year”: held in February it counts for the year before.
    assert held(YEARLY, today="2026-03-31", since=day("2025-01-01")) == Light.DUE
    assert held(YEARLY, today="2026-04-01", since=day("2025-01-01")) == Light.LATE
    standing = standing_of(YEARLY, [day("2026-02-20")], day("2025-01-01"), day("2026-04-01"))
    assert (standing.met, standing.over) == (1, 1)
    assert standing.due_on == day("2027-03-31")  # and the new year asks for its own
    assert standing.light == Light.AHEAD


def test_talks_from_heart_to_heart_end_with_the_year() -> None:
    assert held(TALKS, today="2026-12-31", since=day("2026-01-01")) == Light.DUE
    assert held(TALKS, today="2027-01-01", since=day("2026-01-01")) == Light.LATE


def test_a_year_of_months_is_counted_with_numerator_and_denominator() -> None:
    months = [dt.date(2026, month, 15) for month in range(1, 12) if month not in (2, 8)]
    standing = standing_of(MONTHLY, months, day("2026-01-01"), day("2026-12-01"))
    assert (standing.met, standing.over) == (9, 11)
    assert standing.held_on == day("2026-11-15")


def test_two_events_in_one_month_do_not_stand_for_two_months() -> None:
    standing = standing_of(
        MONTHLY, [day("2026-10-05"), day("2026-10-25")], day("2026-10-01"), day("2026-12-01")
    )
    assert (standing.met, standing.over) == (1, 2)


def test_a_branch_is_not_asked_for_periods_that_had_begun_before_it_was_founded() -> None:
    standing = standing_of(QUARTERLY, [], day("2026-09-01"), day("2026-10-02"))
    assert (standing.met, standing.over, standing.light) == (0, 0, Light.AHEAD)


@pytest.mark.parametrize(
    ("met", "over", "light"),
    [(9, 10, Light.MET), (89, 100, Light.DUE), (7, 10, Light.DUE), (69, 100, Light.LATE), (0, 0, None)],
)  # fmt: skip
def test_the_light_of_a_branch_goes_by_the_share_of_periods_kept(
    met: int, over: int, light: Light | None
) -> None:
    one = standing_of(MONTHLY, [], FOUNDED, day("2026-12-01"))
    counted = type(one)(one.quota, one.light, met, over, one.due_on, one.held_on)
    assert health_of([counted], green=90, yellow=70).light == light


def test_periods_follow_the_calendar() -> None:
    quarter = period_of(QUARTERLY, day("2026-05-31"))
    assert (quarter.first, quarter.last) == (day("2026-04-01"), day("2026-06-30"))
    assert period_of(YEARLY, day("2026-05-31")).deadline == day("2027-03-31")
