"""Orders about students: lists of a person's reach, of one student, and units by name."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from cohorts.access import granted_unit_ids
from cohorts.models import Major, Unit
from portal.core import scope
from portal.core.access import rows_within
from portal.core.asks import Ask, Rows
from portal.core.ui.dates import format_day
from portal.core.ui.words import choice_words
from students.domain.movement_checks import ACTION
from students.enums import MovementKind, StudentStatus, Tree
from students.models import Movement

_TREES = (Tree.CLASS, Tree.ACADEMY, Tree.ROOM, Tree.BRANCH)


_ORDERS = """
    SELECT json_build_array(m.kind, m."on", m.reason, m.order_no, m.places, m.status_before,
           m.status_after, m.entry_year, (SELECT name FROM cohorts_major WHERE id = m.major_id),
           m.withdrawn_at IS NOT NULL,
           (SELECT json_object_agg(u.id, coalesce(nullif(u.short_name, ''), u.name))
              FROM cohorts_unit u
             WHERE u.id IN (SELECT pk::bigint FROM jsonb_each(m.places) tree,
                                   jsonb_array_elements_text(tree.value) pk)))
      FROM students_movement m
     WHERE m.student_id = %(student)s AND {seen}
     ORDER BY m."on" DESC, m.id DESC LIMIT 50
"""


def orders_asked(user: Any, student_id: int, action: str = "see_record") -> Ask | None:
    """For ``orders_of``: every order about one student whom ``user`` reaches."""
    seen = rows_within(Movement, user, action, "m", student_id=student_id)
    return Ask(_ORDERS.replace("{seen}", seen.sql), seen.params) if seen else None


def orders_of(rows: Rows) -> list[dict[str, Any]]:
    """In words, the newest first; what ``lines`` tells of each."""
    kinds, statuses = choice_words(MovementKind), choice_words(StudentStatus)
    today, shown = scope.today(), []
    for (kind, day, reason, order_no, places, before, after, entry_year, major, is_withdrawn,
         units) in rows:  # fmt: skip
        on, names = (
            dt.date.fromisoformat(day),
            {int(pk): name for pk, name in (units or {}).items()},
        )
        shown.append({
            "kind": kinds.get(kind, kind), "on": format_day(on, "full"), "reason": reason,
            "order_no": order_no, "moves": _moves(places, (before, after), entry_year, major, names, statuses),
            "is_ahead": on > today and not is_withdrawn, "is_withdrawn": is_withdrawn,
        })  # fmt: skip
    return shown


def movements(user: Any, *, planned: bool) -> QuerySet[Movement]:
    """Orders about students whom ``user`` may move: those ahead, or those in force."""
    rows: QuerySet[Movement] = Movement.objects.restrict(user, ACTION).select_related("student")
    today = scope.today()
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
    kinds, today = choice_words(MovementKind), scope.today()
    statuses = choice_words(StudentStatus)
    return [
        {
            "pk": row.pk,
            "row": row,
            "kind": kinds.get(row.kind, row.kind),
            "on": format_day(row.on, "full"),
            "moves": _moves(
                row.places,
                (row.status_before, row.status_after),
                row.entry_year,
                row.major_id and majors.get(row.major_id, "—"),
                names,
                statuses,
            ),
            "reason": row.reason,
            "order_no": row.order_no,
            "is_ahead": row.on > today and row.withdrawn_at is None,
            "is_withdrawn": row.withdrawn_at is not None,
        }
        for row in rows
    ]


def _moves(
    places: dict[str, Any],
    status: tuple[str, str],
    entry_year: int | None,
    major: str | None,
    names: dict[int, str],
    statuses: dict[str, Any],
) -> list[str]:
    parts = []
    for tree in _TREES:
        old, new = places.get(tree.value, (None, None))
        if old or new:
            parts.append(f"{names.get(old, '—')} → {names.get(new, '—')}")
    before, after = status
    if after:
        parts.append(f"{statuses.get(before, '—')} → {statuses.get(after, '—')}")
    if entry_year:
        parts.append(f"→ {entry_year}")
    if major:
        parts.append(f"→ {major}")
    return parts


class UnitFinder:
    """Open units in which ``user`` may place students, by name, short name or code."""

    def __init__(self, user: Any, kinds: Collection[str]) -> None:
        rows = Unit.objects.filter(
            pk__in=granted_unit_ids(user, ACTION) + _rooms_below(user), kind__in=kinds
        )
        today = scope.today()
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
