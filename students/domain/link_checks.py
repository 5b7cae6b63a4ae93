"""What every new link must pass, one student or thousands (system 42)."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.access import in_force
from cohorts.models import Appointment, LinkKind
from cohorts.models.post import PostBlock
from portal.core.errors import DomainError
from portal.core.models import User
from students.models import Student, StudentLink

# Free places: people by their number, and per entry year where the limit counts that way.
Slots = dict[int, dict[int, int]]
ALL_YEARS = 0


def check_dates(starts_on: dt.date, ends_on: dt.date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise DomainError(_("The last day is before the first day."))


def check_may_link(actor: User | None, kind: LinkKind, student_ids: Collection[int]) -> None:
    """Who links hands out rights on these students: ``appoint`` and every right of the kind.

    Nobody gives away what they do not hold themselves (design 5.10).
    """
    if actor is None:
        return
    wanted = set(student_ids)
    codes = ["appoint", *kind.permissions.values_list("codename", flat=True)]
    for code in codes:
        held = Student.objects.restrict(actor, code).filter(pk__in=wanted)
        if held.count() != len(wanted):
            raise DomainError(
                _("Your posts do not let you link these students as %(kind)s.")
                % {"kind": kind.name},
                code="denied",
            )


def check_people(
    actor: User | None, kind: LinkKind, people: Collection[User], starts_on: dt.date
) -> None:
    """Staff in force, of an allowed role, not blocked, and never the actor himself."""
    ids = [person.pk for person in people]
    students = set(Student.objects.filter(user_id__in=ids).values_list("user_id", flat=True))
    allowed = allowed_people(kind, ids)
    for person in people:
        if actor is not None and person.pk == actor.pk:
            raise DomainError(_("You cannot link students to yourself."), code="denied")
        if person.pk in students:
            raise DomainError(_("%(name)s is a student.") % {"name": person.name})
        if not person.is_in_force():
            raise DomainError(
                _("The account of %(name)s is closed or frozen.") % {"name": person.name}
            )
        if allowed is not None and person.pk not in allowed:
            roles = "、".join(kind.roles.values_list("name", flat=True))
            raise DomainError(
                _("%(name)s holds none of the posts from which a %(kind)s comes: %(roles)s.")
                % {"name": person.name, "kind": kind.name, "roles": roles}
            )
    blocked = blocked_people(kind, ids, starts_on)
    for person in people:
        if person.pk in blocked:
            raise DomainError(
                _("%(name)s may not serve as %(kind)s at present: %(reason)s")
                % {"name": person.name, "kind": kind.name, "reason": blocked[person.pk]}
            )


def allowed_people(kind: LinkKind, ids: Collection[int]) -> set[int] | None:
    """Those of ``ids`` who hold a role of the kind today; None when any member of staff may."""
    roles = list(kind.roles.values_list("pk", flat=True))
    if not roles:
        return None
    posts = Appointment.objects.in_force(timezone.localdate()).filter(
        role_id__in=roles, person_id__in=ids
    )
    return set(posts.values_list("person_id", flat=True))


def blocked_people(kind: LinkKind, ids: Collection[int], day: dt.date) -> dict[int, str]:
    """Those of ``ids`` kept from this kind on ``day``, with the reason of the block.

    A block is written with the code of the kind of link (cohorts.PostBlock).
    """
    rows = PostBlock.objects.filter(in_force(day), person_id__in=ids, covers__contains=[kind.code])
    return {row.person_id: row.reason for row in rows}


def check_single(kind: LinkKind, student_ids: Collection[int], starts_on: dt.date) -> None:
    """A student has one person of a single kind at a time; stand-ins do not count."""
    if not kind.is_single:
        return
    held = (
        StudentLink.objects.standing(starts_on)
        .filter(kind=kind, student_id__in=student_ids, cover_of=None)
        .select_related("student", "person")
    )
    other = held.first()
    if other is not None:
        raise DomainError(
            _("%(student)s already has %(kind)s %(name)s. End that link first.")
            % {"student": other.student.name, "kind": kind.name, "name": other.person.name}
        )


def loads(kind: LinkKind, people: Collection[int], day: dt.date) -> dict[int, Counter[int]]:
    """Students per person, by entry year; ALL_YEARS holds the sum. Stand-ins do not count."""
    rows = (
        StudentLink.objects.standing(day)
        .filter(kind=kind, person_id__in=people, cover_of=None)
        .values_list("person_id", "student__entry_year")
        .annotate(n=Count("student_id", distinct=True))
    )
    found: dict[int, Counter[int]] = {pk: Counter() for pk in people}
    for person, year, n in rows:
        found[person][year] += n
        found[person][ALL_YEARS] += n
    return found


def check_limit(
    kind: LinkKind, added: Mapping[int, Mapping[int, int]], names: Mapping[int, str], day: dt.date
) -> None:
    """``added``: new students per person and entry year. Raises DomainError above the limit."""
    limit = kind.limit()
    if limit is None:
        return
    held = loads(kind, list(added), day)
    for person, years in added.items():
        sums = dict(years) if kind.is_limit_per_year else {ALL_YEARS: sum(years.values())}
        for year, more in sums.items():
            have = held[person][year]
            if have + more > limit:
                raise DomainError(
                    ngettext(
                        "%(name)s has %(have)s students and at most %(limit)s is allowed.",
                        "%(name)s has %(have)s students and at most %(limit)s are allowed.",
                        limit,
                    )
                    % {"name": names[person], "have": have, "limit": limit}
                )
