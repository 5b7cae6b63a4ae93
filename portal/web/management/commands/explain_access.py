"""Explain one access decision: exit 0 allowed, 1 denied, 2 unknown name."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.web.queries.explain import UnknownName, explain


class Command(BaseCommand):
    help = (
        "Print why USERNAME may or may not act on student:<number>, case:<id> or unit:<code>. "
        "Exit 0 allowed, 1 denied, 2 unknown name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("record", help="student:<number>, case:<id or number>, unit:<code>")
        parser.add_argument("--action", help="see_card, see_case, log_talk, … (default: to see it)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = explain(options["username"], options["record"], options["action"])
        except UnknownName as error:
            raise CommandError(str(error), returncode=2) from error
        for line in found.lines:
            self.stdout.write(line)
        if not found.is_allowed:
            sys.exit(1)
