"""Where a development stands, computed from its facts: stage, what is open, due, late, missing."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from partybranch.domain.book import STEPS, Book, StepRule
from partybranch.domain.checks import needs_of
from partybranch.domain.dates import days_late, earliest, latest, next_assessment, probation_of
from partybranch.domain.facts import Facts, Setting
from partybranch.enums import Stage


@dataclass(frozen=True)
class OpenStep:
    """A step whose prerequisites are done: from when it may be taken, by when it should be."""

    rule: StepRule
    earliest: dt.date | None
    due: dt.date | None


@dataclass(frozen=True)
class Standing:
    """``reached`` is the highest step done, whose stage is the person's. ``step`` is the open step
    to look at first and ``due`` its day; ``assess_due`` the half-yearly assessment (P6)."""

    reached: int
    step: int
    due: dt.date | None
    assess_due: dt.date | None

    @property
    def stage(self) -> int:
        return stage_of(self.reached)


def stage_of(reached: int) -> int:
    """The stage of the last step taken (rulebook 1.2)."""
    for stage, last in ((1, 2), (2, 6), (3, 11), (4, 18)):
        if reached <= last:
            return stage
    return int(Stage.PROBATION)


def open_steps(book: Book, facts: Facts, on: dt.date) -> list[OpenStep]:
    """Steps that come next, in their order; several may be open at once."""
    found = []
    for number in STEPS:
        if number in facts.steps:
            continue
        rule = book.rule(number, on)
        if all(need in facts.steps for need in needs_of(rule, facts, on, book)):
            found.append(
                OpenStep(rule, earliest(book, facts, number, on), asked_by(book, facts, rule, on))
            )
    return found


def asked_by(book: Book, facts: Facts, rule: StepRule, on: dt.date) -> dt.date | None:
    """The day by which an open step should be taken. What is handed in ahead (P16) is asked for by
    the end of the probation; a step without a time of its own by the first one that waits for it
    and whose time runs already, so that it does not drop out of the due list."""
    stage = probation_of(facts)
    if rule.early_days and stage is not None and on < stage.full_from:
        return stage.full_from
    own = latest(book, facts, rule.number, on)
    if own is not None:
        return own
    waiting = book.resting_on(rule.number, on).difference(facts.steps)
    days = [latest(book, facts, number, on) for number in waiting]
    return min((day for day in days if day is not None), default=None)


def standing(book: Book, facts: Facts, setting: Setting, on: dt.date) -> Standing:
    """One line about a development, kept beside it for boards and lists of thousands."""
    steps = open_steps(book, facts, on)
    far = dt.date.max
    first = min(steps, key=lambda one: (one.due or far, one.rule.number), default=None)
    assess = next_assessment(facts, setting.number("party.assess_every"))
    return Standing(
        reached=max(facts.steps, default=0),
        step=first.rule.number if first else 0,
        due=first.due if first else None,
        assess_due=assess,
    )


def missing_papers(rule: StepRule, handed: Iterable[str]) -> list[str]:
    """Papers of a step that are not in the file, in the order of the rule."""
    there = set(handed)
    return [paper for paper in rule.papers if paper not in there]


def is_late(book: Book, facts: Facts, number: int) -> int:
    """Days by which a recorded step was late under the rule of its own date; 0 in time."""
    on = facts.on(number)
    return 0 if on is None else days_late(latest(book, facts, number, on), on)


def probation_words(facts: Facts) -> tuple[dt.date, dt.date, dt.date] | None:
    """(first day, last day as printed, full membership from) once the branch has voted."""
    stage = probation_of(facts)
    return (stage.starts_on, stage.last_day, stage.full_from) if stage else None
