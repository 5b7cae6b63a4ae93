"""Cells to text: numbers, dates and names as people and other systems write them.

Every reader takes the raw cell (text from csv; text, number or date from xlsx) and returns
normalised text, "" for a blank cell, or a Fault. Nothing is guessed: lost digits are a Fault.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.core.names import normal_name

# Kept as text without loss up to here; spreadsheets keep 15 significant digits.
_EXACT = 10**15
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_BLANKS = frozenset(
    {"", "-", "--", "—", "——", "–", "/", "\\", "nan", "NaN", "None", "NULL", "null"}
)
_WRAPPED = re.compile(r'^="([^"]*)"$')
_SCIENTIFIC = re.compile(r"^([0-9])(?:\.([0-9]+))?[eE]\+?([0-9]{1,3})$")
_DATE = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$"
)
_HAN_GAP = re.compile(
    r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff]) (?=[\u3400-\u9fff\U00020000-\U0003ffff])"
)
_SERIAL_ZERO = dt.date(1899, 12, 30)


# Unified characters are their own normal form: most cells of an office's table need no more.
_HAN_ONLY = re.compile(r"[\u4e00-\u9fff]+\Z")


class Fault:
    """Why a cell cannot be taken over; the reason is shown to the person as it is."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


def formula_fault() -> Fault:
    return Fault(_("This cell is a formula. Copy the column and paste it as values."))


def as_text(raw: Any) -> "str | Fault":
    """Trimmed NFKC text without invisible characters; numbers without scientific notation."""
    if raw is None:
        return ""
    if type(raw) is str:
        if _HAN_ONLY.match(raw):
            return "" if raw in _BLANKS else raw
        text = raw.strip()
        if text.isascii() and text.isprintable():
            if text.startswith(("=", "#", "'", "`")):
                return _odd_text(text)
        else:
            text = " ".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split())
            if not text.isprintable() or text.startswith(("=", "#")):
                return _odd_text(text)
        return "" if text in _BLANKS else text
    return _typed(raw)


def _odd_text(text: str) -> "str | Fault":
    if wrapped := _WRAPPED.match(text):
        return as_text(wrapped[1])
    if text.startswith("="):
        return formula_fault()
    if text.startswith("#"):
        return Fault(_("The spreadsheet could not compute this cell. Type the value."))
    if text.startswith(("'", "`")):
        return as_text(text[1:])
    return Fault(_("The text contains characters that cannot be printed. Type it again."))


def _typed(raw: Any) -> "str | Fault":
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, int):
        return str(raw) if abs(raw) < _EXACT else _lost()
    if isinstance(raw, float):
        if raw != raw:
            return ""
        if abs(raw) >= _EXACT:
            return _lost()
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat()
    if isinstance(raw, dt.date):
        return raw.isoformat()
    if isinstance(raw, (dt.time, dt.timedelta)):
        return str(raw)
    return formula_fault()


def _lost() -> Fault:
    return Fault(
        _(
            "A spreadsheet keeps 15 digits of a number, so the rest is lost. "
            "Format the column as text and enter the number again."
        )
    )


def as_number(raw: Any) -> "str | Fault":
    """A number that identifies (student, staff, phone, ID): exact digits or a Fault."""
    if type(raw) is str and raw.isdigit() and raw.isascii():
        return raw
    text = as_text(raw)
    if type(text) is not str:
        return text
    if text.isdigit() and text.isascii():
        return text
    text = text.replace(" ", "")
    if text.endswith(".0") and text[:-2].isdigit():
        return text[:-2]
    if found := _SCIENTIFIC.match(text):
        whole, part, power = found[1], found[2] or "", int(found[3])
        if len(part) < power or len(part) > power:
            return Fault(
                _(
                    "The number was saved in scientific notation and digits are lost. "
                    "Format the column as text and enter the number again."
                )
            )
        return whole + part
    return text


def as_whole(raw: Any) -> "str | Fault":
    """A whole number in plain digits."""
    text = as_number(raw)
    if type(text) is str and text and not (text.isascii() and text.isdigit()):
        return Fault(_("Enter a whole number."))
    return text


def as_name(raw: Any) -> "str | Fault":
    """A person's name in normal form (rulebook 6.3): one kind of dot, no padding spaces."""
    text = as_text(raw)
    if type(text) is not str or (len(text) <= 50 and _HAN_ONLY.match(text)):
        return text
    name = _HAN_GAP.sub("", normal_name(text))
    if len(name) > 50:
        return Fault(_("A name has at most 50 characters."))
    if any(ch.isdigit() for ch in name):
        return Fault(_("A name cannot contain digits."))
    return name


def as_date(raw: Any) -> "str | Fault":
    """ISO date from real dates, serial numbers and the usual ways of writing a day."""
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat()
    if isinstance(raw, dt.date):
        return raw.isoformat()
    text = as_text(raw)
    if type(text) is not str or not text:
        return text
    parts: tuple[str, ...] | None = None
    if found := _DATE.match(text):
        parts = found.groups()
    elif len(text) == 8 and text.isdigit():
        parts = (text[:4], text[4:6], text[6:])
    elif len(text) == 5 and text.isdigit():
        return (_SERIAL_ZERO + dt.timedelta(days=int(text))).isoformat()
    if parts is None:
        return Fault(_("This is not a full date. Write year, month and day, such as 2023-09-01."))
    try:
        day = dt.date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return Fault(_("There is no such day. Write it as 2023-09-01."))
    if not 1900 <= day.year <= 2100:
        return Fault(_("The year must lie between 1900 and 2100."))
    return day.isoformat()


class Choice:
    """Reader of a closed list: accepts the code, its names, and a code that lost its zero."""

    def __init__(self, names: Mapping[str, Iterable[str]], *, width: int = 0) -> None:
        self.accepted: dict[str, str] = {}
        for code, words in names.items():
            for word in (code, *words):
                self.accepted[_choice_key(word)] = code
        self.width = width
        self.shown = [next(iter(words), code) for code, words in names.items()]

    def __call__(self, raw: Any) -> "str | Fault":
        text = as_text(raw)
        if type(text) is not str or not text:
            return text
        key = _choice_key(text)
        code = self.accepted.get(key)
        if code is None and self.width and key.isdigit():
            code = self.accepted.get(key.zfill(self.width))
        if code is None:
            return Fault(_("Unknown value. Choose one of: %(list)s.") % {"list": self._hint()})
        return code

    def _hint(self) -> str:
        return "、".join(self.shown[:16]) + ("…" if len(self.shown) > 16 else "")


def _choice_key(word: str) -> str:
    return unicodedata.normalize("NFKC", word).replace(" ", "").casefold()
