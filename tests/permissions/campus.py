"""A random campus on top of the named one: units, posts, placements, links, seats, exceptions.

Everything is written by the portal's own functions where a function exists; odd dates (ended
yesterday, ending today, beginning tomorrow) are as frequent as plain ones. The same seed gives the
same campus.
"""

import datetime as dt
import random
from typing import Any

from django.utils import timezone

from casework.enums import Channel, Confidentiality, Outcome, WriteLevel
from casework.models import BreakGlass, Case, FollowUp, LockOut, Seat
from cohorts.domain.appointments import appoint, end_appointment
from cohorts.domain.reconcile import reconcile
from cohorts.domain.tree import move_unit
from cohorts.models import Appointment, LinkKind, Role, Unit
from portal.core.models import User
from students.domain.placements import tree_of
from students.enums import Tree
from students.models import Placement, Student, StudentLink
from tests.permissions.campus_crises import add_crises, add_exports
from tests.permissions.campus_files import hang
from tests.permissions.campus_party import add_party_files, add_party_units
from tests.world import World

DAY = dt.timedelta(days=1)
CLASSES = ("c2301", "c2302", "c2401", "m2301")
ACADEMIES = ("mingde23", "zhiyuan23", "mingde", None)
ROOMS = ("room411", "room412", None)
# Roles that reach people, with the units on which the campus can have them.
ROLES = {
    "school_leader": ("uni",), "party_secretary": ("chem", "mech", "zhiyuan"),
    "deputy_secretary": ("chem", "mech", "mingde"), "dean": ("chem", "mech"),
    "contract_leader": ("chem23", "chem24", "mech23"), "academy_director": ("mingde", "zhiyuan"),
    "counsellor": ("mingde23", "zhiyuan23", "mingde", "c2401", "east12"),
    "part_counsellor": ("mingde23", "east12"), "class_adviser": CLASSES,
    "organiser": ("chem", "mingde", "chem23", "community"), "clerk": ("chem", "mech"), "registrar": ("uni",),
    "branch_secretary": ("joint",), "party_tutor": ("joint", "chem23"),
    "committee_member": ("community",),
    "psych_teacher": ("counselling", "uni"), "aid_officer": ("uni", "chem", "mingde"),
    "office_staff": ("counselling",), "request_desk": ("uni",), "rights_officer": ("uni", "chem"),
    "sysadmin": ("uni",), "auditor": ("uni",),
}  # fmt: skip


