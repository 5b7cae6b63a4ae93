"""Reading one table of a folder: ``name.csv`` or ``name.csv.gz``, with faults told by line."""

import csv
import gzip
import math
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from portal.core.errors import DomainError

# What stands for "not known" in the published files and in those of this project.
BLANK = frozenset({"", "?", "NA", "nan", "null", "None"})
Row = dict[str, str]


def table_path(folder: Path, name: str) -> Path | None:
    """The file of this name, packed or not; None when the folder has none."""
    found = (folder / f"{name}{ending}" for ending in (".csv", ".csv.gz"))
    return next((path for path in found if path.is_file()), None)


def rows(folder: Path, name: str, needed: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """(where it stands, cells by column) of each line.

    Raises DomainError when the file or a needed column is missing or the file cannot be read.
    """
    path = table_path(folder, name)
    if path is None:
        raise DomainError(
            _("%(folder)s has no %(name)s.csv (or .csv.gz). Give a folder in the OULAD format.")
            % {"folder": folder, "name": name}
        )
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            heads = [str(head).strip().lower() for head in reader.fieldnames or ()]
            reader.fieldnames = heads
            lacking = [column for column in needed if column not in heads]
            if lacking:
                raise DomainError(
                    _("%(file)s lacks the column %(columns)s.")
                    % {"file": path.name, "columns": ", ".join(lacking)}
                )
            for row in reader:
                yield f"{path.name}:{reader.line_num}", row
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as fault:
        raise DomainError(
            _("%(file)s cannot be read: %(fault)s") % {"file": path.name, "fault": fault}
        ) from fault


def text(where: str, row: Row, column: str) -> str:
    """A cell that must not be empty."""
    value = (row.get(column) or "").strip()
    if value in BLANK:
        raise DomainError(_("%(where)s: %(column)s is empty.") % {"where": where, "column": column})
    return value


def number(where: str, row: Row, column: str) -> float | None:
    """A number, or None for an empty cell. Words, infinities and the like are refused."""
    value = (row.get(column) or "").strip()
    if value in BLANK:
        return None
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise DomainError(
            _("%(where)s: %(column)s must be a number, not “%(value)s”.")
            % {"where": where, "column": column, "value": value[:40]}
        )
    return found
