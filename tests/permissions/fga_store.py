"""The rows of the portal as a store of OpenFGA: a second reading of the rule by other hands.

Nothing here calls the portal's access code. Rows are read from the tables where people enter them
(appointments, placements, links, seats, exceptions), never from grants, so a fault of ``reconcile``
shows as well. Dates are compared in Python, the tree is walked by OpenFGA.
"""

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from casework.models import BreakGlass, Case, FollowUp, LockOut, Seat
from cohorts.models import Appointment, Role, Unit
from portal.core.models import User
from students.models import Placement, Student, StudentLink

DWELLING_OR_PARTY = {"building", "floor", "room", "party"}
SEAT_READS = ("see_card", "see_record", "see_case", "see_talks", "clear_restricted")
SEAT_WRITES = ("write_case", "log_talk")
# What the questions are about; helper actions of the rules below are added to them.
STUDENT_ACTIONS = (
    "see_card", "see_record", "see_phone", "see_contact", "see_results", "log_talk", "see_case",
    "write_case", "see_talks", "clear_restricted", "break_glass", "export_students", "edit_student",
)  # fmt: skip
CASE_ACTIONS = ("see_case", "write_case", "manage_case", "clear_restricted")
HELD = tuple(dict.fromkeys((*STUDENT_ACTIONS, *CASE_ACTIONS)))


def _covers(first: dt.date, last: dt.date | None, day: dt.date) -> bool:
    return first <= day and (last is None or day <= last)


