"""States and moves of a request: the one table that says what may follow what."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RequestState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    SENT = "sent", _("waits for sorting")
    ROUTED = "routed", _("passed to an office")
    IN_PROGRESS = "in_progress", _("in progress")
    ANSWERED = "answered", pgettext_lazy("request", "answered")
    CLOSED = "closed", pgettext_lazy("request", "closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("request", "withdrawn")


class Move(models.TextChoices):
    """One dated step; each is a row of the request's history."""

    SEND = "send", _("sent")
    ROUTE = "route", _("passed on")
    TAKE = "take", _("taken up")
    TRANSFER = "transfer", _("transferred")
    ANSWER = "answer", pgettext_lazy("step", "answered")
    CONFIRM = "confirm", _("confirmed by the sender")
    REOPEN = "reopen", _("reopened by the sender")
    LAPSE = "lapse", _("closed by itself: no word from the sender")
    RECHECK = "recheck", _("asked again later")
    WITHDRAW = "withdraw", _("taken back by the sender")
    HINT = "hint", _("hint to the counsellor")


class Side(models.TextChoices):
    """Who makes a move: the desk, the office that has it, the sender, or the clock."""

    DESK = "desk"
    OFFICE = "office"
    SENDER = "sender"
    CLOCK = "clock"


S, M = RequestState, Move
# move -> states it may start from, sides that may make it.
MOVES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    M.ROUTE: (frozenset({S.SENT}), frozenset({Side.DESK})),
    M.TAKE: (frozenset({S.ROUTED}), frozenset({Side.OFFICE})),
    M.TRANSFER: (frozenset({S.ROUTED, S.IN_PROGRESS}), frozenset({Side.DESK, Side.OFFICE})),
    M.ANSWER: (frozenset({S.ROUTED, S.IN_PROGRESS}), frozenset({Side.OFFICE})),
    M.CONFIRM: (frozenset({S.ANSWERED}), frozenset({Side.SENDER})),
    M.REOPEN: (frozenset({S.ANSWERED, S.CLOSED}), frozenset({Side.SENDER})),
    M.LAPSE: (frozenset({S.ANSWERED}), frozenset({Side.CLOCK})),
    M.RECHECK: (frozenset({S.CLOSED}), frozenset({Side.SENDER})),
    M.WITHDRAW: (frozenset({S.SENT, S.ROUTED, S.IN_PROGRESS}), frozenset({Side.SENDER})),
    M.HINT: (frozenset({S.SENT, S.ROUTED, S.IN_PROGRESS}), frozenset({Side.DESK, Side.OFFICE})),
}
# States in which the promised day still counts, and in which the request is under way.
WAITING = frozenset({S.SENT, S.ROUTED, S.IN_PROGRESS})
OPEN = WAITING | {S.ANSWERED}
MIN_TEXT = 6
