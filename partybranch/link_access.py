"""Ways to links of a branch: by a post on the branch, through the student, or as whoever is linked.

A link carries no right on the student: a member sees the name that the link shows, and nothing
opens by it (design 5.6).
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from partybranch.access import LIFE_ACTIONS, by_branch
from partybranch.models import LinkRound, LinkWish, PartyLink
from portal.core.access import Reason, Route, reached_keys, reasons, register_route
from portal.core.models import User
from portal.core.scope import today
from students.access import SELF_ACTIONS, own_student_id
from students.models import Student

# Who reads the record of a student reads who is linked with the student; the student reads it too.
STUDENT_ACTIONS = frozenset({"see_record"}) | SELF_ACTIONS
# Who may ask a branch for a member, and take the wish back.
WISH_ACTIONS = frozenset({"see_record", "log_talk"})


def _by_student(model: Any, allowed: frozenset[str]) -> Route:
    def rows(user: User, action: str) -> QuerySet[Any] | None:
        students = reached_keys(Student, user, action) if action in allowed else None
        if students is None:
            return None
        found: QuerySet[Any] = model.objects.filter(student_id__in=students).values("pk")
        return found

    def because(user: User, action: str, one: Any) -> list[Reason]:
        if action not in allowed or one.student is None:
            return []
        return reasons(user, action, one.student)

    return Route("student", rows, because)


def held_by(user: User) -> Q:
    """Links in which ``user`` is the leader or the member, staff or a student of the school."""
    held = Q(person_id=user.pk) | Q(member__person_id=user.pk)
    own = own_student_id(user)
    return held if own is None else held | Q(member__student_id=own)


def _held(user: User, action: str) -> QuerySet[Any] | None:
    if action not in SELF_ACTIONS:
        return None
    now = Q(ends_on=None) | Q(ends_on__gte=today())
    rows: QuerySet[Any] = PartyLink.objects.filter(held_by(user), now, revoked_at=None).values("pk")
    return rows


def _held_reasons(user: User, action: str, one: PartyLink) -> list[Reason]:
    rows = _held(user, action)
    if rows is None or not rows.filter(pk=one.pk).exists():
        return []
    return [Reason("holder", _("You are linked here"))]


register_route(PartyLink, by_branch(PartyLink, LIFE_ACTIONS))
register_route(PartyLink, _by_student(PartyLink, STUDENT_ACTIONS))
register_route(PartyLink, Route("holder", _held, _held_reasons))
register_route(LinkRound, by_branch(LinkRound, LIFE_ACTIONS))
register_route(LinkWish, by_branch(LinkWish, LIFE_ACTIONS))
register_route(LinkWish, _by_student(LinkWish, WISH_ACTIONS))
