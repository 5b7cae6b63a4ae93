"""manage.py rotate_sealed_keys: bring sealed text under the newest of SEALED_KEYS."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.domain.sealed_rotation import rotate, unknown_rows, waiting_rows


class Command(BaseCommand):
    help = (
        "Put a new key in front of SEALED_KEYS, restart all processes, run this, then take the "
        "old key away. Safe to stop and to run again. --check only tells what is left "
        "(exit status 1 while there is something)."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="rows in one transaction")
        parser.add_argument("--check", action="store_true", help="count, change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch must be at least 1.")
        if not options["check"]:
            done = 0
            for count in rotate(options["batch"]):
                done += count
                self.stdout.write(f"{done} rows", ending="\n")
                self.stdout.flush()
        lost = unknown_rows()
        if lost:
            raise CommandError(
                f"{lost} rows stand under a key that is not in SEALED_KEYS. Bring that key back."
            )
        left = sum(waiting_rows().values())
        if left:
            raise CommandError(f"{left} rows stand under an older key.")
        self.stdout.write("All sealed text stands under the newest key.")
