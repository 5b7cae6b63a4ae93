"""Take months that are older than the retention out of the audit table, into files."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.core.auditlog.archive import archive_before, keep_from
from portal.core.errors import DomainError


class Command(BaseCommand):
    help = "Archive months of the audit trail that ended before a day (default: the retention)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", type=dt.date.fromisoformat, help="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = archive_before(options["before"] or keep_from())
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        for kept in made:
            self.stdout.write(_("%(name)s: %(count)s entries") % vars(kept))
        if not made:
            self.stdout.write(_("No month is old enough."))
