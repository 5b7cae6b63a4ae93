"""Filters of the student list; their whole state is the address."""

from typing import Any

import django_filters as df
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cohorts.enums import DWELLING_KINDS, UnitKind
from cohorts.models import Major, Unit
from students.enums import StudentStatus
from students.models import Student
from students.queries.figures import FIGURES
from students.queries.lookup import found_students, typed
from students.queries.population import standing_in

# Bounds keep a typed address from asking the database for a number it cannot hold.
MAX_ID = 2**31 - 1
# The card tells neither bed nor branch: narrowing by one needs the full record.
HIDDEN_KINDS = (*DWELLING_KINDS, UnitKind.PARTY)
CONDITIONS = ("q", "unit", "also", "major", "entry_year", "status", "figure")


class NumberField(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"min_value": 1, "max_value": MAX_ID} | kwargs))


class IdFilter(df.Filter):
    field_class = NumberField


def figure_choices() -> list[tuple[str, Any]]:
    """Read late: higher apps register their figures at start-up."""
    return [(figure.code, figure.label) for figure in FIGURES.values()]


class StudentFilter(df.FilterSet):
    q = df.CharFilter(label=_("Name, pinyin, initials or number"), method="by_text")
    unit = IdFilter(label=_("unit"), method="by_unit")
    also = IdFilter(label=_("and in"), method="by_unit")
    major = IdFilter(label=_("major"), field_name="major_id")
    entry_year = IdFilter(label=_("entry year"), field_name="entry_year")
    status = df.ChoiceFilter(label=_("status"), choices=StudentStatus.choices)
    figure = df.ChoiceFilter(label=_("figure"), method="by_figure", choices=figure_choices)

    class Meta:
        model = Student
        fields: list[str] = []

    def by_text(self, rows: QuerySet[Student], _name: str, value: str) -> QuerySet[Any]:
        return found_students(rows, typed(value))

    def by_unit(self, rows: QuerySet[Student], _name: str, value: int) -> QuerySet[Student]:
        unit = Unit.objects.filter(pk=value).values_list("kind", flat=True).first()
        if unit in HIDDEN_KINDS:
            allowed = Student.objects.restrict(self.request.user, "see_record").order_by()
            rows = rows.filter(pk__in=allowed.values("pk"))
        return rows.filter(pk__in=standing_in(value, timezone.localdate()))

    def by_figure(self, rows: QuerySet[Student], _name: str, value: str) -> QuerySet[Student]:
        return FIGURES[value].among(self.request.user, rows)

    def conditions(self) -> list[tuple[str, Any, str]]:
        """(key, label, words) of every condition in force."""
        shown = []
        for key in CONDITIONS:
            value = self.form.cleaned_data.get(key)
            if value not in (None, ""):
                shown.append((key, self.filters[key].label, self._words(key, value)))
        return shown

    def _words(self, key: str, value: Any) -> str:
        if key in ("unit", "also"):
            unit = Unit.objects.filter(pk=value).first()
            return unit.label if unit else str(value)
        if key == "major":
            return Major.objects.filter(pk=value).values_list("name", flat=True).first() or str(
                value
            )
        if key == "status":
            return str(StudentStatus(value).label)
        if key == "figure":
            return str(FIGURES[value].label)
        return str(value)
