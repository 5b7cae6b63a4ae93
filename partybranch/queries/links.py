"""Links of branches as pages show them: who links whom, empty places, coverage, wishes."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.models import LinkKind, Unit
from partybranch.access import current_branches
from partybranch.enums import FLAG
from partybranch.models import (
    LinkRound,
    LinkWish,
    Membership,
    PartyLink,
    PartyMember,
    PartyOrganization,
)
from partybranch.queries.life import life_branches, roll_on
from partybranch.queries.link_book import with_names
from partybranch.queries.territory import Around, around
from portal.core import scope
from portal.core.asks import Ask, Rows, answers
from portal.core.scope import remembered
from students.access import unit_ids_of

# One student, one room, one class: places that every member has to fill (rulebook 2.3).
SLOT_TARGETS = (LinkTarget.STUDENT, LinkTarget.ROOM, LinkTarget.CLASS)
_SIGNS = (LinkTarget.DOOR, LinkTarget.PLACE)


def link_kinds() -> list[LinkKind]:
    """Kinds of the party side with their limits, in the order of the rows; flags on members have a
    page of their own. Read once a request."""
    return remembered("party link kinds", lambda: list(
        LinkKind.objects.exclude(holder=LinkHolder.STAFF).exclude(code__startswith=FLAG)
        .select_related("limit_parameter").order_by("pk")
    ))  # fmt: skip


def slot_kinds() -> list[LinkKind]:
    """Kinds of which each member has places to fill: with a limit, to student, room or class."""
    return [
        kind for kind in link_kinds()
        if kind.holder == LinkHolder.MEMBER and kind.target in SLOT_TARGETS
        and kind.code != "peer_tutor" and (kind.limit() or 0) > 0
    ]  # fmt: skip


def links_in(branches: Collection[int], day: dt.date | None = None) -> "QuerySet[PartyLink]":
    """Standing links of these branches with what their rows show. Callers have asked for the
    right to the life of the branches."""
    rows = PartyLink.objects.standing(day or scope.today()).filter(branch__in=branches)
    rows = rows.exclude(kind__code__startswith=FLAG)
    found: QuerySet[PartyLink] = with_names(rows).order_by("starts_on", "pk")
    return found


@dataclass
class Slot:
    """The places of one member for one kind: filled ones, and how many stand empty."""

    kind: LinkKind
    links: list[PartyLink]
    empty: int

    @property
    def empties(self) -> range:
        return range(self.empty)


@dataclass
class MemberLinks:
    """One member with his places; ``load``: links in all, posts included."""

    member: PartyMember
    slots: list[Slot]
    load: int

    @property
    def empty(self) -> int:
        return sum(slot.empty for slot in self.slots)


def member_links(branch: PartyOrganization, links: Sequence[PartyLink]) -> list[MemberLinks]:
    """Every member of today with places filled and empty, who has most empty ones first."""
    by_member: dict[tuple[int, int], list[PartyLink]] = defaultdict(list)
    load: Counter[int] = Counter()
    for link in links:
        if link.member_id is not None:
            by_member[link.member_id, link.kind_id].append(link)
            load[link.member_id] += 1
    rows = []
    for member in roll_on(branch, scope.today()):
        slots = []
        for kind in slot_kinds():
            held = by_member[member.pk, kind.pk]
            # Help with study is given where it is asked for; nobody lacks it.
            empty = 0 if kind.code == "study_help" else max(0, (kind.limit() or 0) - len(held))
            slots.append(Slot(kind, held, empty))
        rows.append(MemberLinks(member, slots, load[member.pk]))
    rows.sort(key=lambda row: -row.empty)
    return rows


@dataclass
class Cover:
    """Of all rooms (classes, students) around a branch, those with a link of any branch."""

    all: set[int] = field(default_factory=set)
    linked: set[int] = field(default_factory=set)

    @property
    def without(self) -> set[int]:
        return self.all - self.linked

    @property
    def percent(self) -> str:
        return f"{len(self.linked) * 100 / len(self.all):.0f}%" if self.all else "—"


@dataclass
class Coverage:
    rooms: Cover
    classes: Cover
    students: Cover


def coverage(branches: Collection[int], day: dt.date) -> dict[int, Coverage]:
    """What is linked around each branch; two statements for any number of branches."""
    places = around(branches, day)
    linked: dict[str, set[int]] = {"room": set(), "class": set(), "student": set()}
    rows = PartyLink.objects.standing(day).filter(
        kind__holder=LinkHolder.MEMBER, kind__target__in=SLOT_TARGETS
    )
    for target, student, unit in rows.values_list("kind__target", "student_id", "unit_id"):
        linked[target].add(student or unit)
    return {pk: _cover(one, linked) for pk, one in places.items()}


def _cover(one: Around, linked: dict[str, set[int]]) -> Coverage:
    return Coverage(*(
        Cover(set(all_of), set(all_of) & linked[name])
        for all_of, name in (
            (one.rooms, "room"), (one.classes, "class"), (one.students, "student"))
    ))  # fmt: skip


def open_wishes(user: Any, branches: Collection[int]) -> "QuerySet[LinkWish]":
    """Wishes that no member meets yet, the oldest first, by the rule."""
    held = PartyLink.objects.standing(scope.today()).filter(
        kind=OuterRef("kind"), student=OuterRef("student")
    )
    rows = LinkWish.objects.restrict(user, "see_branch_life").filter(
        ~Exists(held), branch__in=branches, withdrawn_on=None
    )
    found: QuerySet[LinkWish] = rows.select_related("kind", "student", "asked_by").order_by(
        "asked_on", "pk"
    )
    return found


@dataclass
class BoardRow:
    """A branch with its members, empty places, wishes and what is linked around it."""

    branch: PartyOrganization
    members: int
    filled: int
    places: int
    wishes: int
    cover: Coverage

    @property
    def empty(self) -> int:
        return self.places - self.filled


def link_board(user: Any) -> list[BoardRow]:
    """All branches in reach, those with most empty places first; constant statements."""
    day = scope.today()
    branches = life_branches(user)
    keys = [one.pk for one in branches]
    members = dict(
        Membership.objects.filter(current_branches(day), branch__in=keys, member__left_on=None)
        .order_by().values_list("branch").annotate(n=Count("member", distinct=True))
    )  # fmt: skip
    filled = _filled(keys, day)
    wishes = Counter(open_wishes(user, keys).values_list("branch_id", flat=True))
    covers = coverage(keys, day)
    each = sum(kind.limit() or 0 for kind in slot_kinds() if kind.code != "study_help")
    found = [
        BoardRow(one, members.get(one.pk, 0), filled[one.pk], members.get(one.pk, 0) * each,
                 wishes[one.pk], covers[one.pk])
        for one in branches
    ]  # fmt: skip
    found.sort(key=lambda row: (-row.wishes, -row.empty, row.branch.code))
    return found


def _filled(branches: Collection[int], day: dt.date) -> Counter[int]:
    """Places filled by members who are in the branch today, by branch."""
    codes = [kind.pk for kind in slot_kinds() if kind.code != "study_help"]
    now = Membership.objects.filter(
        current_branches(day), branch=OuterRef("branch"), member=OuterRef("member"),
        member__left_on=None,
    )  # fmt: skip
    rows = PartyLink.objects.standing(day).filter(Exists(now), branch__in=branches, kind__in=codes)
    return Counter(rows.values_list("branch_id", flat=True))


def signs(links: Sequence[PartyLink]) -> list[PartyLink]:
    """Door signs and posts of members, by room and place."""
    found = [
        one for one in links
        if one.kind.holder == LinkHolder.MEMBER and one.kind.target in _SIGNS
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.kind_id, one.target_name, one.holder_name))


def of_branch(links: Sequence[PartyLink]) -> list[PartyLink]:
    """Classes, league branches, partners and leaders of the branch itself."""
    found = [one for one in links if one.kind.holder != LinkHolder.MEMBER]
    return sorted(found, key=lambda one: (one.kind_id, one.target_name))


def rounds_of(user: Any, branch: PartyOrganization) -> list[LinkRound]:
    rows = LinkRound.objects.restrict(user, "see_branch_life").filter(branch=branch)
    return list(rows.select_related("made_by")[:5])


def unit_names(units: Collection[int]) -> list[str]:
    """Names of rooms or classes, in the order of their codes."""
    rows = Unit.objects.filter(pk__in=units).order_by("code")
    return [one.name for one in rows]


# By the student, and by the class and the room in which the student stands today.
_ABOUT = """
    SELECT json_build_array(k.name, coalesce(ms.name, mp.name, lp.name, b.name),
           CASE WHEN l.member_id IS NULL THEN '' ELSE coalesce(nullif(b.short_name, ''), b.name) END,
           l.starts_on, l.student_id IS NOT NULL,
           coalesce(nullif(u.short_name, ''), u.name, ''))
      FROM partybranch_partylink l
      JOIN cohorts_linkkind k ON k.id = l.kind_id AND k.target IN ('student', 'room', 'class')
      JOIN cohorts_unit b ON b.id = l.branch_id
      LEFT JOIN cohorts_unit u ON u.id = l.unit_id
      LEFT JOIN partybranch_partymember m ON m.id = l.member_id
      LEFT JOIN students_student ms ON ms.id = m.student_id
      LEFT JOIN core_user mp ON mp.id = m.person_id
      LEFT JOIN core_user lp ON lp.id = l.person_id
     WHERE (l.student_id = %(student)s OR l.unit_id = ANY(%(units)s::bigint[]))
       AND l.revoked_at IS NULL AND l.starts_on <= %(day)s
       AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)
     ORDER BY l.student_id IS NULL, k.id, l.id
