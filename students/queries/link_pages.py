"""Contexts of the pages about tutors, advisers and counsellors."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.access import grants
from cohorts.enums import DWELLING_KINDS, UnitKind
from cohorts.models import Appointment, LinkKind, Unit
from portal.core.models import User
from portal.core.rows import fetch
from students.domain.assignment import Share, share_out
from students.domain.link_runs import pairs_digest
from students.models import LinkRun, Student, StudentLink
from students.queries.links import (
    Load,
    Relation,
    assignable,
    candidates,
    link_loads,
    post_loads,
    recent_runs,
    stand_ins,
    unassigned,
    wanting,
)
from students.queries.standing import Stand, stands

SHOWN = 200
_WIDE = (UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.COHORT)


def offered_units(user: Any) -> QuerySet[Unit]:
    """Colleges, academies and cohorts over which ``user`` appoints."""
    return units_below(user, _WIDE)


def units_below(user: Any, kinds: Sequence[str]) -> QuerySet[Unit]:
    """Open units of these kinds on or below a unit on which ``user`` holds ``appoint``."""
    if not user.is_in_force():
        return Unit.objects.none()
    held = grants(user, "appoint").values("content_object_id")
    found: QuerySet[Unit] = Unit.objects.filter(
        Q(closed_on=None) | Q(closed_on__gte=timezone.localdate()),
        above__ancestor_id__in=held, kind__in=[str(kind) for kind in kinds],
    )  # fmt: skip
    return found.distinct().order_by("code")


def person_rows(students: Sequence[Student]) -> list[dict[str, Any]]:
    """Name, number, class and academy of these students; one query for where they stand."""
    places = stands([one.pk for one in students]) if students else {}
    return [
        {
            "pk": one.pk,
            "name": one.name,
            "number": one.student_no,
            "year": one.entry_year,
            "class_name": places.get(one.pk, Stand()).class_name or "—",
            "academy": places.get(one.pk, Stand()).academy or "—",
        }
        for one in students
    ]


def overview(
    user: Any, chosen: Relation, all_relations: Sequence[Relation], unit: Unit | None
) -> dict[str, Any]:
    """Everything of /links/ except the page of students: counts, loads, runs, stand-ins."""
    counts = {one.code: unassigned(user, one, unit).count() for one in all_relations}
    page: dict[str, Any] = {"counts": counts, "missing": counts[chosen.code]}
    if chosen.kind is None:
        people = post_loads(user, chosen, timezone.localdate())
    else:
        years = asked_years(unassigned(user, chosen, unit))
        people = link_loads(user, chosen.kind, unit, years)
        page |= {
            "runs": list(recent_runs(user, chosen.kind)),
            "stand_ins": stand_ins(user, chosen.kind),
            "years": years,
        }
    free = [one.free for one in people if one.free is not None]
    return page | {
        "people": people[:SHOWN],
        "people_count": len(people),
        "more_people": max(0, len(people) - SHOWN),
        "free": sum(free) if free else None,
        "over": sum(one.is_over for one in people),
        "limit": people[0].limit if people else None,
    }


def asked_years(students: QuerySet[Student]) -> list[int]:
    """Entry years among these students, newest first."""
    rows = students.order_by().values_list("entry_year", flat=True).distinct()
    return sorted(rows, reverse=True)


def preview(
    user: Any, kind: LinkKind, students: QuerySet[Student], people: Sequence[Load], rule: str
) -> dict[str, Any]:
    """Who would get whom. Nothing is written; ``digest`` names exactly these pairs."""
    asked = wanting(students)
    share: Share = share_out(
        asked, candidates(people), rule=rule, limit=kind.limit(), per_year=kind.is_limit_per_year
    )
    added = Counter(person for _student, person in share.pairs)
    names = {one.pk: one.name for one in people}
    shown = share.pairs[:SHOWN]
    by_pk = students.in_bulk([pk for pk, _person in shown] + share.left[:SHOWN])
    lines = {row["pk"]: row for row in person_rows(list(by_pk.values()))}
    rows = [lines[pk] | {"person": names[person]} for pk, person in shown if pk in lines]
    return {
        "pairs": share.pairs,
        "digest": pairs_digest(share.pairs),
        "key": uuid.uuid4(),
        "rows": rows,
        "hidden": max(0, len(share.pairs) - SHOWN),
        "left": [lines[pk] for pk in share.left[:SHOWN] if pk in lines],
        "left_count": len(share.left),
        "same_major": share.same_major,
        "asked": len(asked),
        "people": [
            {"name": one.name, "number": one.number, "before": one.total, "plus": added[one.pk],
             "after": one.total + added[one.pk]}
            for one in people if added[one.pk]
        ],
    }  # fmt: skip


def students_of(user: Any, person: User, kind: LinkKind) -> list[StudentLink]:
    """Links of this person to students over whom ``user`` appoints, stand-ins included."""
    links: QuerySet[Any] = StudentLink.objects.standing(timezone.localdate())  # type: ignore[attr-defined]
    return list(
        links.filter(kind=kind, person=person, student__in=assignable(user).order_by().values("pk"))
        .select_related("student", "cover_of__person")
        .order_by("-student__entry_year", "student__pinyin", "pk")
    )


def run_links(user: Any, run: LinkRun) -> QuerySet[Any]:
    """Links of a run whose students are within reach."""
    mine = Student.objects.restrict(user, "appoint").order_by().values("pk")
    return (
        StudentLink.objects.filter(run=run, student__in=mine)
        .select_related("student", "person")
        .order_by("person__pinyin", "person_id", "student__student_no")
    )


_HEADS = """
    SELECT t.ancestor_id, count(DISTINCT s.student_id)
      FROM cohorts_unittree t JOIN cohorts_unit u ON u.id = t.ancestor_id
      JOIN students_placement s ON s.unit_id = t.descendant_id
       AND s.since <= %(day)s AND (s.until IS NULL OR s.until >= %(day)s)
       AND (s.tree NOT IN ('room', 'branch') OR u.kind IN ('building', 'floor', 'room'))
     WHERE t.ancestor_id = ANY(%(units)s::bigint[]) GROUP BY t.ancestor_id
