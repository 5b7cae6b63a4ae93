"""The moment of a hand-over: the work moves in sets, the post ends, the rights follow."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.domain.appointments import appoint, cut_post
from cohorts.domain.leaving import (
    Move,
    leaving,
    open_work,
    refuse_open_work,
    work_kinds,
    work_words,
)
from cohorts.domain.reconcile import reconcile
from cohorts.enums import HandoverState
from cohorts.models import Appointment, Handover
from portal.core import audit
from portal.core.admin_rights import check_lockout
from portal.core.errors import StaleError
from portal.core.models import User

# The part that is the post itself: who follows in it signs for it.
POST = "post"


def people_of(handover: Handover) -> list[int]:
    """Everybody whose work or rights this hand-over touches."""
    receivers = handover.parts.exclude(receiver=None).values_list("receiver_id", flat=True)
    deputies = handover.post.deputies.filter(revoked_at=None).values_list("person_id", flat=True)
    return sorted({handover.post.person_id, *receivers, *deputies})


def _is_over(post: Appointment) -> bool:
    return post.revoked_at is not None or (
        post.ends_on is not None and post.ends_on < timezone.localdate()
    )


def complete(paper: Handover, actor: User) -> dict[str, int]:
    """Carry out a signed hand-over, its people locked; how many pieces of each kind moved.

    The receivers' rights are asked after the leaver's are gone and the successor's stand.
    Raises StaleError for new work without a receiver; DomainError when a receiver, or whoever
    proposed, lost the right meanwhile. Then nothing at all has changed.
    """
    rows = Appointment.objects.select_for_update(of=("self",))
    post: Appointment = rows.select_related("role", "unit", "person").get(pk=paper.post_id)
    receivers = {part.kind: part for part in paper.parts.select_related("receiver")}
    left = leaving(post)
    counts = open_work(left)
    kinds = {kind.code: kind for kind in work_kinds()}
    new = {
        code: number
        for code, number in counts.items()
        if code not in receivers and not (kinds[code].follows_post and POST in receivers)
    }
    if new:
        raise StaleError(
            _("New work came after this was proposed: %(work)s. Propose it again.")
            % {"work": work_words(new)}
        )
    _end(post)
    if paper.successor is not None:
        appoint(
            actor=paper.proposed_by, person=paper.successor, role=post.role, unit=post.unit,
            ends_on=paper.successor_until,
        )  # fmt: skip
    moved: dict[str, int] = {}
    for code in counts:
        receiver = paper.successor if kinds[code].follows_post else receivers[code].receiver
        if receiver is None:
            continue
        moved[code] = kinds[code].move(
            Move(actor, left, post.person, receiver, paper.proposed_by_id != post.person_id)
        )
        paper.parts.filter(kind=code).update(moved=moved[code])
    paper.state, paper.closed_at = HandoverState.DONE, timezone.now()
    paper.save(update_fields=["state", "closed_at"])
    check_lockout()
    audit.record(actor=actor, action="complete_handover", obj=paper, post=post.pk, moved=moved)
    return moved


def _end(post: Appointment) -> None:
    """Cut the post off now; one that has run out already only hands over what was left."""
    if _is_over(post):
        return
    for deputy in post.deputies.filter(revoked_at=None, ends_on__gte=timezone.localdate()):
        refuse_open_work(deputy)
    reconcile(cut_post(post, None))
