"""What happens to a request after it was sent; every move is guarded by the one table MOVES."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.domain.request_notes import leave_step, tell_sender, tell_staff
from casework.domain.rights import still_allows
from casework.models import OfficeDuty, Request, RequestStep
from casework.queries.request_routing import ANSWERING_KINDS, holders
from casework.request_access import may_be_independent
from casework.request_catalogue import number
from casework.request_enums import MIN_TEXT, MOVES, WAITING, Move, Side
from cohorts.access import granted_unit_ids, holds_on_unit
from cohorts.models import Unit
from cohorts.queries.working_days import work_calendar
from portal.core.domain.files import attach_files
from portal.core.errors import DomainError, StaleError
from portal.core.filetypes import CleanFile
from portal.core.models import Notification, User

# The action that each side must hold on the request.
SIDE_ACTIONS = {
    Side.DESK: "sort_requests", Side.OFFICE: "handle_request", Side.SENDER: "own_request",
}  # fmt: skip


def begin(
    actor: User | None, request: Request, move: Move, key: uuid.UUID | None
) -> tuple[Request, bool]:
    """The request, locked, and whether this very form already made the move.

    Raises PermissionDenied when no side that may make the move is the actor's any more, StaleError
    when the request is not in a state from which the move starts.
    """
    kept: Request = Request.objects.select_for_update().get(pk=request.pk)
    states, sides = MOVES[move]
    rights = [SIDE_ACTIONS[Side(side)] for side in sides if side != Side.CLOCK]
    if actor is not None and not any(still_allows(actor, kept, right) for right in rights):
        raise PermissionDenied(_("This request is not yours to act on any more."))
    if key is not None and RequestStep.objects.filter(request=kept, client_key=key).exists():
        return kept, True
    if kept.state not in states:
        raise StaleError(
            _("This request is now “%(state)s”. Reload the page to see what happened.")
            % {"state": kept.state_words}
        )
    return kept, False


def save(kept: Request, **values: Any) -> None:
    for name, value in values.items():
        setattr(kept, name, value)
    kept.version += 1
    kept.save(update_fields=[*values, "version"])
    kept.refresh_from_db(fields=["state", "is_open"])


def words_of(text: str, ask: str) -> str:
    text = text.strip()
    if len(text) < MIN_TEXT:
        raise DomainError(ask)
    return text[:2000]


def _check_office(office: Unit, handler: User | None) -> None:
    if office.kind not in ANSWERING_KINDS or office.closed_on is not None:
        raise DomainError(_("%(unit)s cannot answer requests.") % {"unit": office.name})
    if handler is not None and not holds_on_unit(handler, "handle_request", office.pk):
        raise DomainError(
            _("%(name)s does not handle requests of %(unit)s. Choose another person, or none.")
            % {"name": handler.name, "unit": office.name}
        )


def tell_office(kept: Request) -> None:
    unit = kept.office_id
    people = [kept.handler_id] if kept.handler_id else []
    if not people and unit is not None:
        people = holders([unit], "handle_request").get(unit, [])
    tell_staff(kept, people, f"office:{kept.office_id}:{kept.version}",
               _("A request was passed to your office."))  # fmt: skip


@transaction.atomic
def route_request(
    *, actor: User, request: Request, office: Unit, duty: OfficeDuty | None = None,
    handler: User | None = None, note: str = "", key: uuid.UUID | None = None,
) -> Request:  # fmt: skip
    """Pass a request from the desk to the office that answers for it. A line of the duty list may
    name the person and a shorter or longer time, counted from the day it was sent. Whoever sorts
    it first is recorded as first asked, unless staff brought it."""
    kept, is_done = begin(actor, request, Move.ROUTE, key)
    if is_done:
        return kept
    if handler is None and duty is not None and duty.owner is not None:
        may = holds_on_unit(duty.owner, "handle_request", office.pk)
        handler = duty.owner if may else None
    _check_office(office, handler)
    values: dict[str, Any] = {"office": office, "handler": handler, "routed_at": timezone.now()}
    if duty is not None and duty.answer_days is not None and not kept.reopened:
        due = work_calendar().due_after(kept.due_from, duty.answer_days)
        values |= {"answer_days": duty.answer_days, "due_on": due.day,
                   "is_due_provisional": due.is_provisional}  # fmt: skip
    if kept.first_asked_id is None:
        values["first_asked"] = actor
    save(kept, **values)
    leave_step(actor, kept, Move.ROUTE, text=note.strip(), key=key, office=office.pk,
               duty=duty.pk if duty else None)  # fmt: skip
    tell_office(kept)
    return kept


@transaction.atomic
def take_request(*, actor: User, request: Request, key: uuid.UUID | None = None) -> Request:
    """Say that one works on it; from now on the request is that person's."""
    kept, is_done = begin(actor, request, Move.TAKE, key)
    if is_done:
        return kept
    save(kept, taken_at=timezone.now(), handler=actor)
    leave_step(actor, kept, Move.TAKE, key=key)
    tell_sender(kept, f"taken:{kept.version}", _("Somebody works on your request."))
    return kept


