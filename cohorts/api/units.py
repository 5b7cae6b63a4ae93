"""Units and appointments for other systems; read-only (docs/api.md)."""

from typing import Any, ClassVar

import django_filters as df
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from cohorts.access import granted_unit_ids, in_force
from cohorts.enums import UnitKind
from cohorts.models import Appointment, Unit
from portal.core.access import may_hold
from portal.core.api.filters import (
    ApiFilterSet,
    ChangedSince,
    IdFilter,
    TextFilter,
    YesNoFilter,
)
from portal.core.api.schema import INVALID, MISSING, ONE, PAGING, page_of
from portal.core.api.views import Resource


class UnitBrief(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(UnitKind.choices)
    code = serializers.CharField()
    name = serializers.CharField()


class UnitShape(UnitBrief):
    short_name = serializers.CharField(allow_blank=True)
    parent_id = serializers.IntegerField(allow_null=True)
    opened_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)


class RoleBrief(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class PersonBrief(serializers.Serializer):
    number = serializers.CharField(help_text="Staff number.")
    name = serializers.CharField()


class AppointmentShape(serializers.Serializer):
    id = serializers.IntegerField()
    person = PersonBrief()
    role = RoleBrief()
    unit = UnitBrief()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text="Last day.")
    revoked_at = serializers.DateTimeField(allow_null=True)
    letter_no = serializers.CharField(allow_blank=True)


def unit_brief(unit: Unit) -> dict[str, Any]:
    return {"id": unit.pk, "kind": unit.kind, "code": unit.code, "name": unit.name}


def _holds_units(user: Any) -> bool:
    return may_hold(user, "see_unit") and bool(granted_unit_ids(user, "see_unit"))


class UnitFilter(ApiFilterSet):
    kind = df.ChoiceFilter(choices=UnitKind.choices)
    code = TextFilter()
    parent = IdFilter(field_name="parent_id")
    is_open = YesNoFilter(method="by_open")
    changed_since = ChangedSince((apps.get_model("cohorts.UnitEvent"), "pgh_obj_id"))

    def by_open(self, rows: QuerySet[Unit], _name: str, value: str) -> QuerySet[Unit]:
        shut = Q(closed_on__lt=timezone.localdate())
        return rows.exclude(shut) if value == "true" else rows.filter(shut)


@extend_schema_view(
    list=extend_schema(
        summary="Units",
        parameters=PAGING,
        responses={200: page_of("Unit", UnitShape), 400: INVALID},
    ),
    retrieve=extend_schema(
        summary="One unit", parameters=ONE, responses={200: UnitShape, 404: MISSING}
    ),
)
class Units(Resource):
    """Units whose figures one may see: colleges, academies, offices, cohorts, classes and so on."""

    model = Unit
    see_action = "see_unit"
    queryset = Unit.objects.none()
    filterset_class = UnitFilter

    def may_ask(self, user: Any) -> bool:
        return _holds_units(user)

    def shape(self, user: Any, rows: list[Unit]) -> list[dict[str, Any]]:
        return [
            unit_brief(unit)
            | {
                "short_name": unit.short_name, "parent_id": unit.parent_id,
                "opened_on": unit.opened_on, "closed_on": unit.closed_on,
            }
            for unit in rows
        ]  # fmt: skip


class AppointmentFilter(ApiFilterSet):
    person = TextFilter(field_name="person__username")
    role = TextFilter(field_name="role__code")
    unit = IdFilter(field_name="unit_id")
    is_current = YesNoFilter(method="by_current")
    changed_since = ChangedSince((apps.get_model("cohorts.AppointmentEvent"), "pgh_obj_id"))

    def by_current(
        self, rows: QuerySet[Appointment], _name: str, value: str
    ) -> QuerySet[Appointment]:
        held = in_force(timezone.localdate()) & Q(revoked_at=None)
        return rows.filter(held) if value == "true" else rows.exclude(held)


@extend_schema_view(
    list=extend_schema(
        summary="Appointments", parameters=PAGING,
        responses={200: page_of("Appointment", AppointmentShape), 400: INVALID},
    ),
    retrieve=extend_schema(
        summary="One appointment", parameters=ONE, responses={200: AppointmentShape, 404: MISSING}
    ),
)  # fmt: skip
class Appointments(Resource):
    """Who holds which post on the units one sees or appoints to, and one's own posts; ended and
    future ones included."""

    model = Appointment
    see_action = "see_unit"
    queryset = Appointment.objects.none()
    filterset_class = AppointmentFilter
    related: ClassVar = ("person", "role", "unit")

    def rows(self, user: Any) -> QuerySet[Any]:
        return super().rows(user).select_related(*self.related)

    def shape(self, user: Any, rows: list[Appointment]) -> list[dict[str, Any]]:
        return [
            {
                "id": post.pk,
                "person": {"number": post.person.username, "name": post.person.name},
                "role": {"code": post.role.code, "name": post.role.name},
                "unit": unit_brief(post.unit),
                "starts_on": post.starts_on,
                "ends_on": post.ends_on,
                "revoked_at": post.revoked_at,
                "letter_no": post.letter_no,
            }
            for post in rows
        ]
