"""Filters of the list of posts; their whole state is the address."""

from typing import Any

import django_filters as df
from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Appointment, Role, Unit
from cohorts.queries.posts import STATES, in_state

MAX_ID = 2**31 - 1
SOON = 30
CONDITIONS = ("q", "unit", "role", "person", "days", "hats")
_WORDS = {
    "now": gettext_lazy("in force"),
    "ending": gettext_lazy("ends soon"),
    "later": gettext_lazy("starts later"),
    "ended": gettext_lazy("ended"),
}


class WholeNumber(forms.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"min_value": 1, "max_value": MAX_ID} | kwargs))


class NumberFilter(df.Filter):
    field_class = WholeNumber


class PostFilter(df.FilterSet):
    """``days``: how far ahead «ends soon» looks. ``hats``: people with several posts."""

    q = df.CharFilter(label=gettext_lazy("Name, number, unit or letter"), method="by_text")
    unit = NumberFilter(label=gettext_lazy("unit"), method="by_unit")
    role = NumberFilter(label=gettext_lazy("role"), field_name="role_id")
    person = NumberFilter(label=gettext_lazy("Person"), field_name="person_id")
    state = df.ChoiceFilter(choices=[(s, s) for s in STATES], method="by_state")
    days = NumberFilter(label=gettext_lazy("within days"), method="by_nothing", max_value=3660)
    hats = df.ChoiceFilter(choices=[("several", "several")], method="by_hats")

    class Meta:
        model = Appointment
        fields: list[str] = []

    def wanted(self, name: str) -> Any:
        self.form.is_valid()
        return self.form.cleaned_data.get(name) or ""

    def soon(self) -> int:
        return int(self.wanted("days") or SOON)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        if self.wanted("state"):
            return rows
        return rows.filter(in_state("now", timezone.localdate(), SOON))

    def by_nothing(self, rows: QuerySet[Any], _name: str, _value: Any) -> QuerySet[Any]:
        return rows

    def by_state(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(in_state(value, timezone.localdate(), self.soon()))

    def by_text(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        text = value.strip()[:40]
        return rows.filter(
            Q(person__name__contains=text) | Q(person__username=text)
            | Q(person__pinyin__startswith=text.lower()) | Q(person__initials=text.lower())
            | Q(unit__name__contains=text) | Q(unit__code=text) | Q(letter_no__contains=text)
        )  # fmt: skip

    def by_unit(self, rows: QuerySet[Any], _name: str, value: int) -> QuerySet[Any]:
        return rows.filter(unit__above__ancestor_id=value)

    def by_hats(self, rows: QuerySet[Any], _name: str, _value: str) -> QuerySet[Any]:
        held = Appointment.objects.in_force(timezone.localdate())
        several = held.values("person_id").order_by()
        several = several.annotate(n=Count("pk")).filter(n__gt=1)
        return rows.filter(person_id__in=several.values("person_id"))

    def state_chips(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The four states and «several hats» as saved filters."""
        chosen = self.wanted("state") or "now"
        hats = bool(self.wanted("hats"))
        chips = [
            {"label": _WORDS[s], "count": None, "active": s == chosen and not hats,
             "url": _with(request, state=s, hats=None)}
            for s in STATES
        ]  # fmt: skip
        several = {"label": _("several posts"), "count": None, "active": hats,
                   "url": _with(request, state=None, hats="several")}  # fmt: skip
        return [*chips, several]

    def active(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Chips of the other conditions in force."""
        found = []
        for key in CONDITIONS:
            value = self.wanted(key)
            if value and key != "hats":
                label = _("within days") if key == "days" else self.filters[key].label
                found.append({"field": label, "value": self._words(key, value),
                              "remove_url": _with(request, **{key: None})})  # fmt: skip
        return found

    def _words(self, key: str, value: Any) -> str:
        if key == "unit":
            unit = Unit.objects.filter(pk=value).first()
            return unit.label if unit else str(value)
        if key == "role":
            return Role.objects.filter(pk=value).values_list("name", flat=True).first() or "?"
        if key == "person":
            # Only somebody met in the list anyway: numbers must not tell names.
            met = Appointment.objects.restrict(self.request.user, "see_unit").filter(person=value)
            return met.values_list("person__name", flat=True).first() or str(value)
        return str(value)


def _with(request: HttpRequest, **changes: Any) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = value
    return f"?{query.urlencode()}"
