"""Handing over a post: proposed by the leaver or the superior, signed by the receivers.

Nothing moves before the last signature; then everything moves in that one transaction.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.appointments import check_within_own
from cohorts.domain.handing_over import POST, complete, people_of
from cohorts.domain.leaving import leaving, open_work, work_kinds
from cohorts.domain.reconcile import lock_people
from cohorts.enums import HandoverState
from cohorts.models import Appointment, Handover, HandoverPart
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import Notification, User


class _Tried(Exception):
    """Ends a trial run: everything it wrote is taken back."""


def may_end(actor: User, post: Appointment) -> bool:
    """Whether ``actor`` is a superior of the post: one who appoints to it."""
    try:
        check_within_own(actor, post.role, post.unit)
    except DomainError:
        return False
    return True


def _check_proposer(actor: User, post: Appointment, successor: User | None) -> None:
    is_own = actor.pk == post.person_id and actor.is_in_force()
    if not is_own:
        check_within_own(actor, post.role, post.unit)
    elif successor is not None:
        raise DomainError(
            _("Who follows in your post is named by your superior. Propose the work only.")
        )


@transaction.atomic
def propose_handover(
    *,
    actor: User,
    post: Appointment,
    receivers: Mapping[str, User | None],
    successor: User | None = None,
    successor_until: dt.date | None = None,
    notes: str = "",
) -> Handover:
    """Propose who takes which kind of open work (code → receiver; None: it stays).

    ``successor`` is appointed to the same post at the last signature and signs too. The whole
    act is tried and taken back, so what could not be signed later is refused now: a receiver out
    of force or without the right, work without a receiver, a post beyond the actor's own. With
    nobody to sign, a superior's proposal takes effect at once.
    """
    whole = [successor, *receivers.values()]
    lock_people([post.person_id, *(one.pk for one in whole if one is not None)])
    post = Appointment.objects.select_related("role", "unit", "person").get(pk=post.pk)
    _check_proposer(actor, post, successor)
    if post.handovers.filter(state=HandoverState.PROPOSED).exists():
        raise DomainError(_("A hand-over of this post already waits. Withdraw that one first."))
    for person in whole:
        if person is not None and not person.is_in_force():
            raise DomainError(_("The account of %(name)s is closed.") % {"name": person.name})
        if person is not None and person.pk == post.person_id:
            raise DomainError(_("Nobody hands over to himself. Choose somebody else."))
    _check_whole(post, receivers, successor)
    paper: Handover = Handover.objects.create(
        post=post, notes=notes.strip(), successor=successor, successor_until=successor_until,
        proposed_by=actor,
    )  # fmt: skip
    parts = {**({POST: successor} if successor else {}), **receivers}
    HandoverPart.objects.bulk_create(
        HandoverPart(handover=paper, kind=code, receiver=person) for code, person in parts.items()
    )
    audit.record(
        actor=actor, action="propose_handover", obj=paper, post=post.pk,
        receivers={code: person.pk if person else None for code, person in parts.items()},
    )  # fmt: skip
    signers = sorted({person.pk for person in parts.values() if person is not None})
    if signers:
        _try(paper, actor)
        _tell(paper, signers, _("A hand-over waits for your signature: %(post)s."))
    elif actor.pk == post.person_id:
        raise DomainError(_("Nothing is to be handed over: your superior ends the post."))
    else:
        complete(paper, actor)
    return paper


def _check_whole(
    post: Appointment, receivers: Mapping[str, User | None], successor: User | None
) -> None:
    kinds = {kind.code: kind for kind in work_kinds()}
    for code in open_work(leaving(post)):
        kind = kinds[code]
        if kind.follows_post:
            if successor is None:
                raise DomainError(
                    _("%(work)s goes with the post: name who takes the post.")
                    % {"work": kind.label}
                )
        elif code not in receivers or (receivers[code] is None and not kind.can_stay):
            raise DomainError(_("Say who takes this: %(work)s.") % {"work": kind.label})


def _try(paper: Handover, actor: User) -> None:
    try:
        with transaction.atomic():
            complete(paper, actor)
            raise _Tried
    except _Tried:
        paper.refresh_from_db()


def _open_locked(handover: Handover) -> Handover:
    lock_people(people_of(handover))
    rows = Handover.objects.select_for_update(of=("self",)).select_related("post", "proposed_by")
    paper: Handover = rows.get(pk=handover.pk)
    if paper.state != HandoverState.PROPOSED:
        raise StaleError(
            _("This hand-over is no longer open: %(state)s.") % {"state": paper.get_state_display()}
        )
    return paper


@transaction.atomic
def sign_handover(*, actor: User, handover: Handover) -> Handover:
    """Sign all one's parts. With the last signature the work moves and the post ends, at once.

    Raises StaleError when it was closed meanwhile or new work came that nobody takes.
    """
    paper = _open_locked(handover)
    if not actor.is_in_force():
        raise DomainError(_("Your account is closed."), code="denied")
    signed = paper.parts.filter(receiver=actor, signed_at=None).update(signed_at=timezone.now())
    if not signed:
        raise DomainError(_("Nothing here waits for your signature."), code="denied")
    audit.record(actor=actor, action="sign_handover", obj=paper, parts=signed)
    if paper.parts.filter(receiver__isnull=False, signed_at=None).exists():
        return paper
    complete(paper, actor)
    _tell(paper, [paper.proposed_by_id, paper.post.person_id], _("Handed over: %(post)s."))
    return paper


@transaction.atomic
def decline_handover(*, actor: User, handover: Handover, reason: str) -> Handover:
    """Give it back with a reason: everything stays as it is, and the proposer is told."""
    paper = _open_locked(handover)
    if not paper.parts.filter(receiver=actor).exists():
        raise DomainError(_("Nothing here waits for your signature."), code="denied")
    if not reason.strip():
        raise DomainError(_("Say why, so that it can be proposed differently."))
    _close(paper, HandoverState.DECLINED, reason)
    audit.record(actor=actor, action="decline_handover", obj=paper, reason=reason[:300])
    _tell(
        paper, [paper.proposed_by_id, paper.post.person_id], _("A hand-over came back: %(post)s.")
    )
    return paper


@transaction.atomic
def withdraw_handover(*, actor: User, handover: Handover) -> Handover:
    """Take a proposal back: the proposer, the leaver or a superior."""
    paper = _open_locked(handover)
    own = {paper.proposed_by_id, paper.post.person_id}
    if actor.pk not in own and not may_end(actor, paper.post):
        raise DomainError(_("Only who proposed it or appoints there takes it back."), code="denied")
    _close(paper, HandoverState.WITHDRAWN, "")
    audit.record(actor=actor, action="withdraw_handover", obj=paper)
    return paper


def _close(paper: Handover, state: HandoverState, words: str) -> None:
    paper.state, paper.closing_words = state, words.strip()[:300]
    paper.closed_at = timezone.now()
    paper.save(update_fields=["state", "closing_words", "closed_at"])


def _tell(paper: Handover, people: Collection[int], text: str) -> None:
    words = text % {"post": f"{paper.post.unit.label} {paper.post.role.name}"}
    for pk in set(people):
        Notification.objects.get_or_create(
            user_id=pk, key=f"handover:{paper.pk}:{paper.state}",
            defaults={"text": words[:300], "url": f"/handovers/{paper.pk}/"},
        )  # fmt: skip
