"""Earliest and latest day of each step, and the probation: the calendar of the rules."""

import datetime as dt
from dataclasses import dataclass

from partybranch.domain.book import APPROVAL_NEVER_AFTER, PROBATION_OVER, Book
from partybranch.domain.facts import EXTENSION, Facts, Setting
from partybranch.domain.months import DAY, add_months, months_between

CULTIVATED = (6, 7)
AFTER_PROBATION = (21, 22, 23)


@dataclass(frozen=True)
class Probation:
    """``last_day`` is printed as the end; full membership and party age count from
    ``full_from``, whenever the transfer was approved (P16, P17)."""

    starts_on: dt.date
    last_day: dt.date
    full_from: dt.date

    def reminder_from(self, days: int) -> dt.date:
        return self.full_from - days * DAY


def probation(starts_on: dt.date, extended_by: int = 0, months: int = 12) -> Probation:
    """One year from the branch meeting; an extension counts from the old end (P16)."""
    over = add_months(starts_on, months)
    if extended_by:
        over = add_months(over, extended_by)
    return Probation(starts_on, over - DAY, over)


def probation_of(facts: Facts) -> Probation | None:
    voted = facts.on(15)
    return None if voted is None else probation(voted, facts.extended_by)


def may_extend_by(months: int, extended_by: int) -> bool:
    """Once, by 6 to 12 months (P16)."""
    return extended_by == 0 and EXTENSION[0] <= months <= EXTENSION[1]


def cultivated_from(facts: Facts, months: int) -> dt.date | None:
    """First day on which ``months`` of cultivation are complete (P7, P8): the time in accepted
    spans counts, the rest from where it went on. None before an activist was confirmed."""
    began = facts.on(3)
    if began is None:
        return None
    if facts.resumed_on is None:
        return add_months(began, months)
    had_months = had_days = 0
    for span in facts.spans:
        whole, over = months_between(span.since, span.until + DAY)
        had_months, had_days = had_months + whole, had_days + over
    left = add_months(facts.resumed_on, max(months - had_months, 0)) - had_days * DAY
    return max(left, facts.resumed_on)


def earliest(book: Book, facts: Facts, number: int, on: dt.date) -> dt.date | None:
    """The first day on which the waiting times allow step ``number`` under the rule of ``on``;
    None when nothing is to be waited for, or what it counts from has not happened."""
    rule = book.rule(number, on)
    if number in CULTIVATED:
        return cultivated_from(facts, rule.wait_months)
    if number in AFTER_PROBATION:
        stage = probation_of(facts)
        return None if stage is None else stage.full_from - rule.early_days * DAY
    start = facts.on(rule.wait_from) if rule.wait_from else None
    return add_months(start, rule.wait_months) if start else None


def latest(book: Book, facts: Facts, number: int, on: dt.date) -> dt.date | None:
    """The last day in time for step ``number`` under the rule of ``on``, that day included."""
    rule = book.rule(number, on)
    if rule.deadline is None or rule.deadline_from is None:
        return None
    start = _start(facts, rule.deadline_from)
    if start is None:
        return None
    if rule.deadline_unit == "day":
        return start + rule.deadline * DAY
    day = add_months(start, rule.deadline)
    # A new branch may postpone the discussion; party age stays as it was (P18).
    return add_months(day, facts.postponed_by) if number == 23 and facts.postponed_by else day


def _start(facts: Facts, number: int) -> dt.date | None:
    if number == PROBATION_OVER:
        stage = probation_of(facts)
        return stage.full_from if stage else None
    return facts.on(number)


def never_after(facts: Facts, number: int) -> dt.date | None:
    """The day after which a step is refused whatever the reason: six months for admission (P15)."""
    voted = facts.on(15)
    return add_months(voted, APPROVAL_NEVER_AFTER) if number == 17 and voted else None


def days_late(due: dt.date | None, on: dt.date) -> int:
    return max((on - due).days, 0) if due else 0


def leaves_too_soon(leaves_on: dt.date | None, meeting: dt.date, months: int) -> bool:
    """Leaving the school within three months after the branch meeting (P12)."""
    return leaves_on is not None and leaves_on < add_months(meeting, months)


def halves(facts: Facts, on: dt.date, months: int = 6) -> list[tuple[dt.date, dt.date]]:
    """(first day, day it is over) of every half-year of cultivation here that is over on ``on``."""
    began = facts.resumed_on or facts.on(3)
    found: list[tuple[dt.date, dt.date]] = []
    if began is None or months < 1:
        return found
    number = 1
    while (over := add_months(began, number * months)) <= on:
        found.append((add_months(began, (number - 1) * months), over))
        number += 1
    return found


def unassessed(facts: Facts, on: dt.date, months: int = 6) -> list[tuple[dt.date, dt.date]]:
    """Half-years without an assessment of their own (P6). A late one still counts for its half,
    but one assessment never counts for two."""
    left = sorted(day for day in facts.assessments if day <= on)
    missing = []
    for first, over in halves(facts, on, months):
        mine = next((day for day in left if day >= first), None)
        if mine is None:
            missing.append((first, over))
        else:
            left.remove(mine)
    return missing


def next_assessment(facts: Facts, months: int = 6) -> dt.date | None:
    """By when the next half-yearly assessment is due while cultivation runs (P6)."""
    began = facts.resumed_on or facts.on(3)
    if began is None or facts.on(7) is not None or months < 1:
        return None
    return add_months(began, months * (len(facts.assessments) + 1))


def next_report(facts: Facts, setting: Setting) -> dt.date | None:
    """By when the next thought report is due, from the confirmation as an activist to the vote on
    transfer (P21); only reminded of, never a fault."""
    began = facts.resumed_on or facts.on(3)
    if began is None or facts.on(23) is not None:
        return None
    last = max(began, facts.reported_on) if facts.reported_on else began
    return add_months(last, setting.number("party.thought_report_every"))
