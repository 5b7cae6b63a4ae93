"""What two offices reach of students who are not theirs by any other post (rulebook 8.3).

- The aid centre: open cases that stand in economic categories alone, now and ever; to be read.
- The counselling centre: telephone and family contacts of the students it serves, while a red case
  is open ("crisis only"). Neither card nor case comes with it.
"""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.access import Columns, reaches_student
from casework.enums import RED_RANK
from casework.models import Case, LedgerEntry
from casework.sealed_access import CLEARED, is_served, served_unit_ids
from casework.ties import shut_case_ids
from cohorts.access import granted_unit_ids
from cohorts.post_reasons import post_reasons
from portal.core.access import (
    Action,
    Reason,
    Route,
    carries,
    reached_keys,
    reasons,
    register_actions,
    register_route,
)
from portal.core.models import User
from portal.core.rows import fetch
from portal.core.scope import remembered, today
from students.access import standing
from students.models import Placement, Student

register_actions(
    Action("see_economic", gettext_lazy("see economic cases"),
           gettext_lazy("For the aid centre: open cases that stand in economic categories alone."),
           sensitive=True),
)  # fmt: skip

# Of a case t: listed, and never in a category that is none of the aid centre's.
ECONOMIC_SQL = """t.closed_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM casework_ledgerentry e JOIN casework_casecategory k ON k.code = e.category_id
         WHERE e.case_id = t.id AND NOT k.is_economic)
    AND EXISTS (SELECT 1 FROM casework_ledgerentry e WHERE e.case_id = t.id)"""


def _economic(user: User, action: str) -> QuerySet[Any] | None:
    if action != "see_case":
        return None
    students = reached_keys(Student, user, "see_economic", but="seat")
    if students is None:
        return None
    entries = LedgerEntry.objects.filter(case=OuterRef("pk"))
    rows: QuerySet[Any] = Case.objects.filter(
        Exists(entries), ~Exists(entries.filter(category__is_economic=False)),
        student_id__in=students, closed_at=None,
    )  # fmt: skip
    return rows.values("pk")


def _economic_within(user: User, action: str, parent: Columns) -> Columns | None:
    if action != "see_case" or not reaches_student(user, "see_economic", parent, but="seat"):
        return None
    student = parent["student_id"]
    sql = f"SELECT t.id FROM casework_case t WHERE t.student_id = %(student)s AND {ECONOMIC_SQL}"
    ids = remembered(
        ("economic cases", student), lambda: [pk for (pk,) in fetch(sql, {"student": student})]
    )
    return {"id": ids}


def _economic_reasons(user: User, action: str, case: Case) -> list[Reason]:
    rows = _economic(user, action)
    if rows is None or not rows.filter(pk=case.pk).exists():
        return []
    return reasons(user, "see_economic", Student(pk=case.student_id))


register_route(Case, Route("economic", _economic, _economic_reasons, within=_economic_within))

_CRISIS = frozenset({"see_phone", "see_contact"})


def crisis_unit_ids(user: User, action: str) -> list[int]:
    """Units whose students the centre may call when it is red; empty for all others."""
    if action not in _CRISIS or not carries(user, action):
        return []
    return served_unit_ids(user, CLEARED) if carries(user, CLEARED) else []


def _red(user: User) -> QuerySet[Case]:
    rows: QuerySet[Case] = Case.objects.filter(closed_at=None, level__rank=RED_RANK)
    shut = shut_case_ids(user)
    return rows.exclude(pk__in=shut) if shut else rows


def _in_crisis(user: User, action: str) -> QuerySet[Any] | None:
    units = crisis_unit_ids(user, action)
    if not units:
        return None
    here: QuerySet[Placement] = Placement.objects.filter(standing(today()), unit_id__any=units)
    return here.filter(student_id__in=_red(user).values("student_id")).values("student_id")


def _is_in_crisis(user: User, action: str, student_id: int) -> bool:
    if not crisis_unit_ids(user, action) or not is_served(user, CLEARED, student_id):
        return False
    return _red(user).filter(student_id=student_id).exists()


def _crisis_reasons(user: User, action: str, student: Student) -> list[Reason]:
    if not _is_in_crisis(user, action, student.pk):
        return []
    posts = post_reasons(user, CLEARED, granted_unit_ids(user, CLEARED))
    return [Reason("crisis", _("%(post)s; a red case is open") % {"post": p.text}) for p in posts]


register_route(
    Student,
    Route("crisis", _in_crisis, _crisis_reasons, crisis_unit_ids, holds=_is_in_crisis),
)
