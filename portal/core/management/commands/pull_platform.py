"""Take over what the data platform dropped; exit 1 when a file was refused."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.core.domain.pull import pull
from portal.core.errors import DomainError
from portal.core.models import JobState


class Command(BaseCommand):
    help = "Import the newest roster and staff files of a folder (default: PLATFORM_DIR)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            jobs = pull(options["folder"])
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        for job in jobs:
            found = job.result
            words = found.get("error") or " · ".join(
                f"{code} {count}" for code, count in found.get("counts", {}).items()
            )
            if found.get("fault_count"):
                words = _("Nothing was imported: %(n)s cells to correct.") % {
                    "n": found["fault_count"]
                }
            elif found.get("is_known"):
                words = _("taken over before")
            self.stdout.write(f"{job.params['file']}: {job.get_state_display()} {words}".rstrip())
        if any(job.state == JobState.FAILED for job in jobs):
            sys.exit(1)
