"""Levels of entries and of the file that holds them; what a new signal undoes."""

import datetime as dt

from casework.domain.keys import withdraw_open
from casework.domain.rhythm import first_action_due, next_contact_due
from casework.enums import KeyKind
from casework.models import Case, CaseLevel, FollowUp


def set_back(case: Case, at: dt.datetime) -> list[str]:
    """A raised level, a further entry or a new signal: the way to closing begins anew, and what
    was asked for before is taken back. Returns the fields to save."""
    withdraw_open(case=case, kinds=[KeyKind.LOWER, KeyKind.CLOSE], at=at)
    case.tracking_at = case.assessed_at = None
    return ["tracking_at", "assessed_at"]


def follow_level(case: Case) -> list[str]:
    """The level of the file is the highest of its open entries (rulebook 3.1); clocks follow.
    Returns the fields to save."""
    top: CaseLevel | None = (
        CaseLevel.objects.filter(entries__case=case, entries__left_at=None).order_by("rank").first()
    )
    if top is None or top.pk == case.level_id:
        return []
    case.level = top
    last = FollowUp.objects.filter(case=case, is_real=True).order_by("-happened_at").first()
    case.contact_due_at = (
        next_contact_due(top, last.happened_at, last.next_on)
        if last
        else first_action_due(top, case.reported_at)
    )
    return ["level", "contact_due_at"]
