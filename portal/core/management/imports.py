"""The command line side of imports: same reading, same checks, same transaction as the page."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

import pghistory
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.domain.imports import Context, Diff, Result, import_kind, run_import
from portal.core.errors import DomainError
from portal.core.models import User

_SHOWN = 50


class ImportCommand(BaseCommand):
    """``FILE``; ``--dry-run`` prints the difference; exit status 1 with the faults of each row."""

    kind: ClassVar[str] = ""
    create_option: ClassVar[str] = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="xlsx or csv")
        parser.add_argument(
            "--dry-run", action="store_true", help="print the difference, write nothing"
        )
        parser.add_argument("--actor", help="user name whose rights apply (default: the system)")
        parser.add_argument(
            "--since", type=dt.date.fromisoformat, help="day from which changes count"
        )
        if self.create_option:
            parser.add_argument(f"--{self.create_option}", action="store_true", dest="can_create")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = import_kind(self.kind)
        assert kind is not None
        path = Path(options["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s") % {"file": path, "why": error.strerror}
            ) from error
        context = Context(
            actor=self._actor(options["actor"]),
            since=options["since"] or timezone.localdate(),
            can_create=options.get("can_create", False),
        )
        try:
            with pghistory.context(command=f"import_{self.kind}"):
                result = run_import(
                    kind, content, context, is_dry=options["dry_run"], name=path.name
                )
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        if result.faults:
            self._print_faults(result)
            raise CommandError(
                _("Nothing was imported: %(n)s cells to correct.") % {"n": len(result.faults)}
            )
        self._print_diff(result.diff)
        if not options["dry_run"]:
            written = sum(result.touched.values())
            self.stdout.write(_("%(n)s rows written.") % {"n": written})

    def _actor(self, username: str | None) -> User | None:
        if not username:
            return None
        actor = User.objects.filter(username=username).first()
        if actor is None:
            raise CommandError(_("There is no account “%(name)s”.") % {"name": username})
        return actor

    def _print_faults(self, result: Result) -> None:
        for fault in result.faults[:_SHOWN]:
            self.stderr.write(
                _("Row %(row)s, %(column)s “%(value)s”: %(reason)s")
                % {
                    "row": fault.row,
                    "column": fault.heading,
                    "value": fault.value,
                    "reason": fault.reason,
                }
            )
        if len(result.faults) > _SHOWN:
            self.stderr.write("…")

    def _print_diff(self, diff: Diff) -> None:
        names = {
            "new": _("new"), "changed": _("changed"), "moved": _("moved"), "unchanged": _("unchanged")
        }  # fmt: skip
        self.stdout.write(
            " · ".join(f"{names.get(code, code)} {count}" for code, count in diff.counts.items())
        )
        for note in diff.notes:
            self.stdout.write(note)
        for change in [*diff.changes, *diff.moves]:
            self.stdout.write(
                f"{change.key} {change.name} {change.label}: {change.old} → {change.new}"
            )
