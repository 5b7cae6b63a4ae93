"""The people of a contracting group, one line each: the list behind the tiles of the account."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from cohorts.enums import MemberType
from cohorts.models import Appointment, Contract, UnitTree
from cohorts.queries.contract_groups import ROLE_OF_TYPE

_TYPES = {role: kind for kind, role in ROLE_OF_TYPE.items()}
_LEADER, _ORGANISER = ROLE_OF_TYPE[MemberType.LEADER], ROLE_OF_TYPE[MemberType.ORGANISER]


@dataclass
class Member:
    """One person in one role type, with every post by which he belongs to the group."""

    person_id: int
    name: str
    title: str
    member_type: str
    label: str
    posts: list[Appointment] = field(default_factory=list)

    @property
    def units(self) -> str:
        return "、".join(dict.fromkeys(post.unit.label for post in self.posts))

    @property
    def starts_on(self) -> dt.date:
        return min(post.starts_on for post in self.posts)

    @property
    def ends_on(self) -> dt.date | None:
        """The first post that runs out; None when all are open."""
        return min((p.ends_on for p in self.posts if p.ends_on is not None), default=None)

    @property
    def letters(self) -> str:
        return "、".join(dict.fromkeys(post.letter_no for post in self.posts if post.letter_no))


def posts_of_groups(contracts: Collection[Contract], day: dt.date) -> dict[int, list[Appointment]]:
    """Posts in force on ``day`` by which somebody belongs to each group, as ``group_counts``
    counts them. Three statements for any number of groups; cohorts must have been read."""
    homes: dict[int, set[int]] = {one.pk: {one.cohort_id} for one in contracts}
    partners = Contract.partners.through.objects.filter(contract_id__in=homes)
    for contract_id, unit_id in partners.values_list("contract_id", "unit_id"):
        homes[contract_id].add(unit_id)
    everywhere = set().union(*homes.values()) if homes else set()
    above: dict[int, set[int]] = {}
    rows = UnitTree.objects.filter(ancestor_id__in=everywhere)
    for ancestor, descendant in rows.values_list("ancestor_id", "descendant_id"):
        above.setdefault(descendant, set()).add(ancestor)
    colleges = {one.cohort.parent_id for one in contracts}
    posts = Appointment.objects.in_force(day).filter(  # type: ignore[attr-defined]
        Q(unit_id__in=list(above)) | Q(unit_id__in=colleges, role__code=_ORGANISER),
        role__code__in=_TYPES,
    )
    found: dict[int, list[Appointment]] = {one.pk: [] for one in contracts}
    for post in posts.select_related("person", "unit", "role").order_by("starts_on", "pk"):
        for one in contracts:
            if _belongs(post, one, homes[one.pk], above):
                found[one.pk].append(post)
    return found


def _belongs(
    post: Appointment, contract: Contract, homes: set[int], above: dict[int, set[int]]
) -> bool:
    if post.role.code == _LEADER:
        return post.unit_id == contract.cohort_id
    if post.role.code == _ORGANISER and post.unit_id == contract.cohort.parent_id:
        return True
    return bool(homes & above.get(post.unit_id, set()))


def members(contract: Contract, day: dt.date | None = None) -> list[Member]:
    """Everybody in the group, by role type and then by the first day; three statements."""
    posts = posts_of_groups([contract], day or timezone.localdate())[contract.pk]
    found: dict[tuple[str, int], Member] = {}
    for post in posts:
        kind = _TYPES[post.role.code]
        member = found.setdefault(
            (kind.value, post.person_id),
            Member(
                post.person_id, post.person.name, post.person.title, kind.value, str(kind.label)
            ),
        )
        member.posts.append(post)
    order = {kind: n for n, kind in enumerate(MemberType.values)}
    return sorted(found.values(), key=lambda one: (order[one.member_type], one.starts_on))
