"""Reach over units: which units a person holds an action on today, and why (design 5.3)."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from cohorts.models import Appointment, Contract, Grant, Unit, UnitTree
from cohorts.post_reasons import post_reasons
from portal.core.access import (
    Action,
    Reason,
    Route,
    carries,
    may_hold,
    part_of,
    plain,
    register_actions,
    register_companion,
    register_part,
    register_route,
    supporter_of,
)
from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import array_of, fetch
from portal.core.scope import remembered, today

register_actions(
    Action(
        "see_unit",
        gettext_lazy("see a unit's figures"),
        gettext_lazy("Open the dashboard of the unit and of everything below it."),
    ),
    Action(
        "see_counts",
        gettext_lazy("see counts of cases"),
        gettext_lazy("Numbers of focus students without names; cells under three stay hidden."),
    ),
    Action(
        "manage_unit",
        gettext_lazy("manage units"),
        gettext_lazy("Open, rename, move and close units below the post's unit."),
    ),
    Action(
        "appoint",
        gettext_lazy("appoint within own rights"),
        gettext_lazy("Appoint people to roles no wider than one's own, within one's own unit."),
    ),
    Action(
        "grant_roles",
        gettext_lazy("appoint to any role"),
        gettext_lazy("Appoint others, never oneself, to any role within one's own unit."),
        sensitive=True,
    ),
    Action(
        "manage_contract",
        gettext_lazy("set up contracting groups"),
        gettext_lazy("Create and renew the contracting group of a cohort."),
    ),
    Action(
        "import_staff",
        gettext_lazy("import staff"),
        gettext_lazy("Read accounts and posts of staff from a file."),
    ),
    Action(
        "view_as",
        gettext_lazy("look through another account"),
        gettext_lazy(
            "See what both accounts may see, read-only, for support; every session is logged."
        ),
        sensitive=True,
    ),
)


def in_force(day: dt.date, prefix: str = "") -> Q:
    """Dates that include ``day``; the date test of every right (design 5.2)."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gte": day})
    )


def grants(user: User, action: str) -> QuerySet[Grant]:
    """Grants of ``action`` that ``user`` holds today; none when his key does not carry it."""
    if not carries(user, action):
        return Grant.objects.none()
    return Grant.objects.filter(
        in_force(today()),
        user=user,
        permission__codename=action,
        permission__content_type__app_label="cohorts",
        permission__content_type__model="unit",
    )


# All that counts as below units that are held: rooms only below a dwelling, party branches only
# below a party organisation.
_BELOW = """
      FROM cohorts_unittree own
      JOIN cohorts_unittree t
        ON t.ancestor_id = own.ancestor_id AND (own.is_inner OR NOT t.is_inner)
     WHERE own.ancestor_id = own.descendant_id"""
BELOW_HELD = f"""
    SELECT t.descendant_id {_BELOW} AND own.ancestor_id = ANY(%(held)s::bigint[])
"""
# The same with the unit held beside each.
BELOW_EACH = f"""
    SELECT t.ancestor_id, t.descendant_id {_BELOW} AND own.ancestor_id = ANY(%(held)s::bigint[])
"""
# Actions with the units they are held on, and what is below these; of a wide reach that is read
# when somebody asks for it, since long lists find it on their own.
register_part(
    "held",
    f"""
    WITH held AS MATERIALIZED (
        SELECT permission_id, content_object_id AS unit_id FROM cohorts_grant
         WHERE user_id = %(user)s
           AND starts_on <= %(day)s AND (ends_on IS NULL OR ends_on >= %(day)s)
    )
    SELECT json_build_array(
        (SELECT json_agg(json_build_array(p.codename, h.units))
           FROM (SELECT permission_id, array_agg(DISTINCT unit_id) AS units
                   FROM held GROUP BY permission_id) h
           JOIN auth_permission p ON p.id = h.permission_id
          WHERE p.content_type_id = (SELECT id FROM django_content_type
                                      WHERE app_label = 'cohorts' AND model = 'unit')),
        (SELECT CASE WHEN count(*) <= 300 THEN json_agg(json_build_array(ancestor_id, below)) END
           FROM (SELECT t.ancestor_id, t.descendant_id AS below {_BELOW}
                    AND own.ancestor_id IN (SELECT unit_id FROM held)
                  LIMIT 301) b))
    """,
)


def granted_unit_ids(user: User, action: str) -> list[int]:
    """Ids of every unit on which ``user`` holds ``action`` today: the granted units and all
    below them. Rooms count only under a grant on a building, floor or room, and party branches
    only under a grant on a party organisation. Seen through another account: what both hold."""
    supporter = supporter_of(user)
    if supporter is not None:
        ours = granted_unit_ids(supporter, action)
        return sorted(set(ours).intersection(granted_unit_ids(plain(user), action)))

    units = held_units(user, action)

    def read() -> list[int]:
        below = _below(user)
        if below is not None:
            return sorted(set[int]().union(*(below.get(pk, ()) for pk in units)))
        rows = fetch(prepared(BELOW_HELD), {"held": array_of(units)})
        return sorted({pk for (pk,) in rows})

    # Actions held on the same units share one list.
    return remembered(("units", user.pk, units, today()), read) if units else []


