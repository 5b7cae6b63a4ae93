"""Taking over a development that began in another organisation: time counts on (P7, P18)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain import effects
from partybranch.domain.former_checks import FormerFile, check_former
from partybranch.domain.months import DAY
from partybranch.domain.refresh import refresh
from partybranch.domain.rights import check_still
from partybranch.enums import Entry
from partybranch.models import (
    Development,
    FormerSpan,
    Membership,
    PartyMember,
    PartyOrganization,
    StepRecord,
)
from partybranch.queries.rules import rule_book
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Student


@transaction.atomic
def take_over_development(
    *, actor: User | None, student: Student, branch: PartyOrganization, file: FormerFile
) -> Development:
    """Open a development with the steps of the former file, each marked as such.

    The steps stand under the rule of their own days and are not judged late here. Raises
    DomainError for steps out of order, a missing one in between, days that cannot be, or waits that the
    rules do not allow.
    """
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    if Development.objects.filter(student=student, ended_on=None).exists():
        raise DomainError(_("A development of this person is open already. Open that file."))
    check_former(student, branch, file)
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
    if 17 in file.steps:
        _keep_membership(actor, made, file)
    refresh([made])
    check_still(actor, made, "write_party_file")
    audit.record(
        actor=actor, action="take_over_development", obj=made, steps=sorted(file.steps),
        accepted=file.is_accepted,
    )  # fmt: skip
    return made


def _keep_membership(actor: User | None, development: Development, file: FormerFile) -> None:
    student = development.student
    if PartyMember.objects.filter(student=student, left_on=None).exists():
        return
    member = PartyMember.objects.create(
        student=student, joined_on=file.steps[15], status_before=student.political_status
    )
    since = max(file.resumed_on, file.steps[15] + DAY)
    Membership.objects.create(
        member=member, branch=development.branch, is_relation=True, since=since,
        how=Entry.TRANSFER, origin=file.organisation.strip(),
    )  # fmt: skip
    effects.follow_record(actor, student)
