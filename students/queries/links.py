"""Who has nobody, and who has how many: the page of tutors, advisers and counsellors."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cohorts.access import granted_unit_ids, grants, in_force
from cohorts.enums import DWELLING_KINDS, LinkHolder
from cohorts.models import Appointment, LinkKind, Parameter, Role, SchoolClass, Unit
from portal.core.admin_rights import DUTIES
from portal.core.models import User
from portal.core.rows import fetch
from students.access import standing
from students.domain.assignment import Candidate, Wanting
from students.domain.link_checks import ALL_YEARS, allowed_people, blocked_people, loads
from students.enums import ENROLLED_STATUSES, Tree
from students.models import LinkRun, Placement, Student, StudentLink
from students.queries.population import standing_in

# Relations that come from a post on a unit: code -> roles that fill it.
POST_RELATIONS = {
    "adviser": ("class_adviser",),
    "counsellor": ("counsellor", "part_counsellor"),
}


@dataclass(frozen=True)
class Relation:
    """A way in which a student has somebody: by link (``kind``) or by a post (``roles``)."""

    code: str
    label: str
    kind: LinkKind | None = None
    roles: tuple[str, ...] = ()


def relations() -> list[Relation]:
    """Kinds of link of which there is one at a time, then class adviser and counsellor."""
    kinds = LinkKind.objects.filter(is_single=True, holder=LinkHolder.STAFF).select_related(
        "limit_parameter"
    )
    found = [Relation(kind.code, kind.name, kind=kind) for kind in kinds]
    names = dict(Role.objects.values_list("code", "name"))
    return found + [
        Relation(code, names.get(roles[0], code), roles=roles)
        for code, roles in POST_RELATIONS.items()
    ]


def assignable(user: Any, unit: Unit | None = None) -> QuerySet[Student]:
    """Enrolled students whom ``user`` sees and for whom he appoints, standing in ``unit``."""
    reach = Student.objects.restrict(user, "appoint").order_by()
    found: QuerySet[Student] = Student.objects.restrict(user, "see_card").filter(
        pk__in=reach.values("pk"), status__in=ENROLLED_STATUSES
    )
    if unit is not None:
        found = found.filter(pk__in=standing_in(unit.pk, timezone.localdate()))
    return found


def unassigned(user: Any, relation: Relation, unit: Unit | None = None) -> QuerySet[Student]:
    """Of those, the ones without anybody of this relation, today or later."""
    today = timezone.localdate()
    students = assignable(user, unit)
    if relation.kind is not None:
        has = StudentLink.objects.standing(today).filter(  # type: ignore[attr-defined]
            kind=relation.kind, student_id=OuterRef("pk"), cover_of=None
        )
        return students.filter(~Exists(has))
    posts = Appointment.objects.filter(
        in_force(today), revoked_at=None, role__code__in=relation.roles
    )
    # A bed is looked after only by posts on dwellings, as in the reach (cohorts.access).
    beds = posts.filter(unit__kind__in=DWELLING_KINDS)
    under = Placement.objects.filter(standing(today)).filter(
        Q(unit__above__ancestor__in=posts.values("unit_id")) & ~Q(tree__in=(Tree.ROOM, Tree.BRANCH))
        | Q(unit__above__ancestor__in=beds.values("unit_id"))
    )
    return students.exclude(pk__in=under.values("student_id"))


@dataclass
class Load:
    """One person's students: in all, by entry year, and the places still free."""

    pk: int
    name: str
    number: str
    title: str
    years: Counter[int]
    limit: int | None
    per_year: bool
    asked_years: tuple[int, ...] = ()
    majors: frozenset[int] = frozenset()
    units: list[str] = field(default_factory=list)
    blocked: str = ""

    @property
    def total(self) -> int:
        return self.years[ALL_YEARS]

    @property
    def free(self) -> int | None:
        """Empty places for the entry years asked for; None without a limit."""
        if self.limit is None:
            return None
        if self.per_year:
            return sum(max(0, self.limit - self.years[year]) for year in self.asked_years)
        return max(0, self.limit - self.total)

    @property
    def is_over(self) -> bool:
        if self.limit is None:
            return False
        if self.per_year:
            return any(n > self.limit for year, n in self.years.items() if year != ALL_YEARS)
        return self.total > self.limit

    @property
    def by_year(self) -> list[tuple[int, int]]:
        return sorted(((y, n) for y, n in self.years.items() if y != ALL_YEARS), reverse=True)


def link_loads(
    user: Any, kind: LinkKind, unit: Unit | None, years: Sequence[int], extra: Collection[str] = ()
) -> list[Load]:
    """Everybody who may be linked as ``kind`` around these students, fewest students first.

    Those already linked to a student within reach, those with a post within reach (of the kind's
    roles, where it names some), and the staff numbers typed in ``extra``. Constant queries.
    """
    today = timezone.localdate()
    people = list(_pool(user, kind, unit, extra))
    ids = [person.pk for person in people]
    allowed = allowed_people(kind, ids)
    held = loads(kind, ids, today)
    majors = _majors(kind, ids)
    blocked = blocked_people(kind, ids, today)
    found = [
        Load(
            person.pk, person.name, person.username, person.title, held[person.pk], kind.limit(),
            kind.is_limit_per_year, tuple(years), majors.get(person.pk, frozenset()),
            blocked=blocked.get(person.pk, ""),
        )
        for person in people
        if allowed is None or person.pk in allowed
    ]  # fmt: skip
    places = {person.pk: n for n, person in enumerate(people)}
    return sorted(found, key=lambda one: (one.total, places[one.pk]))


