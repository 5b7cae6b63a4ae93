"""Runs inside the portal: handing over the work on two hundred students, signed and taken back.

    python -m bench.handover OUT.json

A counsellor of the seeded school leaves: two hundred open cases with a seat and a promised contact
each, and whatever else is open, pass to a new person who signs. Each turn is rolled back. The bar is
absolute (design 10): a second, and fifty grant rows touched.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction
from django.utils import timezone

STUDENTS, TURNS = 200, 5


def leaver() -> Any:
    """The counsellor's post with enough students under it, the fewest of them first."""
    from cohorts.models import Appointment
    from students.queries.population import headcount_on

    today = timezone.localdate()
    posts = Appointment.objects.in_force(today).filter(role__code="counsellor", stands_in_for=None)
    on_cohorts = posts.filter(unit__kind="cohort") or posts
    counted = [(headcount_on(post.unit_id, today), post.pk) for post in on_cohorts[:400]]
    # In a school whose counsellors all have fewer, the one with the most.
    enough = [pair for pair in counted if pair[0] >= STUDENTS] or [max(counted)]
    _heads, pk = min(enough)
    return Appointment.objects.select_related("person", "unit").get(pk=pk)


def fill(post: Any) -> None:
    """Two hundred open cases of the leaver, each with his seat and his promise."""
    from casework.enums import Channel, Source
    from casework.models import Case, FollowUp, Seat
    from students.models import Student
    from students.queries.population import standing_in

    today, now = timezone.localdate(), timezone.now()
    under = Student.objects.filter(pk__in=standing_in(post.unit_id, today)).order_by("pk")
    students = list(under[:STUDENTS])
    standing = Case.objects.filter(student__in=students, closed_at=None)
    standing.update(owner=post.person)
    busy = set(standing.values_list("student_id", flat=True))
    Case.objects.bulk_create(
        Case(student=one, number=f"H-{one.pk}", episode=90, level_id="YELLOW", reason="x",
             source=Source.COUNSELLOR, owner=post.person, reported_at=now)
        for one in students if one.pk not in busy
    )  # fmt: skip
    cases = list(Case.objects.filter(student__in=students, closed_at=None))
    Seat.objects.filter(case__in=cases, person=post.person, ends_on=None).update(ends_on=today)
    Seat.objects.bulk_create(
        Seat(case=case, person=post.person, duty="联系", starts_on=today) for case in cases
    )
    FollowUp.objects.bulk_create(
        FollowUp(student=one, author=post.person, channel=Channel.FACE, happened_at=now,
                 content="约定下周见面谈作业", next_on=today)
        for one in students
    )  # fmt: skip


def turn() -> tuple[float, float, int, int]:
    """(seconds, seconds of CPU, cases moved, grant rows touched) of one signature."""
    from casework.models import Case
    from cohorts.domain.appointments import appoint
    from cohorts.domain.handover import propose_handover, sign_handover
    from cohorts.domain.leaving import leaving, open_work
    from cohorts.models import Grant, Role, Unit
    from portal.core.models import User
    from portal.core.scope import request_scope

    post = leaver()
    fill(post)
    new = User.objects.create(username="bench-receiver", name="接手人")
    security = User.objects.create(username="bench-security", name="安全管理员")
    role, top = Role.objects.get(code="secadmin"), Unit.objects.get(kind="university")
    appoint(actor=None, person=security, role=role, unit=top)
    kinds = [kind for kind, count in open_work(leaving(post)).items() if count]
    paper = propose_handover(
        actor=security, post=post, receivers=dict.fromkeys(kinds, new), successor=new
    )
    before = set(Grant.objects.values_list("pk", flat=True))
    with request_scope(None):
        began, spent = time.perf_counter(), time.process_time()
        sign_handover(actor=new, handover=paper)
        took, cpu = time.perf_counter() - began, time.process_time() - spent
    touched = len(before.symmetric_difference(Grant.objects.values_list("pk", flat=True)))
    return took, cpu, Case.objects.filter(owner=new, closed_at=None).count(), touched


def main(out: Path) -> None:
    django.setup()
    turns = []
    for _number in range(TURNS):
        with transaction.atomic():
            turns.append(turn())
            # What commits only then would be checked at the end: check it before going back.
            connection.check_constraints()
            transaction.set_rollback(True)
    found = {
        "median_ms": statistics.median(one[0] for one in turns) * 1000,
        "cpu_ms": statistics.median(one[1] for one in turns) * 1000,
        "cases": min(one[2] for one in turns),
        "grants": max(one[3] for one in turns),
    }
    out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
