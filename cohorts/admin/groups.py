"""Inner and outer ring of standing groups and studios."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.domain.groups import put_member
from cohorts.models import GroupMember
from portal.core.adminsite.base import PortalAdmin, RefusableForm
from portal.core.models import User


class GroupMemberForm(RefusableForm):
    """The person by staff number: whoever sets up groups need not see the accounts."""

    username = forms.CharField(label=_("staff number"), max_length=150)

    class Meta:
        model = GroupMember
        fields = ("group", "ring", "duty", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["username"].initial = self.instance.person.username

    def clean_username(self) -> str:
        number: str = self.cleaned_data["username"].strip()
        person = User.objects.filter(username=number).first()
        if person is None:
            raise ValidationError(gettext("No account of this number."))
        self.instance.person = person
        return number


@admin.register(GroupMember)
class GroupMemberAdmin(PortalAdmin):
    duties: ClassVar = {"sysadmin": "view add change"}
    intro = _(
        "Who belongs to a standing group or studio: the inner ring works in it, the outer ring is "
        "called in. It opens no records; rights come from posts."
    )
    form = GroupMemberForm
    fields = ("group", "username", "ring", "duty", "starts_on", "ends_on")
    list_display = ("group", "person", "ring", "duty", "starts_on", "ends_on")
    list_filter = ("ring", "group")
    list_select_related = ("group", "person")
    search_fields = ("group__name", "person__name", "person__username", "duty")
    autocomplete_fields = ("group",)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        put_member(actor=request.user, member=obj)
