"""Open work that hangs on a post. Higher apps register their kinds; nothing here names them."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cohorts.enums import INNER_KINDS
from cohorts.models import Appointment, UnitTree
from portal.core.errors import DomainError
from portal.core.models import User


@dataclass(frozen=True)
class Leaving:
    """A post somebody leaves, and what the person keeps beside it.

    ``is_last``: no other post stands from then on, so all the person's open work hangs on it.
    """

    post: Appointment
    is_last: bool
    _codes: frozenset[str]
    _own: frozenset[int]
    _others: tuple[tuple[frozenset[str], frozenset[int]], ...] = field(default=())

    def units(self, action: str) -> list[int]:
        """Units on which this post carries ``action``."""
        return sorted(self._own) if action in self._codes else []

    def kept_units(self, action: str) -> list[int]:
        """Units on which another post of the person goes on carrying ``action``."""
        kept = (units for codes, units in self._others if action in codes)
        return sorted(frozenset().union(*kept))


@dataclass(frozen=True)
class Move:
    """One kind of work goes from ``giver`` to ``receiver``, who are both locked.

    ``is_by_superior``: proposed by somebody who appoints on the unit, so sight may be given.
    """

    actor: User
    leaving: Leaving
    giver: User
    receiver: User
    is_by_superior: bool


@dataclass(frozen=True)
class Line:
    """One piece of work as a reader who may see it reads it."""

    title: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class WorkKind:
    """A kind of open work.

    ``rows``: what hangs on the post. ``move``: takes all of it over in sets, raising DomainError
    when the receiver could not do it; returns how many. ``lines``: those of the given keys that
    this reader may see. ``totals``: open pieces per person, whatever the post. ``follows_post``:
    goes to whoever takes the post itself. ``can_stay``: does not need the post.
    """

    code: str
    label: str | Promise
    order: int
    rows: Callable[[Leaving], "QuerySet[Any]"]
    move: Callable[[Move], int]
    lines: Callable[[User, Sequence[int]], Sequence[Line]]
    totals: Callable[[Collection[int]], dict[int, int]]
    follows_post: bool = False
    can_stay: bool = False


_kinds: dict[str, WorkKind] = {}


def register_work(*kinds: WorkKind) -> None:
    for kind in kinds:
        _kinds[kind.code] = kind


def work_kinds() -> list[WorkKind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def _tree(post: Appointment) -> frozenset[int]:
    rows = UnitTree.objects.filter(ancestor_id=post.unit_id)
    if post.unit.kind not in INNER_KINDS:
        rows = rows.exclude(descendant__kind__in=INNER_KINDS)
    return frozenset(rows.values_list("descendant_id", flat=True))


def _codes(post: Appointment) -> frozenset[str]:
    return frozenset(post.role.permissions.values_list("codename", flat=True))


def leaving(post: Appointment) -> Leaving:
    """What leaving ``post`` at the end of its time, or now, takes from its holder."""
    today = timezone.localdate()
    last_day = min(post.ends_on or today, today)
    others = (
        Appointment.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=last_day) | Q(ends_on__gte=today),
            person_id=post.person_id, revoked_at=None,
            starts_on__lte=today + dt.timedelta(days=1),
        )
        .exclude(pk=post.pk)
        .select_related("role", "unit")
    )  # fmt: skip
    kept = [(_codes(other), _tree(other)) for other in others]
    # A post that opens nothing (a seat in a count) does not make anybody able to go on.
    is_last = not any(codes for codes, _units in kept)
    return Leaving(post, is_last, _codes(post), _tree(post), tuple(kept))


def open_work(left: Leaving) -> dict[str, int]:
    """How many pieces of each kind hang on the post; kinds without any are left out."""
    counts = {kind.code: kind.rows(left).count() for kind in work_kinds()}
    return {code: number for code, number in counts.items() if number}


def work_words(counts: dict[str, int]) -> str:
    """负责的个案 3、未完成的步骤 2."""
    labels = {kind.code: str(kind.label) for kind in work_kinds()}
    return "、".join(f"{labels[code]} {number}" for code, number in counts.items())


def refuse_open_work(post: Appointment) -> None:
    """Raises DomainError (code ``open_work``) that says how many of what hang on the post, or on
    a deputy's that ends with it, and where they are handed over."""
    deputies = post.deputies.filter(revoked_at=None, ends_on__gte=timezone.localdate())
    for one in (post, *deputies.select_related("role", "unit", "person")):
        counts = open_work(leaving(one))
        if counts:
            raise DomainError(
                _(
                    "Open work hangs on the post of %(name)s (%(role)s): %(work)s. Hand it over "
                    "first at %(url)s. To close an account at once, freeze it."
                )
                % {
                    "name": one.person.name,
                    "role": one.role.name,
                    "work": work_words(counts),
                    "url": reverse("cohorts:handover", args=[one.pk]),
                },
                code="open_work",
            )


def totals(people: Collection[int]) -> dict[int, int]:
    """Open pieces of work per person, of all kinds, whatever the post."""
    found: dict[int, int] = {}
    for kind in work_kinds():
        for pk, number in kind.totals(people).items():
            found[pk] = found.get(pk, 0) + number
    return found
