"""The organisation as a tree, and how many students stand where in it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from cohorts.access import granted_unit_ids
from cohorts.enums import INNER_KINDS, UnitKind
from cohorts.models import Cohort, Unit
from cohorts.queries.study_years import year_words
from cohorts.queries.unit_history import PastUnit, units_on
from portal.core.rows import fetch
from portal.web.queries.frame import unit_url
from portal.web.queries.tiles import shown, student_url

_HEADS = """
    SELECT t.ancestor_id, count(DISTINCT p.student_id)
      FROM cohorts_unittree t
      JOIN cohorts_unit top ON top.id = t.ancestor_id
      JOIN cohorts_unit un ON un.id = t.descendant_id
      JOIN students_placement p ON p.unit_id = t.descendant_id
     WHERE t.ancestor_id = ANY(%(units)s::bigint[])
       AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
       AND (un.kind <> ALL(%(inner)s::text[]) OR top.kind = ANY(%(inner)s::text[]))
     GROUP BY 1
"""


@dataclass(frozen=True)
class Node:
    """One line of the tree. ``heads`` is shown text; ``list_url`` only where the list has the
    same length for this viewer."""

    pk: int
    name: str
    kind: str
    code: str
    year: str
    heads: str
    list_url: str
    url: str
    has_children: bool
    is_closed: bool


def top_units(user: Any) -> list[int]:
    """Visible units whose parent is not visible: where the viewer's tree begins."""
    mine = Unit.objects.restrict(user, "see_unit").order_by()
    rows = mine.filter(Q(parent=None) | ~Q(parent__in=mine.values("pk")))
    return list(rows.order_by("code").values_list("pk", flat=True))


def nodes(user: Any, *, parent: Unit | None, day: dt.date) -> list[Node]:
    """What stood under ``parent`` on ``day`` (None: the beginnings of the viewer's tree)."""
    mine = Unit.objects.restrict(user, "see_unit").order_by()
    if parent is None:
        found = _states(top_units(user))
    else:
        found = units_on(day, parent_id=parent.pk)
        seen = set(mine.filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
        found = [one for one in found if one.pk in seen]
    return _nodes(user, found, day)


def _states(ids: Collection[int]) -> list[PastUnit]:
    rows = Unit.objects.filter(pk__in=ids).order_by("code")
    return [PastUnit(u.pk, u.parent_id, u.kind, u.code, u.name, u.label) for u in rows]


def _nodes(user: Any, found: Sequence[PastUnit], day: dt.date) -> list[Node]:
    ids = [one.pk for one in found]
    is_today = day == timezone.localdate()
    heads = head_counts(ids, day) if is_today else {}
    listed = set(granted_unit_ids(user, "see_card")) if is_today else set()
    years = dict(Cohort.objects.filter(pk__in=ids).values_list("pk", "entry_year"))
    parents = set(
        Unit.objects.restrict(user, "see_unit")
        .filter(parent__in=ids)
        .values_list("parent", flat=True)
    )
    closed = set(
        Unit.objects.filter(pk__in=ids, closed_on__lt=timezone.localdate()).values_list(
            "pk", flat=True
        )
    )
    kinds = dict(UnitKind.choices)
    return [
        Node(
            pk=one.pk, name=one.name, kind=str(kinds.get(one.kind, one.kind)), code=one.code,
            year=year_words(years.get(one.pk), day),
            heads=shown(heads.get(one.pk, 0), one.pk not in listed) if is_today else "",
            list_url=student_url(Unit(pk=one.pk)) if one.pk in listed and heads.get(one.pk) else "",
            url=unit_url(one.kind, one.pk), has_children=one.pk in parents,
            is_closed=one.pk in closed,
        )
        for one in found
    ]  # fmt: skip


def head_counts(unit_ids: Collection[int], day: dt.date) -> dict[int, int]:
    """Students standing in each unit or below it on ``day``: the length of its list."""
    asked = {"units": list(unit_ids), "day": day, "inner": [str(kind) for kind in INNER_KINDS]}
    return dict(fetch(_HEADS, asked))
