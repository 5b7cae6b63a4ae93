"""Applications about branches: drafted from a grouping, corrected by hand, sent (rulebook 1.5).

Nothing of the branches changes here; ``changes_apply`` carries an approved one out.
"""

import uuid
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import granted_unit_ids
from partybranch.domain.change_faults import change_faults, kind_of, source_faults
from partybranch.domain.facts import MIN_REASON
from partybranch.domain.grouping import One, grouped, proposed_name
from partybranch.domain.life import EventError
from partybranch.domain.rights import check_still, denied
from partybranch.domain.sent import sent_before
from partybranch.enums import ABOVE_BRANCHES, ALONE, ChangeState, Grouping, PartyKind
from partybranch.models import (
    PartyOrganization,
    ProposedBranch,
    ProposedPlace,
    Reorganization,
)
from partybranch.queries.changes import Key, layout_of, people_of, sides_of
from portal.core import audit
from portal.core.errors import DomainError, StaleError
from portal.core.models import User
from portal.core.scope import forget_reach


@transaction.atomic
def draft_change(
    *,
    actor: User | None,
    branches: Sequence[PartyOrganization],
    rule: str,
    title: str,
    count: int = 2,
    kind: str = PartyKind.JOINT,
    client_key: uuid.UUID | None = None,
) -> Reorganization:
    """Keep a grouping as a draft, to be corrected and sent. With ``Grouping.HAND`` everybody stays
    at first and the proposal is made by hand.

    Raises EventError with every reason against the choice of branches (other committees, closed
    ones, another application under way), PermissionDenied without the right to keep their rolls.
    """
    said = {"made_by_id": actor and actor.pk, "title": title.strip()[:80], "grouping": rule}
    if (sent := sent_before(Reorganization, client_key, **said)) is not None:
        return sent
    faults = source_faults(branches)
    if faults:
        raise EventError(faults)
    if len(title.strip()) < MIN_REASON:
        raise DomainError(_("Give the application a title."))
    committee = branches[0].approving_committee
    assert committee is not None
    made: Reorganization = Reorganization.objects.create(
        committee=committee, kind="", client_key=client_key, **said
    )
    made.sources.set(branches)
    people = people_of(branches)
    _propose(made, branches, people, rule, count, kind)
    _settle(made)
    forget_reach()
    keys = {committee.pk, *(one.pk for one in branches)}
    if actor is not None and not keys <= set(granted_unit_ids(actor, "write_party_file")):
        raise denied()
    audit.record(
        actor=actor, action="draft_change", obj=made, committee=committee.pk, rule=str(rule),
        branches=sorted(one.pk for one in branches), people=len(people),
    )  # fmt: skip
    return made


def _propose(
    made: Reorganization, branches: Sequence[PartyOrganization], people: Sequence[One], rule: str,
    count: int, kind: str,
) -> None:  # fmt: skip
    target: dict[Key, ProposedBranch] = {}
    if rule != Grouping.HAND:
        parents = {one.parent_id for one in branches}
        above = branches[0].parent if len(parents) == 1 else None
        is_party = above is not None and PartyOrganization.objects.filter(pk=above.pk).exists()
        parent = above.pk if above is not None and is_party else made.committee_id
        sides = sides_of(branches)
        for label, group in grouped(people, rule, count).items():
            name = proposed_name(sides, rule, label, kind)
            one = ProposedBranch.objects.create(
                change=made, name=name, party_kind=kind, parent_id=parent
            )
            target |= {who.key: one for who in group}
    ProposedPlace.objects.bulk_create(_place(made, who, target.get(who.key)) for who in people)


def _place(change: Reorganization, who: One, target: ProposedBranch | None) -> ProposedPlace:
    return ProposedPlace(
        change=change,
        source_id=who.branch,
        target=target,
        student_id=who.key[1] if not who.is_staff else None,
        person_id=who.key[1] if who.is_staff else None,
    )


def _settle(change: Reorganization) -> None:
    """What the proposal comes to; whoever reads an older form learns that it changed."""
    kind = change.kind if change.kind in ALONE else kind_of(layout_of(change))
    Reorganization.objects.filter(pk=change.pk).update(kind=kind, version=F("version") + 1)
    change.refresh_from_db()


def locked(
    actor: User | None, change: Reorganization, state: str, version: int | None = None
) -> Reorganization:
    """The row as it is now, locked. Raises DomainError in another state, StaleError when somebody
    changed it since the form was opened."""
    kept: Reorganization = (
        Reorganization.objects.select_for_update(of=("self",))
        .select_related("committee")
        .get(pk=change.pk)
    )
    if version is not None and kept.version != version:
        raise StaleError(
            _("Somebody else changed this entry after you opened it. Reload, then try again.")
        )
    if kept.state != state:
        raise DomainError(
            _("This application is “%(state)s” meanwhile. Reload the page.")
            % {"state": ChangeState(kept.state).label}
        )
    return kept


def _done(actor: User | None, change: Reorganization, act: str, **detail: object) -> None:
    _settle(change)
    check_still(actor, change, "write_party_file")
    audit.record(actor=actor, action=act, obj=change, committee=change.committee_id, **detail)


