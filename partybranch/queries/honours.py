"""Prizes of students in reach, and the share of Party members among those who won them."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from partybranch.models import Honour, PartyMember
from students.models import Student


def honours(user: Any, year: int | None = None) -> "QuerySet[Honour]":
    """Prizes that count, of students whose card ``user`` may see, the latest first."""
    rows: QuerySet[Honour] = Honour.objects.restrict(user, "see_card").filter(withdrawn_at=None)
    rows = rows.filter(on__year=year) if year else rows
    return rows.select_related("student", "kind").order_by("-on", "-pk")


@dataclass
class PrizeHolder:
    """A student with the prizes of a year; ``is_member`` on the day of one of them."""

    student: Student
    prizes: list[Honour] = field(default_factory=list)
    is_member: bool = False


def prize_holders(user: Any, year: int, *, only_models: bool = False) -> list[PrizeHolder]:
    """Students who won something in ``year``, members first; two statements. The share of members
    (system 79) is counted over these rows."""
    rows = honours(user, year)
    rows = rows.filter(kind__is_model=True) if only_models else rows
    found: dict[int, PrizeHolder] = {}
    for one in rows:
        found.setdefault(one.student_id, PrizeHolder(one.student)).prizes.append(one)
    spans: dict[int, list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
    members = PartyMember.objects.filter(student_id__in=found)
    for key, joined, left in members.values_list("student_id", "joined_on", "left_on"):
        spans[key].append((joined, left))
    for key, holder in found.items():
        holder.is_member = any(
            joined <= one.on and (left is None or one.on < left)
            for one in holder.prizes
            for joined, left in spans[key]
        )
    return sorted(found.values(), key=lambda row: (not row.is_member, row.student.student_no))
