"""What was long ago is entered with a reason and shown as a late entry (party.entry_days).

Everything dated that is entered asks here, steps and events alike: when an entry is late, and in
which words its reason is asked for.
"""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.facts import MIN_REASON, Fault
from partybranch.queries.rules import numbers
from portal.core.errors import DomainError


class LateError(DomainError):
    """A day of long ago came without a reason; ``faults`` name the field that asks for it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].message, code="entry")
        self.faults = list(faults)


def days_after(on: dt.date, entered_on: dt.date, allowed: int) -> int:
    """Days from the event to its entry, as far as they make it a late one (rulebook 0.7). No
    database."""
    lag = (entered_on - on).days
    return lag if lag > allowed else 0


def late_faults(lag: int, entry_reason: str) -> list[Fault]:
    """Back-dating is never offered: an entry that came ``lag`` days late says why. No database."""
    if not lag or len(entry_reason.strip()) >= MIN_REASON:
        return []
    return [Fault("entry", _(
        "Entered %(n)s days after the event. Say why it is entered only now and which paper "
        "proves the date; it is shown as a late entry.") % {"n": lag}, "entry_reason")]  # fmt: skip


def late_by(on: dt.date, entered_on: dt.date | None = None) -> int:
    """``days_after`` by the number of the school; entered today unless another day is told."""
    return days_after(on, entered_on or timezone.localdate(), numbers()["party.entry_days"])


def late_reason(on: dt.date, entry_reason: str, entered_on: dt.date | None = None) -> str:
    """Why a day of long ago is entered only now; empty where it is no late entry, whatever was
    typed. Raises LateError for one of long ago without a word why."""
    lag = late_by(on, entered_on)
    faults = late_faults(lag, entry_reason)
    if faults:
        raise LateError(faults)
    return entry_reason.strip() if lag else ""
