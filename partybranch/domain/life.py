"""Branch life: entering an event with its attendance, correcting it, withdrawing it (1.6)."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.access import book_action
from partybranch.domain.facts import MIN_REASON, Fault
from partybranch.domain.joint import lost_faults, members_of_others, partner_faults
from partybranch.domain.late import late_by, late_faults, late_reason
from partybranch.domain.rights import check_still
from partybranch.domain.sent import sent_before
from partybranch.enums import ABOVE_BRANCHES, BRANCHES, CERTIFIED, GRADED, Applies, Called, Presence
from partybranch.models import Attendance, BranchEvent, EventKind, PartyMember, PartyOrganization
from partybranch.queries.facts import organ_of
from partybranch.queries.life import roll_on
from partybranch.queries.rules import numbers
from portal.core import audit
from portal.core.domain.files import attach_files
from portal.core.errors import DomainError, StaleError
from portal.core.filetypes import CleanFile
from portal.core.models import User


class EventError(DomainError):
    """An event was refused; ``faults`` tell field by field what to correct."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(" ".join(one.message for one in faults), code=faults[0].code)
        self.faults = list(faults)


@dataclass(frozen=True)
class Came:
    """Whether one member came; the reason of a leave."""

    presence: Presence
    reason: str = ""


@dataclass(frozen=True)
class EventTyped:
    """What somebody typed about an event. ``came``: members of the branch who should attend, by
    key; those of ``partners`` are entered by whoever keeps these (``sides.record_side``)."""

    on: dt.date
    kinds: Sequence[EventKind]
    topic: str
    place: str
    host: str
    recorder: str
    content: str
    came: Mapping[int, Came] = field(default_factory=dict)
    partners: Sequence[PartyOrganization] = ()
    speaker: str = ""
    guests: str = ""
    first_item: str = ""
    self_study: int = 0
    group_study: int = 0
    expert_study: int = 0
    audience: int = 0
    decisions: str = ""
    agenda: str = ""
    entry_reason: str = ""


_NOT_COLUMNS = ("kinds", "came", "partners", "entry_reason")


def _columns(typed: EventTyped, entered_on: dt.date) -> dict[str, Any]:
    found: dict[str, Any] = {"entry_reason": late_reason(typed.on, typed.entry_reason, entered_on)}
    for one in fields(typed):
        value = getattr(typed, one.name)
        if one.name not in _NOT_COLUMNS:
            found[one.name] = value.strip() if isinstance(value, str) else value
    return found


def event_faults(
    branch: PartyOrganization, typed: EventTyped, entered_on: dt.date, known: Collection[int] = ()
) -> list[Fault]:
    """Everything against an event as typed, each with its field. ``entered_on``: when it was
    entered first, by which a late entry is judged; ``known``: partners it had already."""
    found: list[Fault] = []
    if branch.party_kind not in (*BRANCHES, *ABOVE_BRANCHES):
        return [Fault("branch", _("Only a branch keeps events of this kind."))]
    is_ahead = typed.on > timezone.localdate()
    if is_ahead or (branch.opened_on is not None and typed.on < branch.opened_on):
        return [Fault("on", _("The day lies between the founding of the branch and today."), "on")]
    found += late_faults(late_by(typed.on, entered_on), typed.entry_reason)
    found += _kind_faults(branch, typed)
    found += partner_faults(branch, typed.partners, typed.kinds, typed.on, known)
    return found + _attendance_faults(branch, typed)


