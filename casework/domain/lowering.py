"""Entry and lowering by two keys (rulebook 3.2): what is asked for, and what it does."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.cases import check_version
from casework.domain.finishing import finish_case
from casework.domain.keys import GRANTED, REFUSED, checked_reason, put_request
from casework.domain.lead import follow_lead
from casework.domain.levels import follow_level
from casework.domain.rights import check_still
from casework.enums import KeyKind, Outcome
from casework.models import Case, CaseLevel, CaseReview, KeyRequest, LedgerEntry
from casework.queries.key_sides import asks_counselling, sides_needed
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def ask_lowering(
    *,
    actor: User,
    entry: LedgerEntry,
    level: CaseLevel,
    reason: str,
    evidence: str = "",
    version: int | None = None,
) -> KeyRequest:
    """Ask both sides to lower one entry; nothing changes before the last key is turned.

    Needs an assessment: a review since the level was set that finds no more than the level the
    file would then have. Raises DomainError without one, for a level that is not lower, for a
    closed case, or when lowering is asked for already.
    """
    reason = checked_reason(reason)
    case = Case.objects.select_for_update(of=("self",)).select_related("level", "student").get(
        pk=entry.case_id
    )  # fmt: skip
    entry = LedgerEntry.objects.select_related("level").get(pk=entry.pk)
    check_version(case, version)
    _check_lowering(case, entry, level)
    request = KeyRequest(
        case=case, entry=entry, kind=KeyKind.LOWER, to_level=level, reason=reason[:1000],
        evidence=evidence.strip()[:1000],
        sides=sides_needed(case, with_counselling=asks_counselling(case, entry.pk)),
    )  # fmt: skip
    put_request(actor=actor, request=request)
    check_still(actor, case, "write_case")
    return request


def _check_lowering(case: Case, entry: LedgerEntry, level: CaseLevel) -> None:
    if not case.is_open or entry.left_at is not None:
        raise DomainError(_("This entry has left the ledger."))
    if level.rank <= entry.level.rank:
        raise DomainError(_("Choose a lower level. Raising takes effect at once without keys."))
    others = case.entries.filter(left_at=None).exclude(pk=entry.pk)
    ranks = [level.rank, *others.values_list("level__rank", flat=True)]
    last = CaseReview.objects.filter(case=case).select_related("level").order_by("-held_on").first()
    found = last.level.rank if last and last.level else None
    if last is None or last.has_signal or (found is not None and found < min(ranks)):
        raise DomainError(
            _("Lowering needs an assessment: record a review that finds %(level)s or better.")
            % {"level": level.name}
        )


def _lower(actor: User | None, case: Case, request: KeyRequest) -> None:
    entry, level = request.entry, request.to_level
    if entry is None or level is None or entry.left_at is not None:
        raise DomainError(_("This entry has left the ledger."))
    before, entry.level = entry.level_id, level
    entry.save(update_fields=["level"])
    changed = [*follow_level(case), *follow_lead(actor, case)]
    if "level" in changed:
        soonest = timezone.localdate() + dt.timedelta(days=case.level.review_every_days)
        case.review_due_on = min(case.review_due_on or soonest, soonest)
    case.version += 1
    case.save(update_fields=[*changed, "review_due_on", "version"])
    audit.record(actor=actor, action="lower_level", obj=case, before=before, after=level.pk,
                 category=entry.category_id, request=request.pk)  # fmt: skip


def _confirm_entry(actor: User | None, case: Case, request: KeyRequest) -> None:
    now = timezone.now()
    case.triaged_at = case.triaged_at or now
    case.opened_at = case.opened_at or now
    case.version += 1
    case.save(update_fields=["triaged_at", "opened_at", "version"])
    audit.record(actor=actor, action="confirm_entry", obj=case, request=request.pk)


def _drop_entry(actor: User | None, case: Case, request: KeyRequest) -> None:
    """Refused by both sides or taken back: the entry leaves, and with the last one the case."""
    entry = request.entry
    if entry is None or entry.left_at is not None or not case.is_open:
        return
    entry.left_at = timezone.now()
    entry.save(update_fields=["left_at"])
    audit.record(actor=actor, action="drop_entry", obj=case, category=entry.category_id,
                 request=request.pk)  # fmt: skip
    if not case.entries.filter(left_at=None).exists():
        finish_case(actor, case, Outcome.UNFOUNDED)
        return
    changed = [*follow_level(case), *follow_lead(actor, case)]
    case.version += 1
    case.save(update_fields=[*changed, "version"])


def _keep_level(actor: User | None, case: Case, request: KeyRequest) -> None:
    audit.record(actor=actor, action="keys_refused", obj=case, request=request.pk,
                 kind=request.kind)  # fmt: skip


GRANTED[KeyKind.ENTER], REFUSED[KeyKind.ENTER] = _confirm_entry, _drop_entry
GRANTED[KeyKind.LOWER], REFUSED[KeyKind.LOWER] = _lower, _keep_level
REFUSED[KeyKind.CLOSE] = _keep_level