@transaction.atomic
def propose_branch(
    *,
    actor: User | None,
    change: Reorganization,
    existing: PartyOrganization | None = None,
    name: str = "",
    kind: str = PartyKind.JOINT,
) -> ProposedBranch:
    """One more branch in a draft: a new one with a ``name``, or an open one that takes people in.

    Raises DomainError for neither or both, and for an ``existing`` one of another committee.
    """
    kept = locked(actor, change, ChangeState.DRAFT)
    if kept.kind in ALONE:
        raise DomainError(_("This application is about one branch. Draft another one."))
    if (existing is None) == (not name.strip()):
        raise DomainError(_("Name a new branch, or choose an open one."))
    if existing is not None:
        faults = source_faults([existing], committee=kept.committee, besides=kept)
        if faults:
            raise EventError(faults)
        if kept.proposed.filter(existing=existing).exists():
            raise DomainError(_("That branch is in the proposal already."))
    first = kept.proposed.first()
    made: ProposedBranch = ProposedBranch.objects.create(
        change=kept, existing=existing, name=existing.name if existing else name.strip()[:80],
        party_kind=existing.party_kind if existing else kind,
        parent_id=first.parent_id if first else kept.committee_id,
    )  # fmt: skip
    _done(actor, kept, "propose_branch", proposed=made.pk)
    return made


@transaction.atomic
def rename_proposed(
    *,
    actor: User | None,
    proposed: ProposedBranch,
    name: str,
    short_name: str,
    kind: str,
    parent: PartyOrganization,
) -> ProposedBranch:
    """Name, kind and place of a new branch in a draft. Raises DomainError for an open one, which
    keeps its own, and for a place that is no committee or general branch."""
    kept = locked(actor, proposed.change, ChangeState.DRAFT)
    if proposed.existing_id:
        raise DomainError(_("An open branch keeps its name and kind here."))
    if len(name.strip()) < MIN_REASON:
        raise DomainError(_("Give the new branch a name."))
    if parent.party_kind not in ABOVE_BRANCHES or parent.closed_on:
        raise DomainError(_("A branch stands under an open committee or general branch."))
    proposed.name, proposed.short_name = name.strip()[:80], short_name.strip()[:40]
    proposed.party_kind, proposed.parent = kind, parent
    proposed.save()
    _done(actor, kept, "rename_proposed", proposed=proposed.pk)
    return proposed


@transaction.atomic
def drop_proposed(*, actor: User | None, proposed: ProposedBranch) -> None:
    """Take a branch out of a draft; whoever was to go there stays where he is."""
    kept, key = locked(actor, proposed.change, ChangeState.DRAFT), proposed.pk
    ProposedPlace.objects.filter(target=proposed).update(target=None)
    proposed.delete()
    _done(actor, kept, "drop_proposed", proposed=key)


@transaction.atomic
def place_people(
    *,
    actor: User | None,
    change: Reorganization,
    places: Collection[int],
    target: ProposedBranch | None,
) -> int:
    """Correct by hand: these people (keys of places) go to ``target``, or stay (None). Returns how
    many. Raises DomainError for nobody or a branch of another application."""
    kept = locked(actor, change, ChangeState.DRAFT)
    if target is not None and target.change_id != kept.pk:
        raise DomainError(_("Choose a branch of this proposal."))
    rows = ProposedPlace.objects.filter(change=kept, pk__in=places)
    moved = rows.update(target=target)
    if not moved:
        raise DomainError(_("Choose at least one person."))
    _done(actor, kept, "place_people", target=target.pk if target else None, people=moved)
    return int(moved)


@transaction.atomic
def renew_places(*, actor: User | None, change: Reorganization) -> int:
    """Bring a draft up to the rolls of today: people who came since are listed and stay where they
    are until they are placed. Returns how many came."""
    kept = locked(actor, change, ChangeState.DRAFT)
    layout = layout_of(kept)
    here = {one.key: one for one in layout.people}
    for place in list(kept.places.all()):
        key: Key = ("student", place.student_id or 0) if place.student_id else (
            "person", place.person_id or 0)  # fmt: skip
        one = here.get(key)
        if one is None:
            place.delete()
        elif one.branch != place.source_id:
            place.source_id = one.branch
            place.save(update_fields=["source"])
    ProposedPlace.objects.bulk_create(_place(kept, one, None) for one in layout.newcomers)
    _done(actor, kept, "renew_places", came=len(layout.newcomers))
    return len(layout.newcomers)


@transaction.atomic
def send_change(
    *,
    actor: User | None,
    change: Reorganization,
    reason: str,
    override_reason: str = "",
    version: int | None = None,
) -> Reorganization:
    """Send a draft to the committee. Raises EventError with every rule of 1.5 that is not kept, in
    words; what holds only generally takes an ``override_reason`` instead."""
    kept = locked(actor, change, ChangeState.DRAFT, version)
    if len(reason.strip()) < MIN_REASON:
        raise DomainError(_("Say in a few sentences why the branches are to change."))
    kept.reason, kept.override_reason = reason.strip(), override_reason.strip()
    faults = change_faults(kept, layout_of(kept))
    if faults:
        raise EventError(faults)
    kept.sent_at, kept.sent_by = timezone.now(), actor
    kept.save(update_fields=["reason", "override_reason", "sent_at", "sent_by"])
    _done(actor, kept, "send_change", kind=kept.kind)
    return kept


@transaction.atomic
def take_back_change(*, actor: User | None, change: Reorganization) -> Reorganization:
    """Take an application that waits back into the draft, to correct it."""
    kept = locked(actor, change, ChangeState.SENT)
    kept.sent_at = kept.sent_by = None
    kept.save(update_fields=["sent_at", "sent_by"])
    _done(actor, kept, "take_back_change")
    return kept


@transaction.atomic
def withdraw_change(*, actor: User | None, change: Reorganization, reason: str) -> Reorganization:
    """End a draft that is not pursued; it stays readable. Raises DomainError without a reason."""
    kept = locked(actor, change, ChangeState.DRAFT)
    if len(reason.strip()) < MIN_REASON:
        raise DomainError(_("Say in one sentence why."))
    kept.withdrawn_at, kept.withdrawn_reason = timezone.now(), reason.strip()
    kept.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    _done(actor, kept, "withdraw_change")
    return kept
