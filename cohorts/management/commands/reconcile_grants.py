"""Compare grants with appointments; mend them unless only asked to check."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from cohorts.domain.reconcile import drift, reconcile


class Command(BaseCommand):
    help = "Compare grants with appointments and mend them. --check: only compare, exit 1 on drift."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        extra, missing = drift()
        if options["check"]:
            if extra or missing:
                self.stdout.write(
                    _("Drift: %(extra)s grants without a post, %(missing)s grants missing.")
                    % {"extra": extra, "missing": missing}
                )
                sys.exit(1)
            self.stdout.write(_("Grants agree with the appointments."))
            return
        removed, added = reconcile()
        self.stdout.write(
            _(
                "Drift was %(extra)s extra and %(missing)s missing. Removed %(removed)s, added %(added)s."
            )
            % {"extra": extra, "missing": missing, "removed": removed, "added": added}
        )
