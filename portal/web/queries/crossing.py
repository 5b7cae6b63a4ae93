"""Column and row (条块): college–cohort–class and building–floor–room, down to the students."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cohorts.enums import UnitKind
from cohorts.models import Unit, UnitTree
from portal.core.rows import fetch
from portal.web.queries.tiles import student_url
from students.enums import Tree
from students.models import Student
from students.queries.standing import Stand, stands

_MOST = 120
_COUNT = """
    SELECT t.ancestor_id, count(DISTINCT p.student_id)
      FROM cohorts_unittree t JOIN students_placement p ON p.unit_id = t.descendant_id
     WHERE t.ancestor_id = ANY(%s::bigint[]) AND p.tree = %s AND p.since <= %s
       AND (p.until IS NULL OR p.until >= %s) AND p.student_id IN ({mine})
     GROUP BY 1
"""


@dataclass(frozen=True)
class Way:
    """One of the two ways down. ``action`` opens the names: the bed needs the full record."""

    code: str
    tree: str
    top: str
    kinds: tuple[str, ...]
    leaf: str
    action: str


LINE = Way(
    "line", Tree.CLASS, UnitKind.COLLEGE,
    (UnitKind.COLLEGE, UnitKind.COHORT, UnitKind.CLASS), UnitKind.CLASS, "see_card",
)  # fmt: skip
BLOCK = Way(
    "block", Tree.ROOM, UnitKind.BUILDING,
    (UnitKind.BUILDING, UnitKind.FLOOR, UnitKind.ROOM), UnitKind.ROOM, "see_record",
)  # fmt: skip


@dataclass
class Side:
    """What one side of the page shows: the way down so far, the next units, or the students."""

    way: Way
    chosen: int | None = None
    path: list[tuple[int, str]] = field(default_factory=list)
    units: list[dict[str, Any]] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)


def side(user: Any, way: Way, chosen: int | None) -> Side:
    """Units under ``chosen`` in which students of the viewer stand, with how many; the students
    themselves in a class or room. Raises Http404 for a unit without any of them."""
    mine = Student.objects.restrict(user, way.action).order_by()
    made = Side(way, chosen)
    if chosen is not None:
        unit = Unit.objects.filter(pk=chosen, kind__in=way.kinds).first()
        if unit is None or not _counts(mine, way, [chosen]):
            raise Http404
        above = UnitTree.objects.filter(descendant_id=chosen, ancestor__kind__in=way.kinds)
        above = above.select_related("ancestor").order_by("-depth")
        made.path = [(row.ancestor_id, row.ancestor.label) for row in above]
        if unit.kind == way.leaf:
            made.people = _people(mine, unit)
            return made
        rows = Unit.objects.filter(parent_id=chosen, kind__in=way.kinds)
    else:
        rows = Unit.objects.filter(kind=way.top).exclude(parent__kind=way.top)
    units = list(rows.order_by("code"))
    counts = _counts(mine, way, [unit.pk for unit in units])
    made.units = [
        {"pk": unit.pk, "label": unit.label, "n": counts[unit.pk], "url": student_url(unit)}
        for unit in units
        if counts.get(unit.pk)
    ]
    return made


def _counts(mine: QuerySet[Student], way: Way, unit_ids: list[int]) -> dict[int, int]:
    if not unit_ids:
        return {}
    try:
        statement, params = mine.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return {}
    day = timezone.localdate()
    words = _COUNT.replace("{mine}", statement)
    return dict(fetch(words, [unit_ids, str(way.tree), day, day, *params]))


def _people(mine: QuerySet[Student], unit: Unit) -> list[dict[str, Any]]:
    day = timezone.localdate()
    here = fetch(
        "SELECT student_id FROM students_placement WHERE unit_id = %s AND since <= %s"
        " AND (until IS NULL OR until >= %s)",
        [unit.pk, day, day],
    )
    rows = mine.filter(pk__in=[pk for (pk,) in here]).order_by("pinyin", "pk")[:_MOST]
    found = list(rows.values_list("pk", "student_no", "name"))
    trees = (Tree.CLASS, Tree.ACADEMY)
    places = stands([pk for pk, _no, _name in found], trees)
    return [
        {
            "name": name, "no": number, "url": reverse("students:portrait", args=[number]),
            "place": _words(places.get(pk, Stand())),
        }
        for pk, number, name in found
    ]  # fmt: skip


def _words(stand: Stand) -> str:
    return " · ".join(filter(None, [stand.class_name, stand.academy]))
