"""The same act on many cases: tried first and taken back, then done; refusals one by one."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from casework.domain.cases import assign_owner
from casework.domain.lowering import ask_lowering
from casework.domain.transitions_bulk import send_cases
from casework.models import Case, CaseLevel
from cohorts.domain.reconcile import lock_people
from portal.core.domain.bulk import BulkOutcome, each
from portal.core.errors import DomainError
from portal.core.models import User


def assign_cases(
    *, actor: User, cases: Sequence[Case], owner: User, is_trial: bool = False
) -> BulkOutcome:
    """One responsible person for all of them. ``is_trial``: what would happen; nothing is written."""
    with transaction.atomic():
        lock_people([owner.pk])
        return each(cases, lambda case: assign_owner(actor=actor, case=case, owner=owner), is_trial)


def transfer_cases(
    *, actor: User, cases: Sequence[Case], to: User, words: str, is_trial: bool = False
) -> BulkOutcome:
    """All of them to one person, who accepts them; those that cannot go stay."""
    trial = each(
        cases, lambda case: send_cases(actor=actor, cases=[case], to=to, words=words), True
    )
    if is_trial or not trial.done:
        return trial
    gone = set(trial.done)
    try:
        send_cases(
            actor=actor, cases=[case for case in cases if case.pk in gone], to=to, words=words
        )
    except DomainError as error:  # one of them changed since the trial: all of them stay
        return BulkOutcome(refused=trial.refused | dict.fromkeys(gone, str(error)))
    return trial


def lower_cases(
    *, actor: User, cases: Sequence[Case], reason: str, evidence: str = "", is_trial: bool = False
) -> BulkOutcome:
    """Ask both sides to lower the highest entry of each by one level."""
    levels = {level.rank: level for level in CaseLevel.objects.all()}

    def ask(case: Case) -> object:
        entry = (
            case.entries.filter(left_at=None)
            .select_related("level")
            .order_by("level__rank")
            .first()
        )
        if entry is None:
            raise DomainError(_("This entry has left the ledger."))
        below = levels.get(entry.level.rank + 1)
        if below is None:
            raise DomainError(_("The lowest level already: ask to close the case instead."))
        return ask_lowering(actor=actor, entry=entry, level=below, reason=reason, evidence=evidence)

    return each(cases, ask, is_trial)
