"""Base of every admin class: no deletion, an audit row for each write, refusals in the form."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import FieldError
from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.errors import DomainError
from portal.core.ui.marks import tag_markup


def tag(text: Any, tone: str) -> SafeString:
    """A status word with its colour, as on the portal's pages."""
    return tag_markup(str(text), tone)


class RefusableForm(forms.ModelForm):
    """Shows the sentence with which the domain refused; everything typed stays in the form."""

    refusal: ClassVar[str] = ""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        return data


_SENSELESS = (IncorrectLookupParameters, DataError, FieldError, OverflowError, ValueError)


def plain_when_senseless(
    request: HttpRequest, show: Callable[[], Any], back: str = "", methods: Sequence[str] = ("GET",)
) -> Any:
    """``show()``, or with a filter value that means nothing (a year of twenty digits, a letter for
    a number) the plain list with a word about it. ``back`` is the list's address, else this one."""
    if request.method not in methods or not request.GET:
        return show()
    try:
        with transaction.atomic():  # a statement that the database refused spoils nothing else
            response = show()
            if hasattr(response, "render"):
                response.render()  # the date bar asks the database only now
            return response
    except _SENSELESS:
        messages.warning(
            request, _("The filter in the address makes no sense: all rows are shown.")
        )
        return HttpResponseRedirect(back or request.path)


class PortalAdmin(admin.ModelAdmin):
    """``duties`` says which of the three administrators may do what: {"sysadmin": "view add"}.

    Subclasses write through domain functions in ``write``; the default saves the row and appends
    the audit row in the same transaction.
    """

    duties: ClassVar[dict[str, str]] = {}
    form = RefusableForm
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    intro = ""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Records are ended or closed, never deleted: history must stay readable."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kw)
        form.refusal = getattr(request, "refusal", "")
        form.actor = request.user
        return form

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        title = self.opts.verbose_name_plural
        extra = {"intro": self.intro, "title": title, **(extra_context or {})}
        return plain_when_senseless(
            request, lambda: super(PortalAdmin, self).changelist_view(request, extra)
        )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        """A refused write rolls back whole; the second pass shows the same form with the reason."""
        extra = {"intro": self.intro, **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, extra)
        except DomainError as error:
            request.refusal = str(error)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.write(request, obj, form, change)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save()
        columns = {field.name for field in obj._meta.fields}
        changed = {
            name: _plain(form.cleaned_data.get(name))
            for name in form.changed_data
            if name in columns
        }
        verb = "change" if change else "add"
        audit.record(
            actor=request.user, action=f"{verb}_{obj._meta.model_name}", obj=obj, changed=changed
        )


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


class ReadOnlyAdmin(PortalAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