def _kind_faults(branch: PartyOrganization, typed: EventTyped) -> list[Fault]:
    if not typed.kinds:
        return [Fault("kinds", _("Choose at least one kind."), "kinds")]
    is_above = branch.party_kind in ABOVE_BRANCHES
    if any((kind.called == Called.SECRETARIES) != is_above for kind in typed.kinds):
        return [Fault("kinds", _(
            "A committee or general branch calls the secretaries of its branches together; the other "
            "kinds are held by branches.") if is_above else _(
            "This kind of meeting is held by the committee or general branch above."), "kinds")]  # fmt: skip
    for kind in typed.kinds:
        if kind.since and kind.until and not kind.since <= typed.on <= kind.until:
            return [Fault("study", _(
                "“%(name)s” is held from %(since)s to %(until)s; an event outside these days does "
                "not count for it.") % {"name": kind.name, "since": kind.since, "until": kind.until},
                "kinds")]  # fmt: skip
    asked = {kind.applies_to: kind for kind in typed.kinds}
    start = numbers()["branch.committee_from"]
    if Applies.COMMITTEE in asked and not organ_of(branch, typed.on, start).has_committee:
        return [Fault("committee", _(
            "A branch has a committee from %(n)s full members on; this one had fewer on that day.")
            % {"n": start}, "kinds")]  # fmt: skip
    if Applies.GROUPS in asked and not branch.party_groups:
        return [Fault("groups", _("This branch has no party groups."), "kinds")]
    return []


def _attendance_faults(branch: PartyOrganization, typed: EventTyped) -> list[Fault]:
    found = came_faults(branch, typed.on, typed.came)
    present = sum(one.presence == Presence.PRESENT for one in typed.came.values())
    is_committee = any(kind.applies_to == Applies.COMMITTEE for kind in typed.kinds)
    if not found and is_committee and 2 * present < len(typed.came):
        return [Fault("quorum", _(
            "%(present)s of %(expected)s came: a committee meeting takes at least half of them.")
            % {"present": present, "expected": len(typed.came)})]  # fmt: skip
    return found


def came_faults(branch: PartyOrganization, on: dt.date, came: Mapping[int, Came]) -> list[Fault]:
    """Everything against the attendance of the members of ``branch`` at an event."""
    strangers = set(came) - {one.pk for one in roll_on(branch, on)}
    if strangers:
        people = PartyMember.objects.filter(pk__in=strangers).select_related("student", "person")
        return [Fault("came", _("Not in the branch on that day: %(names)s. Set them to “not called”.")
                      % {"names": "、".join(sorted(one.name for one in people))})]  # fmt: skip
    if not any(one.presence == Presence.PRESENT for one in came.values()):
        return [Fault("came", _("Nobody was present. Tap those who came."))]
    silent = [one for one in came.values()
              if one.presence == Presence.LEAVE and len(one.reason.strip()) < MIN_REASON]  # fmt: skip
    if silent:
        return [Fault("leave", _("Say for each leave why: %(n)s without a reason.")
                      % {"n": len(silent)})]  # fmt: skip
    return []


@transaction.atomic
def record_event(
    *,
    actor: User | None,
    branch: PartyOrganization,
    typed: EventTyped,
    files: Sequence[CleanFile] = (),
    client_key: uuid.UUID | None = None,
) -> BranchEvent:
    """Enter an event that took place, with who should attend and who came, and its photos.

    Raises EventError with every reason against it, PermissionDenied without a post that keeps the
    branch. The same ``client_key`` gives the first one back. Rulebook 1.6: one event may satisfy
    several kinds.
    """
    sent = sent_before(
        BranchEvent, client_key, entered_by_id=actor and actor.pk, branch_id=branch.pk,
        on=typed.on, topic=typed.topic.strip(), content=typed.content.strip(),
    )  # fmt: skip
    if sent is not None:
        return sent
    today = timezone.localdate()
    faults = event_faults(branch, typed, today)
    if faults:
        raise EventError(faults)
    made: BranchEvent = BranchEvent.objects.create(
        branch=branch, entered_by=actor, client_key=client_key, **_columns(typed, today)
    )
    _keep(made, typed)
    check_still(actor, branch, book_action(branch))
    attach_files(actor=actor, record=made, files=files)
    _tell(actor, "record_branch_event", made, typed)
    return made


