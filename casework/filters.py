"""Filters of the case list; their whole state is the address."""

from typing import Any

import django_filters as df
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.enums import Stage
from casework.models import Case, CaseCategory, CaseLevel, CauseCode, LedgerEntry
from casework.queries.figures import FIGURES
from casework.queries.ledger_tabs import CLOSED, MULTIPLE
from cohorts.models import Unit
from students.filters import IdFilter
from students.models import Student
from students.queries.lookup import found_students, typed
from students.queries.population import standing_in

CONDITIONS = ("q", "unit", "entry_year", "level", "stage", "owner", "cause", "figure")


def in_category(code: str) -> Q:
    """Open entry in this category or in one that is part of it."""
    codes = CaseCategory.objects.filter(Q(pk=code) | Q(parent=code)).values("pk")
    entries = LedgerEntry.objects.filter(left_at=None, category__in=codes)
    return Q(pk__in=entries.values("case_id"))


def of_tab(cases: QuerySet[Case], tab: str) -> QuerySet[Case]:
    """Everything but the closed ones means open cases."""
    if tab == CLOSED:
        return cases.filter(closed_at__isnull=False)
    found = cases.filter(closed_at=None)
    if tab == MULTIPLE:
        return found.filter(FIGURES["multiple"].condition())
    return found.filter(in_category(tab)) if tab else found


class CaseFilter(df.FilterSet):
    q = df.CharFilter(label=_("Name, pinyin, initials or number"), method="by_text")
    unit = IdFilter(label=_("unit"), method="by_unit")
    entry_year = IdFilter(label=_("entry year"), field_name="student__entry_year")
    level = df.MultipleChoiceFilter(
        label=_("level"), field_name="level_id", choices=lambda: level_choices()
    )
    stage = df.ChoiceFilter(label=_("stage"), choices=Stage.choices)
    owner = IdFilter(label=_("responsible"), field_name="owner_id")
    cause = df.ChoiceFilter(label=_("cause"), method="by_cause", choices=lambda: cause_choices())
    figure = df.ChoiceFilter(
        label=_("figure"),
        method="by_figure",
        choices=[(figure.code, figure.label) for figure in FIGURES.values()],
    )

    class Meta:
        model = Case
        fields: list[str] = []

    def by_text(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        # The cases are restricted already; this only picks those whose student is named so.
        named = found_students(Student.objects.order_by(), typed(value))
        return rows.filter(student_id__in=named.values("pk"))

    def by_unit(self, rows: QuerySet[Case], _name: str, value: int) -> QuerySet[Case]:
        return rows.filter(student_id__in=standing_in(value, timezone.localdate()))

    def by_cause(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        entries = LedgerEntry.objects.filter(left_at=None, cause=value)
        return rows.filter(pk__in=entries.values("case_id"))

    def by_figure(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        return rows.filter(FIGURES[value].condition(), closed_at=None)

    def conditions(self) -> list[tuple[str, Any, str]]:
        """(key, label, words) of every condition in force."""
        found = []
        for key in CONDITIONS:
            value = self.form.cleaned_data.get(key)
            if value:
                found.append((key, self.filters[key].label, self._words(key, value)))
        return found

    def _words(self, key: str, value: Any) -> str:
        if key == "unit":
            unit = Unit.objects.filter(pk=value).first()
            return unit.label if unit else str(value)
        if key == "owner":
            # Only people whom the reader meets in the list anyway: numbers must not tell names.
            met = Case.objects.restrict(self.request.user, "see_case").filter(owner=value)
            return met.values_list("owner__name", flat=True).first() or str(value)
        if key == "level":
            names = dict(level_choices())
            return "、".join(str(names[code]) for code in value)
        if key == "cause":
            return str(dict(cause_choices())[value])
        if key == "stage":
            return str(Stage(value).label)
        if key == "figure":
            return str(FIGURES[value].label)
        return str(value)


def cause_choices() -> list[tuple[str, str]]:
    return list(CauseCode.objects.values_list("pk", "name"))


def level_choices() -> list[tuple[str, str]]:
    return list(CaseLevel.objects.values_list("pk", "name"))
