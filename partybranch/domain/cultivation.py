"""What accumulates between the steps: the cultivation book, and public notices."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import granted_unit_ids
from cohorts.queries.working_days import work_calendar
from partybranch.access import sponsored_ids
from partybranch.domain.late import late_by, late_reason
from partybranch.domain.organs import may_cultivate
from partybranch.domain.refresh import refresh
from partybranch.domain.rights import check_still, locked
from partybranch.domain.sent import sent_before
from partybranch.enums import Look
from partybranch.models import CultivationEntry, Development, PartyOrganization, PublicNotice
from partybranch.queries.rules import rule_book
from portal.core import audit
from portal.core.access import reaches_one
from portal.core.domain.files import attach_files
from portal.core.errors import DomainError
from portal.core.filetypes import CleanFile
from portal.core.models import Attachment, User
from portal.core.scope import forget_reach
from students.models import Student

# Steps before which the rules of some version ask for a public notice.
NOTICE_STEPS = (7, 23)


@transaction.atomic
def add_entry(
    *,
    actor: User | None,
    development: Development,
    kind: Look,
    on: dt.date,
    branch: PartyOrganization | None = None,
    note: str = "",
    entry_reason: str = "",
    client_key: uuid.UUID | None = None,
) -> CultivationEntry:
    """An assessment, thought report or talk in the cultivation book.

    ``branch`` may be a functional or temporary branch in which the person works; the home branch
    is meant when it is left out. Raises DomainError for a day ahead, one before the application,
    or a late entry without a reason. The same ``client_key`` gives the first one back.
    """
    sent = sent_before(
        CultivationEntry, client_key, entered_by_id=actor and actor.pk,
        development_id=development.pk, kind=kind, on=on, note=note.strip(),
    )  # fmt: skip
    if sent is not None:
        return sent
    kept = locked(development)
    branch = branch or kept.branch
    if not may_cultivate(branch.party_kind):
        raise DomainError(_("Only a branch keeps the cultivation book."))
    applied = kept.records.filter(step=1, withdrawn_by=None).first()
    if on > timezone.localdate() or applied is None or on < applied.on:
        raise DomainError(_("The day lies between the application and today."))
    if kind == Look.ASSESSMENT and not kept.records.filter(step=3, withdrawn_by=None).exists():
        raise DomainError(_("Assessments begin when the person is confirmed as an activist."))
    why_late = late_reason(on, entry_reason)
    made: CultivationEntry = CultivationEntry.objects.create(
        development=kept, kind=kind, on=on, note=note.strip(), branch=branch, entered_by=actor,
        entry_reason=why_late, client_key=client_key,
    )  # fmt: skip
    refresh([kept])
    check_still(actor, kept, "write_party_file")
    audit.record(actor=actor, action="add_cultivation_entry", obj=kept, kind=str(kind), on=on)
    return made


@transaction.atomic
def count_talk(*, actor: User, student: Student, on: dt.date) -> CultivationEntry:
    """A talk that was logged with the student counts in the cultivation book too: its day and who
    held it, none of its words. For contacts and introducers of the student (P5), and whoever writes
    the file; the right is that of the open file, whoever may log the talk.

    Raises DomainError without such a file, told alike whether there is one or not, and for a talk of
    long ago, whose entry says why it is late.
    """
    kept = Development.objects.select_for_update(of=("self",)).select_related("branch").filter(
        student=student, ended_on=None).first()  # fmt: skip
    forget_reach()
    if kept is None or not (
        kept.pk in sponsored_ids(actor)
        or reaches_one(Development, actor, "write_party_file", kept.pk)
    ):
        raise DomainError(_("No open party file of this student is in your care. Log the talk without "
                            "the party file."))  # fmt: skip
    lag = late_by(on)
    if lag:
        raise DomainError(_("This talk was %(n)s days ago. Log it without the party file, and enter it "
                            "in the cultivation book with the reason.") % {"n": lag})  # fmt: skip
    applied = kept.records.filter(step=1, withdrawn_by=None, on__lte=on)
    if not applied.exists():
        raise DomainError(_("The day lies between the application and today."))
    made: CultivationEntry = CultivationEntry.objects.create(
        development=kept, kind=Look.TALK, on=on, note=actor.name[:300], branch=kept.branch,
        entered_by=actor,
    )  # fmt: skip
    audit.record(actor=actor, action="add_cultivation_entry", obj=kept, kind=Look.TALK.value, on=on)
    return made


def may_count_talks(user: User) -> bool:
    """Whether the form of a talk offers to count it: the user vouches for somebody, or writes files."""
    return bool(sponsored_ids(user) or granted_unit_ids(user, "write_party_file"))


@transaction.atomic
def publish_notice(
    *,
    actor: User | None,
    development: Development,
    step: int,
    starts_on: dt.date,
    result: str = "",
    entry_reason: str = "",
) -> PublicNotice:
    """A public notice of as many working days as the rule asks for, from ``starts_on``; its end is
    computed by the holiday table and marked provisional where the year has none (rulebook 0.8).

    Raises DomainError for a step without a notice, a day more than a month ahead, or one of long ago
    without the reason why it is entered only now (rulebook 0.7).
    """
    kept = locked(development)
    days = rule_book().rule(step, starts_on).notice_days if step in NOTICE_STEPS else 0
    if step in NOTICE_STEPS and not days:
        days = 5  # the practice of schools where the text sets none (rulebook 1.1)
    if not days:
        raise DomainError(_("This step has no public notice."))
    if starts_on > timezone.localdate() + dt.timedelta(days=31):
        raise DomainError(_("This day lies too far ahead. Check the date."))
    why_late = late_reason(starts_on, entry_reason)
    end = work_calendar().last_day(starts_on, days)
    made: PublicNotice = PublicNotice.objects.create(
        development=kept, step=step, starts_on=starts_on, ends_on=end.day, days=days,
        is_provisional=end.is_provisional, result=result.strip(), entered_by=actor,
        entry_reason=why_late,
    )  # fmt: skip
    check_still(actor, kept, "write_party_file")
    audit.record(
        actor=actor, action="publish_notice", obj=kept, step=step, starts_on=starts_on,
        ends_on=end.day, provisional=end.is_provisional,
    )  # fmt: skip
    return made


@transaction.atomic
def keep_files(
    *, actor: User | None, development: Development, files: Sequence[CleanFile]
) -> list[Attachment]:
    """Scans and photographs of papers, kept with the party file; the same bytes are kept once.

    Raises DomainError when the development has ended or holds too many files."""
    kept = locked(development)
    made = attach_files(actor=actor, record=kept, files=files)
    check_still(actor, kept, "write_party_file")
    return made