"""


def post_units(user: Any, role_codes: Sequence[str], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Units on which such a post can be held, with students and present holders; 3 queries."""
    today = timezone.localdate()
    units = list(units_below(user, kinds).select_related("parent"))
    ids = [unit.pk for unit in units]
    heads = dict(fetch(_HEADS, {"units": ids, "day": today})) if ids else {}
    holders: dict[int, list[str]] = {}
    posts = Appointment.objects.in_force(today).filter(unit_id__in=ids, role__code__in=role_codes)
    for unit_id, name in posts.order_by("starts_on").values_list("unit_id", "person__name"):
        holders.setdefault(unit_id, []).append(name)
    return [
        {
            "unit": unit,
            "home": unit.parent.label if unit.parent else "",
            "students": heads.get(unit.pk, 0),
            "holders": "、".join(holders.get(unit.pk, [])),
            "is_dwelling": unit.kind in DWELLING_KINDS,
        }
        for unit in units
    ]


def students_under(
    unit_ids: Sequence[int], person: User, role_codes: Sequence[str]
) -> tuple[int, int]:
    """(students under this person's posts today, the same with posts on ``unit_ids`` too)."""
    today = timezone.localdate()
    held = list(
        Appointment.objects.in_force(today)
        .filter(person=person, role__code__in=role_codes)
        .values_list("unit_id", flat=True)
    )
    return _under(held), _under([*held, *unit_ids])


def _under(unit_ids: Sequence[int]) -> int:
    if not unit_ids:
        return 0
    statement = _HEADS.replace("t.ancestor_id, count", "0, count").replace(
        " GROUP BY t.ancestor_id", ""
    )
    rows = fetch(statement, {"units": list(unit_ids), "day": timezone.localdate()})
    return int(rows[0][1]) if rows else 0
