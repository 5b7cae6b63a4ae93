"""Posts within a reader's reach: the list, what ends soon, several hats, loads."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from cohorts.models import Appointment

# students hands this up: how many students stand today in each of these units or below.
Headcount = Callable[[Collection[int]], dict[int, int]]
_headcount: list[Headcount] = []
STATES = ("now", "ending", "later", "ended")


def register_headcount(headcount: Headcount) -> None:
    _headcount[:] = [headcount]


def in_state(state: str, day: dt.date, within: int) -> Q:
    """Condition of one state on ``day``; ``ending``: last day within so many days."""
    over = Q(revoked_at__isnull=False) | Q(ends_on__lt=day)
    return {
        "now": Q(starts_on__lte=day) & ~over,
        "ending": Q(starts_on__lte=day, ends_on__lte=day + dt.timedelta(days=within)) & ~over,
        "later": Q(starts_on__gt=day, revoked_at=None),
        "ended": over,
    }[state]


def state_of(post: Appointment, day: dt.date) -> str:
    """``now``, ``later`` or ``ended`` on ``day``; the end day still counts."""
    if post.revoked_at is not None or (post.ends_on is not None and post.ends_on < day):
        return "ended"
    return "later" if post.starts_on > day else "now"


def posts_in_reach(user: Any, action: str = "see_unit") -> QuerySet[Any]:
    """Posts that ``user`` may read (or appoint to), with what a line shows."""
    rows: QuerySet[Any] = Appointment.objects.restrict(user, action).select_related(
        "person", "role", "role__load_limit", "unit", "stands_in_for__person"
    )
    return rows


@dataclass(frozen=True)
class PostLine:
    """One post of the list. ``hats``: posts the person holds today, this one included."""

    post: Appointment
    state: str
    hats: int
    load: int | None = None
    limit: int | None = None
    is_renewed: bool = False

    @property
    def is_over_limit(self) -> bool:
        return self.load is not None and self.limit is not None and self.load > self.limit

    @property
    def ends_soon(self) -> bool:
        """Within a month of its last day: the days left are then said beside it."""
        ends_on = self.post.ends_on
        soon = timezone.localdate() + dt.timedelta(days=30)
        return self.state == "now" and ends_on is not None and ends_on <= soon

    @property
    def can_renew(self) -> bool:
        return self.state == "now" and self.post.ends_on is not None and not self.is_renewed


@dataclass
class _Loads:
    """Students per holder of a limited role: those of a unit are shared by its holders."""

    per_unit: dict[tuple[int, int], int] = field(default_factory=dict)
    posts: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    heads: dict[int, int] = field(default_factory=dict)

    def of(self, person: int, role: int) -> int:
        units = self.posts.get((person, role), [])
        return sum(
            -(-self.heads.get(unit, 0) // max(1, self.per_unit.get((role, unit), 1)))
            for unit in units
        )


def lines_of(posts: Sequence[Appointment], day: dt.date | None = None) -> list[PostLine]:
    """The lines of one page; a constant number of queries."""
    day = day or timezone.localdate()
    people = {post.person_id for post in posts}
    now = Appointment.objects.in_force(day)
    hats = dict(
        now.filter(person_id__in=people).order_by().values_list("person_id").annotate(n=Count("pk"))
    )
    loads = _loads(posts, day)
    renewed = _renewed(posts)
    return [
        PostLine(
            post, state_of(post, day), hats.get(post.person_id, 0),
            loads.of(post.person_id, post.role_id) if post.role.load_limit else None,
            int(post.role.load_limit.value) if post.role.load_limit else None,
            post.pk in renewed,
        )
        for post in posts
    ]  # fmt: skip


def _renewed(posts: Sequence[Appointment]) -> set[int]:
    """Posts whose holder already has the same post from the day after."""
    ends = {(p.person_id, p.role_id, p.unit_id): p for p in posts if p.ends_on is not None}
    rows = Appointment.objects.filter(person_id__in={key[0] for key in ends}, revoked_at=None)
    found = set()
    for person, role, unit, starts, last in rows.order_by().values_list(
        "person_id", "role_id", "unit_id", "starts_on", "ends_on"
    ):
        post = ends.get((person, role, unit))
        if post is None or post.ends_on is None:
            continue
        if starts > post.starts_on and (last is None or last > post.ends_on):
            found.add(post.pk)
    return found


def _loads(posts: Sequence[Appointment], day: dt.date) -> _Loads:
    roles = {post.role_id for post in posts if post.role.load_limit is not None}
    loads = _Loads()
    if not roles or not _headcount:
        return loads
    people = {post.person_id for post in posts}
    held = Appointment.objects.in_force(day).filter(role_id__in=roles, stands_in_for=None)
    own = held.filter(person_id__in=people).order_by()
    for person, role, unit in own.values_list("person_id", "role_id", "unit_id"):
        loads.posts.setdefault((person, role), []).append(unit)
    units = {unit for listed in loads.posts.values() for unit in listed}
    shared = held.filter(unit_id__in=units).order_by().values_list("role_id", "unit_id")
    loads.per_unit = {(r, u): n for r, u, n in shared.annotate(n=Count("person", distinct=True))}
    loads.heads = _headcount[0](units)
    return loads
