"""Two keys: asking for them, turning them, withdrawing (rulebook 3.2; design 6).

Every write locks the row of the case first, so that two people never settle one thing twice.
"""

import datetime as dt
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.domain.rights import check_still
from casework.enums import MIN_REASON_CHARS, KeyKind, KeySide, KeyVerdict
from casework.models import Case, KeyRequest, KeyTurn, LockOut
from casework.queries.key_sides import OFFICES, holders, may_turn, sides_of
from casework.queries.numbers import number
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import Notification, User
from portal.core.scope import forget_reach

Effect = Callable[[User | None, Case, KeyRequest], None]
# What a confirmed or refused request does; filled by the modules that know how.
GRANTED: dict[str, Effect] = {}
REFUSED: dict[str, Effect] = {}


def checked_reason(reason: str) -> str:
    """The reason without blanks around it. Raises DomainError when it says nothing."""
    reason = reason.strip()
    if len(reason) < MIN_REASON_CHARS:
        raise DomainError(_("Give the reason in one sentence."))
    return reason


def put_request(
    *, actor: User | None, request: KeyRequest, wait: dt.timedelta | None = None
) -> KeyRequest:
    """Keep a request that the caller has filled in, under the lock of its case. Whoever speaks for
    one of several sides turns that key by asking. Raises DomainError when it was asked already."""
    case = request.case
    open_now = KeyRequest.objects.filter(
        case=case, kind=request.kind, entry=request.entry, settled_at=None, withdrawn_at=None
    )
    asked = open_now.select_related("asked_by").first()
    if asked is not None:
        raise DomainError(
            _("%(name)s asked for this on %(day)s; the keys are being turned. See the case.")
            % {"name": asked.asked_by.name if asked.asked_by else _("The system"),
               "day": date_format(timezone.localtime(asked.asked_at), "DATE_FORMAT")},
            code="asked",
        )  # fmt: skip
    request.asked_at = timezone.now()
    request.asked_by = actor
    wait = wait or dt.timedelta(days=number("case.key_days"))
    request.due_at = request.asked_at + wait
    request.save()
    own = sides_of(actor, case).intersection(request.sides) if actor is not None else set()
    if actor is not None and len(own) == 1 and len(_offices(request)) > 1:
        KeyTurn.objects.create(
            request=request, side=own.pop(), person=actor, verdict=KeyVerdict.AGREED,
            at=request.asked_at,
        )  # fmt: skip
    audit.record(actor=actor, action="ask_keys", obj=case, request=request.pk, kind=request.kind,
                 after=request.to_level_id)  # fmt: skip
    if actor is not None:
        _tell_holders(request, f"keys:{request.pk}")
    return request


def _offices(request: KeyRequest) -> list[str]:
    return [side for side in request.sides if side in OFFICES]


def locked(request: KeyRequest) -> tuple[Case, KeyRequest]:
    """The case and the request as they are now, the case locked first."""
    case = Case.objects.select_for_update(of=("self",)).select_related("level", "student").get(
        pk=request.case_id
    )  # fmt: skip
    now = KeyRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    now.case = case
    return case, now


@transaction.atomic
def turn_key(
    *, actor: User, request: KeyRequest, side: str, verdict: str, note: str = ""
) -> KeyTurn:
    """Say yes or no for one side. The last yes lets the request take effect at once.

    The same word of the same side again changes nothing and returns the first. A side may change
    its word while the request is open. One person never speaks for two sides; where the student
    stands on one side only, the one who asked does not confirm. Raises PermissionDenied when no
    post of the actor speaks for this side, DomainError when the request is settled, when a no has
    no reason, or when what was asked for is no longer possible.
    """
    case, request = locked(request)
    forget_reach()
    if side not in may_turn(actor, request):
        raise PermissionDenied(_("None of your posts speaks for this side in this case."))
    if side != KeySide.COUNSELLING:
        check_still(actor, case, "manage_case")
    note = note.strip()[:500]
    turns = {turn.side: turn for turn in request.turns.select_related("person")}
    given = turns.get(side)
    if given is not None and given.verdict == verdict and (
        request.is_open or given.person_id == actor.pk
    ):  # fmt: skip
        return given
    _check_turn(request, turns, actor, side, verdict, note)
    now = timezone.now()
    turn, _made = KeyTurn.objects.update_or_create(
        request=request, side=side,
        defaults={"person": actor, "verdict": verdict, "note": note, "at": now},
    )  # fmt: skip
    turns[side] = turn
    audit.record(actor=actor, action="turn_key", obj=case, request=request.pk, kind=request.kind,
                 side=side, verdict=verdict)  # fmt: skip
    _settle(actor, case, request, turns, now)
    return turn


def _check_turn(
    request: KeyRequest, turns: dict[str, KeyTurn], actor: User, side: str, verdict: str, note: str
) -> None:
    if not request.is_open:
        raise DomainError(
            _("Somebody else was faster: this is already %(state)s. Nothing was changed.")
            % {"state": request.state_label}, code="stale",
        )  # fmt: skip
    if verdict == KeyVerdict.DISAGREED and len(note) < MIN_REASON_CHARS:
        raise DomainError(_("Say in one sentence why your side does not agree."))
    if any(turn.person_id == actor.pk for name, turn in turns.items() if name != side):
        raise DomainError(_("You have already turned the other key: one person never turns two."))
    if request.asked_by_id == actor.pk and len(_offices(request)) == 1 and side in OFFICES:
        raise DomainError(
            _("You asked for this yourself. Somebody else of your side has to confirm it.")
        )


