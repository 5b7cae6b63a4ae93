"""manage.py rank_early --train DIR --score DIR --day N --out FILE.csv [--evaluate] [--language en]"""

import argparse
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from portal.core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Rank those registered on day N of the presentations in --score by how likely they are to "
        "need help, learning from the earlier presentations in --train. Both are folders in the "
        "OULAD format (csv or csv.gz). Only what is known on day N is read; personal attributes "
        "never are. See docs/early.md."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--train", type=Path, required=True, help="folder with outcomes")
        parser.add_argument("--score", type=Path, required=True, help="folder to be ranked")
        parser.add_argument("--day", type=int, required=True, help="day from the module's start")
        parser.add_argument("--out", type=Path, required=True, help="csv file to write")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES],
                            default=settings.LANGUAGE_CODE, help="of the reasons")  # fmt: skip
        parser.add_argument("--evaluate", action="store_true",
                            help="print figures where --score tells the outcomes")  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        # Here and not above: scikit-learn takes a second that no other command should pay.
        from students.early.rank import as_csv, evaluation, rank

        with translation.override(options["language"]):
            try:
                ranking = rank(options["train"], options["score"], options["day"])
                _write(options["out"], as_csv(ranking))
                for note in ranking.notes:
                    self.stderr.write(note)
                self.stderr.write(f"{len(ranking.scores)} people ranked: {options['out']}")
                if options["evaluate"]:
                    for line in evaluation(ranking, options["score"]):
                        self.stdout.write(line)
            except (DomainError, OSError) as fault:
                raise CommandError(str(fault)) from fault


def _write(path: Path, text: str) -> None:
    """The whole file or none of it."""
    half = path.with_name(f".{path.name}.part")
    try:
        half.write_text(text, encoding="utf-8")
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)
