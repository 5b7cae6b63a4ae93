"""Members of contracting groups and the gaps per role type (systems 13 and 14)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from cohorts.enums import MemberType
from cohorts.models import Appointment, Contract, ContractPost, Unit, UnitTree

# The post by which a person joins a group as this type.
ROLE_OF_TYPE = {
    MemberType.LEADER: "contract_leader",
    MemberType.COUNSELLOR: "counsellor",
    MemberType.ADVISER: "class_adviser",
    MemberType.ORGANISER: "organiser",
    MemberType.PARTY_TUTOR: "party_tutor",
}
_TYPE_OF_ROLE = {role: kind for kind, role in ROLE_OF_TYPE.items()}


@dataclass(frozen=True)
class TypeCount:
    """``have`` people of one role type against ``wanted``; ``names`` in order of appointment."""

    member_type: str
    label: str
    wanted: int
    names: tuple[str, ...]

    @property
    def have(self) -> int:
        return len(self.names)

    @property
    def gap(self) -> int:
        return max(0, self.wanted - self.have)

    @property
    def is_doubled(self) -> bool:
        """Two leaders at once: nobody knows who answers."""
        return self.member_type == MemberType.LEADER and self.have > 1


def group_counts(
    contracts: Collection[Contract], day: dt.date | None = None
) -> dict[int, list[TypeCount]]:
    """For each contract, the five role types in order. Constant queries for any number of groups.

    A post counts when it is held on the cohort, on a class below it, on a partner cohort of an
    academy or a class below that; leaders count on the cohort itself only, and an organiser of
    the cohort's college serves all its cohorts.
    """
    day = day or timezone.localdate()
    homes: dict[int, set[int]] = {one.pk: {one.cohort_id} for one in contracts}
    partners = Contract.partners.through.objects.filter(contract_id__in=homes)
    for contract_id, unit_id in partners.values_list("contract_id", "unit_id"):
        homes[contract_id].add(unit_id)
    all_homes = set().union(*homes.values()) if homes else set()
    below: dict[int, set[int]] = {}
    for ancestor, descendant in UnitTree.objects.filter(ancestor_id__in=all_homes).values_list(
        "ancestor_id", "descendant_id"
    ):
        below.setdefault(descendant, set()).add(ancestor)
    colleges: dict[int, set[int]] = {}
    cohorts = Unit.objects.filter(pk__in=[one.cohort_id for one in contracts])
    for cohort_id, college_id in cohorts.values_list("pk", "parent_id"):
        colleges.setdefault(college_id, set()).add(cohort_id)
    people: dict[tuple[int, str], list[tuple[int, str]]] = {}
    posts = Appointment.objects.in_force(day).filter(
        Q(unit__above__ancestor_id__in=all_homes)
        | Q(unit_id__in=colleges, role__code=ROLE_OF_TYPE[MemberType.ORGANISER]),
        role__code__in=_TYPE_OF_ROLE,
        stands_in_for=None,  # a deputy stands beside the member, not in a place of the group
    )
    rows = posts.order_by("starts_on", "pk").values_list(
        "person_id", "person__name", "role__code", "unit_id"
    )
    for person_id, name, role, unit_id in rows.distinct():
        for home in below.get(unit_id) or colleges.get(unit_id, ()):
            if role == "contract_leader" and unit_id != home:
                continue
            held = people.setdefault((home, _TYPE_OF_ROLE[role]), [])
            if (person_id, name) not in held:
                held.append((person_id, name))
    wanted = {
        (contract_id, kind): number
        for contract_id, kind, number in ContractPost.objects.filter(
            contract_id__in=homes
        ).values_list("contract_id", "member_type", "wanted")
    }
    return {
        one.pk: [_count(one, kind, homes[one.pk], people, wanted) for kind in MemberType]
        for one in contracts
    }


def _count(
    contract: Contract,
    kind: MemberType,
    homes: Collection[int],
    people: dict[tuple[int, str], list[tuple[int, str]]],
    wanted: dict[tuple[int, str], int],
) -> TypeCount:
    from_units = [contract.cohort_id] if kind == MemberType.LEADER else sorted(homes)
    found = dict(person for unit in from_units for person in people.get((unit, kind), []))
    return TypeCount(
        kind.value, str(kind.label), wanted.get((contract.pk, kind), 0), tuple(found.values())
    )
