"""Honours of students: entered many at once, withdrawn with a reason."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.facts import MIN_REASON
from partybranch.domain.rights import denied, in_turn
from partybranch.models import Honour, HonourKind
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.models import Student

_MOST = 300


@transaction.atomic
def enter_honours(
    *, actor: User | None, kind: HonourKind, on: dt.date, proof: str, numbers: Sequence[str]
) -> int:
    """Enter a prize for the students of these numbers; returns how many are new. Whoever has it
    for the same day already keeps the one entry.

    Raises DomainError for a day ahead, an empty proof, numbers that are unknown or out of reach
    (all of them named, nothing is saved), or more than 300 at once.
    """
    wanted = list(dict.fromkeys(one.strip() for one in numbers if one.strip()))
    if on > timezone.localdate():
        raise DomainError(_("This day lies ahead. Enter the prize when it has been given."))
    if len(proof.strip()) < MIN_REASON:
        raise DomainError(_("Name the document that proves it."))
    if not wanted:
        raise DomainError(_("Enter at least one student number, one in each line."))
    if len(wanted) > _MOST:
        raise DomainError(_("At most %(n)s at once; divide the list.") % {"n": _MOST})
    forget_reach()
    rows = (
        Student.objects.all()
        if actor is None
        else Student.objects.restrict(actor, "write_party_file")
    )
    found = dict(rows.filter(student_no__in=wanted).values_list("student_no", "pk"))
    strange = [one for one in wanted if one not in found]
    if strange:
        raise DomainError(_("No student within reach of your post has these numbers: %(numbers)s. "
                            "Nothing was saved.") % {"numbers": "、".join(strange)})  # fmt: skip
    in_turn(kind)
    there = Honour.objects.filter(
        kind=kind, on=on, withdrawn_at=None, student_id__in=found.values()
    )
    known = set(there.values_list("student_id", flat=True))
    made = Honour.objects.bulk_create(
        Honour(student_id=found[one], kind=kind, on=on, proof=proof.strip(), entered_by=actor)
        for one in wanted
        if found[one] not in known
    )
    audit.record_many(actor=actor, action="enter_honours", model=Honour,
                      ids=[one.pk for one in made], kind=kind.code, on=on)  # fmt: skip
    return len(made)


@transaction.atomic
def withdraw_honour(*, actor: User | None, honour: Honour, reason: str) -> None:
    """Take back what was entered by mistake; it stays in the history and counts no more.

    Raises DomainError without a reason or when it was withdrawn before.
    """
    kept: Honour = Honour.objects.select_for_update(of=("self",)).get(pk=honour.pk)
    if kept.withdrawn_at is not None:
        raise DomainError(_("This entry was withdrawn before."))
    if len(reason.strip()) < MIN_REASON:
        raise DomainError(_("Say in one sentence why."))
    kept.withdrawn_at, kept.withdrawn_reason = timezone.now(), reason.strip()
    kept.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    forget_reach()
    if actor is not None and not Honour.objects.restrict(actor, "write_party_file").filter(
        pk=kept.pk
    ):
        raise denied()
    audit.record(actor=actor, action="withdraw_honour", obj=kept, reason=kept.withdrawn_reason)
