"""Facts of the page frame: what a person holds, where, and what waits; two statements a page."""

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from cohorts.enums import UnitKind
from portal.core.access import plain, supporter_of
from portal.core.scope import remembered

# Offered in the switcher below a unit one holds: the next level that has a dashboard of its own.
_CHILDREN = {
    UnitKind.UNIVERSITY: (UnitKind.COLLEGE, UnitKind.ACADEMY),
    UnitKind.COLLEGE: (UnitKind.COHORT,),
    UnitKind.ACADEMY: (UnitKind.COHORT,),
}

_HELD = """
    SELECT p.codename, g.content_object_id, own.kind, d.id, d.kind,
           coalesce(nullif(d.short_name, ''), d.name), t.depth
      FROM cohorts_grant g
      JOIN auth_permission p ON p.id = g.permission_id
      JOIN cohorts_unit own ON own.id = g.content_object_id
      LEFT JOIN cohorts_unittree t
        ON p.codename = 'see_unit' AND t.ancestor_id = g.content_object_id AND t.depth <= 1
      LEFT JOIN cohorts_unit d
        ON d.id = t.descendant_id AND (d.closed_on IS NULL OR d.closed_on >= %(day)s)
     WHERE g.user_id = %(user)s AND g.starts_on <= %(day)s
       AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
     ORDER BY t.depth, d.code
"""

_FACTS = """
    SELECT (SELECT count(*) FROM core_notification WHERE user_id = %(user)s AND read_at IS NULL),
           (SELECT name FROM cohorts_unit WHERE kind = 'university' ORDER BY id LIMIT 1),
           posts.codes, posts.names, term.code, term.starts_on, term.weeks
      FROM (SELECT array_agg(code ORDER BY place) AS codes, array_agg(name ORDER BY place) AS names
              FROM (SELECT DISTINCT r.code, r.name, r."order" AS place
                      FROM cohorts_appointment a JOIN cohorts_role r ON r.id = a.role_id
                     WHERE a.person_id = %(user)s AND a.revoked_at IS NULL
                       AND a.starts_on <= %(day)s
                       AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)) held) posts
      LEFT JOIN LATERAL (SELECT code, starts_on, weeks FROM cohorts_term
                          WHERE starts_on <= %(day)s ORDER BY starts_on DESC LIMIT 1) term ON true
"""


@dataclass(frozen=True)
class Choice:
    """A unit whose dashboard this person may open."""

    pk: int
    kind: str
    label: str
    depth: int

    @property
    def url(self) -> str:
        return unit_url(self.kind, self.pk)


@dataclass(frozen=True)
class Holding:
    """Actions held today on any unit, and the units of the switcher, own ones first."""

    actions: frozenset[str] = frozenset()
    choices: tuple[Choice, ...] = ()
    on: dict[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What the frame writes around every page."""

    unread: int
    school: str
    role_codes: tuple[str, ...]
    role_names: tuple[str, ...]
    term: str | None
    term_starts_on: dt.date | None
    term_weeks: int


def unit_url(kind: str, pk: int) -> str:
    """Address of a unit's dashboard; cohorts have their own (design 7)."""
    return f"{_unit_base(kind == UnitKind.COHORT)}{pk}/"


@cache
def _unit_base(is_cohort: bool) -> str:
    # Tables have a link in every row: the address is looked up once.
    return reverse("web:cohort" if is_cohort else "web:unit", args=[0]).removesuffix("0/")


def holding(user: Any) -> Holding:
    """Everything ``user`` holds by posts in force today; nothing for a closed account."""
    if not user.is_in_force():
        return Holding()
    supporter = supporter_of(user)
    if supporter is not None:
        return _of_both(holding(plain(user)), holding(supporter))
    today = timezone.localdate()
    return remembered(("holding", user.pk, today), lambda: _read_holding(user.pk, today))


def _of_both(one: Holding, other: Holding) -> Holding:
    """What both hold; a unit of either switcher is offered when the other may open it too."""
    actions = one.actions & other.actions
    known = {choice.pk for choice in other.choices}
    return Holding(
        actions=actions,
        choices=tuple(choice for choice in one.choices if choice.pk in known),
        on={action: one.on[action] & other.on[action] for action in actions},
    )


def _read_holding(user_id: int, today: dt.date) -> Holding:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"user": user_id, "day": today})
        rows = cursor.fetchall()
    choices: dict[int, Choice] = {}
    on: dict[str, set[int]] = {}
    for action, held_id, held_kind, pk, kind, label, depth in rows:
        on.setdefault(action, set()).add(held_id)
        if pk is None or pk in choices:
            continue
        if depth == 0 or kind in _CHILDREN.get(held_kind, ()):
            choices[pk] = Choice(pk, kind, label, depth)
    return Holding(
        actions=frozenset(on),
        choices=tuple(choices.values()),
        on={action: frozenset(ids) for action, ids in on.items()},
    )


def facts(user: Any) -> Facts:
    """One statement: unread notices, school, posts, term of today."""
    today = timezone.localdate()
    found = remembered(("facts", user.pk, today), lambda: _read_facts(user.pk, today))
    # Notices are addressed to one person and may name students: no supporter reads them.
    return found if supporter_of(user) is None else replace(found, unread=0)


def _read_facts(user_id: int, today: dt.date) -> Facts:
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"user": user_id, "day": today})
        unread, school, codes, names, term, starts_on, weeks = cursor.fetchone()
    return Facts(
        unread=unread,
        school=school or "",
        role_codes=tuple(codes or ()),
        role_names=tuple(names or ()),
        term=term,
        term_starts_on=starts_on,
        term_weeks=weeks or 0,
    )


def school_name() -> str:
    """Name of the university, for pages without an account."""
    from cohorts.models import University

    found = University.objects.order_by("pk").values_list("name", flat=True).first()
    return found or ""


def teaching_week(day: dt.date, starts_on: dt.date | None, weeks: int) -> int | None:
    """Number of the teaching week (rulebook 6.5), None in the holidays."""
    if starts_on is None:
        return None
    week = (day - starts_on).days // 7 + 1
    return week if 1 <= week <= weeks else None
