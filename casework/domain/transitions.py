"""Moving a case: sent, accepted or declined, done, taken back (design 6).

One table says which move may follow which state and who makes it; every write locks the case
first, so that two answers never both count.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.domain.cases import seat_person
from casework.domain.rights import check_still, is_shut, still_allows
from casework.enums import MIN_REASON_CHARS, OWNER_MOVES, Move, MoveState
from casework.models import Case, Transition
from cohorts.domain.reconcile import lock_people
from cohorts.models import Appointment, Unit
from portal.core import audit
from portal.core.domain.mails import mail_at_once
from portal.core.errors import DomainError
from portal.core.models import Notification, User

RECEIVER, SENDER = "receiver", "sender"
# (state, act) -> (state after it, who may). What is not listed cannot be done.
MOVES: dict[tuple[str, str], tuple[str, str]] = {
    (MoveState.WAITING, "accept"): (MoveState.ACCEPTED, RECEIVER),
    (MoveState.WAITING, "decline"): (MoveState.DECLINED, RECEIVER),
    (MoveState.WAITING, "revoke"): (MoveState.REVOKED, SENDER),
    (MoveState.ACCEPTED, "finish"): (MoveState.DONE, RECEIVER),
}
_DAYS = {Move.ASSIGN: 1, Move.TRANSFER: 3, Move.REQUEST: 7, Move.REFER: 7}
# An answer wanted so soon does not wait for the next digest.
_URGENT = dt.timedelta(days=1)
WAITS = Q(accepted_at=None, declined_at=None, revoked_at=None)


def move_due(kind: str, at: dt.datetime) -> dt.datetime:
    """By when an answer is expected where nobody said so; running time."""
    return at + dt.timedelta(days=_DAYS[Move(kind)])


def checked_words(words: str) -> str:
    """What is asked, without blanks around it. Raises DomainError when it says nothing."""
    words = words.strip()
    if len(words) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence what is asked and what must be known for it."))
    return words


@dataclass(frozen=True)
class Receiver:
    """Exactly one of them."""

    person: User | None = None
    unit: Unit | None = None
    outside: str = ""


@transaction.atomic
def send_case(
    *,
    actor: User,
    case: Case,
    kind: str,
    to: Receiver,
    words: str,
    due_at: dt.datetime | None = None,
    client_key: uuid.UUID | None = None,
) -> Transition:
    """Send a case, or a request about it, to a person, an office or outside the school.

    Whoever is responsible stays so until the move is accepted. The same ``client_key`` gives the
    first one back. Raises DomainError for a closed case, an empty text, a time that has passed, a
    receiver who cannot take it, or a second open assignment; PermissionDenied without the right.
    """
    lock_people([to.person.pk] if to.person else [])
    case = Case.objects.select_for_update(of=("self",)).select_related("student").get(pk=case.pk)
    sent: Transition | None = Transition.objects.filter(client_key=client_key).first()
    if client_key is not None and sent is not None and sent.from_person_id == actor.pk:
        return sent
    if case.closed_at is not None:
        raise DomainError(_("This case is closed. Report the student again to open a new one."))
    words, now = checked_words(words), timezone.now()
    due_at = due_at or move_due(kind, now)
    if due_at < now:
        raise DomainError(_("The day lies in the past. Choose today or later."))
    _check_receiver(actor, case, kind, to)
    # Whoever leads the case moves it; who is responsible may hand on what is his own.
    needed = "write_case" if case.owner_id == actor.pk or kind == Move.REQUEST else "manage_case"
    check_still(actor, case, needed)
    move: Transition = Transition.objects.create(
        case=case, kind=kind, from_person=actor, to_person=to.person, to_unit=to.unit,
        to_outside=to.outside.strip(), words=words, asked_at=now, due_at=due_at,
        client_key=client_key,
    )  # fmt: skip
    audit.record(
        actor=actor, action="send_case", obj=case, move=move.pk, kind=kind,
        person=to.person.pk if to.person else None, unit=to.unit.pk if to.unit else None,
    )  # fmt: skip
    receivers = _receivers(move)
    _tell(move, receivers, "sent", _("A case was sent to you. Accept or decline it."))
    if move.due_at <= move.asked_at + _URGENT:
        mail_at_once(people=receivers, key=f"move:{move.pk}")
    if to.outside:
        # Nobody outside has an account: who sends the student there answers for the way back.
        move.accepted_at, move.accepted_by = now, actor
        move.save(update_fields=["accepted_at", "accepted_by"])
    return move


def _check_receiver(actor: User, case: Case, kind: str, to: Receiver) -> None:
    if sum((to.person is not None, to.unit is not None, bool(to.outside.strip()))) != 1:
        raise DomainError(_("Choose one receiver: a person, an office, or a place outside."))
    if kind in OWNER_MOVES:
        if to.person is None:
            raise DomainError(_("Only a person can be responsible. Choose a person."))
        if to.person.pk == case.owner_id:
            raise DomainError(_("%(name)s is responsible already.") % {"name": to.person.name})
        if Transition.objects.filter(WAITS, case=case, kind__in=OWNER_MOVES).exists():
            raise DomainError(
                _("This case is on its way to somebody already. Take that back first.")
            )
    if to.person is not None:
        if not to.person.is_in_force() or hasattr(to.person, "student"):
            raise DomainError(_("Choose a member of staff whose account is in force."))
        if to.person.pk == actor.pk and kind != Move.TRANSFER:
            raise DomainError(_("You cannot send a case to yourself."))
        if is_shut(to.person, case):
            raise DomainError(
                _("%(name)s is locked out of this case. Choose somebody else.")
                % {"name": to.person.name}
            )
    if to.unit is not None and not _holders(to.unit):
        raise DomainError(
            _("Nobody does the work of %(unit)s today. Choose a person or another office.")
            % {"unit": to.unit.label}
        )


def _holders(unit: Unit) -> list[int]:
    posts = Appointment.objects.in_force(timezone.localdate()).filter(
        unit__below__descendant=unit, role__permissions__codename="do_task",
        person__is_active=True,
    )  # fmt: skip
    return sorted(set(posts.values_list("person_id", flat=True)))


def _receivers(move: Transition) -> list[int]:
    if move.to_person_id is not None:
        return [move.to_person_id]
    return _holders(move.to_unit) if move.to_unit is not None else []


def _tell(move: Transition, people: Collection[int], what: str, words: str) -> None:
    """A line in the bell, without a name: the page asks the right."""
    url = reverse("casework:move", args=[move.pk])
    Notification.objects.bulk_create(
        [Notification(user_id=pk, key=f"move:{move.pk}:{what}", text=words, url=url)
         for pk in people],
        ignore_conflicts=True,
    )  # fmt: skip


def may_answer(user: User, move: Transition, act: str) -> bool:
    """Whether the table lets ``user`` make this act now."""
    after = MOVES.get((move.state, act))
    if after is None:
        return False
    if after[1] == SENDER:
        return move.from_person_id == user.pk or still_allows(user, move, "manage_case")
    if move.to_outside:
        return move.accepted_by_id == user.pk or still_allows(user, move, "manage_case")
    return still_allows(user, move, "answer_move")


def _begin(actor: User, move: Transition, act: str) -> tuple[Case, Transition]:
    """The case and the move as they are now, both locked; raises when the act is not allowed."""
    people = [pk for pk in (actor.pk, move.to_person_id) if pk is not None]
    lock_people(sorted(set(people)))
    case = Case.objects.select_for_update(of=("self",)).get(pk=move.case_id)
    now = Transition.objects.select_for_update(of=("self",)).get(pk=move.pk)
    if (now.state, act) not in MOVES:
        raise DomainError(
            _("This is already “%(state)s”. Nothing was changed.")
            % {"state": now.state_label}, code="stale",
        )  # fmt: skip
    if not may_answer(actor, now, act):
        raise PermissionDenied(_("This was not sent to you. Nothing was changed."))
    now.case = case
    return case, now


@transaction.atomic
def accept_move(*, actor: User, move: Transition) -> Transition:
    """Take it on. An assignment or transfer makes ``actor`` responsible; who has no other right to
    the case gets a seat in its task force, so that the work can be done."""
    case, now = _begin(actor, move, "accept")
    now.accepted_at, now.accepted_by = timezone.now(), actor
    now.save(update_fields=["accepted_at", "accepted_by"])
    if now.kind in OWNER_MOVES:
        if case.closed_at is not None:
            raise DomainError(_("This case is closed; nothing was saved."))
        _make_responsible(actor, case)
    audit.record(actor=actor, action="accept_move", obj=case, move=now.pk, kind=now.kind,
                 after=case.owner_id)  # fmt: skip
    _answered(now, _("What you sent was accepted."))
    return now


def _make_responsible(actor: User, case: Case) -> None:
    if not still_allows(actor, case, "write_case"):
        seat_person(actor=None, case=case, person=actor, duty=_("responsible"))
    case.owner = actor
    case.triaged_at = case.triaged_at or timezone.now()
    case.version += 1
    case.save(update_fields=["owner", "triaged_at", "version"])


def _answered(move: Transition, words: str) -> None:
    if move.from_person_id is not None:
        _tell(move, [move.from_person_id], "answered", words)


def _reasoned(words: str) -> str:
    if len(words.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence why."))
    return words.strip()[:300]


@transaction.atomic
def decline_move(*, actor: User, move: Transition, reason: str) -> Transition:
    """Send it back with a reason; who was responsible stays so."""
    case, now = _begin(actor, move, "decline")
    now.end_words, now.declined_at, now.declined_by = _reasoned(reason), timezone.now(), actor
    now.save(update_fields=["end_words", "declined_at", "declined_by"])
    audit.record(actor=actor, action="decline_move", obj=case, move=now.pk, kind=now.kind)
    _answered(now, _("What you sent was declined. Send it to somebody else."))
    return now


@transaction.atomic
def revoke_move(*, actor: User, move: Transition, reason: str) -> Transition:
    """Take it back before it is answered; the receiver sees it no more."""
    case, now = _begin(actor, move, "revoke")
    now.end_words, now.revoked_at = _reasoned(reason), timezone.now()
    now.save(update_fields=["end_words", "revoked_at"])
    url = reverse("casework:move", args=[now.pk])
    Notification.objects.filter(url=url, read_at=None).delete()
    audit.record(actor=actor, action="revoke_move", obj=case, move=now.pk, kind=now.kind)
    return now


@transaction.atomic
def finish_move(*, actor: User, move: Transition, note: str) -> Transition:
    """What was asked is done; the note goes back to the sender and to the case."""
    case, now = _begin(actor, move, "finish")
    if len(note.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Write the return note: what was done, what is advised, what is next."))
    now.return_note, now.done_at = note.strip()[:2000], timezone.now()
    now.save(update_fields=["return_note", "done_at"])
    audit.record(actor=actor, action="finish_move", obj=case, move=now.pk, kind=now.kind)
    _answered(now, _("What you sent is done; read the return note."))
    return now
