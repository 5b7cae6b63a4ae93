"""One development as its page shows it: the line of 25, records, the next step, people, dates."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partybranch.domain.book import Book, StepRule
from partybranch.domain.checks import body_of, needs_of
from partybranch.domain.dates import next_report, probation_of
from partybranch.domain.facts import Facts, Organ, Proposal, Setting
from partybranch.domain.standing import OpenStep, missing_papers, open_steps
from partybranch.domain.step_checks import certificate_until
from partybranch.domain.voting import majority, quorum
from partybranch.enums import Body, Outcome
from partybranch.models import Development
from partybranch.queries.board import stage_names
from partybranch.queries.file_parts import FileParts
from partybranch.queries.file_rows import Ballots, Record
from partybranch.queries.rules import numbers, rule_book
from portal.core.ui.dates import format_day


@dataclass
class FileView:
    """``records`` are those that hold, by step; ``steps`` those that come next."""

    parts: FileParts
    records: dict[int, Record]
    withdrawn: list[Record]
    steps: list[OpenStep] = field(default_factory=list)

    @property
    def development(self) -> Development:
        return self.parts.development

    @property
    def facts(self) -> Facts:
        return self.parts.facts

    @property
    def is_open(self) -> bool:
        return self.development.ended_on is None


def file_view(parts: FileParts) -> FileView:
    """What was read, with the steps that come next; no statement."""
    view = FileView(
        parts,
        {row.step: row for row in parts.records if row.taken_back is None},
        [row for row in parts.records if row.taken_back is not None],
    )
    if view.is_open:
        view.steps = open_steps(rule_book(), view.facts, timezone.localdate())
    return view


def line_of_25(view: FileView) -> list[dict[str, Any]]:
    """Phases for the step line: done, late with its reason, now, later."""
    book, today = rule_book(), timezone.localdate()
    now = view.development.next_step if view.is_open else 0
    phases: dict[int, list[dict[str, Any]]] = {}
    for number in range(1, 26):
        record = view.records.get(number)
        rule = book.rule(number, record.on if record else today)
        state = "later"
        date = ""
        if record is not None:
            state = "late" if record.days_late else "done"
            date = f"{record.on.year} | {record.on:%m.%d}"
        elif number == now:
            state = "now"
            due = view.development.due_on
            date = " | ".join([pgettext("last day", "by"), f"{due:%m.%d}"]) if due else ""
        phases.setdefault(rule.stage, []).append(
            {"no": number, "name": rule.short, "date": date, "state": state}
        )
    names = stage_names()
    return [{"label": names[stage], "steps": steps} for stage, steps in phases.items()]


def next_card(view: FileView, number: int) -> dict[str, Any] | None:
    """What one open step asks for: due day, what comes first, the vote, the papers."""
    opened = next((one for one in view.steps if one.rule.number == number), None)
    if opened is None:
        return None
    rule, today = opened.rule, timezone.localdate()
    return {
        "rule": rule,
        "when": _when(opened, today),
        "basis": _basis(rule),
        "needs": _needs(rule_book(), rule, view.facts, today),
        "vote": _vote(rule, view.parts.organ, today),
        "papers": rule.papers,
    }


def _when(opened: OpenStep, today: dt.date) -> dict[str, Any]:
    first, due = opened.earliest, opened.due
    if first is not None and first > today:
        words = _("possible from %(day)s") % {"day": format_day(first, "full")}
        return {"words": words, "tone": "", "left": ""}
    if due is None:
        return {"words": _("no day set; when it happens"), "tone": "", "left": ""}
    left = (due - today).days
    words = _("in time until %(day)s") % {"day": format_day(due, "full")}
    if left < 0:
        return {"words": words, "tone": "late",
                "left": _("%(n)s days late; the reason is kept") % {"n": -left}}  # fmt: skip
    return {"words": words, "tone": "due" if left <= 30 else "",
            "left": _("%(n)s days left") % {"n": left}}  # fmt: skip


def _basis(rule: StepRule) -> str:
    basis = _("rules of %(version)s, %(article)s") % {
        "version": rule.version, "article": rule.article,
    }  # fmt: skip
    return (
        _("%(basis)s; the time is the school's own") % {"basis": basis} if rule.is_local else basis
    )


def _needs(book: Book, rule: StepRule, facts: Facts, today: dt.date) -> list[str]:
    lines = []
    for number in needs_of(rule, facts, today, book):
        on = facts.on(number)
        if on is not None:
            name = book.rule(number, on).name
            lines.append(f"{name} {format_day(on)}")
    return lines


def _vote(rule: StepRule, organ: Organ, today: dt.date) -> list[str]:
    if not rule.body:
        return []
    body = body_of(rule, Proposal(rule.number, today, today, organ))
    label = str(Body(body).label)
    if body != Body.MEETING:
        return [_("decided by: %(body)s") % {"body": label},
                _("a majority of those who should attend")]  # fmt: skip
    n = organ.voters
    return [
        _("should attend with voting right: %(n)s") % {"n": n},
        _("present: more than half, at least %(n)s") % {"n": quorum(n)},
        _("in favour: more than half, at least %(n)s") % {"n": majority(n)},
    ]


def record_rows(view: FileView) -> list[dict[str, Any]]:
    """One row for each record, the latest step first; taken back ones at the end."""
    votes = {vote.record: vote for vote in view.parts.votes if vote.record}
    rows = [
        _row(record, votes.get(record.pk))
        for record in sorted(view.records.values(), key=lambda one: -one.step)
    ]
    return rows + [_row(record, votes.get(record.pk)) for record in view.withdrawn]


def _row(record: Record, vote: Ballots | None) -> dict[str, Any]:
    rule = rule_book().rule(record.step, record.on)
    missing = missing_papers(rule, record.papers)
    return {
        "record": record,
        "rule": rule,
        "vote": vote,
        "outcome": str(Outcome(vote.outcome).label) if vote and vote.outcome else "",
        "missing": [] if record.is_former or record.taken_back else missing,
    }


def side_facts(view: FileView) -> list[dict[str, Any]]:
    """The side panel: probation, certificate, expected leaving, what was extended."""
    development, facts = view.development, view.facts
    found: list[tuple[str, Any]] = [
        (_("Branch"), view.parts.branch),
        (_("Approving committee"), view.parts.committee or "—"),
    ]
    stage = probation_of(facts)
    if stage is not None:
        found.append((_("Probation"), _("%(first)s to %(last)s") % {
            "first": format_day(stage.starts_on, "full"),
            "last": format_day(stage.last_day, "full")}))  # fmt: skip
        found.append((_("Party age from"), format_day(stage.full_from, "full")))
    until = certificate_until(facts, Setting(numbers()))
    if until is not None and facts.on(15) is None:
        found.append((_("Certificate counts until"), format_day(until, "full")))
    if facts.leaves_on is not None:
        found.append((_("Expected to leave school"), format_day(facts.leaves_on, "full")))
    if development.extended_by:
        found.append((_("Extended by"), _("%(n)s months") % {"n": development.extended_by}))
    if development.postponed_by:
        found.append((_("Postponed by"), _("%(n)s months") % {"n": development.postponed_by}))
    if development.resumed_on:
        found.append((_("Cultivation here from"), format_day(development.resumed_on, "full")))
    report = next_report(facts, Setting(numbers()))
    if view.is_open and report is not None:
        found.append((_("Next thought report by"), format_day(report, "full")))
    if development.ended_on:
        found.append((_("Ended"), f"{format_day(development.ended_on, 'full')} "
                                  f"{development.get_ended_how_display()}"))  # fmt: skip
    return [{"label": a, "value": b, "tone": "", "strong": False} for a, b in found]
