"""Requests for other systems: those that the caller's pages show, protected ones never."""

from typing import Any

import django_filters as df
from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from casework.models import Request as Asked
from casework.request_enums import WAITING, RequestState
from cohorts.api import PersonBrief, UnitBrief, unit_brief
from portal.core.api.filters import ApiFilterSet, ChangedSince, IdFilter, TextFilter, YesNoFilter
from portal.core.api.schema import INVALID, MISSING, ONE, PAGING, page_of
from portal.core.api.views import Resource

from .cases import StudentBrief

# What somebody confides under these kinds is read in the portal only.
CONFIDED = frozenset({"mind"})


class RequestKindBrief(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class RequestShape(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    kind = RequestKindBrief()
    state = serializers.ChoiceField(RequestState.choices)
    student = StudentBrief(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    unit = UnitBrief(allow_null=True, help_text="The building, where it came from a sheet.")
    text = serializers.CharField(
        allow_null=True,
        help_text="Null where somebody wants to be talked with: read it on the page.",
    )
    office = UnitBrief(allow_null=True)
    handler = PersonBrief(allow_null=True)
    answer = serializers.CharField(allow_null=True, allow_blank=True)
    due_on = serializers.DateField()
    is_due_provisional = serializers.BooleanField()
    sent_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    is_in_time = serializers.BooleanField(allow_null=True)
    is_solved = serializers.BooleanField(allow_null=True)
    is_satisfied = serializers.BooleanField(allow_null=True)
    is_still_fine = serializers.BooleanField(allow_null=True)
    reopened = serializers.IntegerField()
    version = serializers.IntegerField()


class RequestApiFilter(ApiFilterSet):
    student = IdFilter(field_name="student_id")
    office = IdFilter(field_name="office_id")
    kind = TextFilter(field_name="kind_id")
    state = df.ChoiceFilter(choices=RequestState.choices)
    is_overdue = YesNoFilter(method="by_overdue")
    changed_since = ChangedSince((apps.get_model("casework.RequestEvent"), "pgh_obj_id"))

    def by_overdue(self, rows: "QuerySet[Asked]", _name: str, value: str) -> Any:
        late = {"state__in": WAITING, "due_on__lt": timezone.localdate()}
        return rows.filter(**late) if value == "true" else rows.exclude(**late)


@extend_schema_view(
    list=extend_schema(
        summary="Requests", parameters=PAGING,
        responses={200: page_of("Request", RequestShape), 400: INVALID},
    ),
    retrieve=extend_schema(
        summary="One request", parameters=ONE, responses={200: RequestShape, 404: MISSING}
    ),
)  # fmt: skip
class Requests(Resource):
    """Requests in one's reach: one's own, first asked, those of the own office, the desk's.
    A token sees those of an office with ``handle_request``, all with ``sort_requests``."""

    model = Asked
    see_action = "see_request"
    queryset = Asked.objects.none()
    filterset_class = RequestApiFilter

    def rows(self, user: Any) -> "QuerySet[Any]":
        found = super().rows(user).filter(is_protected=False)
        return (
            found.select_related("kind", "student", "office", "handler", "unit")
            .defer("student__id_cipher", "sender_sealed")
        )  # fmt: skip

    def shape(self, user: Any, rows: list[Asked]) -> list[dict[str, Any]]:
        return [
            {
                "id": row.pk,
                "number": row.number,
                "kind": {"code": row.kind_id, "name": row.kind.name},
                "state": row.state,
                "student": row.student and {
                    "id": row.student_id, "student_no": row.student.student_no,
                    "name": row.student.name,
                },
                "unit": row.unit and unit_brief(row.unit),
                "office": row.office and unit_brief(row.office),
                "handler": row.handler
                and {"number": row.handler.username, "name": row.handler.name},
                "text": None if row.kind_id in CONFIDED else row.text,
                "answer": None if row.kind_id in CONFIDED else row.answer,
                **{name: getattr(row, name) for name in (
                    "place", "due_on", "is_due_provisional", "sent_at",
                    "answered_at", "closed_at", "is_in_time", "is_solved", "is_satisfied",
                    "is_still_fine", "reopened", "version")},
            }
            for row in rows
        ]  # fmt: skip