@transaction.atomic
def transfer_request(
    *, actor: User, request: Request, reason: str, office: Unit | None = None,
    handler: User | None = None, key: uuid.UUID | None = None,
) -> Request:  # fmt: skip
    """Give a request to another office, or to another person; ``office`` None sends it back to the
    desk. The promised day stays. The first asked keeps sight, the former office does not. A
    protected one goes only to another independent handler."""
    reason = words_of(reason, _("Say in one sentence why it belongs elsewhere."))
    kept, is_done = begin(actor, request, Move.TRANSFER, key)
    if is_done:
        return kept
    values: dict[str, Any] = {"handler": handler, "taken_at": None}
    if kept.is_protected:
        if handler is None or not granted_unit_ids(handler, "handle_protected"):
            raise DomainError(_("A protected complaint goes only to another independent handler."))
        if not may_be_independent(handler, kept.about_id):
            raise DomainError(
                _("%(name)s holds a post in the unit that the complaint is about.")
                % {"name": handler.name}
            )
    elif office is None:
        values |= {"office": None, "routed_at": None, "handler": None}
    else:
        _check_office(office, handler)
        if office.pk == kept.office_id and handler is None:
            raise DomainError(_("It is with this office already. Choose another one."))
        values |= {"office": office, "routed_at": timezone.now()}
    former = kept.office_id
    save(kept, **values)
    leave_step(actor, kept, Move.TRANSFER, text=reason, key=key, former=former,
               office=kept.office_id)  # fmt: skip
    if kept.office_id is not None:
        tell_office(kept)
    return kept


@transaction.atomic
def answer_request(
    *, actor: User, request: Request, answer: str, files: Sequence[CleanFile] = (),
    key: uuid.UUID | None = None,
) -> Request:  # fmt: skip
    """Answer the sender, who then confirms or reopens. Only the first answer counts for the rate of
    answers in time."""
    answer = words_of(answer, _("Write what was done, or why it cannot be done."))
    kept, is_done = begin(actor, request, Move.ANSWER, key)
    if is_done:
        return kept
    now = timezone.now()
    values: dict[str, Any] = {"answer": answer, "answered_at": now, "handler": actor}
    if kept.taken_at is None:
        values["taken_at"] = now
    if kept.first_answered_at is None:
        values |= {"first_answered_at": now, "is_in_time": timezone.localdate(now) <= kept.due_on}
    save(kept, **values)
    leave_step(actor, kept, Move.ANSWER, text=answer, key=key)
    attach_files(actor=actor, record=kept, files=files)
    days = number("request.confirm_days")
    tell_sender(kept, f"answered:{kept.version}", ngettext(
        "Your request was answered. Say within %(n)s day whether it is solved.",
        "Your request was answered. Say within %(n)s days whether it is solved.", days,
    ) % {"n": days})  # fmt: skip
    return kept


@transaction.atomic
def hint_counsellor(
    *, actor: User, request: Request, people: list[int], key: uuid.UUID | None = None
) -> Request:
    """Ask the counsellors of the student to look in: a notice that leads to the log of a talk, and
    tells nothing of the request. ``people`` are asked for by the page."""
    kept, is_done = begin(actor, request, Move.HINT, key)
    if is_done:
        return kept
    if kept.is_protected or kept.student is None or not people:
        raise DomainError(_("No counsellor can be told about this request."))
    leave_step(actor, kept, Move.HINT, key=key, people=people)
    url = f"/log/?student={kept.student.student_no}"
    text = _("An office asks you to look in on one of your students.")
    Notification.objects.bulk_create(
        [Notification(user_id=pk, key=f"request-hint:{kept.pk}", text=text, url=url) for pk in people],
        ignore_conflicts=True,
    )  # fmt: skip
    return kept


def moves_now(request: Request, sides: set[Side]) -> list[Move]:
    """Moves that somebody with these sides may make from the present state."""
    today = timezone.localdate()
    found = []
    for move, (states, who) in MOVES.items():
        if request.state not in states or not sides & set(who):
            continue
        if move == Move.REOPEN and request.closed_at and request.recheck_on is None:
            continue
        if move == Move.RECHECK and not (request.recheck_on and request.recheck_on <= today):
            continue
        if move == Move.HINT and (request.is_protected or request.student_id is None):
            continue
        found.append(Move(move))
    return found


def is_overdue(request: Request) -> bool:
    return request.state in WAITING and request.due_on < timezone.localdate()
