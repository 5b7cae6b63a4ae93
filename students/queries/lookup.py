"""Finding a student by what people type: name, pinyin, initials or number (rulebook 6.3)."""

from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from portal.core.names import normal_name
from students.models import Student

MAX_QUERY = 40


def typed(raw: str | None) -> str:
    """What was typed, in normal form and without characters no name contains."""
    return normal_name((raw or "").replace("\x00", ""))[:MAX_QUERY].strip()


def matches(text: str) -> Q:
    """Condition for ``text``; the queryset must come from ``searchable``.

    Han characters match anywhere in the name, letters match pinyin (with or without spaces)
    or initials from the start, digits match any part of the student number.
    """
    if not text:
        return Q()
    if any(char.isdigit() for char in text):
        number = text.replace(" ", "")
        return Q(student_no__startswith=number) | Q(student_no__contains=number)
    if text.isascii():
        letters = "".join(char for char in text.lower() if char.isalpha())
        if not letters:
            return Q(pk__in=[])
        # The first letter lets the index on pinyin cut the rows before spaces are taken out.
        return Q(initials__startswith=letters) | Q(
            pinyin__startswith=letters[0], joined_pinyin__startswith=letters
        )
    return Q(name__contains=text)


def searchable(students: QuerySet[Student]) -> QuerySet[Any]:
    """The same students with their pinyin written together, as ``matches`` needs it."""
    return students.alias(joined_pinyin=Replace(F("pinyin"), Value(" "), Value("")))


def found_students(students: QuerySet[Student], text: str) -> QuerySet[Any]:
    """Those of ``students`` that ``text`` names; all of them when nothing was typed."""
    return searchable(students).filter(matches(text)) if text else students
