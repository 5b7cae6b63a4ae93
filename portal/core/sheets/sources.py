"""Raw rows out of the bytes: ``(row number, cells)``, blank rows left out."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from .errors import SheetError
from .sniff import broken_message, kind_of

Row = tuple[int, tuple[Any, ...]]
_BROKEN = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, ParseError,
    zipfile.BadZipFile, NotImplementedError, DefusedXmlException,
)  # fmt: skip


def sheets(content: bytes) -> Iterator[tuple[str, Iterator[Row]]]:
    """(title, rows) of each visible sheet; a csv is one sheet without a title."""
    if kind_of(content) == "text":
        yield "", _text_rows(content)
        return
    # Loaded here: only imports need it, and it costs every process a third of a second.
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        except _BROKEN as error:
            raise SheetError(broken_message()) from error
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    # Written dimensions are often wrong; count what is really there.
                    sheet.reset_dimensions()
                    yield sheet.title, _workbook_rows(sheet)
        finally:
            book.close()


def _workbook_rows(sheet: Any) -> Iterator[Row]:
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if cells.count(None) != len(cells):
                yield number, cells
    except _BROKEN as error:
        raise SheetError(broken_message()) from error


def decode(content: bytes) -> str:
    """UTF-8 (with or without mark), UTF-16 with mark, else GB 18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetError(
        _("The characters of this file cannot be read. Save it as .xlsx or as CSV UTF-8.")
    )


def _text_rows(content: bytes) -> Iterator[Row]:
    text = decode(content)
    if "\x00" in text:
        raise SheetError(_("This is not a table. Save it as .xlsx or .csv and upload it again."))
    head = text[:4096]
    delimiter = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, tuple(cells)
    except csv.Error as error:
        raise SheetError(
            _("Line %(line)s cannot be read: a quotation mark is missing or misplaced.")
            % {"line": reader.line_num}
        ) from error