def model() -> str:
    """The rule in OpenFGA's language. ``wide_a`` is held through any unit above; ``inner_a`` only
    through dwellings and party organisations, which alone reach people by their rooms."""
    lines = ["model", "  schema 1.1", "type user", "type unit", "  relations",
             "    define parent: [unit]"]  # fmt: skip
    for a in HELD:
        lines += [f"    define wide_{a}: [user] or wide_{a} from parent",
                  f"    define inner_{a}: [user] or inner_{a} from parent"]  # fmt: skip
    lines += ["type student", "  relations", "    define outer_place: [unit]",
              "    define inner_place: [unit]", "    define episode: [case]"]  # fmt: skip
    for a in HELD:
        lines += [f"    define link_{a}: [user]",
                  f"    define plain_{a}: link_{a} or wide_{a} from outer_place or inner_{a} from inner_place"]  # fmt: skip
        seat = f" or seat_{a} from episode" if a in SEAT_READS + SEAT_WRITES else ""
        lines.append(f"    define {a}: plain_{a}{seat}")
    lines += ["type case", "  relations", "    define student: [student]",
              "    define shut: [user]", "    define reader: [user]", "    define writer: [user]",
              "    define broken: [user]"]  # fmt: skip
    lines += [f"    define seat_{a}: reader but not shut" for a in SEAT_READS]
    lines += [f"    define seat_{a}: writer but not shut" for a in SEAT_WRITES]
    lines.append("    define glass: (broken and break_glass from student) but not shut")
    for a in CASE_ACTIONS:
        ways = [f"plain_{a} from student"]
        ways += [f"seat_{a}"] if a in SEAT_READS + SEAT_WRITES else []
        ways += ["glass"] if a == "clear_restricted" else []
        lines.append(f"    define {a}: ({' or '.join(ways)}) but not shut")
    lines += [
        "type talk", "  relations", "    define student: [student]", "    define general: [student]",
        "    define restricted: [student]", "    define case: [case]", "    define team: [case]",
        "    define author: [user]",
        "    define written: author and see_card from student",
        "    define open: see_talks from general or plain_clear_restricted from restricted"
        " or seat_clear_restricted from team or glass from team or written",
        "    define see_talks: open but not shut from case",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


@dataclass
class Tuples:
    """(user, relation, object) of all rows that count today."""

    day: dt.date = field(default_factory=timezone.localdate)
    now: dt.datetime = field(default_factory=timezone.now)
    rows: set[tuple[str, str, str]] = field(default_factory=set)

    def add(self, subject: str, relation: str, target: str) -> None:
        self.rows.add((subject, relation, target))

    def read(self) -> "Tuples":
        self.alive = {
            user.pk for user in User.objects.all()
            if user.is_active and not (user.expires_on and user.expires_on < self.day)
        }  # fmt: skip
        self.kinds = dict(Unit.objects.values_list("pk", "kind"))
        for pk, parent in Unit.objects.exclude(parent=None).values_list("pk", "parent_id"):
            self.add(f"unit:{parent}", "parent", f"unit:{pk}")
        self._posts()
        self._placements()
        self._links()
        self._cases()
        self._talks()
        return self

    def _posts(self) -> None:
        allowed = defaultdict(set)
        for role, code in Role.objects.values_list("pk", "permissions__codename"):
            allowed[role].add(code)
        for post in Appointment.objects.filter(revoked_at=None):
            if post.person_id in self.alive and _covers(post.starts_on, post.ends_on, self.day):
                for a in allowed[post.role_id] & set(HELD):
                    self.add(f"user:{post.person_id}", f"wide_{a}", f"unit:{post.unit_id}")
                    if self.kinds[post.unit_id] in DWELLING_OR_PARTY:
                        self.add(f"user:{post.person_id}", f"inner_{a}", f"unit:{post.unit_id}")

    def _placements(self) -> None:
        for stay in Placement.objects.all():
            if _covers(stay.since, stay.until, self.day):
                inner = self.kinds[stay.unit_id] in DWELLING_OR_PARTY
                relation = "inner_place" if inner else "outer_place"
                self.add(f"unit:{stay.unit_id}", relation, f"student:{stay.student_id}")

    def _links(self) -> None:
        links = StudentLink.objects.filter(revoked_at=None)
        for link in links.prefetch_related("kind__permissions"):
            if link.person_id in self.alive and _covers(link.starts_on, link.ends_on, self.day):
                for right in link.kind.permissions.all():
                    if right.codename in HELD:
                        self.add(f"user:{link.person_id}", f"link_{right.codename}",
                                 f"student:{link.student_id}")  # fmt: skip

    def _cases(self) -> None:
        is_open = {}
        for case in Case.objects.all():
            is_open[case.pk] = case.closed_at is None
            self.add(f"student:{case.student_id}", "student", f"case:{case.pk}")
            self.add(f"case:{case.pk}", "episode", f"student:{case.student_id}")
        for seat in Seat.objects.all():
            if (
                is_open[seat.case_id]
                and seat.person_id in self.alive
                and _covers(seat.starts_on, seat.ends_on, self.day)
            ):
                self.add(f"user:{seat.person_id}", "reader", f"case:{seat.case_id}")
                if seat.write_level == "write":
                    self.add(f"user:{seat.person_id}", "writer", f"case:{seat.case_id}")
        for shut in LockOut.objects.all():
            if shut.starts_at <= self.now and (shut.ends_at is None or shut.ends_at > self.now):
                self.add(f"user:{shut.person_id}", "shut", f"case:{shut.case_id}")
        for glass in BreakGlass.objects.all():
            if (
                is_open[glass.case_id]
                and glass.person_id in self.alive
                and glass.starts_at <= self.now < glass.ends_at
            ):
                self.add(f"user:{glass.person_id}", "broken", f"case:{glass.case_id}")

    def _talks(self) -> None:
        for talk in FollowUp.objects.all():
            target, student = f"talk:{talk.pk}", f"student:{talk.student_id}"
            self.add(student, "student", target)
            self.add(student, str(talk.confidentiality), target)
            if talk.author_id in self.alive:
                self.add(f"user:{talk.author_id}", "author", target)
            if talk.case_id is not None:
                self.add(f"case:{talk.case_id}", "case", target)
                if talk.confidentiality == "restricted":
                    self.add(f"case:{talk.case_id}", "team", target)


def store(checks: list[dict[str, Any]]) -> str:
    """The whole test file of ``fga model test``. JSON is YAML."""
    rows = Tuples().read().rows
    return json.dumps(
        {
            "name": "campus",
            "model": model(),
            "tuples": [{"user": u, "relation": r, "object": o} for u, r, o in sorted(rows)],
            "tests": [{"name": "campus", "check": checks}],
        }
    )


def everything() -> dict[str, list[Any]]:
    """All rows that questions may be about."""
    return {
        "student": list(Student.objects.all()),
        "case": list(Case.objects.all()),
        "talk": list(FollowUp.objects.all()),
    }
