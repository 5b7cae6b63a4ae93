"""The audit administrator's page: who did what, when, to what; search and export (rulebook 8.2)."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export import fields, resources

from portal.core.adminsite.base import ReadOnlyAdmin
from portal.core.adminsite.exchange import PersonsOut
from portal.core.adminsite.words import act_word, act_words
from portal.core.errors import DomainError
from portal.core.models import AuditEntry, User

COUNTED = 10_000
EXPORTED = 50_000


class ActFilter(admin.SimpleListFilter):
    title = _("act")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(act_words().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class DaysFilter(admin.SimpleListFilter):
    """From one day to another, both included; the partition of each month is read alone."""

    title = _("days")
    parameter_name = "from"
    template = "admin/days_filter.html"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.until = (params.pop("until", None) or [""])[-1]
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("", "")]

    def expected_parameters(self) -> list[str]:
        return ["from", "until"]

    def choices(self, changelist: Any) -> Iterator[dict[str, Any]]:
        """What the form keeps: the other filters."""
        kept = {k: v for k, v in changelist.params.items() if k not in {"from", "until", "p"}}
        yield {"kept": kept, "since": self.value() or "", "until": self.until}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        try:
            since, until = (
                dt.date.fromisoformat(day) if day else None for day in (self.value(), self.until)
            )
            if since:
                queryset = queryset.filter(at__gte=_midnight(since))
            if until:
                queryset = queryset.filter(at__lt=_midnight(until + dt.timedelta(days=1)))
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(error) from error
        return queryset


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), timezone.get_current_timezone())


class CappedPaginator(Paginator):
    """Counts to a limit: nobody pages through a million rows, and counting them takes seconds."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list.order_by().values("pk")[: COUNTED + 1]  # type: ignore[union-attr]
        return min(len(rows), COUNTED)


class AuditResource(resources.ModelResource):
    """Facts of the acts; the details stay on the page."""

    at = fields.Field(column_name=_("at"))
    who = fields.Field(column_name=_("actor"))
    act = fields.Field(column_name=_("act"))
    object_type = fields.Field("object_type", column_name=_("kind of record"))
    object_id = fields.Field("object_id", column_name=_("record"))
    ip = fields.Field("ip", column_name=_("address"))

    class Meta:
        model = AuditEntry
        fields = ("at", "who", "act", "object_type", "object_id", "ip")

    def dehydrate_at(self, entry: AuditEntry) -> str:
        return f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"

    def dehydrate_who(self, entry: AuditEntry) -> str:
        return str(entry.actor) if entry.actor else gettext("the system")

    def dehydrate_act(self, entry: AuditEntry) -> str:
        return act_word(entry.action)


@admin.register(AuditEntry)
class AuditEntryAdmin(PersonsOut, ReadOnlyAdmin):
    duties: ClassVar = {"auditor": "view"}
    intro = _(
        "Every act with its author, time and address. The database refuses to change or delete a "
        "line; the text of confidential notes is never written here."
    )
    resource_classes = [AuditResource]
    paginator = CappedPaginator
    list_display = ("at", "who", "act", "object_type", "object_id", "ip")
    list_filter = (DaysFilter, ActFilter, "object_type")
    list_select_related = ("actor",)
    search_fields = ("actor__username", "actor__name", "object_id")
    search_help_text = _("Author (name or number) or record number")
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    fields = ("at", "who", "act", "object_type", "object_id", "ip", "facts")
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """People first, then their acts by index; a record's number wants its kind for the index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        people = User.objects.filter(
            Q(username=term) | Q(name__startswith=term) | Q(pinyin__startswith=term.lower())
        ).values_list("pk", flat=True)[:500]
        kinds = [model._meta.model_name for model in apps.get_models()]
        record = Q(object_type__in=kinds, object_id=term)
        return queryset.filter(Q(actor__in=list(people)) | record), False

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: Any, **kwargs: Any
    ) -> Any:
        if len(queryset.order_by().values("pk")[: EXPORTED + 1]) > EXPORTED:
            raise DomainError(
                gettext("More than %(n)s rows: narrow the days and export in parts.")
                % {"n": EXPORTED}
            )
        return super().get_export_data(
            file_format, request, queryset.select_related("actor"), **kwargs
        )

    @admin.display(description=_("actor"), ordering="actor")
    def who(self, entry: AuditEntry) -> str:
        return str(entry.actor) if entry.actor else gettext("the system")

    @admin.display(description=_("act"), ordering="action")
    def act(self, entry: AuditEntry) -> str:
        return act_word(entry.action)

    @admin.display(description=_("detail"))
    def facts(self, entry: AuditEntry) -> str:
        detail = dict(entry.detail)
        if entry.object_type == "case" and "reason" in detail:
            # Why a level was raised is about a student: for those who see the case, not the log.
            detail["reason"] = "…"
        text = json.dumps(detail, ensure_ascii=False, indent=2, sort_keys=True)
        return format_html('<pre class="facts">{}</pre>', text)
