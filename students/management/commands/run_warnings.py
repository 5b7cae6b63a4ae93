"""manage.py run_warnings --term 2025-2026-1 [--set FAMILY] [--dry-run]"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.core.errors import DomainError
from students.domain.warning_runs import RunOutcome, run_warnings, term_of


class Command(BaseCommand):
    help = "Evaluate the warning rules that are on, after a term; nothing is told to anybody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--term", required=True, help="such as 2025-2026-1")
        parser.add_argument("--set", default="", dest="family", help="one rule set by its code")
        parser.add_argument("--dry-run", action="store_true", help="count only, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                outcome = run_warnings(
                    actor=None, term=term_of(options["term"]), family=options["family"]
                )
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for line in lines_of(outcome):
            self.stdout.write(line)


def lines_of(outcome: RunOutcome) -> list[str]:
    """What a run did, in sentences."""
    lines = [
        _("Term %(term)s: %(n)s students studied.")
        % {"term": outcome.period, "n": outcome.students}
    ]
    for one in outcome.sets:
        levels = "、".join(f"{name} {count}" for name, count in one.levels.items())
        lines.append(
            _("%(name)s: %(new)s new, %(changed)s changed, %(again)s came back, %(same)s as before, %(cleared)s cleared. %(levels)s")
            % {"name": one.name, "new": one.new, "changed": one.changed, "again": one.again,
               "same": one.same, "cleared": one.cleared, "levels": levels}
        )  # fmt: skip
    if not outcome.sets:
        lines.append(_("No rule set is on for this term."))
    if outcome.without_plan:
        lines.append(
            _("%(n)s students have no programme plan: rules on parts of the plan leave them out.")
            % {"n": outcome.without_plan}
        )
    return lines
