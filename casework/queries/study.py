"""What casework knows of the students of the study analysis: whether any ledger holds them."""

from typing import Any

from django.db.models import QuerySet

from casework.models import Case
from casework.ties import shut_case_ids
from students.models import Student
from students.queries.figures import StudentFigure


def unlisted(students: QuerySet[Student]) -> QuerySet[Student]:
    """Those of ``students`` without an open case."""
    return students.exclude(pk__in=Case.objects.filter(closed_at=None).values("student_id"))


class UnlistedFigure(StudentFigure):
    """Whoever is locked out of a case does not learn from this list that it stands open."""

    def among(self, user: Any, students: QuerySet[Student]) -> QuerySet[Student]:
        allowed = Student.objects.restrict(user, self.action).order_by()
        known = Case.objects.filter(closed_at=None).exclude(pk__in=shut_case_ids(user))
        return students.filter(pk__in=allowed.values("pk")).exclude(
            pk__in=known.values("student_id")
        )
