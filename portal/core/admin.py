"""Django admin of the floor: accounts, audit trail, background jobs."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin  # noqa: F401 - registers Group first
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.adminsite.audit_page import AuditEntryAdmin  # noqa: F401 - registered there
from portal.core.adminsite.base import PortalAdmin, ReadOnlyAdmin, RefusableForm, tag
from portal.core.domain.accounts import change_account, open_account
from portal.core.domain.lockout import locked_accounts, unlock_account
from portal.core.domain.passwords import give_one_time_password
from portal.core.domain.second_factor import reset_second_factor
from portal.core.domain.tokens import revoke_token
from portal.core.errors import DomainError
from portal.core.models import ApiToken, Job, OutMail, User

# Rights follow from posts: groups and single permissions are never edited by hand.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)

_FIELDS = ("username", "name", "title", "phone", "email", "is_active", "expires_on")


class AccountForm(RefusableForm, UserChangeForm):
    class Meta:
        model = User
        fields = (*_FIELDS, "password")
        labels = {"username": _("staff or student number"), "is_active": _("account open")}
        help_texts = {
            "username": _("Written exactly as the personnel or academic office writes it."),
            "is_active": _("Take the tick away to freeze: open sessions end at the next click."),
        }


class NewAccountForm(RefusableForm, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "name", "title", "phone", "email", "expires_on")
        labels = AccountForm.Meta.labels
        help_texts = AccountForm.Meta.help_texts

    usable_password = None


class ForceFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("open")), ("frozen", _("frozen")), ("ended", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        today = timezone.localdate()
        if self.value() == "open":
            return queryset.filter(is_active=True).exclude(expires_on__lt=today)
        if self.value() == "frozen":
            return queryset.filter(is_active=False)
        return queryset.filter(expires_on__lt=today) if self.value() == "ended" else queryset


@admin.register(User)
class AccountAdmin(PortalAdmin, UserAdmin):
    duties: ClassVar = {"secadmin": "view add change"}
    intro = _(
        "One account per person. What a person may do follows from posts, see “appointments”. "
        "An account is frozen, never deleted."
    )
    form = AccountForm
    add_form = NewAccountForm
    list_display = ("username", "name", "title", "state", "expires_on", "last_login")
    list_filter = (ForceFilter,)
    search_fields = ("username", "name", "pinyin", "initials")
    search_help_text = _("Number, name, pinyin or initials")
    ordering = ("username",)
    filter_horizontal = ()
    actions = ("unlock", "reset_factor")
    readonly_fields = ("last_login", "duty_groups")
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "title", "phone", "email")}),
        (_("Open or frozen"), {"fields": ("is_active", "expires_on", "last_login", "duty_groups")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "title", "phone", "email", "expires_on")}),
        (_("First password"), {
            "fields": ("password1", "password2"),
            "description": _("Hand it over in person; the first log-in demands another one."),
        }),
    )  # fmt: skip

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        locked = locked_accounts([user.username for user in found.result_list])
        for user in found.result_list:
            user.is_locked = user.username in locked
        return found

    @admin.display(description=_("state"))
    def state(self, user: User) -> str:
        if getattr(user, "is_locked", False):
            return tag(gettext("locked after failed log-ins"), "due")
        if not user.is_active:
            return tag(gettext("frozen"), "late")
        return tag(gettext("open"), "ok") if user.is_in_force() else tag(gettext("ended"), "plain")

    @admin.display(description=_("administrator's duty"))
    def duty_groups(self, user: User) -> str:
        """Read only: membership follows the appointments."""
        names = user.groups.filter(name__startswith="admin:").values_list("name", flat=True)
        return "、".join(name.removeprefix("admin:") for name in names) or "—"

    def autocomplete_label(self, user: User) -> str:
        return f"{user.name}（{user.username}{' ' + user.title if user.title else ''}）"

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            change_account(
                actor=request.user, user=obj, fields=set(form.changed_data) & set(_FIELDS)
            )
        else:
            open_account(actor=request.user, user=obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """No password is typed for others: the page gives one that is good for one log-in."""
        user = self.get_object(request, unquote(id))
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        page: dict[str, Any] = {
            "account": user,
            "title": gettext("New password"),
            "opts": self.opts,
        }
        if request.method == "POST":
            try:
                page["password"] = give_one_time_password(actor=request.user, user=user)
            except DomainError as error:
                page["refusal"] = str(error)
        context = {**self.admin_site.each_context(request), **page}
        return TemplateResponse(request, "admin/one_time_password.html", context)

    @admin.action(description=_("Unlock after failed log-ins"), permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, unlock_account)

    @admin.action(description=_("Take the second factor away (phone lost)"), permissions=["change"])
    def reset_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, reset_second_factor)

    def _each(self, request: HttpRequest, queryset: QuerySet[User], act: Any) -> None:
        for user in queryset:
            try:
                act(actor=request.user, user=user)
            except DomainError as error:
                self.message_user(request, f"{user}: {error}", messages.WARNING)
            else:
                self.message_user(request, gettext("%(user)s: done.") % {"user": user})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kw: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kw)
        if isinstance(field, forms.CharField) and db_field.name == "name":
            field.help_text = gettext("Full name; the dot in minority names is written ·.")
        return field


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Whose programs read with which rights; the holder makes them, this page ends them."""

    duties: ClassVar = {"secadmin": "view"}
    intro = _("Keys by which programs read through the API. Tick and revoke what is not needed.")
    list_display = ("name", "user", "tail", "scopes", "ends_on", "used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    list_select_related = ("user",)
    search_fields = ("user__username", "user__name", "name")
    search_help_text = _("Account (name or number) or purpose")
    fields = ("name", "user", "tail", "scopes", "made_at", "ends_on", "used_at", "revoked_at")
    readonly_fields = fields
    actions = ("revoke",)

    @admin.action(description=_("Revoke the chosen tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            revoke_token(actor=request.user, token=token)  # type: ignore[arg-type]
        messages.success(request, gettext("The chosen tokens open nothing any more."))


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Progress only: neither the file nor the rows that a job found are shown."""

    duties: ClassVar = {"sysadmin": "view"}
    intro = _("Imports and other long work: who started it, how far it is, how it ended.")
    list_display = ("created_at", "kind", "owner", "state", "progress", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("owner",)
    search_fields = ("owner__name", "owner__username")
    ordering = ("-created_at",)
    fields = (
        "key",
        "kind",
        "owner",
        "state",
        "step",
        "progress",
        "created_at",
        "beat_at",
        "finished_at",
    )
    readonly_fields = fields

    @admin.display(description=_("progress"))
    def progress(self, job: Job) -> str:
        return f"{job.done} / {job.total}" if job.total else "—"


@admin.register(OutMail)
class OutMailAdmin(ReadOnlyAdmin):
    """Whether mails leave: no mail's words are kept anywhere."""

    duties: ClassVar = {"sysadmin": "view"}
    intro = _(
        "Mails that were promised and what became of them. “Broken off” ones are not sent again; "
        "their readers were told in the portal."
    )
    list_display = ("due_at", "user", "kind", "state", "attempts", "settled_at", "fault")
    list_filter = ("state", "kind")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__username")
    ordering = ("-due_at",)
    fields = ("user", "kind", "state", "made_at", "due_at", "attempts", "settled_at", "fault")
    readonly_fields = fields
