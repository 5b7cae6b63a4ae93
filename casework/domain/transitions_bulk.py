"""Many cases to one person, with the same rules as one by one and a constant number of statements."""

from collections.abc import Collection, Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.domain.transitions import WAITS, checked_words, move_due
from casework.enums import OWNER_MOVES, Move
from casework.models import Case, Seat, Transition
from casework.queries.bulk_refusals import not_led, unsendable
from cohorts.access import in_force
from cohorts.domain.reconcile import lock_people
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import Notification, User
from portal.core.scope import forget_reach


@transaction.atomic
def send_cases(*, actor: User, cases: Sequence[Case], to: User, words: str) -> list[Transition]:
    """Transfer several open cases to one person, who accepts them one by one or together.

    All or nothing: raises DomainError naming the numbers of the cases that cannot go, and
    PermissionDenied when the actor neither leads them nor is responsible for them.
    """
    words, now = checked_words(words), timezone.now()
    lock_people([to.pk])
    ids = sorted({case.pk for case in cases})
    locked = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    checked_receiver(to)
    forget_reach()
    if not_led(actor, locked):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))
    refused = unsendable(actor, locked, to)
    if refused:
        words = _(
            "These cannot be sent: closed, on their way already, or not open to this person: %(list)s."
        )
        numbers = sorted(case.number for case in locked if case.pk in refused)
        raise DomainError(words % {"list": "、".join(numbers[:10])})
    made: list[Transition] = Transition.objects.bulk_create(
        Transition(
            case=case, kind=Move.TRANSFER, from_person=actor, to_person=to, words=words,
            asked_at=now, due_at=move_due(Move.TRANSFER, now),
        )
        for case in locked
    )  # fmt: skip
    audit.record_many(actor=actor, action="send_cases", model=Case, ids=ids, person=to.pk)
    if made:
        text = ngettext(
            "%(n)s case was sent to you. Accept or decline it.",
            "%(n)s cases were sent to you. Accept or decline them.", len(made),
        ) % {"n": len(made)}  # fmt: skip
        Notification.objects.bulk_create(
            [Notification(user=to, key=f"moves:{made[0].pk}", text=text,
                          url=reverse("casework:moves"))],
            ignore_conflicts=True,
        )  # fmt: skip
    return made


def checked_receiver(to: User) -> None:
    """Raises DomainError for a student, and for whoever has left."""
    if not to.is_in_force() or hasattr(to, "student"):
        raise DomainError(_("Choose a member of staff whose account is in force."))


@transaction.atomic
def accept_moves(*, actor: User, ids: Collection[int]) -> int:
    """Accept several assignments and transfers at once, all or nothing. Whoever has no other right
    to a case gets a seat in its task force, as with a single one. Returns how many."""
    wanted = sorted(set(ids))
    if not wanted:
        return 0
    lock_people([actor.pk])
    cases = Transition.objects.filter(pk__in=wanted).values("case_id")
    kept = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk"))
    open_now = Transition.objects.select_for_update(of=("self",)).filter(WAITS, pk__in=wanted)
    found = list(open_now.filter(kind__in=OWNER_MOVES).order_by("pk"))
    forget_reach()
    mine = Transition.objects.restrict(actor, "answer_move").filter(pk__in=wanted).count()
    if mine < len(wanted):
        raise PermissionDenied(_("This was not sent to you. Nothing was changed."))
    if len(found) < len(wanted) or any(case.closed_at is not None for case in kept):
        raise DomainError(
            _("Some of these were answered, taken back or closed meanwhile. Reload the list."),
            code="stale",
        )
    taken = [case.pk for case in kept]
    can = set(
        Case.objects.restrict(actor, "write_case").filter(pk__in=taken).values_list("pk", flat=True)
    )
    _seat(actor, [pk for pk in taken if pk not in can])
    now = timezone.now()
    Transition.objects.filter(pk__in=wanted).update(accepted_at=now, accepted_by=actor)
    Case.objects.filter(pk__in=taken).update(
        owner=actor, version=F("version") + 1, triaged_at=Coalesce("triaged_at", Now())
    )
    audit.record_many(actor=actor, action="accept_moves", model=Case, ids=taken)
    _tell_senders(found, wanted[0])
    forget_reach()
    return len(wanted)


def _seat(person: User, ids: list[int]) -> None:
    today = timezone.localdate()
    seated = Seat.objects.filter(in_force(today), case__in=ids, person=person)
    seated.update(write_level="write")
    known = set(seated.values_list("case_id", flat=True))
    Seat.objects.bulk_create(
        Seat(case_id=pk, person=person, duty=_("responsible"), starts_on=today)
        for pk in ids
        if pk not in known
    )


def _tell_senders(moves: Sequence[Transition], first: int) -> None:
    senders = {move.from_person_id for move in moves if move.from_person_id is not None}
    Notification.objects.bulk_create(
        [Notification(user_id=pk, key=f"moves:{first}:answered", url=reverse("casework:moves"),
                      text=_("What you sent was accepted.")) for pk in sorted(senders)],
        ignore_conflicts=True,
    )  # fmt: skip
