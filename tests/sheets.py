"""Small files for import tests."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook


def csv_file(rows: Iterable[Sequence[Any]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_file(rows: Iterable[Sequence[Any]], *more: tuple[str, Iterable[Sequence[Any]]]) -> bytes:
    """One sheet, and further ones as (title, rows)."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for title, others in more:
        extra = book.create_sheet(title)
        for row in others:
            extra.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
