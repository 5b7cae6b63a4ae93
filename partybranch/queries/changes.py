"""Applications about branches as the domain and the pages read them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import granted_unit_ids
from cohorts.models import Appointment
from partybranch.domain.grouping import (
    Check,
    Makeup,
    One,
    grouped,
    makeup,
    proposed_name,
    setting_checks,
)
from partybranch.enums import ABOVE_BRANCHES, RELATION_HOLDING, Grouping, PartyKind, Stage
from partybranch.models import (
    AdmissionPlan,
    Development,
    Election,
    Membership,
    PartyOrganization,
    ProposedBranch,
    ProposedPlace,
    Reorganization,
)
from partybranch.queries.rules import numbers
from students.models import Student
from students.queries.standing import Stand, stands

Key = tuple[str, int]


def people_of(branches: Collection[PartyOrganization]) -> list[One]:
    """Members whose relation stands in these branches today, and applicants whose open files they
    own; staff first, by name. Four statements. Callers have asked for the right."""
    day, names = timezone.localdate(), {one.pk: one.label for one in branches}
    # Staff stand in no class: they speak for the college side of their branch.
    sides = {pk: short or name or "" for pk, short, name in PartyOrganization.objects.filter(
        pk__in=names).values_list("pk", "college_side__short_name", "college_side__name")}  # fmt: skip
    files = {
        row.student_id: row
        for row in Development.objects.filter(branch_id__in=names, ended_on=None)
        .select_related("student__major").order_by("pk")
    }  # fmt: skip
    places = list(
        Membership.objects.filter(branch_id__in=names, is_relation=True, until=None)
        .select_related("member__student__major", "member__person").order_by("pk")
    )  # fmt: skip
    students: dict[int, tuple[Student, int]] = {
        pk: (file.student, file.branch_id) for pk, file in files.items()
    }
    members = {place.member.student_id: place for place in places if place.member.student_id}
    students |= {pk: (place.member.student, place.branch_id) for pk, place in members.items()}
    where = stands(students)
    found = [
        One(("person", place.member.person_id), place.member.name, place.branch_id,
            is_full=place.member.is_full_on(day), branch_name=names[place.branch_id],
            college=sides[place.branch_id])
        for place in places if place.member.person_id
    ]  # fmt: skip
    for pk, (student, branch) in students.items():
        stand, member = where.get(pk, Stand()), members.get(pk)
        found.append(One(
            ("student", pk), student.name, branch, is_member=member is not None,
            is_full=member is not None and member.member.is_full_on(day),
            stage=files[pk].stage if pk in files else 0,
            major=student.major.name if student.major else "", grade=str(student.entry_year),
            class_name=stand.class_name, academy=stand.academy, college=stand.college,
            branch_name=names[branch],
        ))  # fmt: skip
    return sorted(found, key=lambda one: (not one.is_staff, not one.is_member, one.name, one.key))


def choosable(user: Any) -> list[PartyOrganization]:
    """Open branches about which ``user`` may draft an application: whose roll the post keeps, and
    whose approving committee too."""
    mine = granted_unit_ids(user, "write_party_file")
    rows = PartyOrganization.objects.filter(
        pk__in=mine, approving_committee_id__in=mine, party_kind__in=RELATION_HOLDING,
        closed_on=None,
    )  # fmt: skip
    return list(rows.select_related("approving_committee", "parent").order_by("code"))


def parents_for(user: Any) -> "QuerySet[PartyOrganization]":
    """Open committees and general branches below which ``user`` may ask for a branch: the post
    keeps their rolls, and those of a committee."""
    mine = granted_unit_ids(user, "write_party_file")
    rows = PartyOrganization.objects.filter(pk__in=mine, closed_on=None)
    committees = rows.filter(party_kind=PartyKind.COMMITTEE).values("pk")
    found: QuerySet[PartyOrganization] = rows.filter(
        Q(approving_committee=None) | Q(approving_committee__in=mine),
        above__ancestor__in=committees, party_kind__in=ABOVE_BRANCHES,
    )  # fmt: skip
    return found.distinct().order_by("code")


def sides_of(branches: Sequence[PartyOrganization]) -> list[tuple[str, str]]:
    """College and academy of each branch by their short names, "" where none is set."""
    return [
        (one.college_side.label if one.college_side else "",
         one.academy_side.label if one.academy_side else "")
        for one in branches
    ]  # fmt: skip


def committees_of(user: Any) -> list[PartyOrganization]:
    """Committees whose applications ``user`` reads."""
    mine = granted_unit_ids(user, "see_party_file")
    rows = PartyOrganization.objects.filter(pk__in=mine, party_kind=PartyKind.COMMITTEE)
    return list(rows.filter(closed_on=None).order_by("code"))


def changes_of(user: Any) -> "QuerySet[Reorganization]":
    """Applications in reach, the latest first, with their branches."""
    rows: QuerySet[Reorganization] = Reorganization.objects.restrict(user, "see_party_file")
    return rows.select_related("committee", "made_by").prefetch_related("sources").order_by("-pk")


@dataclass
class Group:
    """A branch as it will be: ``proposed`` None for a branch concerned that some leave and that
    goes on. ``people`` of the branches concerned, ``others`` who stand there anyway."""

    name: str
    kind: str
    people: list[One]
    proposed: ProposedBranch | None = None
    branch: PartyOrganization | None = None
    others: list[One] = field(default_factory=list)

    @property
    def made(self) -> Makeup:
        return makeup([*self.people, *self.others])

    @property
    def checks(self) -> list[Check]:
        return setting_checks(self.kind, self.made, numbers())

    @property
    def refused(self) -> list[Check]:
        return [one for one in self.checks if not one.is_met and one.refuses]

    @property
    def doubted(self) -> list[Check]:
        return [one for one in self.checks if not one.is_met and not one.refuses]

    @property
    def stages(self) -> str:
        found = self.made.stages
        return "、".join(f"{Stage(one).label} {found[one]}" for one in sorted(found)) or "—"

    @property
    def majors(self) -> str:
        rows = Counter(self.made.majors).most_common(4)
        return "、".join(f"{name} {n}" for name, n in rows) or "—"


def simulated(
    branches: Sequence[PartyOrganization], rule: str, count: int, kind: str
) -> list[Group]:
    """What a grouping would make of these branches; nothing is kept. Callers have asked for the
    right to their rolls."""
    people = people_of(branches)
    if rule == Grouping.HAND:
        return [
            Group(one.name, one.party_kind, [who for who in people if who.branch == one.pk], None, one)
            for one in branches
        ]  # fmt: skip
    sides = sides_of(branches)
    return [
        Group(proposed_name(sides, rule, label, kind), kind, group)
        for label, group in grouped(people, rule, count).items()
    ]


@dataclass
class Layout:
    """The whole proposal: what each branch will be, who is not placed, which branches close."""

    groups: list[Group]
    closing: list[PartyOrganization]
    people: list[One]
    targets: dict[Key, int | None]
    newcomers: list[One]


def layout_of(change: Reorganization) -> Layout:
    """The proposal against the rolls of today: people who left since are left out, people who came
    since are ``newcomers``. A constant number of statements."""
    sources = list(change.sources.order_by("code"))
    proposed = list(change.proposed.select_related("existing", "parent", "made"))
    wanted = {key_of(one): one.target_id for one in change.places.all()}
    people = people_of(sources)
    source_keys = {one.pk for one in sources}
    existing = [one.existing for one in proposed if one.existing is not None]
    there = people_of([e for e in existing if e.pk not in source_keys])
    newcomers = [one for one in people if one.key not in wanted]
    known = [one for one in people if one.key in wanted]
    groups = [
        Group(one.name, one.existing.party_kind if one.existing else one.party_kind,
              [who for who in known if wanted[who.key] == one.pk or (
                  wanted[who.key] is None and who.branch == one.existing_id)],
              one, one.existing,
              [who for who in there if one.existing and who.branch == one.existing_id])
        for one in proposed
    ]  # fmt: skip
    staying, closing = _rest(sources, people, wanted, proposed)
    return Layout([*groups, *staying], closing, people, wanted, newcomers)


def _rest(
    sources: Sequence[PartyOrganization], people: Sequence[One], wanted: dict[Key, int | None],
    proposed: Sequence[ProposedBranch],
) -> tuple[list[Group], list[PartyOrganization]]:  # fmt: skip
    """Branches concerned that go on with those who stay, and those that everybody leaves."""
    goes_on = {one.existing_id for one in proposed if one.existing_id}
    by_branch: dict[int, list[One]] = defaultdict(list)
    for one in people:
        if wanted.get(one.key) is None:
            by_branch[one.branch].append(one)
    staying = [
        Group(one.name, one.party_kind, by_branch[one.pk], None, one)
        for one in sources if by_branch[one.pk] and one.pk not in goes_on
    ]  # fmt: skip
    closing = [one for one in sources if not by_branch[one.pk] and one.pk not in goes_on]
    return staying, closing


@dataclass
class PlaceRow:
    """One line of the list: who, from where, to where."""

    place: ProposedPlace
    one: One
    target: str


def places_of(change: Reorganization, layout: Layout) -> list[PlaceRow]:
    """The people of the proposal in the order of their branches to come, then by name. People who
    left since, or whom a decision has moved, stand with name and places alone."""
    here = {one.key: one for one in layout.people}
    rows = change.places.select_related("student", "person", "source", "target")
    found = []
    for place in rows:
        key, name = key_of(place), (place.student or place.person).name  # type: ignore[union-attr]
        one = here.get(key) or One(key, name, place.source_id, is_member=False,
                                   branch_name=place.source.label)  # fmt: skip
        found.append(PlaceRow(place, one, place.target.name if place.target else ""))
    found.sort(key=lambda row: (row.place.target_id or 0, not row.one.is_staff,
                                not row.one.is_member, row.one.name))  # fmt: skip
    return found


def key_of(place: ProposedPlace) -> Key:
    return ("student", place.student_id) if place.student_id else ("person", place.person_id or 0)


def warnings_of(closing: Iterable[PartyOrganization]) -> list[str]:
    """What is open in branches that close, in words: posts that end, this year's admission plan,
    elections that nobody approved. Three statements."""
    keys = {one.pk: one.label for one in closing}
    if not keys:
        return []
    found, today = [], timezone.localdate()
    posts = Appointment.objects.in_force(today).filter(unit_id__in=keys)
    held = [f"{one.role.name} {one.person.name}（{keys[one.unit_id]}）"
            for one in posts.select_related("role", "person").order_by("unit_id", "role__order", "pk")]  # fmt: skip
    if held:
        found.append(
            _("These posts end with their branches: %(list)s.") % {"list": "、".join(held)}
        )
    plans = AdmissionPlan.objects.filter(branch_id__in=keys, year=today.year, places__gt=0)
    named = [f"{keys[one.branch_id]} {one.places}" for one in plans.order_by("branch__code")]
    if named:
        found.append(_("Admission plans of this year stay with the branches that close: %(list)s. "
                       "Have the new ones given theirs.") % {"list": "、".join(named)})  # fmt: skip
    votes = Election.objects.filter(branch_id__in=keys, approved_on=None).order_by("pk")
    waiting = [keys[pk] for pk in votes.values_list("branch_id", flat=True)]
    if waiting:
        found.append(_("Elections that the committee has not approved lapse: %(list)s.")
                     % {"list": "、".join(waiting)})  # fmt: skip
    return found