def _settle(
    actor: User, case: Case, request: KeyRequest, turns: dict[str, KeyTurn], now: dt.datetime
) -> None:
    """Keep what follows from the words given so far."""
    noes = {side for side, turn in turns.items() if turn.verdict == KeyVerdict.DISAGREED}
    if request.kind == KeyKind.ENTER and case.triaged_at is None:
        case.triaged_at = now
        case.version += 1
        case.save(update_fields=["triaged_at", "version"])
    if set(turns) == set(request.sides) and not noes:
        request.settled_at, request.is_granted, request.disagreed_at = now, True, None
        request.save(update_fields=["settled_at", "is_granted", "disagreed_at"])
        GRANTED[request.kind](actor, case, request)
        return
    if noes.issuperset(_offices(request)):
        request.settled_at, request.is_granted = now, False
        request.save(update_fields=["settled_at", "is_granted"])
        REFUSED[request.kind](actor, case, request)
        return
    clash = (request.disagreed_at or now) if noes else None
    if clash != request.disagreed_at:
        # A disagreement goes to the joint meeting: from now on its clock runs, not the first one.
        days = number("case.clash_days" if clash else "case.key_days")
        request.disagreed_at, request.due_at = clash, now + dt.timedelta(days=days)
        request.save(update_fields=["disagreed_at", "due_at"])
        if clash:
            _tell_holders(request, f"keys-clash:{request.pk}")


@transaction.atomic
def withdraw_request(*, actor: User, request: KeyRequest, reason: str) -> KeyRequest:
    """Take back what one asked for, as long as it is open. An entry that is taken back leaves the
    ledger. Raises DomainError for somebody else's request or a settled one."""
    reason = checked_reason(reason)
    case, request = locked(request)
    if request.asked_by_id != actor.pk:
        raise DomainError(_("Only the person who asked can take it back. Disagree instead."))
    if request.withdrawn_at is not None:
        return request
    if not request.is_open:
        raise DomainError(
            _("Somebody else was faster: this is already %(state)s. Nothing was changed.")
            % {"state": request.state_label}, code="stale",
        )  # fmt: skip
    request.withdrawn_at = timezone.now()
    request.save(update_fields=["withdrawn_at"])
    check_still(actor, case, "write_case")
    audit.record(actor=actor, action="withdraw_keys", obj=case, request=request.pk,
                 kind=request.kind, reason=reason[:300])  # fmt: skip
    if request.kind == KeyKind.ENTER:
        REFUSED[request.kind](actor, case, request)
    return request


@transaction.atomic
def remind_holders(*, actor: User, request: KeyRequest) -> int:
    """Ring once a day for those whose key is missing. Returns how many were told now."""
    case, request = locked(request)
    check_still(actor, case, "write_case")
    if not request.is_open:
        return 0
    day = timezone.localdate().isoformat()
    told = _tell_holders(request, f"keys-remind:{request.pk}:{day}")
    audit.record(actor=actor, action="remind_keys", obj=case, request=request.pk, told=told)
    return told


def _tell_holders(request: KeyRequest, key: str) -> int:
    """A line in the bell of those whose key is missing; it names nobody."""
    given = set(request.turns.filter(verdict=KeyVerdict.AGREED).values_list("side", flat=True))
    people = holders(request.case, [side for side in request.sides if side not in given])
    shut = LockOut.objects.filter(case_id=request.case_id, ends_at=None)
    people -= {*shut.values_list("person_id", flat=True), request.asked_by_id or 0}
    told = Notification.objects.filter(user_id__in=people, key=key)
    people -= set(told.values_list("user_id", flat=True))
    words = {
        KeyKind.ENTER: _("An entry waits for your side's confirmation until %(day)s"),
        KeyKind.LOWER: _("A lowering waits for your side's confirmation until %(day)s"),
        KeyKind.CLOSE: _("A closing waits for your side's confirmation until %(day)s"),
    }
    if request.disagreed_at is not None:
        text = _("The two sides disagree about a case: it goes to the next joint meeting")
    else:
        day = date_format(timezone.localtime(request.due_at), "DATE_FORMAT")
        text = words[KeyKind(request.kind)] % {"day": day}
    url = reverse("casework:key", args=[request.pk])
    Notification.objects.bulk_create(
        [Notification(user_id=pk, key=key, text=text, url=url) for pk in sorted(people)],
        ignore_conflicts=True,
    )
    return len(people)


def withdraw_open(*, case: Case, kinds: list[str], at: dt.datetime) -> int:
    """Requests that events have overtaken: a raised level takes back lowering and closing."""
    rows = KeyRequest.objects.filter(case=case, kind__in=kinds, settled_at=None, withdrawn_at=None)
    return int(rows.update(withdrawn_at=at))
