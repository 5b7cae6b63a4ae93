"""Students named in a text: by number, by name, or all who stand in a room or class."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cohorts.enums import UnitKind
from cohorts.models import Unit
from students.access import standing
from students.models import Placement, Student

_BETWEEN = re.compile(r"[\s,，、;；]+")
MOST_WORDS = 400
_KINDS = (UnitKind.CLASS, UnitKind.ROOM, UnitKind.GROUP)


@dataclass(frozen=True)
class Named:
    """``students`` in the order of their pinyin; ``unknown`` words name nobody here, ``several``
    are names that more than one student has."""

    students: list[Student]
    unknown: list[str]
    several: list[str]


def named_students(user: Any, text: str, action: str = "log_talk") -> Named:
    """Whom the words of ``text`` name among those whom ``user`` reaches; four statements."""
    words = list(dict.fromkeys(w for w in _BETWEEN.split(text.replace("\x00", "")) if w))
    words = [word[:60] for word in words[:MOST_WORDS]]
    if not words:
        return Named([], [], [])
    mine: QuerySet[Any] = Student.objects.restrict(user, action)
    found: dict[int, Student] = {}
    known, same = set(), set()
    by_name: dict[str, list[Student]] = {}
    for student in mine.filter(Q(student_no__in=words) | Q(name__in=words)):
        if student.student_no in words:
            found[student.pk] = student
            known.add(student.student_no)
        else:
            by_name.setdefault(student.name, []).append(student)
    for name, people in by_name.items():
        known.add(name)
        if len(people) == 1:
            found[people[0].pk] = people[0]
        else:
            same.add(name)
    units = _units([word for word in words if word not in known])
    if units:
        here = Placement.objects.filter(standing(timezone.localdate()), unit_id__in=list(units))
        for student in mine.filter(pk__in=here.values("student_id")):
            found[student.pk] = student
        stood = here.filter(student_id__in=list(found)).values_list("unit_id", flat=True)
        for pk in set(stood):
            known |= units[pk]
    return Named(
        sorted(found.values(), key=lambda one: (one.pinyin, one.pk)),
        [word for word in words if word not in known], sorted(same),
    )  # fmt: skip


def _units(words: list[str]) -> dict[int, set[str]]:
    """Classes and rooms of these names: the words by which each was called."""
    if not words:
        return {}
    rows = Unit.objects.filter(kind__in=_KINDS, closed_on=None).filter(
        Q(name__in=words) | Q(short_name__in=words)
    )
    return {pk: {name, short} & set(words) for pk, name, short in
            rows.values_list("pk", "name", "short_name")}  # fmt: skip
