"""Orders about students: lists of a person's reach, of one student, and units by name."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from cohorts.access import granted_unit_ids
from cohorts.models import Major, Unit
from portal.core.ui.dates import format_day
from students.domain.movement_checks import ACTION
from students.enums import MovementKind, StudentStatus, Tree
from students.models import Movement

_TREES = (Tree.CLASS, Tree.ACADEMY, Tree.ROOM, Tree.BRANCH)


def movements_of(user: Any, student_id: int, action: str = "see_record") -> list[dict[str, Any]]:
    """Every order about one student whom ``user`` reaches, the newest first."""
    rows = Movement.objects.restrict(user, action, student_id=student_id)
    return lines(rows.order_by("-on", "-pk")[:50])


def movements(user: Any, *, planned: bool) -> QuerySet[Movement]:
    """Orders about students whom ``user`` may move: those ahead, or those in force."""
    rows: QuerySet[Movement] = Movement.objects.restrict(user, ACTION).select_related("student")
    today = timezone.localdate()
    if planned:
        return rows.filter(on__gt=today, withdrawn_at=None).order_by("on", "pk")
    return rows.filter(on__lte=today).order_by("-on", "-pk")


def lines(rows: Collection[Movement] | QuerySet[Movement]) -> list[dict[str, Any]]:
    """Orders in words: kind, day, from → to, reason, number, and whether it lies ahead."""
    rows = list(rows)
    ids = {pk for row in rows for pair in row.places.values() for pk in pair if pk}
    names = {
        unit.pk: unit.label
        for unit in Unit.objects.filter(pk__in=ids).only("pk", "name", "short_name")
    }
    majors = dict(
        Major.objects.filter(pk__in={row.major_id for row in rows}).values_list("pk", "name")
    )
    kinds, today = dict(MovementKind.choices), timezone.localdate()
    statuses = dict(StudentStatus.choices)
    return [
        {
            "pk": row.pk,
            "row": row,
            "kind": kinds.get(row.kind, row.kind),
            "on": format_day(row.on, "full"),
            "moves": _moves(row, names, majors, statuses),
            "reason": row.reason,
            "order_no": row.order_no,
            "is_ahead": row.on > today and row.withdrawn_at is None,
            "is_withdrawn": row.withdrawn_at is not None,
        }
        for row in rows
    ]


def _moves(
    row: Movement, names: dict[int, str], majors: dict[int, str], statuses: dict[str, Any]
) -> list[str]:
    parts = []
    for tree in _TREES:
        old, new = row.places.get(tree.value, (None, None))
        if old or new:
            parts.append(f"{names.get(old, '—')} → {names.get(new, '—')}")
    if row.status_after:
        before = statuses.get(row.status_before, "—")
        parts.append(f"{before} → {statuses.get(row.status_after, '—')}")
    if row.entry_year:
        parts.append(f"→ {row.entry_year}")
    if row.major_id:
        parts.append(f"→ {majors.get(row.major_id, '—')}")
    return parts


class UnitFinder:
    """Open units in which ``user`` may place students, by name, short name or code."""

    def __init__(self, user: Any, kinds: Collection[str]) -> None:
        rows = Unit.objects.filter(
            pk__in=granted_unit_ids(user, ACTION) + _rooms_below(user), kind__in=kinds
        )
        today = timezone.localdate()
        self.found: dict[str, list[Unit]] = {}
        for unit in rows.select_related("parent"):
            if unit.closed_on is None or unit.closed_on >= today:
                for key in {unit.name, unit.short_name, unit.code} - {""}:
                    self.found.setdefault(_key(key), []).append(unit)

    def get(self, words: str) -> list[Unit]:
        return self.found.get(_key(words), [])

    def units(self) -> list[Unit]:
        unique = {unit.pk: unit for units in self.found.values() for unit in units}
        return sorted(unique.values(), key=lambda unit: str(unit.code))


def _rooms_below(user: Any) -> list[int]:
    """Rooms count for placing under any post, although they do not count for seeing."""
    from cohorts.access import grants
    from cohorts.models import UnitTree

    held = grants(user, ACTION).values("content_object_id")
    rows = UnitTree.objects.filter(ancestor_id__in=held, descendant__kind="room")
    return list(rows.values_list("descendant_id", flat=True))


def _key(words: str) -> str:
    return "".join(words.split()).casefold()
