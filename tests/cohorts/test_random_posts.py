"""After any sequence of appointments, ends, moves and concurrent pairs the grants agree.

``POSTS_STEPS=10000`` makes the walk long (``make walk``); the short one stands for it.
"""

import datetime as dt
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.utils import timezone

from cohorts.domain.appointments import appoint, end_appointment, set_role_actions
from cohorts.domain.reconcile import drift
from cohorts.domain.tree import move_unit
from cohorts.models import Appointment, Role, Unit
from portal.core.errors import DomainError
from portal.core.models import User
from tests.concurrently import at_once
from tests.world import build_world

STEPS = int(os.environ.get("POSTS_STEPS", "120"))
CODES = ("counsellor", "class_adviser", "contract_leader", "organiser", "party_tutor", "clerk",
         "deputy_secretary", "office_staff")  # fmt: skip


class Walk:
    """Random acts; a refusal by the domain is an act too, anything else is an error."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.people = list(
            User.objects.filter(username__in=("zhou", "shen", "lu", "wang", "nobody"))
        )
        self.units = list(Unit.objects.exclude(kind="university"))
        self.roles = list(Role.objects.filter(code__in=CODES))
        self.today = timezone.localdate()
        self.refused = 0

    def day(self, low: int, high: int) -> dt.date:
        return self.today + dt.timedelta(days=self.rng.randint(low, high))

    def any_post(self) -> Appointment:
        rows = Appointment.objects.filter(revoked_at=None, person__in=self.people)
        return self.rng.choice(list(rows.order_by("pk")[:60]))

    def act(self) -> Callable[[], Any]:
        kind = self.rng.choices(
            ("appoint", "deputy", "end", "cut", "move", "role"), (10, 3, 4, 4, 2, 1)
        )[0]
        starts, length = self.day(-30, 10), self.rng.randint(0, 60)
        ends = starts + dt.timedelta(days=length) if self.rng.random() < 0.7 else None
        person, role = self.rng.choice(self.people), self.rng.choice(self.roles)
        if kind == "appoint":
            fitting = [unit for unit in self.units if unit.kind in role.unit_kinds]
            unit = self.rng.choice(fitting)
            return lambda: appoint(
                actor=None, person=person, role=role, unit=unit, starts_on=starts, ends_on=ends
            )
        if kind == "move":
            room = Unit.objects.get(code=self.rng.choice(("化工2301", "化工2302", "机械2301")))
            cohort = Unit.objects.get(code=self.rng.choice(("C1-2023", "C1-2024", "C2-2023")))
            return lambda: move_unit(actor=None, unit=room, parent=cohort)
        if kind == "role":
            ids = list(Permission.objects.filter(codename__in=self.rng.sample(
                ["see_card", "see_record", "log_talk", "see_unit", "see_case"], 3
            ), content_type__model="unit").values_list("pk", flat=True))  # fmt: skip
            return lambda: set_role_actions(actor=None, role=role, permission_ids=ids)
        post = self.any_post()
        if kind == "deputy":
            return lambda: appoint(
                actor=None, person=person, role=post.role, unit=post.unit, stands_in_for=post,
                starts_on=max(starts, post.starts_on), ends_on=ends,
            )  # fmt: skip
        on = None if kind == "cut" else max(post.starts_on, self.day(-5, 20))
        return lambda: end_appointment(actor=None, post=post, ends_on=on)

    def step(self) -> None:
        try:
            self.act()()
        except DomainError:
            self.refused += 1


@pytest.mark.django_db(transaction=True)
def test_grants_agree_after_a_random_walk_with_pairs_at_once() -> None:
    build_world()
    walk = Walk(seed=20261122)
    for number in range(STEPS):
        if number % 12 == 11:
            errors = [one for one in at_once(walk.act(), walk.act()) if isinstance(one, Exception)]
            assert all(isinstance(one, DomainError) for one in errors), errors
        else:
            walk.step()
        if number % 40 == 39:
            assert drift() == (0, 0), number
    assert drift() == (0, 0)
    call_command("reconcile_grants", "--check")
    assert walk.refused < STEPS * 0.8
    # No deputy outlives the post he stands in for.
    for deputy in Appointment.objects.exclude(stands_in_for=None).select_related("stands_in_for"):
        post = deputy.stands_in_for
        assert post.ends_on is None or deputy.ends_on <= post.ends_on or deputy.revoked_at
        assert post.revoked_at is None or deputy.revoked_at or deputy.ends_on < walk.today
