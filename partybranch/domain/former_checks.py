"""What a file of another organisation must prove before its time and steps count here (P7, P18)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.catalogue import bounds_of
from partybranch.domain.book import Book
from partybranch.domain.dates import never_after
from partybranch.domain.facts import MIN_REASON, Facts, StepFact
from partybranch.domain.months import add_months
from partybranch.domain.step_checks import age_faults
from partybranch.models import PartyMember, PartyOrganization
from partybranch.queries.rules import rule_book, setting
from portal.core.errors import DomainError
from portal.core.ui.dates import format_day
from students.models import Student

# Up to cultivation for an activist; up to the oath for a member on probation. Votes to full
# membership are always held here.
LAST_FORMER = 20
_LAST = (5, LAST_FORMER)


@dataclass(frozen=True)
class FormerFile:
    """What the file of the former organisation proves: steps with their days, time accepted after
    its review, and the day from which cultivation went on here."""

    organisation: str
    steps: Mapping[int, dt.date]
    since: dt.date
    until: dt.date
    is_accepted: bool
    resumed_on: dt.date
    reason: str


def check_former(student: Student, branch: PartyOrganization, file: FormerFile) -> None:
    """Raises DomainError for a file that proves too little, or that breaks the times of the rules:
    what was not allowed there does not become so by moving."""
    if not branch.holds_relation:
        raise DomainError(_("Only a branch that holds the membership relation can own a file."))
    if len(file.organisation.strip()) < MIN_REASON or len(file.reason.strip()) < MIN_REASON:
        raise DomainError(_("Name the former organisation and what its file consists of."))
    if not file.since <= file.until < file.resumed_on <= timezone.localdate():
        raise DomainError(
            _(
                "The days cannot be: former time ends before it goes on here, and nothing lies ahead."
            )
        )
    book = rule_book()
    _check_steps(book, file.steps)
    if file.since < file.steps[3]:
        raise DomainError(_("Cultivation counts from the day on which the former organisation "
                            "confirmed the activist."))  # fmt: skip
    for fault in age_faults(student.born_on, file.steps[1], setting()):
        raise DomainError(fault.message)
    _check_times(book, file.steps)
    _check_roll(student, file.steps)


def _check_steps(book: Book, steps: Mapping[int, dt.date]) -> None:
    last = max(steps, default=0)
    if last < 3 or not (last <= _LAST[0] or 17 <= last <= _LAST[1]):
        raise DomainError(
            _("Take over an activist (steps 1 to 5) or a member on probation (steps 1 to 17 at "
              "least, at most to 20).")
        )  # fmt: skip
    for number, on in steps.items():
        missing = [need for need in book.rule(number, on).needs if need not in steps]
        if missing or any(steps[need] > on for need in book.rule(number, on).needs):
            raise DomainError(
                _("Step %(n)s of the former file stands before a step that comes first. Check the "
                  "days in the file.") % {"n": number}
            )  # fmt: skip
        if on > timezone.localdate():
            raise DomainError(_("This day lies ahead. Check the date."))


def _check_times(book: Book, steps: Mapping[int, dt.date]) -> None:
    """The least waits of the law, not the longer ones of this school, and the six months of P15."""
    for number, on in steps.items():
        rule = book.rule(number, on)
        wait = bounds_of(rule.version, number).wait_min
        start = steps.get(rule.wait_from or 0)
        first = add_months(start, wait) if wait and start else None
        if first is not None and on < first:
            raise DomainError(
                _("Step %(n)s of the former file was possible from %(day)s only (%(article)s). Check "
                  "the days in the file; as it stands it cannot be taken over.")
                % {"n": number, "day": format_day(first, "full"), "article": rule.article}
            )  # fmt: skip
    last = never_after(Facts(steps={n: StepFact(on, on) for n, on in steps.items()}), 17)
    if last is not None and steps.get(17, last) > last:
        raise DomainError(
            _("Step 17 of the former file is more than six months after the branch meeting "
              "(%(article)s): the resolution had lapsed. The file cannot be taken over.")
            % {"article": book.rule(17, steps[17]).article}
        )  # fmt: skip


def _check_roll(student: Student, steps: Mapping[int, dt.date]) -> None:
    """A member on the roll is on probation and joined on the day of the branch vote in the file."""
    member = PartyMember.objects.filter(student=student, left_on=None).first()
    if member is None:
        return
    if 17 not in steps or member.full_on is not None:
        raise DomainError(_("This person is a party member already."))
    if member.joined_on != steps[15]:
        raise DomainError(
            _("By the roll this member joined on %(day)s; the branch vote of the file is another "
              "day. Check both.") % {"day": format_day(member.joined_on, "full")}
        )  # fmt: skip
