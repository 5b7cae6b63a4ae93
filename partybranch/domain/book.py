"""The steps as data: versions of the rules, and which of them counts for a step (rulebook 1.1)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

STEPS = range(1, 26)
# Not a step: the day after the last day of probation, from which full membership counts (P16).
PROBATION_OVER = 99
# Nobody admits later than this many months after the branch vote (P15); no setting changes it.
APPROVAL_NEVER_AFTER = 6


@dataclass(frozen=True)
class StepRule:
    """One step under one version of the rules.

    ``needs``: steps that come first. ``wait_months`` after ``wait_from``: not earlier than that
    day. ``deadline`` in months or days after ``deadline_from``: later is late. ``notice_days``:
    working days of public notice that must be over. ``body``: who votes, empty when nobody does.
    ``is_committee``: taken by the upper committee, so the right to approve is asked for.
    ``early_days``: may be handed in that many days before the day of ``wait_months``.
    ``wait_law``: months that the law asks for, where the school asks for more.
    """

    version: str
    number: int
    code: str
    stage: int
    name: str
    short: str
    needs: tuple[int, ...] = ()
    wait_months: int = 0
    wait_law: int = 0
    wait_from: int | None = None
    early_days: int = 0
    deadline: int | None = None
    deadline_unit: str = "month"
    deadline_from: int | None = None
    is_local: bool = False
    notice_days: int = 0
    body: str = ""
    is_committee: bool = False
    papers: tuple[str, ...] = ()
    responsible: str = ""
    article: str = ""


@dataclass(frozen=True)
class Book:
    """All versions, the oldest first: (code, first day, rules by step number)."""

    versions: tuple[tuple[str, dt.date, dict[int, StepRule]], ...]

    @classmethod
    def of(cls, days: dict[str, dt.date], rules: Iterable[StepRule]) -> "Book":
        by_version: dict[str, dict[int, StepRule]] = {code: {} for code in days}
        for rule in rules:
            by_version[rule.version][rule.number] = rule
        order = sorted(days, key=lambda code: days[code])
        return cls(tuple((code, days[code], by_version[code]) for code in order))

    def version(self, on: dt.date) -> str:
        """The version in force on a day; the oldest one also counts for days before it."""
        found = self.versions[0][0]
        for code, first, _rules in self.versions:
            if first <= on:
                found = code
        return found

    def rule(self, number: int, on: dt.date) -> StepRule:
        """The rule for a step taken on that day: each step stands under its own (P-table 1.1)."""
        code = self.version(on)
        return next(rules for one, _first, rules in self.versions if one == code)[number]

    def resting_on(self, number: int, on: dt.date) -> set[int]:
        """The step and all that need it, directly or through others, under the text of a day."""
        found = {number}
        for later in STEPS:
            if found.intersection(self.rule(later, on).needs):
                found.add(later)
        return found

    def by_law(self) -> "Book":
        """The same steps with the waits of the law alone, for what another school did."""
        return Book(tuple(
            (code, first, {n: replace(one, wait_months=one.wait_law) for n, one in rules.items()})
            for code, first, rules in self.versions
        ))  # fmt: skip

    def is_first(self, code: str) -> bool:
        return self.versions[0][0] == code
