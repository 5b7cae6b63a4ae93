"""What was long ago is entered with a reason and shown as a late entry (party.entry_days)."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.facts import MIN_REASON, Fault
from partybranch.queries.rules import numbers
from portal.core.errors import DomainError


class LateError(DomainError):
    """A day of long ago came without a reason; ``faults`` name the field that asks for it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="entry")
        self.faults = [Fault("entry", message, "entry_reason")]


def late_by(on: dt.date) -> int:
    """Days from the event to its entry today, as far as they make it a late one (rulebook 0.7)."""
    lag = (timezone.localdate() - on).days
    return lag if lag > numbers()["party.entry_days"] else 0


def late_reason(on: dt.date, entry_reason: str) -> str:
    """Why a first or last day of long ago is entered only now; empty where it is no late entry.
    Raises LateError for one of long ago without a word why."""
    lag = late_by(on)
    if not lag:
        return ""
    if len(entry_reason.strip()) < MIN_REASON:
        raise LateError(_(
            "Entered %(n)s days after the event. Say why it is entered only now and which paper "
            "proves the date; it is shown as a late entry.") % {"n": lag})  # fmt: skip
    return entry_reason.strip()
