"""Whether a step may be recorded as typed: order, time, organisation, vote, reasons."""

import datetime as dt

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partybranch.domain.book import STEPS, Book, StepRule
from partybranch.domain.dates import (
    AFTER_PROBATION,
    days_late,
    earliest,
    latest,
    never_after,
    probation_of,
)
from partybranch.domain.facts import MIN_REASON, Facts, Fault, Notice, Proposal, Setting
from partybranch.domain.late import days_after, late_faults
from partybranch.domain.organs import step_faults
from partybranch.domain.step_checks import certificate_expired, own_faults
from partybranch.domain.voting import ballot_faults
from partybranch.enums import Body, Outcome


def step_problems(book: Book, facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    """Every reason against recording ``wanted``; empty when it may be recorded.

    A late step is no fault as long as its reason is given; an entry made long after the event
    needs a reason of its own (rulebook 0.7). Nothing here looks at the database.
    """
    if wanted.step not in STEPS:
        return [Fault("step", _("There is no such step."))]
    rule = book.rule(wanted.step, wanted.on)
    found = _order(book, rule, facts, wanted, setting) or step_faults(rule, wanted)
    if found:
        return found
    return [
        *_time(book, rule, facts, wanted),
        *_entry(wanted, setting),
        *_notice(rule, facts, wanted, setting),
        *_vote(rule, wanted, setting),
        *_deliberation(rule, facts, wanted),
        *own_faults(facts, wanted, setting),
    ]


def needs_of(rule: StepRule, facts: Facts, on: dt.date, book: Book) -> tuple[int, ...]:
    """The steps that must be done first. What may be handed in before its day does not wait for a
    step that is itself not over yet, but for what that step needs (step 22, P16)."""
    if not rule.early_days:
        return rule.needs
    stage = probation_of(facts)
    if stage is None or on >= stage.full_from:
        return rule.needs
    before = {one for need in rule.needs for one in book.rule(need, on).needs}
    return tuple(sorted(before))


def _order(
    book: Book, rule: StepRule, facts: Facts, wanted: Proposal, setting: Setting
) -> list[Fault]:
    if wanted.on > wanted.today:
        return [
            Fault("ahead", _("This day lies ahead. Enter the step when it has happened."), "on")
        ]
    if wanted.step in facts.steps and not _is_renewal(facts, wanted, setting):
        return [Fault("done", _("This step is recorded already. It can be taken back only by a "
                                "new decision."))]  # fmt: skip
    needs = needs_of(rule, facts, wanted.on, book)
    missing = [number for number in needs if number not in facts.steps]
    if missing:
        names = "、".join(
            f"{number} {book.rule(number, wanted.on).name}" for number in sorted(missing)
        )
        return [Fault("order", _("First record: %(steps)s.") % {"steps": names})]
    return []


def _is_renewal(facts: Facts, wanted: Proposal, setting: Setting) -> bool:
    """Training may be repeated when the certificate has expired and nobody was admitted yet."""
    is_open = wanted.step == 11 and 15 not in facts.steps
    return is_open and certificate_expired(facts, wanted.on, setting)


def _time(book: Book, rule: StepRule, facts: Facts, wanted: Proposal) -> list[Fault]:
    needs = needs_of(rule, facts, wanted.on, book)
    last = max((facts.steps[number].on for number in needs), default=None)
    if last is not None and wanted.on < last:
        return [Fault("before", _("This day lies before the step that comes first (%(day)s). Check "
                                  "the date.") % {"day": _day(last)}, "on")]  # fmt: skip
    first = earliest(book, facts, wanted.step, wanted.on)
    if first is not None and wanted.on < first:
        return [_too_early(rule, wanted, first)]
    never = never_after(facts, wanted.step)
    if never is not None and wanted.on > never:
        return [Fault("lapsed", _(
            "More than six months after the branch meeting nobody can be admitted any more; the "
            "last day was %(day)s (%(article)s). Record that the resolution has lapsed and hold "
            "the vote again.") % {"day": _day(never), "article": rule.article}, "on")]  # fmt: skip
    return _late(book, rule, facts, wanted)


def _too_early(rule: StepRule, wanted: Proposal, first: dt.date) -> Fault:
    words = (
        _("Too early: the probation is not over before %(day)s (%(article)s).")
        if wanted.step in AFTER_PROBATION
        else _("Too early: possible from %(day)s (%(article)s).")
    )
    return Fault("early", words % {"day": _day(first), "article": rule.article}, "on")


def _late(book: Book, rule: StepRule, facts: Facts, wanted: Proposal) -> list[Fault]:
    due = latest(book, facts, wanted.step, wanted.on)
    late = days_late(due, wanted.on)
    if not late or due is None or len(wanted.late_reason.strip()) >= MIN_REASON:
        return []
    return [Fault("late", _(
        "%(n)s days late; the last day in time was %(due)s (%(article)s). Say why: the step is "
        "kept with its date and shown as late.")
        % {"n": late, "due": _day(due), "article": rule.article}, "late_reason")]  # fmt: skip


def _entry(wanted: Proposal, setting: Setting) -> list[Fault]:
    lag = days_after(wanted.on, wanted.today, setting.number("party.entry_days"))
    return late_faults(lag, wanted.entry_reason)


def _notice(rule: StepRule, facts: Facts, wanted: Proposal, setting: Setting) -> list[Fault]:
    if not rule.notice_days or wanted.detail.get("outcome") in (Outcome.EXTEND, Outcome.CANCEL):
        return []
    if any(is_long_enough(one, rule.notice_days, wanted, setting) for one in facts.notices):
        return []
    return [Fault("notice", _(
        "A public notice of %(n)s working days must be over before this day (%(article)s). Enter "
        "the notice first.") % {"n": rule.notice_days, "article": rule.article}, "on")]  # fmt: skip


def is_long_enough(notice: Notice, days: int, wanted: Proposal, setting: Setting) -> bool:
    """Whether a notice for this step of so many working days was over the day before."""
    worked = setting.calendar.count(notice.starts_on, notice.ends_on)
    return notice.step == wanted.step and worked >= days and notice.ends_on < wanted.on


def body_of(rule: StepRule, wanted: Proposal) -> str:
    """Who votes: where a branch has no committee, its meeting decides instead (P4)."""
    if rule.body == Body.BRANCH and not wanted.branch.has_committee:
        return Body.MEETING
    return rule.body


def _vote(rule: StepRule, wanted: Proposal, setting: Setting) -> list[Fault]:
    if not rule.body:
        return []
    if wanted.ballot is None:
        return [Fault("ballot", _("Enter the counts of the vote: who should attend, who was "
                                  "present, how they voted."), "expected")]  # fmt: skip
    body = body_of(rule, wanted)
    if body != Body.MEETING and wanted.ballot.written_yes:
        return [Fault("written", _("Written opinions count at the branch meeting only."),
                      "written_yes")]  # fmt: skip
    return ballot_faults(wanted.ballot, body, wanted.branch, setting.number("branch.min_full"))


def _deliberation(rule: StepRule, facts: Facts, wanted: Proposal) -> list[Fault]:
    """A general branch between branch and committee deliberates first (1.5)."""
    if not (rule.is_committee and rule.body and wanted.branch.below_general):
        return []
    told = wanted.detail.get("deliberated_on")
    day = dt.date.fromisoformat(told) if told else None
    before = max((facts.steps[n].on for n in rule.needs if n in facts.steps), default=None)
    if day is None or day > wanted.on or (before is not None and day < before):
        return [Fault("deliberation", _("Enter the day on which the general branch deliberated: "
                                        "after the step before and not after this one."),
                      "deliberated_on")]  # fmt: skip
    return []


def _day(day: dt.date) -> str:
    return date_format(day, "DATE_FORMAT")
