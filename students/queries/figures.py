"""Student figures that a list can be narrowed by: the same condition that the tile counts.

Higher apps add theirs with ``register_figure`` (talk coverage belongs to casework).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from students.models import Student
from students.queries.population import with_owed_credits


@dataclass(frozen=True)
class StudentFigure:
    """``narrow`` keeps those of the given students that the figure counts.

    ``action`` is the right to the facts behind it: without it the list would tell them.
    """

    code: str
    label: "str | Promise"
    narrow: Callable[[QuerySet[Student]], QuerySet[Student]]
    action: str

    def among(self, user: Any, students: QuerySet[Student]) -> QuerySet[Student]:
        """Those of ``students`` that the figure counts and on whom ``user`` holds the right."""
        allowed = Student.objects.restrict(user, self.action).order_by()
        return self.narrow(students.filter(pk__in=allowed.values("pk")))


FIGURES: dict[str, StudentFigure] = {}


def register_figure(figure: StudentFigure) -> None:
    FIGURES[figure.code] = figure


def _owing(students: QuerySet[Student], level: str) -> QuerySet[Student]:
    return with_owed_credits(students, level)


for _code, _label, _level in (
    ("failed", _("owed credits, any level"), "ANY"),
    ("failed_red", _("owed credits, red"), "RED"),
    ("failed_orange", _("owed credits, orange"), "ORANGE"),
    ("failed_yellow", _("owed credits, yellow"), "YELLOW"),
):
    register_figure(StudentFigure(_code, _label, partial(_owing, level=_level), "see_results"))
