"""Taking over a development that began in another organisation: time counts on (P7, P18)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partybranch.domain import effects
from partybranch.domain.dates import earliest, never_after
from partybranch.domain.facts import MIN_REASON, Facts, StepFact
from partybranch.domain.months import DAY
from partybranch.domain.refresh import refresh
from partybranch.domain.rights import check_still, in_turn
from partybranch.domain.step_checks import may_apply_on
from partybranch.enums import Entry
from partybranch.models import (
    Development,
    FormerSpan,
    Membership,
    PartyMember,
    PartyOrganization,
    StepRecord,
)
from partybranch.queries.rules import rule_book, setting
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Student

# Up to cultivation for an activist; up to the oath for a member on probation. Votes to full
# membership are always held here.
_LAST = (5, 20)


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


@transaction.atomic
def take_over_development(
    *, actor: User | None, student: Student, branch: PartyOrganization, file: FormerFile
) -> Development:
    """Open a development with the steps of the former file, each marked as such.

    The steps stand under the rule of their own days and are not judged late here. Raises
    DomainError for steps out of order, a missing one in between, days that cannot be or do not
    keep the times of the rule, and where the roll of members says otherwise.
    """
    in_turn(student)
    if Development.objects.filter(student=student, ended_on=None).exists():
        raise DomainError(_("A development of this person is open already. Open that file."))
    _check(branch, file)
    _check_times(student, file.steps)
    member = _on_the_roll(student, branch, file.steps)
    made: Development = Development.objects.create(
        student=student, branch=branch, resumed_on=file.resumed_on, opened_by=actor
    )
    FormerSpan.objects.create(
        development=made, organisation=file.organisation.strip(), since=file.since,
        until=file.until, is_accepted=file.is_accepted, reviewed_on=timezone.localdate(),
        entered_by=actor,
    )  # fmt: skip
    book = rule_book()
    StepRecord.objects.bulk_create(
        StepRecord(
            development=made, step=number, version_id=book.version(on), on=on, branch=branch,
            is_former=True, entry_reason=file.reason.strip(), entered_by=actor,
        )
        for number, on in sorted(file.steps.items())
    )  # fmt: skip
    effects.stand_in_branch(actor, student, branch, timezone.localdate())
    if 17 in file.steps and member is None:
        _keep_membership(actor, made, file)
    refresh([made])
    check_still(actor, made, "write_party_file")
    audit.record(
        actor=actor, action="take_over_development", obj=made, steps=sorted(file.steps),
        accepted=file.is_accepted,
    )  # fmt: skip
    return made


def _check(branch: PartyOrganization, file: FormerFile) -> None:
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
    _check_steps(file.steps)
    later = [number for number, on in file.steps.items() if on >= file.resumed_on]
    if later:
        raise DomainError(
            _("Step %(n)s of the former file lies after the person had come here. Check the days in "
              "the file; steps taken here are recorded here.") % {"n": min(later)}
        )  # fmt: skip
    if 17 not in file.steps and file.since < file.steps[3]:
        raise DomainError(_("Cultivation counts from the day on which the former organisation "
                            "confirmed the activist."))  # fmt: skip


def _check_steps(steps: Mapping[int, dt.date]) -> None:
    last = max(steps, default=0)
    if last < 3 or not (last <= _LAST[0] or 17 <= last <= _LAST[1]):
        raise DomainError(
            _("Take over an activist (steps 1 to 5) or a member on probation (steps 1 to 17 at "
              "least, at most to 20).")
        )  # fmt: skip
    book = rule_book()
    for number, on in steps.items():
        missing = [need for need in book.rule(number, on).needs if need not in steps]
        if missing or any(steps[need] > on for need in book.rule(number, on).needs):
            raise DomainError(
                _("Step %(n)s of the former file stands before a step that comes first. Check the "
                  "days in the file.") % {"n": number}
            )  # fmt: skip
        if on > timezone.localdate():
            raise DomainError(_("This day lies ahead. Check the date."))


def _check_times(student: Student, steps: Mapping[int, dt.date]) -> None:
    """The law is the same elsewhere: age, waiting times, six months for the approval (P1, P8, P15);
    longer waits of this school bind nobody there."""
    book, numbers = rule_book().by_law(), setting()
    facts = Facts(born_on=student.born_on,
                  steps={number: StepFact(on, on) for number, on in steps.items()})  # fmt: skip
    if student.born_on is None or not may_apply_on(student.born_on, steps[1], numbers):
        raise DomainError(
            _("Applicants are at least %(n)s on the day they apply. Check the date of birth in the "
              "record, and the day of the application in the file.")
            % {"n": numbers.number("party.min_age")}
        )  # fmt: skip
    for number, on in sorted(steps.items()):
        first, never = earliest(book, facts, number, on), never_after(facts, number)
        if (first is not None and on < first) or (never is not None and on > never):
            raise DomainError(
                _("Step %(n)s of the former file does not keep the times of the rule (%(article)s). "
                  "Check the days in the file; if they are so, ask the organisation that sent it.")
                % {"n": number, "article": book.rule(number, on).article}
            )  # fmt: skip


def _on_the_roll(
    student: Student, branch: PartyOrganization, steps: Mapping[int, dt.date]
) -> PartyMember | None:
    """Whoever was entered on the roll before: on probation, since the day of the vote, here."""
    member: PartyMember | None = PartyMember.objects.filter(student=student, left_on=None).first()
    if member is None:
        return None
    here = member.branches.filter(branch=branch, is_relation=True, until=None)
    if member.full_on is not None or steps.get(15) != member.joined_on or not here.exists():
        raise DomainError(
            _("The roll says otherwise: joined on %(day)s. Day of the vote, branch and standing are "
              "the same in the roll and in the file.")
            % {"day": date_format(member.joined_on, "DATE_FORMAT")}
        )  # fmt: skip
    return member


def _keep_membership(actor: User | None, development: Development, file: FormerFile) -> None:
    student = development.student
    member = PartyMember.objects.create(
        student=student, joined_on=file.steps[15], status_before=student.political_status
    )
    since = max(file.resumed_on, file.steps[15] + DAY)
    Membership.objects.create(
        member=member, branch=development.branch, is_relation=True, since=since,
        how=Entry.TRANSFER, origin=file.organisation.strip(),
    )  # fmt: skip
    effects.follow_record(actor, student)


__all__: Sequence[str] = ("FormerFile", "take_over_development")
