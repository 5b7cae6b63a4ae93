"""What a file is, told by its content; the name is never trusted."""

import io
import zipfile

from django.conf import settings
from django.utils.translation import gettext as _

from .errors import SheetError

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Signatures of what people upload by mistake.
_FOREIGN = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)
# What an honest workbook of the largest allowed import unpacks to.
MAX_UNPACKED = 600 * 1024 * 1024
MAX_SHARED_STRINGS = 150 * 1024 * 1024
MAX_PARTS = 2_000


def kind_of(content: bytes) -> str:
    """ "xlsx" or "text". Raises SheetError with what to do for anything else."""
    if not content:
        raise SheetError(_("The file is empty. Choose the file that holds the table."))
    if len(content) > settings.IMPORT_MAX_BYTES:
        raise SheetError(
            _("The file is larger than %(limit)s MB. Split it into several files.")
            % {"limit": settings.IMPORT_MAX_BYTES // 1024 // 1024}
        )
    head = content[:8]
    if head == _OLE:
        raise SheetError(_ole_message(content))
    if head.startswith(b"PK"):
        _check_workbook(content)
        return "xlsx"
    if head.startswith(_FOREIGN) or (
        b"\x00" in content[:4096] and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise SheetError(_wrong_type())
    return "text"


def _wrong_type() -> str:
    return _("This is not a table. Save it as .xlsx or .csv and upload it again.")


def _ole_message(content: bytes) -> str:
    # An encrypted workbook is an OLE file with a stream of this name (UTF-16).
    if "EncryptedPackage".encode("utf-16-le") in content:
        return _("The workbook is protected by a password. Remove the password and save it again.")
    return _(
        "This is the old .xls format or another Office file. Save it as .xlsx and upload it again."
    )


def _check_workbook(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SheetError(broken_message()) from error
    names = {part.filename for part in parts}
    if not any(name.startswith("xl/workbook") for name in names):
        raise SheetError(_wrong_type())
    if any(part.flag_bits & 1 for part in parts):
        raise SheetError(
            _("The workbook is protected by a password. Remove the password and save it again.")
        )
    total = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.endswith("sharedStrings.xml"))
    if total > MAX_UNPACKED or shared > MAX_SHARED_STRINGS or len(parts) > MAX_PARTS:
        raise SheetError(
            _("The workbook unpacks to far more than a table needs, so it was not opened. "
              "Copy the table into a new workbook.")
        )  # fmt: skip


def broken_message() -> str:
    return _(
        "The workbook is damaged and cannot be opened. Open it in your spreadsheet program, save it again, and upload that file."
    )
