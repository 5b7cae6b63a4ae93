"""What the sender of a request does: confirm, reopen, answer the later question, take back."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.request_moves import begin, save, tell_office, words_of
from casework.domain.request_notes import leave_step
from casework.models import Request
from casework.request_catalogue import number
from casework.request_enums import Move, RequestState
from cohorts.queries.working_days import work_calendar
from portal.core.domain.files import attach_files
from portal.core.errors import DomainError
from portal.core.filetypes import CleanFile
from portal.core.models import User


@transaction.atomic
def confirm_request(
    *, actor: User, request: Request, is_solved: bool, is_satisfied: bool | None = None,
    key: uuid.UUID | None = None,
) -> Request:  # fmt: skip
    """The sender accepts the answer, and says separately whether it is solved and satisfies."""
    kept, is_done = begin(actor, request, Move.CONFIRM, key)
    if is_done:
        return kept
    save(kept, is_solved=is_solved, is_satisfied=is_satisfied, **closing())
    leave_step(actor, kept, Move.CONFIRM, key=key, solved=is_solved, satisfied=is_satisfied)
    return kept


def closing() -> dict[str, Any]:
    """Values of a request that is closed now: with the day on which the sender is asked again."""
    now = timezone.now()
    recheck = timezone.localdate(now) + dt.timedelta(days=number("request.recheck_days"))
    return {"closed_at": now, "recheck_on": recheck}


@transaction.atomic
def reopen_request(
    *, actor: User, request: Request, words: str, files: Sequence[CleanFile] = (),
    key: uuid.UUID | None = None,
) -> Request:  # fmt: skip
    """The sender says in words what is still wrong: back to the same office, with a new day."""
    words = words_of(words, _("Say in one sentence what is still wrong."))
    kept, is_done = begin(actor, request, Move.REOPEN, key)
    if is_done:
        return kept
    if kept.state == RequestState.CLOSED and kept.recheck_on is None:
        raise DomainError(_("This request is settled. Send a new one; mention this number."))
    _reopen(actor, kept, words, key)
    attach_files(actor=actor, record=kept, files=files, is_hidden=kept.is_protected)
    return kept


def _reopen(actor: User, kept: Request, words: str, key: uuid.UUID | None) -> None:
    today, days = timezone.localdate(), kept.kind.answer_days
    due = work_calendar().due_after(today, days)
    save(
        kept, answered_at=None, closed_at=None, has_lapsed=False, is_solved=None,
        is_satisfied=None, recheck_on=None, taken_at=timezone.now(), due_from=today,
        answer_days=days, due_on=due.day,
        is_due_provisional=due.is_provisional, reopened=kept.reopened + 1,
    )  # fmt: skip
    leave_step(actor, kept, Move.REOPEN, text=words, key=key)
    tell_office(kept)


@transaction.atomic
def recheck_request(
    *, actor: User, request: Request, is_still_fine: bool, words: str = "",
    key: uuid.UUID | None = None,
) -> Request:  # fmt: skip
    """The sender's word some weeks later. When it is not fine any more, words reopen it."""
    if not is_still_fine:
        words = words_of(words, _("Say in one sentence what is still wrong."))
    kept, is_done = begin(actor, request, Move.RECHECK, key)
    if is_done:
        return kept
    if kept.recheck_on is None or kept.recheck_on > timezone.localdate():
        raise DomainError(_("You will be asked again on the day named. Nothing was changed."))
    save(kept, is_still_fine=is_still_fine, recheck_on=None)
    leave_step(actor, kept, Move.RECHECK, key=key, fine=is_still_fine)
    if not is_still_fine:
        _reopen(actor, kept, words, None)
    return kept


@transaction.atomic
def withdraw_request(*, actor: User, request: Request, key: uuid.UUID | None = None) -> Request:
    """The sender takes it back before it is answered; it stays readable and counts in no rate."""
    kept, is_done = begin(actor, request, Move.WITHDRAW, key)
    if is_done:
        return kept
    save(kept, withdrawn_at=timezone.now())
    leave_step(actor, kept, Move.WITHDRAW, key=key)
    return kept
