"""What a staff file may not do: widen anybody's rights beyond the importer's, or double a post."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.access import grants
from cohorts.domain.blocks import check_block
from cohorts.domain.duties import check_one_duty
from cohorts.domain.imports_staff_rows import Row
from cohorts.domain.leaving import refuse_open_work
from cohorts.models import Appointment, Role, Unit, UnitTree
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.sheets import Faults

ACTION = "import_staff"
# Posts with power over others' rights or over sealed files come from a file only with the right
# to appoint to any role.
GUARDED = frozenset({"grant_roles", "import_staff", "manage_unit", "clear_psychological"})
Span = tuple[dt.date, dt.date | None, str]


@dataclass
class StaffPlan:
    """What the file would do. ``basis`` is everything the plan rests on, for the fingerprint."""

    new_people: dict[str, Row] = field(default_factory=dict)
    changed_people: dict[str, tuple[User, Row, list[str]]] = field(default_factory=dict)
    new_posts: list[Row] = field(default_factory=list)
    changed_posts: list[tuple[Appointment, Row]] = field(default_factory=list)
    unchanged: int = 0
    basis: list[object] = field(default_factory=list)

    def touched(self) -> set[int]:
        """Rows that open or change a post."""
        return {row.index for row in (*self.new_posts, *(row for _post, row in self.changed_posts))}


class RightsCheck:
    """The action on the unit of each row; never oneself; guarded roles by the right to grant.
    Accounts that hold posts elsewhere keep their particulars."""

    def __init__(self, actor: User, plan: StaffPlan, people: Collection[str]) -> None:
        self.actor = actor
        self.plan = plan
        self.held = _units(actor, ACTION)
        self.granting = _units(actor, "grant_roles")
        self.holds_school = Unit.objects.filter(parent=None, pk__in=self.held).exists()
        self.touched = plan.touched()
        self.foreign = set() if self.holds_school else self._foreign(people)
        roles = Role.objects.prefetch_related("permissions")
        self.codes = {role.pk: {one.codename for one in role.permissions.all()} for role in roles}

    def note(self, rows: list[Row], faults: Faults) -> None:
        for row in rows:
            found = self._refusal(row)
            if found is not None:
                faults.add(row.index, *found)

    def _refusal(self, row: Row) -> tuple[str, str] | None:
        if row.unit is None:
            return self._refusal_of_account(row)
        if row.unit.pk not in self.held:
            return "unit", _("You may not import staff of this unit.")
        if row.index in self.touched and row.staff_no == self.actor.username:
            return "staff_no", _("You cannot appoint yourself. Ask another administrator.")
        is_guarded = row.role is not None and bool(self.codes[row.role.pk] & GUARDED)
        if row.index in self.touched and is_guarded and row.unit.pk not in self.granting:
            return "role", _(
                "This role carries power over the rights of others: "
                "the security administrator appoints to it."
            )
        return self._refusal_of_account(row) if row.staff_no in self.foreign else None

    def _refusal_of_account(self, row: Row) -> tuple[str, str] | None:
        if row.staff_no in self.plan.changed_people and row.staff_no in self.foreign:
            return "staff_no", _(
                "This person holds posts outside your units: "
                "name, title and phone stay as they are."
            )
        if row.unit is None and row.staff_no in self.plan.new_people and not self.holds_school:
            return "unit", _("Fill in role and unit: you import for your own units only.")
        return None

    def _foreign(self, people: Collection[str]) -> set[str]:
        """Known people with a post outside the importer's units, or with none at all."""
        rows = Appointment.objects.filter(person__username__in=people, revoked_at=None)
        units: dict[str, set[int]] = defaultdict(set)
        for username, unit in rows.values_list("person__username", "unit_id"):
            units[username].add(unit)
        return {name for name in people if not units[name] or units[name] - self.held}


def _units(actor: User, action: str) -> set[int]:
    if not actor.is_in_force():
        return set()
    above = grants(actor, action).values("content_object_id")
    rows = UnitTree.objects.filter(ancestor_id__in=above)
    return set(rows.values_list("descendant_id", flat=True))


def check_single_posts(plan: StaffPlan, faults: Faults) -> None:
    """One holder at a time for single posts, among the rows of the file and the posts held."""
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    rows = [row for row in plan.new_posts if row.role and row.role.is_single]
    units = {row.unit.pk for row in rows if row.unit}
    ends_by_file = {post.pk: row.ends_on for post, row in plan.changed_posts}
    held = Appointment.objects.filter(unit_id__in=units, role__is_single=True, revoked_at=None)
    for post in held.select_related("person"):
        span = (post.starts_on, ends_by_file.get(post.pk) or post.ends_on, post.person.name)
        spans[(post.role_id, post.unit_id)].append(span)
    for row in rows:
        if row.role is None or row.unit is None or row.starts_on is None:
            continue
        others = spans[(row.role.pk, row.unit.pk)]
        holder = next((name for starts, ends, name in others if _meet(row, starts, ends)), None)
        if holder is not None:
            faults.add(
                row.index,
                "role",
                _("%(unit)s already has %(role)s %(name)s in that time. End that post first.")
                % {"unit": row.unit.name, "role": row.role.name, "name": holder},
            )
        others.append((row.starts_on, row.ends_on, row.name))


def _meet(row: Row, starts: dt.date, ends: dt.date | None) -> bool:
    assert row.starts_on is not None
    return (ends is None or ends >= row.starts_on) and (
        row.ends_on is None or starts <= row.ends_on
    )


def check_duties(plan: StaffPlan, people: dict[str, User], faults: Faults) -> None:
    """One person never holds two of the three administrators' duties (rulebook 8.2); a block
    keeps from a post here as it does everywhere."""
    for row in plan.new_posts:
        person = people.get(row.staff_no)
        if person is not None and row.role is not None and row.starts_on is not None:
            try:
                check_one_duty(person, row.role, row.starts_on, row.ends_on)
                check_block(person, row.role.code, row.starts_on, row.ends_on)
            except DomainError as error:
                faults.add(row.index, "role", str(error.message))


def check_open_work(plan: StaffPlan, faults: Faults) -> None:
    """A file ends no post today while open work hangs on it, as nothing else does."""
    today = timezone.localdate()
    for post, row in plan.changed_posts:
        if row.ends_on is None or row.ends_on > today or row.ends_on == post.ends_on:
            continue
        try:
            refuse_open_work(post)
        except DomainError as error:
            faults.add(row.index, "ends_on", str(error.message))
