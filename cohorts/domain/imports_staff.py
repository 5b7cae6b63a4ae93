"""Import of staff: accounts and the posts they hold, one row per post.

The file may not widen anybody's own rights: see ``_check_rights``.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from cohorts.access import grants
from cohorts.domain.imports_staff_columns import COLUMNS
from cohorts.domain.reconcile import reconcile
from cohorts.models import Appointment, Role, Unit, UnitTree
from portal.core import audit
from portal.core.domain.imports import Change, Context, Diff
from portal.core.models import User
from portal.core.names import name_keys
from portal.core.sheets import RowFault, Table
from portal.core.sheets.table import MAX_FAULTS

ACTION = "import_staff"
HEADINGS = {column.code: column.heading for column in COLUMNS}
# Posts with power over others' rights or over sealed files come from a file only with the right
# to appoint to any role.
GUARDED = frozenset({"grant_roles", "import_staff", "manage_unit", "clear_psychological"})
_PERSON_FIELDS = ("name", "title", "phone")


@dataclass
class Row:
    """One row of the file with what was found for it."""

    index: int
    staff_no: str
    name: str
    title: str
    phone: str
    role: Role | None = None
    unit: Unit | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    letter_no: str = ""


@dataclass
class _Plan:
    new_people: dict[str, Row] = field(default_factory=dict)
    changed_people: dict[str, tuple[User, Row, list[str]]] = field(default_factory=dict)
    new_posts: list[Row] = field(default_factory=list)
    changed_posts: list[tuple[Appointment, Row]] = field(default_factory=list)
    unchanged: int = 0
    # Everything the plan rests on, for the fingerprint.
    basis: list[object] = field(default_factory=list)


class StaffWork:
    def __init__(self, context: Context, table: Table) -> None:
        self.context = context
        self.table = table
        self.faults: list[RowFault] = []
        # One reason is enough for a cell: the first, which comes from the nearest check.
        self.noted: set[tuple[int, str]] = set()
        self.plan = _Plan()

    def _fault(self, index: int, code: str, reason: str) -> None:
        if len(self.faults) < MAX_FAULTS and (index, code) not in self.noted:
            self.noted.add((index, code))
            heading = self.table.headings.get(code, HEADINGS[code])
            value = self.table.column(code)[index]
            self.faults.append(RowFault(self.table.numbers[index], heading, value, reason))

    # -- compare ------------------------------------------------------------------------------

    def compare(self) -> Diff:
        rows = self._rows()
        self._check_persons_agree(rows)
        numbers = {row.staff_no for row in rows}
        people = {user.username: user for user in User.objects.filter(username__in=numbers)}
        posts = self._present_posts(numbers)
        for row in rows:
            self._plan_person(row, people.get(row.staff_no))
            if row.role and row.unit:
                self._plan_post(row, posts)
        self._check_rights(rows, people)
        self._check_single()
        return self._diff()

    def _rows(self) -> list[Row]:
        table = self.table
        roles = {word: role for role in Role.objects.all() for word in (role.code, role.name)}
        units: dict[str, list[Unit]] = defaultdict(list)
        for unit in Unit.objects.filter(closed_on=None):
            for word in {unit.code, unit.name, unit.short_name} - {""}:
                units[word].append(unit)
        rows = []
        codes = (
            "staff_no",
            "name",
            "title",
            "phone",
            "role",
            "unit",
            "starts_on",
            "ends_on",
            "letter_no",
        )
        for index, cells in enumerate(zip(*map(table.column, codes), strict=True)):
            number, name, title, phone, role, unit, starts, ends, letter = cells
            row = Row(index, number, name, title[:60], phone, letter_no=letter[:40])
            row.starts_on = dt.date.fromisoformat(starts) if starts else None
            row.ends_on = dt.date.fromisoformat(ends) if ends else None
            self._find_post(row, role, unit, roles, units)
            rows.append(row)
        return rows

    def _find_post(
        self, row: Row, role: str, unit: str, roles: dict[str, Role], units: dict[str, list[Unit]]
    ) -> None:
        if not role and not unit:
            return
        row.role = roles.get(role)
        among = units.get(unit, [])
        if row.role is None:
            self._fault(
                row.index,
                "role",
                _("There is no role of this name. Choose one from the list of the template."),
            )
        if len(among) == 1:
            row.unit = among[0]
        elif among:
            self._fault(
                row.index,
                "unit",
                _("Several units have this name. Use the code: %(list)s.")
                % {"list": "、".join(u.code for u in among)},
            )
        else:
            self._fault(
                row.index,
                "unit",
                _("There is no unit of this name or code. Open it first, or correct the name."),
            )
        if row.role and row.unit and row.unit.kind not in row.role.unit_kinds:
            self._fault(
                row.index, "unit",
                _("%(role)s cannot be held on a unit of this kind (%(kind)s).")
                % {"role": row.role.name, "kind": row.unit.get_kind_display()},
            )  # fmt: skip
        if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
            self._fault(row.index, "ends_on", _("The last day is before the first day."))

    def _check_persons_agree(self, rows: list[Row]) -> None:
        first: dict[str, Row] = {}
        posts: dict[tuple[object, ...], Row] = {}
        for row in rows:
            other = first.setdefault(row.staff_no, row)
            if other.name != row.name:
                self._fault(
                    row.index,
                    "name",
                    _("Row %(row)s gives another name for this staff number.")
                    % {"row": self.table.numbers[other.index]},
                )
            key = (row.staff_no, row.role and row.role.pk, row.unit and row.unit.pk, row.starts_on)
            twin = posts.setdefault(key, row)
            if twin is not row and row.staff_no:
                self._fault(
                    row.index,
                    "staff_no",
                    _("The same post stands in row %(row)s already.")
                    % {"row": self.table.numbers[twin.index]},
                )

    def _present_posts(self, numbers: set[str]) -> dict[tuple[str, int, int], list[Appointment]]:
        posts: dict[tuple[str, int, int], list[Appointment]] = defaultdict(list)
        rows = Appointment.objects.filter(person__username__in=numbers, revoked_at=None)
        for post in rows.select_related("person").order_by("pk"):
            posts[(post.person.username, post.role_id, post.unit_id)].append(post)
        return posts

    def _plan_person(self, row: Row, user: User | None) -> None:
        if user is None:
            self.plan.new_people.setdefault(row.staff_no, row)
            return
        fields = [
            name
            for name in _PERSON_FIELDS
            if getattr(row, name) and getattr(row, name) != getattr(user, name)
        ]
        if fields and row.staff_no not in self.plan.changed_people:
            self.plan.changed_people[row.staff_no] = (user, row, fields)
        self.plan.basis.append((user.pk, *[getattr(user, name) for name in fields]))

    def _plan_post(self, row: Row, posts: dict[tuple[str, int, int], list[Appointment]]) -> None:
        """The same person, role and unit: a post from the same day, or without a day in the file
        the one in force, is this post; else the row is a new one."""
        assert row.role and row.unit
        day = self.context.since
        for post in posts.get((row.staff_no, row.role.pk, row.unit.pk), []):
            in_force = post.ends_on is None or post.ends_on >= day
            if post.starts_on == row.starts_on or (row.starts_on is None and in_force):
                self.plan.basis.append((post.pk, post.ends_on, post.letter_no))
                is_new_end = row.ends_on is not None and row.ends_on != post.ends_on
                if is_new_end and row.ends_on is not None and row.ends_on < post.starts_on:
                    self._fault(row.index, "ends_on", _("The last day is before the first day."))
                if is_new_end or (row.letter_no and row.letter_no != post.letter_no):
                    self.plan.changed_posts.append((post, row))
                else:
                    self.plan.unchanged += 1
                return
        row.starts_on = row.starts_on or day
        self.plan.new_posts.append(row)

    def _check_rights(self, rows: list[Row], people: dict[str, User]) -> None:
        """The action on the unit of each row; never oneself; guarded roles by the right to grant.
        Accounts without a post in the file, and accounts that hold posts elsewhere, need it there."""
        actor = self.context.actor
        if actor is None:
            return
        touched = {
            row.index: row
            for row in [*self.plan.new_posts, *(r for _p, r in self.plan.changed_posts)]
        }
        held = self._units(actor, ACTION)
        granting = self._units(actor, "grant_roles")
        codes = {
            role.pk: set(role.permissions.values_list("codename", flat=True))
            for role in Role.objects.prefetch_related("permissions")
        }
        outside = self._held_elsewhere(people, held)
        for row in rows:
            is_changed = row.index in touched
            if row.unit is not None and row.unit.pk not in held:
                self._fault(row.index, "unit", _("You may not import staff of this unit."))
            elif is_changed and row.staff_no == actor.username:
                self._fault(
                    row.index,
                    "staff_no",
                    _("You cannot appoint yourself. Ask another administrator."),
                )
            elif (
                is_changed
                and row.role
                and row.unit
                and codes[row.role.pk] & GUARDED
                and row.unit.pk not in granting
            ):
                self._fault(
                    row.index,
                    "role",
                    _(
                        "This role carries power over the rights of others: the security administrator appoints to it."
                    ),
                )
            elif (
                row.unit is None and not row.role and self._touches(row) and not self._is_root(held)
            ):
                self._fault(
                    row.index,
                    "unit",
                    _("Fill in role and unit: you import for your own units only."),
                )
            elif row.staff_no in self.plan.changed_people and row.staff_no in outside:
                self._fault(
                    row.index,
                    "staff_no",
                    _(
                        "This person holds posts outside your units: name, title and phone stay as they are."
                    ),
                )

    def _touches(self, row: Row) -> bool:
        return row.staff_no in self.plan.new_people or row.staff_no in self.plan.changed_people

    def _units(self, actor: User, action: str) -> set[int]:
        if not actor.is_in_force():
            return set()
        above = grants(actor, action).values("content_object_id")
        return set(
            UnitTree.objects.filter(ancestor_id__in=above).values_list("descendant_id", flat=True)
        )

    def _is_root(self, held: set[int]) -> bool:
        return Unit.objects.filter(parent=None, pk__in=held).exists()

    def _held_elsewhere(self, people: dict[str, User], held: set[int]) -> set[str]:
        """Known people whom the importer may not rename: a post outside, or no post at all
        while the importer does not hold the whole school."""
        if self._is_root(held):
            return set()
        rows = Appointment.objects.filter(person__username__in=people, revoked_at=None)
        units: dict[str, set[int]] = defaultdict(set)
        for username, unit in rows.values_list("person__username", "unit_id"):
            units[username].add(unit)
        return {name for name in people if not units[name] or units[name] - held}

    def _check_single(self) -> None:
        """One holder at a time for single posts, among the file's rows and those in force."""
        spans: dict[tuple[int, int], list[tuple[dt.date, dt.date | None, str]]] = defaultdict(list)
        rows = [row for row in self.plan.new_posts if row.role and row.role.is_single]
        units = {row.unit.pk for row in rows if row.unit}
        changed = {post.pk: row for post, row in self.plan.changed_posts}
        present = Appointment.objects.filter(
            unit_id__in=units, role__is_single=True, revoked_at=None
        )
        for post in present.select_related("person"):
            ends = changed[post.pk].ends_on if post.pk in changed else None
            spans[(post.role_id, post.unit_id)].append(
                (post.starts_on, ends or post.ends_on, post.person.name)
            )
        for row in rows:
            assert row.role and row.unit and row.starts_on
            for starts, ends, name in spans[(row.role.pk, row.unit.pk)]:
                if (ends is None or ends >= row.starts_on) and (
                    row.ends_on is None or starts <= row.ends_on
                ):
                    self._fault(
                        row.index, "role",
                        _("%(unit)s already has %(role)s %(name)s in that time. End that post first.")
                        % {"unit": row.unit.name, "role": row.role.name, "name": name},
                    )  # fmt: skip
                    break
            spans[(row.role.pk, row.unit.pk)].append((row.starts_on, row.ends_on, row.name))

    def _diff(self) -> Diff:
        plan = self.plan
        counts = {
            "new": len(plan.new_people) + len(plan.new_posts),
            "changed": len(plan.changed_people) + len(plan.changed_posts),
            "unchanged": plan.unchanged,
        }
        diff = Diff(counts=counts, faults=self.faults)
        for user, row, fields in plan.changed_people.values():
            for name in fields:
                diff.changes.append(
                    self._change(row, HEADINGS[name], getattr(user, name), getattr(row, name))
                )
        for post, row in plan.changed_posts:
            diff.changes.append(
                self._change(
                    row,
                    HEADINGS["ends_on"],
                    _span(post.ends_on, post.letter_no),
                    _span(row.ends_on or post.ends_on, row.letter_no or post.letter_no),
                )
            )
        for row in plan.new_posts:
            diff.changes.append(
                self._change(row, HEADINGS["role"], "—", f"{row.role} · {row.unit}")
            )
        mark = (
            sorted(plan.new_people),
            [r.index for r in plan.new_posts],
            sorted(map(repr, plan.basis)),
        )
        diff.fingerprint = hashlib.sha256(repr(mark).encode()).hexdigest()
        return diff

    def _change(self, row: Row, label: str, old: str, new: str) -> Change:
        return Change(self.table.numbers[row.index], row.staff_no, row.name, label, old or "—", new)

    # -- write --------------------------------------------------------------------------------

    def write(self) -> dict[str, int]:
        plan = self.plan
        people = User.objects.bulk_create([_account(row) for row in plan.new_people.values()])
        for user, row, fields in plan.changed_people.values():
            for name in fields:
                setattr(user, name, getattr(row, name))
            user.save(update_fields=[*fields, "pinyin", "initials"])
        for post, row in plan.changed_posts:
            post.ends_on = row.ends_on or post.ends_on
            post.letter_no = row.letter_no or post.letter_no
            post.save(update_fields=["ends_on", "letter_no"])
        ids = dict(
            User.objects.filter(username__in=[r.staff_no for r in plan.new_posts]).values_list(
                "username", "pk"
            )
        )
        posts = Appointment.objects.bulk_create(
            [self._post(row, ids[row.staff_no]) for row in plan.new_posts]
        )
        affected = sorted(
            {post.person_id for post in [*posts, *(p for p, _r in plan.changed_posts)]}
        )
        if affected:
            reconcile(affected)
            audit.record_many(
                actor=self.context.actor, action="appoint", model=Appointment,
                ids=[post.pk for post in [*posts, *(p for p, _r in plan.changed_posts)]], source="import_staff",
            )  # fmt: skip
        return {
            "people": len(people) + len(plan.changed_people),
            "posts": len(posts) + len(plan.changed_posts),
        }

    def _post(self, row: Row, person_id: int) -> Appointment:
        assert row.role and row.unit and row.starts_on
        return Appointment(
            person_id=person_id, role=row.role, unit=row.unit, starts_on=row.starts_on,
            ends_on=row.ends_on, letter_no=row.letter_no, appointed_by=self.context.actor,
        )  # fmt: skip


def _account(row: Row) -> User:
    """An account that nobody can log in to until a password or the campus log-in is set."""
    pinyin, initials = name_keys(row.name)
    return User(
        username=row.staff_no, name=row.name, pinyin=pinyin, initials=initials, title=row.title,
        phone=row.phone, password=make_password(None),
    )  # fmt: skip


def _span(ends_on: dt.date | None, letter_no: str) -> str:
    return (
        " · ".join(part for part in (ends_on.isoformat() if ends_on else "", letter_no) if part)
        or "—"
    )