"""
_WISHES = """
    SELECT json_build_array(w.id, k.name, coalesce(nullif(b.short_name, ''), b.name), w.asked_on)
      FROM partybranch_linkwish w JOIN cohorts_linkkind k ON k.id = w.kind_id
      JOIN cohorts_unit b ON b.id = w.branch_id
     WHERE w.student_id = %(student)s AND w.withdrawn_on IS NULL ORDER BY w.asked_on, w.id
"""


@dataclass(frozen=True)
class About:
    """A link with a student, the student's room or class."""

    kind: str
    name: str
    branch: str
    since: dt.date
    is_own: bool
    unit: str


@dataclass(frozen=True)
class Wish:
    """What a branch was asked for."""

    pk: int
    kind: str
    branch: str
    asked_on: dt.date


def about_asked(student_id: int) -> Ask:
    """Who is linked with a student, the room and the class, for ``about_told``. Callers have asked
    for the record of the student, or it is the student's own page."""
    units = unit_ids_of(student_id)
    return Ask(_ABOUT, {"student": student_id, "day": scope.today(), "units": units})


def about_told(rows: Rows) -> list[About]:
    return [
        About(kind, name, branch, dt.date.fromisoformat(since), is_own, unit)
        for kind, name, branch, since, is_own, unit in rows
    ]


def about_student(student_id: int) -> list[About]:
    """``about_asked`` by itself; one statement."""
    return about_told(answers({"about": about_asked(student_id)})["about"])


def wishes_asked(student_id: int) -> Ask:
    """What was asked for and not taken back, the oldest first, for ``wishes_told``; callers as
    above."""
    return Ask(_WISHES, {"student": student_id})


def wishes_told(rows: Rows) -> list[Wish]:
    return [
        Wish(pk, kind, branch, dt.date.fromisoformat(asked)) for pk, kind, branch, asked in rows
    ]