def held_units(user: User, action: str) -> tuple[int, ...]:
    """The units themselves on which the account holds ``action`` today, whoever looks through it
    (``supporter_of``)."""
    return _held(user).get(action, ()) if carries(user, action) else ()


def held_reach(user: User, action: str) -> Sequence[int]:
    """Ids whose equality means equal reach by post, empty when no post carries the action."""
    alone = supporter_of(user) is None
    return held_units(user, action) if alone else granted_unit_ids(user, action)


def _held(user: User) -> dict[str, tuple[int, ...]]:
    """Units by action."""

    def read() -> dict[str, tuple[int, ...]]:
        return {codename: tuple(units) for codename, units in part_of(user, "held")[0] or ()}

    return remembered(("held", user.pk, today()), read)


def _below(user: User) -> dict[int, list[int]] | None:
    """What counts as below each unit held; None where that is much and was not read."""

    def read() -> dict[int, list[int]] | None:
        held, pairs = part_of(user, "held")
        if pairs is None and held:
            return None
        found: dict[int, list[int]] = {}
        for top, pk in pairs or ():
            found.setdefault(top, []).append(pk)
        return found

    return remembered(("below", user.pk, today()), read)


def holds_on_unit(user: User, action: str, unit_id: int) -> bool:
    """Whether ``user`` holds ``action`` today on the unit or on one above it."""
    if not user.is_in_force():
        return False
    supporter = supporter_of(user)
    if supporter is not None and not holds_on_unit(supporter, action, unit_id):
        return False
    return grants(user, action).filter(content_object__below__descendant_id=unit_id).exists()


def reaches_a_post(supporter: User, person: User) -> bool:
    """Whether ``supporter`` holds view_as today on the unit of a post of ``person``, or above."""
    posts = Appointment.objects.in_force(today()).filter(person_id=person.pk)
    held = grants(supporter, "view_as")
    return held.filter(content_object__below__descendant__appointments__in=posts).exists()


def _unit_keys(user: User, action: str) -> QuerySet[Any] | None:
    held = grants(user, action).values("content_object_id")
    rows = UnitTree.objects.filter(ancestor_id__in=held)
    return rows.values("descendant_id")


def _unit_reasons(user: User, action: str, unit: Unit) -> list[Reason]:
    return post_reasons(user, action, [unit.pk])


_ABOVE = "SELECT ancestor_id FROM cohorts_unittree WHERE descendant_id = {row}"


def _holds_unit(user: User, action: str, unit_id: int) -> bool:
    held = held_units(user, action)

    def read() -> set[int]:
        statement = prepared(_ABOVE.replace("{row}", "%(unit)s"))
        return {pk for (pk,) in fetch(statement, {"unit": unit_id})}

    # One read tells about all actions on the unit.
    return bool(held) and not remembered(("above", unit_id), read).isdisjoint(held)


def _keep_above(unit_id: int, above: list[int]) -> None:
    remembered(("above", unit_id), lambda: set(above))


register_companion(Unit, "pk", f"ARRAY({_ABOVE})", _keep_above)


def _contract_keys(user: User, action: str) -> QuerySet[Any] | None:
    unit_ids = granted_unit_ids(user, action)
    return Contract.objects.filter(cohort_id__in=unit_ids).values("pk") if unit_ids else None


def _contract_reasons(user: User, action: str, contract: Contract) -> list[Reason]:
    return post_reasons(user, action, [contract.cohort_id])


def _units_below(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
    """Of the units directly below one: all where it is reached itself, else those held."""
    if _holds_unit(user, action, parent["parent_id"]):
        return {}
    held = held_units(user, action)
    return {"id": list(held)} if held else None


register_route(
    Unit,
    Route("post", _unit_keys, _unit_reasons, held_reach, within=_units_below, holds=_holds_unit),
)
register_route(Contract, Route("post", _contract_keys, _contract_reasons))


_ALL_BELOW = """
    SELECT DISTINCT descendant_id FROM cohorts_unittree
     WHERE ancestor_id = ANY(%(held)s::bigint[]) ORDER BY descendant_id
"""


def reached_unit_ids(user: User, actions: Iterable[str]) -> list[int]:
    """Units on which ``user`` holds any of the actions today, and all below them; rooms and
    party organisations included, as posts are no students. Each action counts only if it may be
    held at all: by an account in force, and by the token that asks."""
    wanted = tuple(code for code in actions if may_hold(user, code))
    supporter = supporter_of(user)
    if supporter is not None:
        ours = reached_unit_ids(supporter, wanted)
        return sorted(set(ours).intersection(reached_unit_ids(plain(user), wanted)))
    held = sorted({pk for code in wanted for pk in _held(user).get(code, ())})

    def read() -> list[int]:
        return [pk for (pk,) in fetch(prepared(_ALL_BELOW), {"held": array_of(held)})]

    return remembered(("posts", user.pk, tuple(held)), read) if held else []
