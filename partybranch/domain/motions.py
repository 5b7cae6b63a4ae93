"""Votes at an event, by counts only; the arithmetic is that of development (rulebook 1.4)."""

import uuid
from dataclasses import asdict

from django.db import transaction
from django.utils.translation import gettext as _

from partybranch.domain.facts import Ballot, Fault
from partybranch.domain.life import EventError
from partybranch.domain.rights import check_still
from partybranch.domain.sent import sent_before
from partybranch.domain.voting import ballot_faults
from partybranch.enums import Body, Presence
from partybranch.models import BranchEvent, Motion
from partybranch.queries.facts import organ_of
from partybranch.queries.joint import of_side
from partybranch.queries.rules import numbers
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def hold_vote(
    *,
    actor: User | None,
    event: BranchEvent,
    matter: str,
    body: Body,
    ballot: Ballot,
    client_key: uuid.UUID | None = None,
) -> Motion:
    """Enter the counts of a vote that an event held. One that did not pass is kept as well.

    Raises EventError for counts that cannot be (more ballots than people, no quorum, members not
    accounted for), DomainError for a withdrawn event. The same ``client_key`` gives the first back.
    """
    who = {"entered_by_id": actor and actor.pk, "event_id": event.pk}
    sent = sent_before(Motion, client_key, matter=matter.strip(), **who, **asdict(ballot))
    if sent is not None:
        return sent
    kept = (
        BranchEvent.objects.select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=event.pk)
    )
    if kept.withdrawn_at is not None:
        raise DomainError(_("This event was withdrawn; enter it anew."))
    organ = organ_of(kept.branch, kept.on, numbers()["branch.committee_from"])
    faults = ballot_faults(ballot, body, organ, numbers()["branch.min_full"])
    came = kept.attendance.filter(of_side(kept.branch), presence=Presence.PRESENT).count()
    if not faults and ballot.present > came:
        faults = [Fault("came", _(
            "%(present)s voters present, but only %(came)s people came to the event. Correct one "
            "of the two.") % {"present": ballot.present, "came": came}, "present")]  # fmt: skip
    if faults:
        raise EventError(faults)
    made: Motion = Motion.objects.create(
        event=kept, matter=matter.strip(), on=kept.on, body=body, entered_by=actor,
        client_key=client_key, **asdict(ballot),
    )  # fmt: skip
    made.refresh_from_db(fields=["passed"])
    check_still(actor, kept.branch, "write_branch_life")
    audit.record(actor=actor, action="hold_vote", obj=kept, motion=made.pk, **asdict(ballot))
    return made
