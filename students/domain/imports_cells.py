"""Readers of the cells that only student files have (rulebook 6.2, 6.3, 6.4)."""

import datetime as dt
import re
from typing import Any

from django.utils.translation import gettext as _

from portal.core.sheets import Fault, as_number, as_text
from students.domain.imports_words import PROVINCES

_STUDENT_NO = re.compile(r"^[0-9A-Za-z]{4,20}$")
_YEAR = re.compile(r"^(\d{4}|\d{2})\s*级?(?:本科生?)?$")
_MOBILE = re.compile(r"^(?:\+?86)?(1[3-9]\d{9})$")
_LANDLINE = re.compile(r"^0\d{2,3}-?\d{7,8}(?:-\d{1,6})?$")
_FOREIGN = re.compile(r"^\+\d{6,18}$")
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_ID_SHAPE = re.compile(r"^\d{17}[\dX]$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def read_student_no(raw: Any) -> "str | Fault":
    text = as_number(raw)
    if type(text) is str and text and not _STUDENT_NO.match(text):
        return Fault(_("A student number has 4 to 20 letters or digits."))
    return text


def read_entry_year(raw: Any) -> "str | Fault":
    """2023, 2023级 and 23级; a year of study (大三) is no cohort (rulebook 0.1)."""
    text = as_number(raw)
    if type(text) is not str or not text:
        return text
    found = _YEAR.match(text)
    year = found[1] if found else ""
    year = f"20{year}" if len(year) == 2 else year
    if not year or not 1980 <= int(year) <= dt.date.today().year + 1:  # noqa: DTZ011
        return Fault(_("Enter the entry year such as 2023级, not the year of study."))
    return year


def read_phone(raw: Any) -> "str | Fault":
    text = as_number(raw)
    if type(text) is not str or not text:
        return text
    if len(text) == 11 and text[0] == "1" and text[1] in "3456789" and text.isdigit():
        return text
    bare = text.replace(" ", "")
    compact = bare.replace("-", "")
    if mobile := _MOBILE.match(compact):
        return mobile[1]
    if _LANDLINE.match(bare) or _FOREIGN.match(compact):
        return bare[:30]
    return Fault(_("This is not a telephone number. A mobile number has 11 digits."))


def read_email(raw: Any) -> "str | Fault":
    text = as_text(raw)
    if type(text) is str and text and not _MAIL.match(text):
        return Fault(_("This is not an e-mail address."))
    return text


def read_region(raw: Any) -> "str | Fault":
    """Six digits of GB/T 2260; a place that begins with a province counts as the province."""
    text = as_number(raw)
    if type(text) is not str or not text:
        return text
    if text.isdigit():
        return text if len(text) == 6 else Fault(_("A region code has six digits, such as 610103."))
    for length in (2, 3):
        if code := PROVINCES.get(text[:length]):
            return f"{code}0000"
    return Fault(
        _("Enter the region code of six digits, or a place that begins with its province.")
    )


def read_citizen_id(raw: Any) -> "str | Fault":
    """GB 11643-1999: check character and a real day of birth (rulebook 6.2)."""
    text = as_number(raw)
    if type(text) is not str or not text:
        return text
    text = text.upper()
    if not _ID_SHAPE.match(text):
        return Fault(
            _("An ID number has 18 characters. Format the column as text and enter it again.")
        )
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS))  # noqa: B905
    if _CHECKS[total % 11] != text[17]:
        return Fault(
            _("The last character of this ID number does not fit. Compare it with the card.")
        )
    try:
        born = dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return Fault(_("The day of birth inside this ID number does not exist."))
    if born > dt.date.today():  # noqa: DTZ011
        return Fault(_("The day of birth inside this ID number does not exist."))
    return text
