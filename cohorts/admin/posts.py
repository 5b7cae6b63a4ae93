"""Appointments: who holds which post where, from when to when."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.domain.appointments import appoint, end_appointment
from cohorts.models import Appointment
from cohorts.queries.posts import STATES, in_state, state_of
from portal.core.adminsite.base import PortalAdmin, tag


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("now", _("in force")),
            ("ending", _("ends within 30 days")),
            ("later", _("starts later")),
            ("ended", _("ended")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        if chosen not in STATES:
            return queryset
        return queryset.filter(in_state(chosen, timezone.localdate(), 30))


@admin.register(Appointment)
class AppointmentAdmin(PortalAdmin):
    duties: ClassVar = {"secadmin": "view add change"}
    intro = _(
        "A post gives a person the rights of a role on one unit and everything below it, from "
        "the first day to the last. Posts are ended, never deleted; to prolong one, appoint again."
    )
    list_display = ("person", "role", "unit", "starts_on", "ends_on", "state", "letter_no")
    list_filter = (StateFilter, "role", "unit__kind")
    list_select_related = ("person", "role", "unit")
    search_fields = (
        "person__name", "person__username", "person__pinyin", "person__initials",
        "unit__name", "unit__code", "letter_no",
    )  # fmt: skip
    search_help_text = _("Person (name, pinyin, number), unit or letter number")
    autocomplete_fields = ("person", "unit", "stands_in_for")
    actions = ("end_today",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        parts = [
            (_("Who, as what, where"), {"fields": ["person", "role", "unit"]}),
            (_("From when to when"), {
                "fields": ["starts_on", "ends_on", "letter_no", "stands_in_for"],
                "description": _(
                    "Both days count. The rights open on the first day and close after the last."
                ),
            }),
        ]  # fmt: skip
        if obj is not None:
            parts.append((_("On record"), {"fields": ["state", "appointed_by", "revoked_at"]}))
        return parts

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the end of a post can still change: the rest is history."""
        if obj is None:
            return ()
        fixed = ("person", "role", "unit", "starts_on", "letter_no", "stands_in_for")
        shown = ("state", "appointed_by", "revoked_at")
        over = state_of(obj, timezone.localdate()) == "ended"
        return (*fixed, *shown, "ends_on") if over else (*fixed, *shown)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"starts_on": timezone.localdate(), **super().get_changeform_initial_data(request)}

    @admin.display(description=_("state"))
    def state(self, post: Appointment) -> str:
        today = timezone.localdate()
        if post.pk is None:
            return ""
        words = {
            "now": (gettext("in force"), "ok"),
            "later": (gettext("starts later"), "accent"),
            "ended": (gettext("ended"), "plain"),
        }
        word, tone = words[state_of(post, today)]
        return tag(word, tone)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            if "ends_on" in form.changed_data and obj.ends_on is not None:
                end_appointment(actor=request.user, post=obj, ends_on=obj.ends_on)
            return
        post = appoint(
            actor=request.user, person=obj.person, role=obj.role, unit=obj.unit,
            starts_on=obj.starts_on, ends_on=obj.ends_on, letter_no=obj.letter_no,
            stands_in_for=obj.stands_in_for,
        )  # fmt: skip
        obj.pk, obj.appointed_by = post.pk, post.appointed_by

    @admin.action(
        description=_("End the chosen posts today (last day today)"), permissions=["change"]
    )
    def end_today(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """All or none: the first refusal leaves every post as it was."""
        from django.db import transaction

        from portal.core.errors import DomainError

        try:
            with transaction.atomic():
                for post in queryset:
                    end_appointment(actor=request.user, post=post, ends_on=timezone.localdate())
        except DomainError as error:
            self.message_user(request, str(error), level="error")
        else:
            self.message_user(request, gettext("%(n)s posts end today.") % {"n": len(queryset)})
