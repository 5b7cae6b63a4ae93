"""The same act on many cases: looked at first, then done; refusals one by one. Naming and handing
over make as many statements for two hundred as for one."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from casework.domain.closing import ask_closing
from casework.domain.keys import turn_key
from casework.domain.lowering import ask_lowering
from casework.domain.transitions import checked_words
from casework.domain.transitions_bulk import checked_receiver, send_cases
from casework.enums import KeyVerdict
from casework.models import Case, CaseLevel, KeyRequest
from casework.queries.bulk_refusals import unassignable, unsendable
from casework.queries.key_page import sides_left
from cohorts.domain.reconcile import lock_people
from portal.core import audit
from portal.core.domain.bulk import MOST, BulkOutcome, each
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach


def assign_cases(
    *, actor: User, cases: Sequence[Case], owner: User, is_trial: bool = False
) -> BulkOutcome:
    """One responsible person for all of them. ``is_trial``: what would happen; nothing is written."""
    with transaction.atomic():
        lock_people([owner.pk])  # before the cases, as a hand-over of the owner's post does
        locked = _locked(cases)
        refused = unassignable(actor, locked, owner)
        done = [case.pk for case in locked if case.pk not in refused]
        if done and not is_trial:
            Case.objects.filter(pk__in=done).update(
                owner=owner, version=F("version") + 1, triaged_at=Coalesce("triaged_at", Now())
            )
            audit.record_many(
                actor=actor, action="assign_owner", model=Case, ids=done, after=owner.pk
            )
    return BulkOutcome(done=done, refused=refused)


def _locked(cases: Sequence[Case]) -> list[Case]:
    """As they are now; whose right ended meanwhile is asked anew."""
    ids = sorted(case.pk for case in cases)[:MOST]
    rows = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    forget_reach()
    return rows


def transfer_cases(
    *, actor: User, cases: Sequence[Case], to: User, words: str, is_trial: bool = False
) -> BulkOutcome:
    """All of them to one person, who accepts them; those that cannot go stay."""
    try:
        checked_receiver(to)
        checked_words(words)
        with transaction.atomic():
            lock_people([to.pk])
            locked = _locked(cases)
            refused = unsendable(actor, locked, to)
            going = [case for case in locked if case.pk not in refused]
            if going and not is_trial:
                send_cases(actor=actor, cases=going, to=to, words=words)
    except DomainError as error:  # of the receiver or the words: all of them stay
        return BulkOutcome(refused={case.pk: str(error) for case in cases})
    return BulkOutcome(done=[case.pk for case in going], refused=refused)


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


def close_cases(
    *, actor: User, cases: Sequence[Case], outcome: str, reason: str, evidence: str,
    is_trial: bool = False,
) -> BulkOutcome:  # fmt: skip
    """Ask both sides to close each of them; those that lack a condition of rulebook 3.5 stay, with
    what they lack."""

    def ask(case: Case) -> object:
        return ask_closing(
            actor=actor, case=case, outcome=outcome, reason=reason, evidence=evidence
        )

    return each(cases, ask, is_trial)


def agree_many(
    *, actor: User, requests: Sequence[KeyRequest], note: str = "", is_trial: bool = False
) -> BulkOutcome:
    """Say yes to each for the side that ``actor`` speaks for; a no is said one by one, with its
    reason. Whoever could speak for several sides of one request chooses on its page."""

    def agree(request: KeyRequest) -> object:
        sides = sides_left(actor, request)
        if not sides:
            raise DomainError(_("None of your posts speaks for a side that is still to confirm."))
        if len(sides) > 1:
            raise DomainError(_("You could speak for either side: open the request and choose."))
        return turn_key(
            actor=actor, request=request, side=sides[0], verdict=KeyVerdict.AGREED, note=note
        )

    return each(requests, agree, is_trial)
