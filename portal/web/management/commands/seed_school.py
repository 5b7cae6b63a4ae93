"""manage.py seed_school --students 3000 --seed 7: an invented school on an empty database."""

import argparse
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cohorts.models import Unit
from portal.web.seed.school import LOADED, School, Wish, count_rows
from students.models import Student


class Command(BaseCommand):
    help = "Fill an empty database with an invented university, the same for the same seed."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--students", type=int, required=True, help="200 to 200000")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--staff", type=int, help="default: one for twelve students")
        parser.add_argument("--results", type=float, default=24, help="per student, at most 24")
        parser.add_argument("--follow-ups", type=float, default=10, help="per student")
        parser.add_argument(
            "--cases", type=float, default=12, help="per 100 students, old ones too"
        )
        parser.add_argument(
            "--no-history", action="store_true", help="leave out the first version of each row"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        students = options["students"]
        if not 200 <= students <= 200_000:
            raise CommandError("--students must be between 200 and 200000.")
        if Student.objects.exists() or Unit.objects.exists():
            raise CommandError(
                "This database already has students or units. seed_school never deletes: "
                "use an empty database."
            )
        wish = Wish(
            students=students,
            seed=options["seed"],
            staff=options["staff"],
            results=options["results"],
            follow_ups=options["follow_ups"],
            cases_per_100=options["cases"],
            keep_history=not options["no_history"],
        )
        say = self.stdout.write if options["verbosity"] > 0 else (lambda _text: None)
        began = time.monotonic()
        School(wish, timezone.localdate(), say).build()
        for table, count in count_rows(LOADED).items():
            say(f"  {table:<28}{count:>10,}")
        self.stdout.write(f"Seeded {students} students in {time.monotonic() - began:.1f} s.")
