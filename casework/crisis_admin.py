"""The call list of crises and the types of talks: the school's own rows. No student is shown here."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.models import CallLine, TalkType
from cohorts.models import Role
from portal.core.adminsite.base import PortalAdmin, RefusableForm
from portal.core.adminsite.steps import Step, register_step


class CallLineForm(RefusableForm):
    def clean_roles(self) -> list[str]:
        codes: list[str] = self.cleaned_data["roles"] or []
        unknown = set(codes) - set(Role.objects.values_list("code", flat=True))
        if unknown:
            raise forms.ValidationError(
                _("There is no role with the code %(codes)s. The codes stand in the list of roles.")
                % {"codes": "、".join(sorted(unknown))}
            )
        return codes


@admin.register(CallLine)
class CallLineAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    form = CallLineForm
    intro = gettext_lazy(
        "Who is called in a crisis, in the order of the parts. A line names roles (whoever holds "
        "one near the student), a person (for days on duty), or a name with a phone. A line of a "
        "unit replaces those of the same part further up. Fill in every number before term begins."
    )
    list_display = ("part", "unit", "order", "label", "roles", "person", "phone", "is_used")
    list_filter = ("part", "is_used")
    list_select_related = ("unit", "person")
    search_fields = ("label", "phone")
    autocomplete_fields = ("unit", "person")


@admin.register(TalkType)
class TalkTypeAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = gettext_lazy(
        "Kinds of talks in the words of your school, what asks for them and within how many days. "
        "One no longer used is switched off, so that old records keep its name."
    )
    list_display = ("name", "code", "trigger", "due_days", "talkers", "is_used", "order")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj is not None else ()


register_step(
    Step("sysadmin", 62, gettext_lazy("Fill in the call list of crises"),
         gettext_lazy("Numbers of security, student affairs and the counselling centre."),
         "admin:casework_callline_changelist"),
)  # fmt: skip
