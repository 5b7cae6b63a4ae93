"""Facts and proposals that pass every rule, to be spoiled one thing at a time."""

import datetime as dt
from dataclasses import replace
from typing import Any

from cohorts.queries.working_days import WorkCalendar
from partybranch.catalogue import first_book
from partybranch.domain.checks import step_problems
from partybranch.domain.dates import add_months, latest, probation
from partybranch.domain.facts import (
    FIRST_NUMBERS,
    Ballot,
    Facts,
    Notice,
    Organ,
    Proposal,
    Setting,
    Sponsor,
    StepFact,
)
from partybranch.enums import Body, PartyKind

BOOK = first_book()
DAY = dt.timedelta(days=1)
COMMITTEE = Organ(1, PartyKind.COMMITTEE)
BRANCH = Organ(7, PartyKind.JOINT, approving=1, voters=9)
SETTING = Setting(FIRST_NUMBERS, WorkCalendar.of(()))
UNANIMOUS = Ballot(expected=9, present=9, yes=9)
FULL = (Sponsor(11, True), Sponsor(12, True))
DETAIL: dict[int, dict[str, Any]] = {
    1: {"is_citizen": True},
    2: {"talker_post": "secretary", "talker": "陈鹤鸣"},
    3: {"recommendation": "league", "league_expected": 30, "league_present": 20, "league_yes": 10},
    7: {"heard": 8},
    8: {"reply": "filed"},
    10: {"conclusion": "审查合格"},
    11: {"days": 3, "hours": 0, "certificate_no": "PX-01"},
    14: {"serial_no": "ZY-0001"},
    16: {"talker_post": "organiser", "talker": "高敏"},
    23: {"outcome": "transfer"},
}
# When each step of an exemplary case falls, in days after the application.
OFFSETS = {
    1: 0, 2: 20, 3: 40, 4: 50, 5: 55, 6: 420, 7: 430, 8: 440, 9: 442, 10: 450, 11: 455, 12: 470,
    13: 480, 14: 485, 15: 490, 16: 500, 17: 520, 18: 530, 19: 532, 20: 535, 21: 860, 22: 861,
    23: 870, 24: 880, 25: 890,
}  # fmt: skip


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def fact(on: dt.date, **detail: Any) -> StepFact:
    return StepFact(on, on, detail)


def facts_until(number: int, began: dt.date) -> Facts:
    """An exemplary case that began on a day, with every step before ``number``."""
    steps = {n: fact(began + OFFSETS[n] * DAY) for n in OFFSETS if n < number}
    activist = began + OFFSETS[3] * DAY
    notice = began + 380 * DAY
    return Facts(
        born_on=began.replace(year=began.year - 20, day=1),
        steps=steps,
        assessments=(activist + 180 * DAY, activist + 360 * DAY, activist + 700 * DAY),
        notices=(Notice(7, notice, notice + 15 * DAY), Notice(23, notice, notice + 15 * DAY)),
    )


def proposal(number: int, on: dt.date, **changes: Any) -> Proposal:
    """A flawless proposal for a step on a day."""
    made = Proposal(
        step=number, on=on, today=on, branch=BRANCH, body=COMMITTEE, ballot=UNANIMOUS,
        sponsors=FULL, detail=DETAIL.get(number, {}),
    )  # fmt: skip
    return replace(made, **changes)


def codes(facts: Facts, wanted: Proposal, setting: Setting = SETTING) -> list[str]:
    """Codes of the faults; empty means the step is recorded."""
    return [one.code for one in step_problems(BOOK, facts, wanted, setting)]


__all__ = [
    "BOOK", "BRANCH", "COMMITTEE", "DAY", "DETAIL", "FULL", "OFFSETS", "SETTING", "UNANIMOUS",
    "Ballot", "Body", "Facts", "Notice", "Organ", "PartyKind", "Setting", "Sponsor", "add_months",
    "codes", "day", "fact", "facts_until", "latest", "probation", "proposal", "replace",
]  # fmt: skip