def _pool(user: Any, kind: LinkKind, unit: Unit | None, extra: Collection[str]) -> QuerySet[Any]:
    today = timezone.localdate()
    linked = StudentLink.objects.in_force(today).filter(  # type: ignore[attr-defined]
        kind=kind, student__in=assignable(user, unit).order_by().values("pk")
    )
    posts = Appointment.objects.filter(
        in_force(today), revoked_at=None, unit_id__any=granted_unit_ids(user, "appoint")
    ).exclude(role__code__in=DUTIES)
    if kind.roles.exists():
        posts = posts.filter(role__in=kind.roles.all())
    wanted = Q(pk__in=linked.values("person_id")) | Q(pk__in=posts.values("person_id"))
    if extra:
        wanted |= Q(username__in=list(extra))
    return (
        User.objects.filter(wanted, is_active=True, student=None)
        .exclude(expires_on__lt=today)
        .exclude(pk=user.pk)
        .order_by("pinyin", "pk")
    )


def _majors(kind: LinkKind, ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Majors a person looks after: of the students linked so far and of classes advised."""
    found: dict[int, set[int]] = {}
    linked = StudentLink.objects.filter(kind=kind, person_id__in=ids, revoked_at=None)
    advised = Appointment.objects.filter(
        in_force(timezone.localdate()), revoked_at=None, person_id__in=ids,
        role__code="class_adviser",
    )  # fmt: skip
    classes = SchoolClass.objects.filter(appointments__in=advised, major__isnull=False)
    rows = [
        *linked.order_by().values_list("person_id", "student__major_id").distinct(),
        *classes.order_by().values_list("appointments__person_id", "major_id").distinct(),
    ]
    for person, major in rows:
        if major is not None:
            found.setdefault(person, set()).add(major)
    return {person: frozenset(majors) for person, majors in found.items()}


_POST_LOADS = """
    SELECT a.person_id, p.name, p.username, p.title,
           array_agg(DISTINCT coalesce(nullif(u.short_name, ''), u.name)),
           count(DISTINCT s.student_id)
      FROM cohorts_appointment a
      JOIN cohorts_role r ON r.id = a.role_id AND r.code = ANY(%(roles)s::text[])
      JOIN core_user p ON p.id = a.person_id JOIN cohorts_unit u ON u.id = a.unit_id
      LEFT JOIN cohorts_unittree t ON t.ancestor_id = a.unit_id
      LEFT JOIN students_placement s ON s.unit_id = t.descendant_id
           AND s.since <= %(day)s AND (s.until IS NULL OR s.until >= %(day)s)
           AND (s.tree NOT IN ('room', 'branch') OR u.kind IN ('building', 'floor', 'room'))
     WHERE a.revoked_at IS NULL AND a.starts_on <= %(day)s
       AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
       AND a.unit_id IN (SELECT b.descendant_id FROM cohorts_unittree b
                          WHERE b.ancestor_id = ANY(%(units)s::bigint[]))
     GROUP BY a.person_id, p.name, p.username, p.title, p.pinyin ORDER BY 6, p.pinyin
"""


def post_loads(user: Any, relation: Relation, day: dt.date) -> list[Load]:
    """People who fill the relation by posts within reach, with the students below their posts."""
    if not user.is_in_force():
        return []
    limit = None
    if relation.code == "counsellor":
        found = Parameter.objects.filter(key="staff.counsellor").values_list("value", flat=True)
        limit = int(found[0]) if found else None
    rows = fetch(
        _POST_LOADS,
        {
            "roles": list(relation.roles),
            "day": day,
            "units": list(grants(user, "appoint").values_list("content_object_id", flat=True)),
        },
    )
    return [
        Load(pk, name, number, title, Counter({ALL_YEARS: n}), limit, False, units=units)
        for pk, name, number, title, units, n in rows
    ]


def wanting(students: QuerySet[Student]) -> list[Wanting]:
    """Students for the rule, in the order of their number."""
    rows = students.order_by("entry_year", "student_no").values_list("pk", "entry_year", "major_id")
    return [Wanting(pk, year, major) for pk, year, major in rows]


def candidates(people: Sequence[Load]) -> list[Candidate]:
    """The same people for the rule; blocked ones take nobody."""
    return [Candidate(p.pk, dict(p.years), p.majors) for p in people if not p.blocked]


def recent_runs(user: Any, kind: LinkKind, limit: int = 5) -> QuerySet[LinkRun]:
    """The latest bulk assignments that touch students within reach."""
    runs: QuerySet[LinkRun] = LinkRun.objects.restrict(user, "appoint").filter(kind=kind)
    return runs.select_related("actor").order_by("-made_at")[:limit]


def stand_ins(user: Any, kind: LinkKind) -> list[dict[str, Any]]:
    """Who stands in for whom until when, for students within reach."""
    today = timezone.localdate()
    rows = fetch(
        """
        SELECT c.person_id, q.name, l.person_id, p.name, min(c.starts_on), max(c.ends_on), count(*)
          FROM students_studentlink c JOIN students_studentlink l ON l.id = c.cover_of_id
          JOIN core_user p ON p.id = l.person_id JOIN core_user q ON q.id = c.person_id
         WHERE c.revoked_at IS NULL AND c.ends_on >= %(day)s AND c.kind_id = %(kind)s
           AND c.student_id = ANY(%(students)s::bigint[])
         GROUP BY 1, 2, 3, 4 ORDER BY 6, 4
        """,
        {
            "day": today,
            "kind": kind.pk,
            "students": list(
                StudentLink.objects.filter(
                    cover_of__isnull=False, kind=kind, ends_on__gte=today, revoked_at=None,
                    student__in=assignable(user).order_by().values("pk"),
                ).values_list("student_id", flat=True)
            ),
        },
    )  # fmt: skip
    names = ("stand_in_id", "stand_in", "person_id", "person", "starts_on", "ends_on", "n")
    return [dict(zip(names, row, strict=True)) for row in rows]
