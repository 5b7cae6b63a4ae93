"""Check the audit chain; exit 1 and the first broken row when it does not hold."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from portal.core.auditlog import chain
from portal.core.auditlog.verify import verify

_SHOWN = 20


class Command(BaseCommand):
    help = "Check every entry and seal of the audit trail, archived months included."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--new", action="store_true", help="only what came after the last good check"
        )
        parser.add_argument(
            "--without-archive", action="store_true", help="archived months are kept elsewhere"
        )
        parser.add_argument("--no-seal", action="store_true", help="change nothing, not even seal")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["no_seal"]:
            chain.seal()
        report = verify(only_new=options["new"], without_archive=options["without_archive"])
        for warning in report.warnings:
            self.stderr.write(warning)
        if report.faults:
            for fault in report.faults[:_SHOWN]:
                self.stdout.write(str(fault))
            self.stdout.write(
                _("The audit chain is broken: %(n)s faults.") % {"n": len(report.faults)}
            )
            sys.exit(1)
        self.stdout.write(
            _("The audit chain holds: %(seals)s seals, %(entries)s entries (%(archived)s archived), %(unsealed)s not sealed yet.")
            % vars(report)
        )  # fmt: skip