@transaction.atomic
def correct_event(
    *,
    actor: User | None,
    event: BranchEvent,
    typed: EventTyped,
    version: int,
    files: Sequence[CleanFile] = (),
) -> BranchEvent:
    """Write an event anew as it should read; the history keeps what stood before.

    Raises EventError, StaleError when somebody changed it meanwhile, DomainError when it was
    withdrawn.
    """
    kept = _locked(event, version)
    # Late is what was entered late the first time, not what is corrected later.
    entered_on = timezone.localdate(kept.entered_at)
    known = set(kept.partners.values_list("pk", flat=True))
    faults = event_faults(kept.branch, typed, entered_on, known)
    faults += lost_faults(kept, typed.partners, typed.on, typed.came)
    if faults:
        raise EventError(faults)
    for name, value in _columns(typed, entered_on).items():
        setattr(kept, name, value)
    kept.version += 1
    kept.save()
    _keep(kept, typed)
    check_still(actor, kept.branch, book_action(kept.branch))
    attach_files(actor=actor, record=kept, files=files)
    _tell(actor, "correct_branch_event", kept, typed)
    return kept


@transaction.atomic
def withdraw_event(*, actor: User | None, event: BranchEvent, reason: str, version: int) -> None:
    """Take back an event that was entered by mistake; it stays readable and counts no more.

    Raises DomainError without a reason, StaleError when it was changed meanwhile.
    """
    kept = _locked(event, version)
    if len(reason.strip()) < MIN_REASON:
        raise DomainError(_("Say in one sentence why."))
    kept.withdrawn_at, kept.withdrawn_reason = timezone.now(), reason.strip()
    kept.version += 1
    kept.save()
    check_still(actor, kept.branch, book_action(kept.branch))
    audit.record(actor=actor, action="withdraw_branch_event", obj=kept, branch=kept.branch_id)


def _locked(event: BranchEvent, version: int) -> BranchEvent:
    kept: BranchEvent = (
        BranchEvent.objects.select_for_update(of=("self",))
        .select_related("branch")
        .get(pk=event.pk)
    )
    if kept.version != version:
        raise StaleError(
            _("Somebody else changed this entry after you opened it. Reload, then try again.")
        )
    if kept.withdrawn_at is not None:
        raise DomainError(_("This event was withdrawn; enter it anew."))
    return kept


def _keep(event: BranchEvent, typed: EventTyped) -> None:
    """Kinds, partners and attendance as typed; rows of members who were not called after all go,
    those of the partners' members stay."""
    event.kinds.set(typed.kinds)
    event.partners.set(typed.partners)
    theirs = members_of_others(event.branch, typed.partners, typed.on)
    rows = Attendance.objects.filter(event=event)
    rows.exclude(member_id__in={*typed.came, *theirs}).delete()
    write_came(event, typed.came)
    codes = {kind.code for kind in typed.kinds}
    if GRADED not in codes:
        rows.exclude(grade="").update(grade="")
    if not CERTIFIED & codes:
        _take_certificates(rows)


def write_came(event: BranchEvent, came: Mapping[int, Came], entry_reason: str = "") -> None:
    """One row for each member who was called; ``entry_reason`` of a side that was entered late."""
    Attendance.objects.bulk_create(
        [
            Attendance(event=event, member_id=key, presence=one.presence, entry_reason=entry_reason,
                       reason=one.reason.strip() if one.presence != Presence.PRESENT else "")
            for key, one in came.items()
        ],
        update_conflicts=True, unique_fields=["event", "member"],
        update_fields=["presence", "reason"],
    )  # fmt: skip
    _take_certificates(event.attendance.exclude(presence=Presence.PRESENT))


def _take_certificates(rows: "QuerySet[Attendance]") -> None:
    """Whoever did not come after all, or to no training, got no certificate."""
    rows.exclude(certificate_no="").update(certificate_no="", certificate_on=None)


def _tell(actor: User | None, act: str, event: BranchEvent, typed: EventTyped) -> None:
    present = sum(one.presence == Presence.PRESENT for one in typed.came.values())
    audit.record(
        actor=actor, action=act, obj=event, branch=event.branch_id, on=typed.on,
        kinds=[kind.code for kind in typed.kinds], expected=len(typed.came), present=present,
        partners=[one.pk for one in typed.partners],
    )  # fmt: skip
