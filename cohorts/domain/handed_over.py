"""What the organisation itself hands over with a post: the contract of a grade."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cohorts.domain.leaving import Leaving, Line, Move, WorkKind, register_work
from cohorts.models import Appointment, Contract
from portal.core.models import User

_LEADER = "contract_leader"


def _contracts(left: Leaving) -> QuerySet[Any]:
    """The group of a grade needs its leader: it goes to whoever takes the post."""
    none: QuerySet[Any] = Contract.objects.none()
    if left.post.role.code != _LEADER or left.post.stands_in_for_id is not None:
        return none
    today = timezone.localdate()
    others = Appointment.objects.filter(
        role=left.post.role, unit=left.post.unit, revoked_at=None, stands_in_for=None
    ).exclude(person=left.post.person_id)
    if others.exclude(ends_on__lt=today).exists():
        return none
    current: QuerySet[Any] = Contract.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=today), cohort_id=left.post.unit_id
    )
    return current


def _move_contracts(move: Move) -> int:
    # The leader of a group is whoever holds the post: nothing is written on the group itself.
    return _contracts(move.leaving).count()


def _lines(reader: User, ids: Sequence[int]) -> list[Line]:
    rows = Contract.objects.restrict(reader, "see_unit").filter(pk__in=ids)
    return [Line(str(one), reverse("web:contract", args=[one.pk])) for one in rows]


def _totals(_people: Collection[int]) -> dict[int, int]:
    # Leaders' groups stand on the page of vacancies when the post is empty.
    return {}


register_work(
    WorkKind(
        "contracts", gettext_lazy("contracts of grades"), 60, _contracts, _move_contracts, _lines,
        _totals, follows_post=True,
    )
)  # fmt: skip
