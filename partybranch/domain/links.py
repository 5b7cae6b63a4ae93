"""Links of a branch: made, ended with a result, contacts written down, wishes of those who look
after a student (systems 21, 22, 69 to 71, 77, 80)."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.models import LinkKind, Unit
from partybranch.access import COMMITTEE_ACTION
from partybranch.domain.link_checks import check_branch_open, check_links, check_shape
from partybranch.domain.rights import check_branch, check_still, denied
from partybranch.domain.sent import sent_before
from partybranch.enums import FLAG
from partybranch.link_access import held_by
from partybranch.models import LinkVisit, LinkWish, PartyLink, PartyMember, PartyOrganization
from portal.core import audit
from portal.core.access import reaches_one
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.access import standing
from students.domain.links import lock_kind
from students.enums import LEFT_STATUSES, Tree
from students.models import Placement, Student

WRITE = "write_branch_life"
MIN_NOTE = 4
_LATE_DAYS = 366


def own_room(member: PartyMember, day: dt.date) -> Unit | None:
    """The room in which a student member lives on ``day``."""
    place = Placement.objects.filter(
        standing(day), student_id=member.student_id, tree=Tree.ROOM
    ).select_related("unit").first()  # fmt: skip
    return place.unit if place is not None and member.student_id is not None else None


def _check_keeper(actor: User | None, link: PartyLink) -> None:
    """The branch keeps its links; a flag on a member is a decision of those above the branch that
    holds the relation today, wherever else the member stands."""
    member = link.member
    if member is not None and link.kind.code.startswith(FLAG):
        home = member.branches.filter(is_relation=True, until=None).select_related("branch").first()
        check_branch(actor, home.branch if home else link.branch, member.student, COMMITTEE_ACTION)
    else:
        check_still(actor, link.branch, WRITE)


@transaction.atomic
def make_link(
    *,
    actor: User | None,
    kind: LinkKind,
    branch: PartyOrganization,
    member: PartyMember | None = None,
    person: User | None = None,
    student: Student | None = None,
    unit: Unit | None = None,
    label: str = "",
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    goal: str = "",
    contact_name: str = "",
    contact_phone: str = "",
) -> PartyLink:
    """One link of ``branch``. The door sign goes to the room where the member lives.

    Raises DomainError for a holder or target that the kind does not tie, a member outside the
    branch or above the limit, a target that is linked already.
    """
    kind = lock_kind(kind)
    check_branch_open(branch)
    starts_on = starts_on or timezone.localdate()
    if kind.target == LinkTarget.DOOR and member is not None and unit is None:
        unit = own_room(member, starts_on)
        if unit is None:
            raise DomainError(_("%(name)s lives in no room of the school.") % {"name": member.name})
    link = PartyLink(
        kind=kind, branch=branch, member=member, person=person, student=student, unit=unit,
        label=label.strip(), starts_on=starts_on, ends_on=ends_on, goal=goal.strip(),
        contact_name=contact_name.strip(), contact_phone=contact_phone.strip(), entered_by=actor,
    )  # fmt: skip
    check_links([link])
    link.save()
    _check_keeper(actor, link)
    audit.record(
        actor=actor, action="make_party_link", obj=link, kind=kind.code, branch=branch.pk,
        member=link.member_id, person=link.person_id, student=link.student_id, unit=link.unit_id,
        starts_on=starts_on,
    )  # fmt: skip
    return link


@transaction.atomic
def set_contact(
    *, actor: User | None, link: PartyLink, contact_name: str, contact_phone: str = ""
) -> PartyLink:
    """Whom to talk to at a partner outside; the history keeps who it was before."""
    kept: PartyLink = (
        PartyLink.objects.select_for_update(of=("self",)).select_related("kind").get(pk=link.pk)
    )
    kept.contact_name, kept.contact_phone = contact_name.strip(), contact_phone.strip()
    check_shape(kept)
    kept.save(update_fields=["contact_name", "contact_phone"])
    check_still(actor, kept, WRITE)
    audit.record(actor=actor, action="set_partner_contact", obj=kept, branch=kept.branch_id)
    return kept


@transaction.atomic
def end_party_link(
    *, actor: User | None, link: PartyLink, ends_on: dt.date, result: str = ""
) -> PartyLink:
    """The last day of a link, and what came of it. A link is prolonged by a new one."""
    kept: PartyLink = PartyLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    if kept.revoked_at is not None or (kept.ends_on is not None and kept.ends_on < ends_on):
        raise DomainError(_("This link has ended already. A new one begins anew."))
    if ends_on < kept.starts_on:
        raise DomainError(_("The last day is before the first day."))
    kept.ends_on, kept.result = ends_on, result.strip()
    kept.save(update_fields=["ends_on", "result"])
    _check_keeper(actor, kept)
    audit.record(actor=actor, action="end_party_link", obj=kept, on=ends_on)
    return kept


def end_links_of(
    *, actor: User | None, member: PartyMember, branch: PartyOrganization | None, on: dt.date
) -> int:
    """A member leaves ``branch`` (None: the Party): the links kept there end with the day before
    ``on``. The caller has asked for the right. Returns how many."""
    links = PartyLink.objects.standing(on).filter(member=member)
    if branch is not None:  # a flag belongs to the person and goes along
        links = links.filter(branch=branch).exclude(kind__code__startswith=FLAG)
    ids = list(links.values_list("pk", flat=True))
    last = on - dt.timedelta(days=1)
    PartyLink.objects.filter(pk__in=ids).update(ends_on=Greatest(F("starts_on"), last))
    if ids:
        audit.record_many(
            actor=actor, action="end_party_links", model=PartyLink, ids=ids, member=member.pk
        )
    return len(ids)


def is_holder(user: User, link: PartyLink) -> bool:
    """Whether it is this account that is linked, as a leader or as a member."""
    return bool(PartyLink.objects.filter(held_by(user), pk=link.pk).exists())


@transaction.atomic
def record_visit(
    *,
    actor: User | None,
    link: PartyLink,
    on: dt.date,
    note: str,
    minutes: int = 0,
    problem: str = "",
    outcome: str = "",
    client_key: uuid.UUID | None = None,
) -> LinkVisit:
    """A contact by a link, written by whoever is linked or by the branch. The same key again
    changes nothing. Raises DomainError for a day ahead, before the link, or over a year ago."""
    sent = sent_before(
        LinkVisit, client_key, entered_by_id=actor and actor.pk, link_id=link.pk, on=on,
        note=note.strip(),
    )  # fmt: skip
    if sent is not None:
        return sent
    kept: PartyLink = PartyLink.objects.select_for_update(of=("self",)).get(pk=link.pk)
    today = timezone.localdate()
    if on > today or on < kept.starts_on or (today - on).days > _LATE_DAYS:
        raise DomainError(_("The day lies between the beginning of the link and today."))
    if kept.revoked_at is not None or (kept.ends_on is not None and on > kept.ends_on):
        raise DomainError(_("The link had ended by that day."))
    if len(note.strip()) < MIN_NOTE:
        raise DomainError(_("Say in a few words what was done."))
    made: LinkVisit = LinkVisit.objects.create(
        link=kept, on=on, minutes=minutes, note=note.strip(), problem=problem.strip(),
        outcome=outcome.strip(), entered_by=actor, client_key=client_key,
    )  # fmt: skip
    forget_reach()
    if actor is not None and not is_holder(actor, kept) and not reaches_one(
        PartyLink, actor, WRITE, kept.pk
    ):  # fmt: skip
        raise denied()
    audit.record(actor=actor, action="record_link_visit", obj=kept, visit=made.pk, on=on)
    return made


@transaction.atomic
def ask_for_link(
    *,
    actor: User | None,
    student: Student,
    kind: LinkKind,
    branch: PartyOrganization,
    goal: str = "",
) -> LinkWish:
    """Ask ``branch`` for a member to be linked with ``student``, without a reason.

    Who may log talks with the student may ask. Raises DomainError for a kind that does not go to
    students, or when one is linked or asked for already.
    """
    kind = lock_kind(kind)
    check_branch_open(branch)
    if kind.holder != LinkHolder.MEMBER or kind.target != LinkTarget.STUDENT:
        raise DomainError(_("This kind of link is not asked for."))
    if student.status in LEFT_STATUSES:
        raise DomainError(_("%(name)s has left the school.") % {"name": student.name})
    today = timezone.localdate()
    held = PartyLink.objects.standing(today).filter(kind=kind, student=student)
    if (
        held.exists()
        or LinkWish.objects.filter(kind=kind, student=student, withdrawn_on=None).exists()
    ):
        raise DomainError(_("%(name)s has this link, or it has been asked for already.") % {
            "name": student.name})  # fmt: skip
    made: LinkWish = LinkWish.objects.create(
        kind=kind, branch=branch, student=student, goal=goal.strip(), asked_on=today,
        asked_by=actor,
    )  # fmt: skip
    _check_asker(actor, student)
    audit.record(actor=actor, action="ask_for_link", obj=made, student=student.pk,
                 kind=kind.code, branch=branch.pk)  # fmt: skip
    return made


@transaction.atomic
def withdraw_wish(*, actor: User | None, wish: LinkWish) -> LinkWish:
    """Take a wish back; the branch sees it no more."""
    kept: LinkWish = LinkWish.objects.select_for_update(of=("self",)).get(pk=wish.pk)
    if kept.withdrawn_on is not None:
        raise DomainError(_("This has been taken back already."))
    kept.withdrawn_on = timezone.localdate()
    kept.save(update_fields=["withdrawn_on"])
    _check_asker(actor, kept.student)
    audit.record(actor=actor, action="withdraw_wish", obj=kept, student=kept.student_id)
    return kept


def _check_asker(actor: Any, student: Student) -> None:
    forget_reach()
    if actor is not None and not reaches_one(Student, actor, "log_talk", student.pk):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))
