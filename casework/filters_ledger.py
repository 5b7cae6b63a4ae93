"""Which cases a ledger shows: its tab and the conditions of the address, for page, count and sheet
alike."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import django_filters as df
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.enums import KeySide, Source
from casework.filters import (
    CONDITIONS,
    CaseFilter,
    cause_choices,
    level_choices,
    of_tab,
)
from casework.models import Case, KeyRequest, KeyTurn, LedgerEntry
from casework.queries.ledger_tabs import categories_of

LEDGER_CONDITIONS = (*CONDITIONS, "source", "more", "selected")


@dataclass(frozen=True)
class More:
    """A condition that lists of cases are asked for, beside the figures of dashboards."""

    code: str
    label: "str | Promise"
    condition: Callable[[], Q]


def _level_up_to(rank: int) -> Callable[[], Q]:
    return lambda: Q(level__rank__lte=rank)


def _this_week() -> Q:
    today = timezone.localdate()
    end = today + dt.timedelta(days=6 - today.weekday())
    last = timezone.make_aware(dt.datetime.combine(end, dt.time.max))
    return Q(contact_due_at__lte=last, contact_due_at__gte=timezone.now())


def _this_month() -> Q:
    """Entered into any ledger since the first of the month."""
    first = timezone.localdate().replace(day=1)
    start = timezone.make_aware(dt.datetime.combine(first, dt.time()))
    return Q(pk__in=LedgerEntry.objects.filter(entered_at__gte=start).values("case_id"))


def _open_keys() -> QuerySet[KeyRequest]:
    return KeyRequest.objects.filter(settled_at=None, withdrawn_at=None)


def _waits_for(side: str) -> Callable[[], Q]:
    def condition() -> Q:
        said = KeyTurn.objects.filter(request=OuterRef("pk"), side=side, verdict="agreed")
        open_ = _open_keys().filter(~Exists(said), sides__contains=[side])
        return Q(pk__in=open_.values("case_id"))

    return condition


def _disagreed() -> Q:
    return Q(pk__in=_open_keys().filter(disagreed_at__isnull=False).values("case_id"))


MORE: dict[str, More] = {
    one.code: one
    for one in (
        More("serious", _("orange and above"), _level_up_to(2)),
        More("week", _("due this week"), _this_week),
        More("month", _("new this month"), _this_month),
        More("college_key", _("college to confirm"), _waits_for(KeySide.COLLEGE)),
        More("academy_key", _("academy to confirm"), _waits_for(KeySide.ACADEMY)),
        More("clash", _("sides disagree"), _disagreed),
    )
}


class LedgerFilter(CaseFilter):
    """``within``: the categories of the ledger; cause, source and level are then those of its own
    entries."""

    source = df.ChoiceFilter(label=_("source"), method="by_source", choices=Source.choices)
    more = df.ChoiceFilter(
        label=_("condition"),
        method="by_more",
        choices=[(one.code, one.label) for one in MORE.values()],
    )
    level = df.MultipleChoiceFilter(
        label=_("level"), method="by_level", choices=lambda: level_choices()
    )
    cause = df.ChoiceFilter(label=_("cause"), method="by_cause", choices=lambda: cause_choices())

    def __init__(self, *args: Any, within: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.within = within or []

    def _entries(self, **wanted: Any) -> QuerySet[Any]:
        rows = LedgerEntry.objects.filter(**wanted).filter(
            Q(left_at=None) | Q(case__closed_at__isnull=False)
        )
        return rows.filter(category__in=self.within) if self.within else rows

    def by_level(self, rows: QuerySet[Case], _name: str, value: list[str]) -> QuerySet[Case]:
        if not value:
            return rows
        if not self.within:
            return rows.filter(level__in=value)
        return rows.filter(pk__in=self._entries(level__in=value).values("case_id"))

    def by_cause(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        return rows.filter(pk__in=self._entries(cause=value).values("case_id"))

    def by_source(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        return rows.filter(pk__in=self._entries(source=value).values("case_id"))

    def by_more(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        return rows.filter(MORE[value].condition(), closed_at=None)

    def conditions(self) -> list[tuple[str, Any, str]]:
        found = super().conditions()
        for key, words in (("source", dict(Source.choices)), ("more", None)):
            if value := self.form.cleaned_data.get(key):
                label = words[value] if words else MORE[value].label
                found.append((key, self.filters[key].label, str(label)))
        return found


def selected_of(query: QueryDict) -> list[int]:
    """Cases that were ticked."""
    typed = query.getlist("selected")[:500]
    return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]


def ledger_rows(
    user: Any, tab: str, query: QueryDict
) -> "tuple[LedgerFilter | None, QuerySet[Case]]":
    """(filter, None without any condition; the cases of the tab that ``user`` may see and that
    meet the conditions)."""
    narrow, rows = _narrowed(user, tab, query, Case.objects.restrict(user, "see_case"))
    return narrow, of_tab(rows, tab)


def ledger_conditions(
    user: Any, tab: str, query: QueryDict
) -> "tuple[LedgerFilter | None, QuerySet[Case] | None]":
    """(filter, everybody's cases that meet the conditions), None without any: they say what a page
    of the reach is narrowed by (``ledger_page``), never what may be seen."""
    narrow, rows = _narrowed(user, tab, query, Case.objects.all())
    return narrow, rows if narrow else None


def _narrowed(
    user: Any, tab: str, query: QueryDict, rows: QuerySet[Case]
) -> "tuple[LedgerFilter | None, QuerySet[Case]]":
    if not any(query.get(key) for key in LEDGER_CONDITIONS):
        return None, rows
    within = categories_of(tab) or None
    narrow = LedgerFilter(query, rows, request=SimpleNamespace(user=user), within=within)  # type: ignore[arg-type]
    rows = narrow.qs
    if query.get("selected"):
        rows = rows.filter(pk__in=selected_of(query))
    return narrow, rows
