"""Closing by conditions and two keys, and reopening as the next episode (rulebook 3.5)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.cases import check_version, open_case
from casework.domain.finishing import finish_case
from casework.domain.keys import GRANTED, checked_reason, put_request
from casework.domain.rights import check_still
from casework.enums import MIN_REASON_CHARS, KeyKind, Outcome, Source
from casework.models import Case, CaseLevel, KeyRequest
from casework.queries.closing import missing
from casework.queries.key_sides import asks_counselling, sides_needed
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User

# What a person may choose; "not confirmed" only follows from two refused entries.
OUTCOMES = (Outcome.SOLVED, Outcome.REFERRED, Outcome.LEFT)


@transaction.atomic
def ask_closing(
    *,
    actor: User,
    case: Case,
    outcome: str,
    reason: str,
    evidence: str,
    version: int | None = None,
) -> KeyRequest:
    """Ask both sides to close the case; it closes with the last key, if all still holds then.

    Raises DomainError with every condition that is missing (``code`` "conditions"), without
    evidence, for a closed case, or when somebody else asked first.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("level", "student").get(
        pk=case.pk
    )  # fmt: skip
    if not case.is_open:
        raise DomainError(_("Somebody else was faster: the case is closed."), code="stale")
    check_version(case, version)
    reason = checked_reason(reason)
    if outcome not in OUTCOMES:
        raise DomainError(_("Choose how the case ends."))
    if len(evidence.strip()) < MIN_REASON_CHARS:
        raise DomainError(
            _("Name the evidence: results, records, a receipt of the place it was handed to.")
        )
    _check_conditions(case, outcome)
    request = KeyRequest(
        case=case, kind=KeyKind.CLOSE, outcome=outcome, reason=reason[:1000],
        evidence=evidence.strip()[:1000],
        sides=sides_needed(case, with_counselling=asks_counselling(case)),
    )  # fmt: skip
    put_request(actor=actor, request=request)
    check_still(actor, case, "write_case")
    return request


def _check_conditions(case: Case, outcome: str) -> None:
    lacks = missing(case, outcome)
    if lacks:
        raise DomainError(
            _("It cannot be closed yet. %(lacks)s") % {"lacks": " ".join(lacks)},
            code="conditions",
        )


def _close(actor: User | None, case: Case, request: KeyRequest) -> None:
    if not case.is_open:
        raise DomainError(_("Somebody else was faster: the case is closed."), code="stale")
    # Months may lie between the question and the last key.
    _check_conditions(case, request.outcome)
    finish_case(actor, case, Outcome(request.outcome))


GRANTED[KeyKind.CLOSE] = _close


@transaction.atomic
def reopen_case(
    *, actor: User, case: Case, level: CaseLevel, reason: str, source: Source,
    owner: User | None = None,
) -> Case:  # fmt: skip
    """Open the next episode of a closed case: the same categories at this level, linked to the
    former one. The last team does not come back by itself: sight is given anew. ``owner`` is
    responsible from the first minute.

    Raises DomainError when the case is open, or when a later episode exists already.
    """
    reason = checked_reason(reason)
    case = Case.objects.select_for_update(of=("self",)).select_related("student").get(pk=case.pk)
    if case.is_open:
        raise DomainError(_("This case is open. There is nothing to reopen."))
    if Case.objects.filter(student_id=case.student_id, reported_at__gt=case.reported_at).exists():
        raise DomainError(_("A later episode of this student exists. Open that one instead."))
    last = case.entries.filter(left_at=case.closed_at).select_related("category")
    entries = list(last) or list(case.entries.select_related("category").order_by("-left_at")[:1])
    opened = None
    for entry in entries:
        opened = open_case(
            actor=actor, student=case.student, category=entry.category, level=level,
            reason=reason, source=source, cause=entry.cause, lead_unit=case.lead_unit, owner=owner,
        )  # fmt: skip
    assert opened is not None
    check_still(actor, case, "write_case")
    audit.record(actor=actor, action="reopen_case", obj=opened, former=case.pk,
                 at=timezone.now().isoformat())  # fmt: skip
    return opened
