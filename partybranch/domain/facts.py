"""Dated facts about one development, and what somebody wants to add to them. No database here."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cohorts.queries.working_days import WorkCalendar

# What the numbers of the rules are where no row says otherwise; rows: partybranch.catalogue.
FIRST_NUMBERS: dict[str, int] = {
    "party.min_age": 18,
    "party.age_next_day": 0,
    "party.league_age": 28,
    "party.contacts": 2,
    "party.introducers": 2,
    "party.introducer_load": 3,
    "party.contact_load": 5,
    "party.assess_every": 6,
    "party.thought_report_every": 3,
    "party.mass_meeting": 8,
    "party.training_days": 3,
    "party.training_hours": 24,
    "party.certificate_months": 24,
    "party.leave_block_months": 3,
    "party.target_reply": 0,
    "party.extend": 6,
    "party.postpone_full": 6,
    "party.probation": 12,
    "party.entry_days": 7,
    "branch.min_full": 3,
    "branch.max_members": 50,
    "branch.committee_from": 7,
    "branch.committee_size": 5,
    "branch.term": 36,
    "branch.joint_units": 5,
    "branch.election_present": 80,
    "branch.election_extra": 20,
    "branch.general_from": 50,
    "branch.basic_from": 100,
    "branch.life_green": 90,
    "branch.life_yellow": 70,
    "dues.remind_months": 1,
    "dues.secretary_months": 3,
    "dues.exit_months": 6,
}
# Two Chinese characters say why (“寒假”); one does not.
MIN_REASON = 2
EXTENSION = (6, 12)  # months, once (P16)


@dataclass(frozen=True)
class Ballot:
    """Counts of one vote, never who voted what (rulebook 1.4).

    ``expected`` (E) full members with voting right who should attend; ``present`` (P) of them;
    ``written_yes`` opinions of absent ones, handed in before the meeting. ``left_out`` members
    with voting right who are not counted in E, with the secretary's reason.
    """

    expected: int
    present: int
    yes: int
    no: int = 0
    abstain: int = 0
    invalid: int = 0
    written_yes: int = 0
    left_out: int = 0
    left_out_reason: str = ""


@dataclass(frozen=True)
class StepFact:
    on: dt.date
    entered_on: dt.date
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """Cultivation in a former organisation whose file was reviewed and accepted (P7)."""

    since: dt.date
    until: dt.date


@dataclass(frozen=True)
class Notice:
    step: int
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True)
class Facts:
    """``resumed_on``: where cultivation went on after a move. ``leaves_on``: expected leaving.
    ``reported_on``: the last thought report. ``is_league``: a League member by the record."""

    born_on: dt.date | None = None
    is_league: bool = False
    leaves_on: dt.date | None = None
    steps: Mapping[int, StepFact] = field(default_factory=dict)
    spans: tuple[Span, ...] = ()
    resumed_on: dt.date | None = None
    assessments: tuple[dt.date, ...] = ()
    reported_on: dt.date | None = None
    notices: tuple[Notice, ...] = ()
    extended_by: int = 0
    postponed_by: int = 0

    def on(self, number: int) -> dt.date | None:
        fact = self.steps.get(number)
        return fact.on if fact else None


@dataclass(frozen=True)
class Sponsor:
    """A contact or introducer as the member roll knows this person on the day."""

    key: int
    is_full: bool
    is_suspended: bool = False
    load: int = 0


@dataclass(frozen=True)
class Organ:
    """A party organisation as the rules see it. ``approving`` is the key of its committee."""

    key: int
    kind: str
    approving: int | None = None
    voters: int = 0
    has_committee: bool = True
    below_general: bool = False


@dataclass(frozen=True)
class Proposal:
    """A step that somebody wants to record: dated facts with the reasons that were typed."""

    step: int
    on: dt.date
    today: dt.date
    branch: Organ
    body: Organ | None = None
    ballot: Ballot | None = None
    sponsors: tuple[Sponsor, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    late_reason: str = ""
    entry_reason: str = ""
    override_reason: str = ""


@dataclass(frozen=True)
class Setting:
    """Numbers of the school and its calendar."""

    numbers: Mapping[str, int] = field(default_factory=lambda: FIRST_NUMBERS)
    calendar: WorkCalendar = field(default_factory=lambda: WorkCalendar.of(()))

    def number(self, key: str) -> int:
        return self.numbers.get(key, FIRST_NUMBERS[key])


@dataclass(frozen=True)
class Fault:
    """Why a step cannot be recorded as typed; ``field`` of the form, "" for all of it."""

    code: str
    message: str
    field: str = ""
