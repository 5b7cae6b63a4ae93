"""The yearly turn of grades: computed from entry year and academic calendar, never stored."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from cohorts.models import Term
from portal.core.scope import remembered

_AUTUMN_MONTH = 9


def academic_year_on(day: dt.date) -> int:
    """Calendar year in which the academic year of ``day`` began: 1 September to 31 August, or
    from the Monday of an autumn term that begins earlier (rulebook 6.5)."""
    year = day.year if day.month >= _AUTUMN_MONTH else day.year - 1

    def read() -> str | None:
        rows = Term.objects.filter(starts_on__lte=day, code__startswith=f"{year + 1}-")
        code: str | None = rows.filter(code__endswith="-1").values_list("code", flat=True).first()
        return code

    return year + 1 if remembered(("autumn term", day), read) else year


def year_of_study(entry_year: int, day: dt.date | None = None) -> int:
    """1 in the first academic year; 0 or less before the student has entered."""
    return academic_year_on(day or timezone.localdate()) - entry_year + 1


def year_words(entry_year: int | None, day: dt.date | None = None) -> str:
    """大一 … 大四 for the entry year on ``day``; 2023级 stays 2023级 (rulebook 0.1)."""
    if not entry_year:
        return ""
    number = year_of_study(entry_year, day)
    if number < 1:
        return _("not yet entered")
    words = (_("first year"), _("second year"), _("third year"), _("fourth year"), _("fifth year"))
    return words[number - 1] if number <= len(words) else _("beyond the fifth year")
