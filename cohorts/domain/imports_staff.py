"""Import of staff: accounts and the posts they hold, one row per post."""

import datetime as dt
import hashlib
from collections import defaultdict

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from cohorts.domain.deputies import clip_deputies
from cohorts.domain.imports_staff_checks import (
    RightsCheck,
    StaffPlan,
    check_duties,
    check_open_work,
    check_single_posts,
)
from cohorts.domain.imports_staff_columns import COLUMNS
from cohorts.domain.imports_staff_rows import Row, read_rows
from cohorts.domain.reconcile import reconcile
from cohorts.models import Appointment
from portal.core import audit
from portal.core.domain.imports import Change, Context, Diff
from portal.core.models import User
from portal.core.names import name_keys
from portal.core.sheets import Faults, Table

HEADINGS = {column.code: column.heading for column in COLUMNS}
_PERSON_FIELDS = ("name", "title", "phone")


class StaffWork:
    """One staff file under way. Thousands of rows at most, so the plan is made in Python."""

    def __init__(self, context: Context, table: Table) -> None:
        self.context = context
        self.table = table
        self.faults = Faults(table, COLUMNS)
        self.plan = StaffPlan()

    # -- compare ------------------------------------------------------------------------------

    def compare(self) -> Diff:
        rows = read_rows(self.table, self.faults)
        numbers = {row.staff_no for row in rows}
        people = {user.username: user for user in User.objects.filter(username__in=numbers)}
        posts = self._present_posts(numbers)
        for row in rows:
            self._plan_person(row, people.get(row.staff_no))
            if row.role and row.unit:
                self._plan_post(row, posts)
        if self.context.actor is not None:
            RightsCheck(self.context.actor, self.plan, people).note(rows, self.faults)
        check_single_posts(self.plan, self.faults)
        check_duties(self.plan, people, self.faults)
        check_open_work(self.plan, self.faults)
        return self._diff()

    def _present_posts(self, numbers: set[str]) -> dict[tuple[str, int, int], list[Appointment]]:
        posts: dict[tuple[str, int, int], list[Appointment]] = defaultdict(list)
        rows = Appointment.objects.filter(person__username__in=numbers, revoked_at=None)
        for post in rows.select_related("person", "role", "unit").order_by("pk"):
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
        assert row.role is not None
        assert row.unit is not None
        day = self.context.since
        for post in posts.get((row.staff_no, row.role.pk, row.unit.pk), []):
            in_force = post.ends_on is None or post.ends_on >= day
            if post.starts_on == row.starts_on or (row.starts_on is None and in_force):
                self.plan.basis.append((post.pk, post.ends_on, post.letter_no))
                is_new_end = row.ends_on is not None and row.ends_on != post.ends_on
                if is_new_end and row.ends_on is not None and row.ends_on < post.starts_on:
                    self.faults.add(
                        row.index, "ends_on", _("The last day is before the first day.")
                    )
                if is_new_end or (row.letter_no and row.letter_no != post.letter_no):
                    self.plan.changed_posts.append((post, row))
                else:
                    self.plan.unchanged += 1
                return
        row.starts_on = row.starts_on or day
        self.plan.new_posts.append(row)

    def _diff(self) -> Diff:
        plan = self.plan
        counts = {
            "new": len(plan.new_people) + len(plan.new_posts),
            "changed": len(plan.changed_people) + len(plan.changed_posts),
            "unchanged": plan.unchanged,
        }
        diff = Diff(counts=counts, faults=self.faults.found)
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
        clipped: set[int] = set()
        for post, row in plan.changed_posts:
            post.ends_on = row.ends_on or post.ends_on
            post.letter_no = row.letter_no or post.letter_no
            post.save(update_fields=["ends_on", "letter_no"])
            clipped.update(clip_deputies(post))
        ids = dict(
            User.objects.filter(username__in=[r.staff_no for r in plan.new_posts]).values_list(
                "username", "pk"
            )
        )
        posts = Appointment.objects.bulk_create(
            [self._post(row, ids[row.staff_no]) for row in plan.new_posts]
        )
        affected = sorted(
            {post.person_id for post in [*posts, *(p for p, _r in plan.changed_posts)]} | clipped
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
        assert row.starts_on is not None
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
