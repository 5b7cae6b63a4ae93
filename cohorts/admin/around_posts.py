"""Around posts: blocks, required posts, the register of letters, hand-overs."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cohorts.domain.blocks import block_person, lift_block
from cohorts.enums import BlockedPost
from cohorts.models import Appointment, Handover, Letter, PostBlock, RequiredPost
from portal.core.adminsite.base import PortalAdmin, ReadOnlyAdmin, RefusableForm, tag
from portal.core.errors import DomainError


class BlockForm(RefusableForm):
    covers = forms.MultipleChoiceField(
        label=_("keeps from"), choices=BlockedPost.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PostBlock
        fields = ("person", "covers", "reason", "starts_on", "ends_on")


@admin.register(PostBlock)
class PostBlockAdmin(PortalAdmin):
    duties: ClassVar = {"secadmin": "view add change"}
    intro = _(
        "A block stops a person being named adviser, tutor or party tutor for a time. Posts "
        "already held stay until they are ended or handed over. The reason is shown here only."
    )
    form = BlockForm
    list_display = ("person", "words", "starts_on", "ends_on", "state", "still_holds", "set_by")
    list_select_related = ("person", "set_by")
    search_fields = ("person__name", "person__username", "person__pinyin")
    autocomplete_fields = ("person",)
    actions = ("lift",)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kw: Any
    ) -> Any:
        kw["form"] = BlockForm if obj is None else RefusableForm
        return super().get_form(request, obj, change=change, **kw)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the end of a block changes: what was set stays on record."""
        if obj is None:
            return ()
        return ("person", "covers", "reason", "starts_on", "set_by", "set_at")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"starts_on": timezone.localdate(), **super().get_changeform_initial_data(request)}

    @admin.display(description=_("keeps from"))
    def words(self, block: PostBlock) -> str:
        return block.words

    @admin.display(description=_("state"))
    def state(self, block: PostBlock) -> str:
        today = timezone.localdate()
        if block.ends_on is not None and block.ends_on < today:
            return tag(gettext("ended"), "plain")
        if block.starts_on > today:
            return tag(gettext("starts later"), "accent")
        return tag(gettext("in force"), "late")

    @admin.display(description=_("still holds"))
    def still_holds(self, block: PostBlock) -> int:
        held = Appointment.objects.in_force(timezone.localdate())
        return int(held.filter(person=block.person_id, role__code__in=block.covers).count())

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            made = block_person(actor=request.user, block=obj)  # type: ignore[arg-type]
            obj.pk = made.pk
        elif "ends_on" in form.changed_data and obj.ends_on is not None:
            lift_block(actor=request.user, block=obj, ends_on=obj.ends_on)  # type: ignore[arg-type]

    @admin.action(description=_("Lift the chosen blocks today"), permissions=["change"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        try:
            for block in queryset:
                lift_block(actor=request.user, block=block)  # type: ignore[arg-type]
        except DomainError as error:
            self.message_user(request, str(error), level="error")


@admin.register(RequiredPost)
class RequiredPostAdmin(PortalAdmin):
    duties: ClassVar = {"secadmin": "view add change"}
    intro = _("Every open unit of the kind must have this post; empty ones stand under Vacancies.")
    list_display = ("role", "unit_kind", "parent_kind", "wanted", "or_below")
    list_filter = ("unit_kind",)
    list_select_related = ("role",)


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    duties: ClassVar = {"secadmin": "view"}
    intro = _("The register of letters of appointment. A number is given once and never again.")
    list_display = ("text", "person_name", "role_name", "starts_on", "ends_on", "issued_on")
    list_filter = ("year",)
    search_fields = ("person_name", "role_name", "number")

    @admin.display(description=_("letter number"), ordering="number")
    def text(self, letter: Letter) -> str:
        return letter.text


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin):
    """Who hands over to whom, never what: notes may name students."""

    duties: ClassVar = {"secadmin": "view"}
    intro = _("Hand-overs of posts with their signatures. They are made on the page of the post.")
    list_display = ("post", "state", "proposed_by", "proposed_at", "successor", "closed_at")
    list_filter = ("state",)
    list_select_related = (
        "post__person", "post__role", "post__unit", "proposed_by", "successor",
    )  # fmt: skip
    exclude = ("notes",)
