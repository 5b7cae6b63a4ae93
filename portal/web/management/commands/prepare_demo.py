"""manage.py prepare_demo: the demo school and its accounts, made once and then left alone."""

import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cohorts.models import Unit
from portal.web.seed.demo import prepare_accounts
from portal.web.seed.demo_inputs import prepare_inputs
from portal.web.seed.demo_lists import prepare_lists
from portal.web.seed.demo_moves import prepare_moves
from portal.web.seed.request_rows import prepare_requests
from portal.web.seed.school import School, Wish
from students.domain.early import renew
from students.models import Student

STUDENTS = 3000
SEED = 7


class Command(BaseCommand):
    help = "Seed the demo school if there is none, and make the demo accounts. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts belong to the demo only (settings.DEMO is off).")
        is_new = not Student.objects.exists()
        if is_new:
            self._seed()
        accounts = prepare_accounts()
        if is_new:
            prepare_inputs()
            prepare_moves()
        prepare_requests()
        prepare_lists()
        self.stdout.write(accounts)

    def _seed(self) -> None:
        if Unit.objects.exists():
            self.stdout.write("There are units but no students: nothing is seeded over them.")
            return
        wanted = os.environ.get("DEMO_STUDENTS") or str(STUDENTS)
        if not wanted.isdecimal() or not 200 <= int(wanted) <= 200_000:
            raise CommandError("DEMO_STUDENTS must be a whole number between 200 and 200000.")
        students = int(wanted)
        began = time.monotonic()
        wish = Wish(students=students, seed=SEED)
        School(wish, timezone.localdate(), self.stdout.write).build()
        renew()
        self.stdout.write(f"Seeded {students} students in {time.monotonic() - began:.1f} s.")