class Campus:
    """People, students, cases and talks of one seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)
        self.today = timezone.localdate()
        add_party_units(world)
        self.people = self._people()
        self.students = self._students()
        self._posts()
        self._links()
        add_party_files(self)
        self.cases = self._cases()
        self._ties()
        self.talks = self._talks()
        hang(self)
        add_crises(self)
        add_exports(self)
        move_unit(
            actor=None, unit=Unit.objects.get(pk=world.c2302.pk),
            parent=Unit.objects.get(pk=self.dice.choice((world.chem24.pk, world.chem23.pk))),
        ) if self.dice.random() < 0.5 else None  # fmt: skip

    def _dates(self) -> tuple[dt.date, dt.date | None]:
        """First and last day: half of them in force today, the rest just missing it."""
        start = self.dice.choice((-400, -400, -30, -1, 0, 1))
        end = self.dice.choice((None, None, None, 300, 1, 0, -1))
        first = self.today + start * DAY
        return first, None if end is None else max(first, self.today + end * DAY)

    def _people(self) -> list[User]:
        made = []
        for number in range(24):
            person = User.objects.create(username=f"p{number:02}", name=f"教师{number:02}")
            if number in (3, 4):
                person.is_active = number == 4
                person.expires_on = self.today - DAY if number == 4 else None
                person.save()
            made.append(person)
        return [*made, *self.world.people.values()]

    def _students(self) -> list[Student]:
        made = Student.objects.bulk_create(
            Student(student_no=f"77{number:06}", name=f"学生{number:02}", pinyin="xue sheng",
                    initials="xs", entry_year=2023)
            for number in range(44)
        )  # fmt: skip
        rows = []
        for student in made:
            for choice in (CLASSES, ACADEMIES, ROOMS):
                place = self.dice.choice(choice)
                if place is not None:
                    rows += self._stays(student, self.world.units[place], choice)
        Placement.objects.bulk_create(rows)
        return [*made, *self.world.students.values()]

    def _stays(self, student: Student, unit: Unit, others: Any) -> list[Placement]:
        """One stay; for some a transfer that took effect yesterday, today or will tomorrow."""
        tree, began = tree_of(unit), self.today - 300 * DAY
        next_place = self.dice.choice(others)
        if self.dice.random() < 0.6 or next_place is None:
            until = self.today if self.dice.random() < 0.1 else None
            return [Placement(student=student, unit=unit, tree=tree, since=began, until=until)]
        turn = self.today + self.dice.choice((-1, 0, 1)) * DAY
        goal = self.world.units[next_place]
        return [
            Placement(student=student, unit=unit, tree=tree, since=began, until=turn - DAY),
            Placement(student=student, unit=goal, tree=Tree(tree_of(goal)), since=turn),
        ]

    def _posts(self) -> None:
        roles = {role.code: role for role in Role.objects.filter(code__in=ROLES)}
        made: dict[Any, Appointment] = {}
        for person in self.people[:24]:
            for _post in range(self.dice.choice((0, 1, 1, 2, 3))):
                code = self.dice.choice(list(ROLES))
                unit = self.world.units[self.dice.choice(ROLES[code])]
                first, last = self._dates()
                made[person.pk, code, unit.pk, first] = Appointment(
                    person=person, role=roles[code], unit=unit, starts_on=first, ends_on=last
                )
        # Situations that no seed may lack: one who reads the notes of the task force through broken
        # glass alone; a desk; a guard of rights with a post in the academy complained about; one
        # who reads party files without their reviews; two who read sealed files.
        for number, code, unit in (
            (7, "party_secretary", "chem"), (8, "request_desk", "uni"), (9, "rights_officer", "uni"),
            (9, "counsellor", "mingde"), (10, "party_tutor", "chem23"),
            (11, "psych_teacher", "counselling"), (12, "psych_teacher", "uni"),
        ):  # fmt: skip
            made[number, code] = Appointment(
                person=self.people[number], role=roles[code], unit=self.world.units[unit],
                starts_on=self.today - DAY,
            )  # fmt: skip
        Appointment.objects.bulk_create(made.values(), ignore_conflicts=True)
        reconcile([person.pk for person in self.people])
        # Some through the portal's own hands, and ended by them again.
        for person in self.people[:6]:
            post = appoint(actor=None, person=person, role=roles["counsellor"],
                           unit=self.world.units["zhiyuan23"], starts_on=self.today - 9 * DAY)  # fmt: skip
            if self.dice.random() < 0.5:
                end_appointment(actor=None, post=post, ends_on=self.today - DAY)

    def _links(self) -> None:
        kind = LinkKind.objects.get(code="tutor")
        rows = []
        for student in self.students:
            if self.dice.random() < 0.6:
                first, last = self._dates()
                cut = timezone.now() if self.dice.random() < 0.15 else None
                rows.append(StudentLink(kind=kind, person=self.dice.choice(self.people[:12]),
                                        student=student, starts_on=first, ends_on=last,
                                        revoked_at=cut))  # fmt: skip
        StudentLink.objects.bulk_create(rows)

    def _cases(self) -> list[Case]:
        keys = self.dice.sample(list(self.world.students), 4)
        made = [self.world.add_case(key) for key in keys]
        now = timezone.now()
        for number, student in enumerate(self.dice.sample(self.students[:44], 22)):
            is_closed = self.dice.random() < 0.4
            case = Case(
                student=student, number=f"R-{number:03}", episode=1,
                level_id=self.dice.choice(("RED", "YELLOW")),
                source=made[0].source, reason="随机", reported_at=now - 5 * DAY,
                closed_at=now - DAY if is_closed else None,
                outcome=Outcome.values[0] if is_closed else "",
                owner=self.dice.choice(self.people) if self.dice.random() < 0.7 else None,
            )  # fmt: skip
            case.save()
            made.append(case)
        return made

    def _ties(self) -> None:
        now = timezone.now()
        cleared = Role.objects.filter(permissions__codename="clear_restricted")
        heads = list(User.objects.filter(appointments__role__in=Role.objects.filter(
            permissions__codename="break_glass").exclude(pk__in=cleared)
        ).order_by("pk").distinct())  # fmt: skip
        for number, case in enumerate(self.cases):
            # Every fourth is shut to one who reads sealed files, every fourth to its owner.
            barred = {0: self.people[11], 1: self.people[12], 2: case.owner}.get(number % 4)
            for person in self.dice.sample(self.people[:16], 2):
                first, last = self._dates()
                Seat.objects.create(case=case, person=person, duty="联系", starts_on=first,
                                    ends_on=last, write_level=self.dice.choice(WriteLevel.values))  # fmt: skip
            drawn = self.dice.sample(self.people, 3)
            for person in dict.fromkeys([barred, *drawn] if barred else drawn):
                ended = person != barred and self.dice.random() < 0.3
                LockOut.objects.create(case=case, person=person, reason="利益冲突",
                                       starts_at=now - DAY, ends_at=now if ended else None)  # fmt: skip
            # Those to whom only glass opens the notes are few of all.
            ranked = self.dice.sample(heads, min(3, len(heads)))
            for person in dict.fromkeys([*ranked, *self.dice.sample(self.people, 3)]):
                began = now - dt.timedelta(hours=self.dice.choice((1, 3, 5)))
                BreakGlass.objects.create(case=case, person=person, reason="紧急", starts_at=began,
                                          ends_at=began + dt.timedelta(hours=4))  # fmt: skip

    def _talks(self) -> list[FollowUp]:
        of_student = {case.student_id: case for case in self.cases}
        rows = []
        for student in self.students:
            for level in Confidentiality.values:
                case = of_student.get(student.pk)
                rows.append(FollowUp(
                    student=student, case=case if self.dice.random() < 0.8 else None,
                    author=self.dice.choice(self.people[:14]), happened_at=timezone.now() - DAY,
                    channel=Channel.FACE, content="谈近况与安排", confidentiality=level,
                ))  # fmt: skip
        FollowUp.objects.bulk_create(rows)
        return list(FollowUp.objects.all())
