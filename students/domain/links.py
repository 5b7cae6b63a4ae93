"""Dated links between a person and a student: making, ending, standing in (systems 42–44)."""

import datetime as dt
from collections import Counter
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import LinkKind
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.domain.link_checks import (
    check_dates,
    check_limit,
    check_may_link,
    check_people,
    check_single,
)
from students.models import Student, StudentLink


def lock_kind(kind: LinkKind) -> LinkKind:
    """One writer per kind at a time: limits and “one at a time” are counted under this lock."""
    return LinkKind.objects.select_for_update(of=("self",)).get(pk=kind.pk)


@transaction.atomic
def link_student(
    *,
    actor: User | None,
    kind: LinkKind,
    person: User,
    student: Student,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> StudentLink:
    """Link ``person`` to ``student`` from ``starts_on`` (today) to ``ends_on`` inclusive.

    Raises DomainError when the actor may not, the person is no staff in force, is blocked or
    full, or the student already has somebody of a kind of which there is one at a time.
    """
    starts_on = starts_on or timezone.localdate()
    check_dates(starts_on, ends_on)
    kind = lock_kind(kind)
    check_may_link(actor, kind, [student.pk])
    check_people(actor, kind, [person], starts_on)
    check_single(kind, [student.pk], starts_on)
    twice = StudentLink.objects.standing(starts_on)
    if twice.filter(kind=kind, person=person, student=student).exists():
        raise DomainError(
            _("%(name)s is already %(kind)s of %(student)s.")
            % {"name": person.name, "kind": kind.name, "student": student.name}
        )
    check_limit(
        kind, {person.pk: Counter({student.entry_year: 1})}, {person.pk: person.name}, starts_on
    )
    link = StudentLink.objects.create(
        kind=kind, person=person, student=student, starts_on=starts_on, ends_on=ends_on
    )
    forget_reach()
    audit.record(
        actor=actor, action="link_student", obj=link, kind=kind.code, person=person.pk,
        student=student.pk, ends_on=None if ends_on is None else ends_on.isoformat(),
    )  # fmt: skip
    return link


@transaction.atomic
def end_link(
    *, actor: User | None, link: StudentLink, ends_on: dt.date | None = None
) -> StudentLink:
    """End a link on ``ends_on`` (last day), or at this moment when no day is given.

    Whoever stands in for this person ends with it. A later end than the present one is refused:
    a link is prolonged by a new one.
    """
    link = StudentLink.objects.select_for_update().get(pk=link.pk)
    check_may_link(actor, link.kind, [link.student_id])
    if link.revoked_at is not None:
        raise DomainError(_("This link has already been ended."))
    today = timezone.localdate()
    if ends_on is None:
        ends_on = max(link.starts_on, min(link.ends_on or dt.date.max, today))
        revoked_at = timezone.now()
    else:
        check_dates(link.starts_on, ends_on)
        if link.ends_on is not None and ends_on > link.ends_on:
            raise DomainError(_("A link is prolonged by a new link, not by a later end."))
        revoked_at = None
    link.ends_on, link.revoked_at = ends_on, revoked_at
    link.save(update_fields=["ends_on", "revoked_at"])
    _end_covers(Q(cover_of=link), ends_on, revoked_at)
    forget_reach()
    audit.record(actor=actor, action="end_link", obj=link, on=ends_on.isoformat())
    return link


def _end_covers(which: Q, ends_on: dt.date, revoked_at: dt.datetime | None) -> None:
    """Stand-ins never outlast the link they stand in for."""
    covers = StudentLink.objects.filter(which, revoked_at=None, ends_on__gte=ends_on)
    if revoked_at is None:
        # Stand-ins that would only begin later never begin.
        covers.filter(starts_on__gt=ends_on).update(
            revoked_at=timezone.now(), ends_on=F("starts_on")
        )
        covers.filter(starts_on__lte=ends_on).update(ends_on=ends_on)
    else:
        covers.update(revoked_at=revoked_at, ends_on=Greatest(F("starts_on"), ends_on))


@transaction.atomic
def cover_links(
    *,
    actor: User | None,
    person: User,
    stand_in: User,
    starts_on: dt.date,
    ends_on: dt.date,
    kind: LinkKind | None = None,
) -> int:
    """``stand_in`` takes over the sight of ``person``'s links from one day to another (leave).

    The same reach, no longer than each link itself, and gone the day after ``ends_on``. Loads do
    not count it. Returns how many links; raises DomainError when there is none in that time.
    """
    check_dates(starts_on, ends_on)
    if starts_on < timezone.localdate():
        raise DomainError(_("Standing in begins today or later."))
    if person.pk == stand_in.pk:
        raise DomainError(_("Somebody else must stand in."))
    held = StudentLink.objects.select_for_update(of=("self",)).filter(
        Q(ends_on=None) | Q(ends_on__gte=starts_on),
        person=person, revoked_at=None, cover_of=None, starts_on__lte=ends_on,
    )  # fmt: skip
    if kind is not None:
        held = held.filter(kind=kind)
    links = list(held.select_related("kind").order_by("pk"))
    covered = set(
        StudentLink.objects.standing(starts_on)
        .filter(cover_of__in=links, starts_on__lte=ends_on)
        .values_list("cover_of_id", flat=True)
    )
    links = [link for link in links if link.pk not in covered]
    if not links:
        raise DomainError(
            _("%(name)s has no students in that time who need a stand-in.") % {"name": person.name}
        )
    by_kind: dict[int, list[StudentLink]] = {}
    for link in links:
        by_kind.setdefault(link.kind_id, []).append(link)
    for group in by_kind.values():
        check_may_link(actor, group[0].kind, [link.student_id for link in group])
        check_people(actor, group[0].kind, [stand_in], starts_on)
    made = StudentLink.objects.bulk_create(
        StudentLink(
            kind=link.kind, person=stand_in, student_id=link.student_id, cover_of=link,
            starts_on=max(starts_on, link.starts_on),
            ends_on=min(ends_on, link.ends_on or ends_on),
        )
        for link in links
    )  # fmt: skip
    forget_reach()
    audit.record_many(
        actor=actor, action="cover_links", model=StudentLink, ids=[one.pk for one in made],
        person=person.pk, stand_in=stand_in.pk, starts_on=starts_on.isoformat(),
        ends_on=ends_on.isoformat(),
    )  # fmt: skip
    return len(made)


@transaction.atomic
def end_cover(*, actor: User | None, person: User, stand_in: User) -> int:
    """The person is back: everything ``stand_in`` holds in ``person``'s place ends now."""
    held = StudentLink.objects.select_for_update(of=("self",)).filter(
        person=stand_in, cover_of__person=person, revoked_at=None,
        ends_on__gte=timezone.localdate(),
    )  # fmt: skip
    links: list[Any] = list(held.select_related("kind"))
    if not links:
        raise DomainError(_("%(name)s does not stand in any more.") % {"name": stand_in.name})
    for kind in {link.kind for link in links}:
        check_may_link(actor, kind, {link.student_id for link in links if link.kind == kind})
    StudentLink.objects.filter(pk__in=[link.pk for link in links]).update(
        revoked_at=timezone.now(),
        ends_on=Greatest(F("starts_on"), Least(F("ends_on"), timezone.localdate())),
    )
    forget_reach()
    audit.record_many(
        actor=actor, action="end_cover", model=StudentLink, ids=[link.pk for link in links],
        person=person.pk, stand_in=stand_in.pk,
    )  # fmt: skip
    return len(links)
