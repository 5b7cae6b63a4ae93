"""Units as a sheet: kind, code, name, short name, code of the parent, year of entry."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget, Widget

from cohorts.domain.tree import move_unit, open_unit
from cohorts.domain.units import edit_unit
from cohorts.enums import UnitKind
from cohorts.models import Unit
from portal.core.errors import DomainError


class _KindWidget(Widget):
    """Takes the word of the interface or the code; writes the word."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        text = str(value or "").strip()
        for kind in UnitKind:
            if text in {kind.value, str(kind.label)}:
                return kind.value
        raise ValueError(_("Unknown kind of unit: “%(kind)s”.") % {"kind": text})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(UnitKind(value).label) if value else ""


class UnitResource(ModelResource):
    """A known code is corrected or moved, a new one opened below its parent; nothing is closed."""

    kind = Field(attribute="kind", column_name="kind", widget=_KindWidget())
    parent = Field(attribute="parent", column_name="parent", widget=ForeignKeyWidget(Unit, "code"))
    entry_year = Field(column_name="entry_year", dehydrate_method="year_of")

    class Meta:
        model = Unit
        import_id_fields = ("code",)
        fields = ("kind", "code", "name", "short_name", "parent", "entry_year")
        export_order = fields
        skip_unchanged = True
        report_skipped = True

    def __init__(self, models: dict[str, type[Unit]] | None = None, actor: Any = None, **kw: Any):
        super().__init__(**kw)
        self.models, self.actor = models or {}, actor

    def year_of(self, unit: Unit) -> str:
        return str(unit.cohort.entry_year) if unit.kind == UnitKind.COHORT else ""

    def init_instance(self, row: Any = None) -> Unit:
        """An empty unit of the row's kind, so that its own columns exist."""
        kind = _KindWidget().clean((row or {}).get("kind"))
        model = self.models.get(kind, Unit)
        unit = model()
        if kind == UnitKind.COHORT:
            unit.entry_year = int((row or {}).get("entry_year") or 0) or None  # type: ignore[attr-defined]
        return unit

    def do_instance_save(self, instance: Unit, is_create: bool) -> None:
        try:
            if is_create:
                instance.full_clean(exclude=["parent", "opened_on"])
                open_unit(actor=self.actor, unit=instance)
                return
            kept = Unit.objects.get(pk=instance.pk)
            if kept.parent_id != instance.parent_id and instance.parent is not None:
                move_unit(actor=self.actor, unit=kept, parent=instance.parent)
            changed = [
                f for f in ("name", "short_name") if getattr(kept, f) != getattr(instance, f)
            ]
            if changed:
                edit_unit(actor=self.actor, unit=instance, fields=changed)
        except DomainError as error:
            raise ValidationError(str(error)) from error
