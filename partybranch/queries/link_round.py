"""What a round of links would make: the proposal with the words of its preview."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from cohorts.enums import LinkHolder, LinkTarget
from cohorts.models import LinkKind, Unit
from partybranch.domain.link_checks import loads
from partybranch.domain.link_proposal import Helper, Target, propose
from partybranch.domain.link_rounds import Pair, digest
from partybranch.models import LinkWish, PartyLink, PartyMember, PartyOrganization
from partybranch.queries.life import roll_on
from partybranch.queries.links import link_kinds, open_wishes
from partybranch.queries.territory import Around, around, near_students, near_units
from students.access import standing
from students.enums import Tree
from students.models import Placement, Student

_TARGETS = (LinkTarget.STUDENT, LinkTarget.ROOM, LinkTarget.CLASS, LinkTarget.DOOR)


def round_kinds() -> list[LinkKind]:
    """Kinds that a round may share out; the peer tutor is chosen by hand."""
    return [
        kind for kind in link_kinds()
        if kind.holder == LinkHolder.MEMBER and kind.target in _TARGETS and kind.code != "peer_tutor"
    ]  # fmt: skip


@dataclass
class Part:
    """The proposal for one kind: pairs in words, what is left over, who has places left."""

    kind: LinkKind
    limit: int | None
    rows: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    loads: list[tuple[int, str, int, int]] = field(default_factory=list)


@dataclass
class Preview:
    parts: list[Part]
    pairs: list[Pair]

    @property
    def loads(self) -> list[tuple[str, int, int]]:
        """Links of the chosen kinds by member, now and after the round; who gains most first."""
        found: dict[int, tuple[str, int, int]] = {}
        for part in self.parts:
            for pk, name, now, then in part.loads:
                _name, before, after = found.get(pk, (name, 0, 0))
                found[pk] = (name, before + now, after + then)
        return sorted(found.values(), key=lambda one: one[1] - one[2])

    @property
    def digest(self) -> str:
        return digest(self.pairs)


def preview(
    user: Any, branch: PartyOrganization, kinds: Sequence[LinkKind], day: dt.date | None = None
) -> Preview:
    """What a round of ``kinds`` would link for ``branch``; statements do not grow with people."""
    day = day or timezone.localdate()
    roll = roll_on(branch, day)
    members = {one.pk: one for one in roll}
    near = _near(branch, roll, day)
    place = around([branch.pk], day)[branch.pk]
    wishes = list(open_wishes(user, [branch.pk]))
    found = Preview([], [])
    for kind in kinds:
        held = loads(kind, day)
        helpers = [Helper(one.pk, held[one.pk], near[one.pk]) for one in roll]
        limit = kind.limit()
        if kind.target == LinkTarget.DOOR:
            pairs, left, idle = _doors(kind, roll, held, day)
        else:
            targets = _targets(kind, place, wishes, helpers, limit, day)
            made = propose(targets, helpers, limit)
            pairs, left, idle = made.pairs, made.left, made.idle
        found.parts.append(_words(kind, pairs, left, idle, members, held))
        found.pairs += [Pair(kind.code, target, member) for target, member in pairs]
    return found


def _near(
    branch: PartyOrganization, roll: Sequence[PartyMember], day: dt.date
) -> dict[int, frozenset[int]]:
    """Units in which each member stands; staff count for both sides of the branch."""
    places = near_students([one.student_id for one in roll if one.student_id], day)
    sides = frozenset(
        pk for pk in (branch.college_side_id, branch.academy_side_id) if pk is not None
    )
    return {
        one.pk: frozenset(places.get(one.student_id or 0, ())) if one.student_id else sides
        for one in roll
    }


def _targets(
    kind: LinkKind, place: Around, wishes: Sequence[LinkWish], helpers: Sequence[Helper],
    limit: int | None, day: dt.date,
) -> list[Target]:  # fmt: skip
    """What there is to link: of students only those asked for, in the order of asking; rooms and
    classes by how many of their students wait, then by their size."""
    if kind.target == LinkTarget.STUDENT:
        asked = [one.student_id for one in wishes if one.kind_id == kind.pk]
        near = near_students(asked, day)
        return [Target(pk, near[pk]) for pk in asked]
    groups = place.rooms if kind.target == LinkTarget.ROOM else place.classes
    waiting = {one.student_id for one in wishes}
    linked = _linked(kind, groups, day)
    near = near_units(groups)
    free = sum(max(0, (limit or 1) - one.load) for one in helpers)
    each = 1 if kind.is_single else -(-free // max(1, len(groups)))
    return [
        Target(
            pk, near[pk], (len(groups[pk] & waiting), len(groups[pk])), frozenset(linked[pk]),
            max(0, 1 - len(linked[pk])) if kind.is_single else each,
        )
        for pk in _in_order(groups)
    ]  # fmt: skip


def _in_order(units: Collection[int]) -> list[int]:
    return list(Unit.objects.filter(pk__in=units).order_by("code").values_list("pk", flat=True))


def _linked(kind: LinkKind, units: Collection[int], day: dt.date) -> dict[int, set[int]]:
    rows = PartyLink.objects.standing(day).filter(kind=kind, unit__in=units)
    found: dict[int, set[int]] = defaultdict(set)
    for unit, member in rows.values_list("unit_id", "member_id"):
        found[unit].add(member)
    return found


def _doors(
    kind: LinkKind, roll: Sequence[PartyMember], held: Counter[int], day: dt.date
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Each member who lives in a room of the school gets a sign at its door, once."""
    students = {one.student_id: one.pk for one in roll if one.student_id and not held[one.pk]}
    rows = Placement.objects.filter(standing(day), student__in=students, tree=Tree.ROOM)
    rooms = rows.order_by("unit__code", "student_id").values_list("unit_id", "student_id")
    pairs = [(unit, students[student]) for unit, student in rooms]
    got = {member for _unit, member in pairs}
    return pairs, [], [pk for pk in students.values() if pk not in got]


def _words(
    kind: LinkKind, pairs: Sequence[tuple[int, int]], left: Sequence[int], idle: Sequence[int],
    members: dict[int, PartyMember], held: Counter[int],
) -> Part:  # fmt: skip
    keys = {target for target, _member in pairs} | set(left)
    model: Any = Student if kind.target == LinkTarget.STUDENT else Unit
    names = dict(model.objects.filter(pk__in=keys).values_list("pk", "name"))
    added = Counter(member for _target, member in pairs)
    rows = [(members[member].name, names[target]) for target, member in pairs]
    return Part(
        kind, kind.limit(), sorted(rows),
        [names[pk] for pk in left], [members[pk].name for pk in idle],
        [(pk, one.name, held[pk], held[pk] + added[pk]) for pk, one in members.items()],
    )  # fmt: skip
