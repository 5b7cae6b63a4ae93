"""Headers of cases for other systems: who, level, stage, dates; never a text (docs/api.md)."""

from collections import defaultdict
from typing import Any

import django_filters as df
from django.apps import apps
from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from casework.enums import Outcome, Stage
from casework.models import Case, LedgerEntry
from portal.core.api.filters import (
    ApiFilterSet,
    ChangedSince,
    IdFilter,
    TextFilter,
    YesNoFilter,
)
from portal.core.api.schema import INVALID, MISSING, ONE, PAGING, page_of
from portal.core.api.views import Resource


class StudentBrief(serializers.Serializer):
    id = serializers.IntegerField()
    student_no = serializers.CharField()
    name = serializers.CharField()


class OwnerBrief(serializers.Serializer):
    number = serializers.CharField(help_text="Staff number.")
    name = serializers.CharField()


class CaseShape(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    episode = serializers.IntegerField()
    student = StudentBrief()
    level = serializers.CharField()
    categories = serializers.ListField(child=serializers.CharField())
    stage = serializers.ChoiceField(Stage.choices)
    owner = OwnerBrief(allow_null=True)
    lead_unit_id = serializers.IntegerField(allow_null=True)
    reported_at = serializers.DateTimeField()
    opened_at = serializers.DateTimeField(allow_null=True)
    last_contact_at = serializers.DateTimeField(allow_null=True)
    contact_due_at = serializers.DateTimeField(allow_null=True)
    review_due_on = serializers.DateField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(Outcome.choices, allow_blank=True)


class CaseApiFilter(ApiFilterSet):
    student = IdFilter(field_name="student_id")
    level = TextFilter(field_name="level_id")
    category = TextFilter(method="by_category")
    stage = df.ChoiceFilter(choices=Stage.choices)
    is_open = YesNoFilter(method="by_open")
    changed_since = ChangedSince(
        (apps.get_model("casework.CaseEvent"), "pgh_obj_id"),
        (apps.get_model("casework.LedgerEntryEvent"), "case_id"),
    )

    def by_category(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        entries = LedgerEntry.objects.filter(category_id=value, left_at=None)
        return rows.filter(pk__in=entries.order_by().values("case_id"))

    def by_open(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        return rows.filter(Q(closed_at=None) if value == "true" else ~Q(closed_at=None))


@extend_schema_view(
    list=extend_schema(
        summary="Headers of cases", parameters=PAGING,
        responses={200: page_of("Case", CaseShape), 400: INVALID},
    ),
    retrieve=extend_schema(summary="One case's header", parameters=ONE, responses={200: CaseShape, 404: MISSING}),
)  # fmt: skip
class Cases(Resource):
    """Cases in one's reach, closed ones included."""

    model = Case
    see_action = "see_case"
    queryset = Case.objects.none()
    filterset_class = CaseApiFilter

    def rows(self, user: Any) -> QuerySet[Any]:
        return (
            super().rows(user).select_related("student", "owner")
            .defer("reason", "advice_do", "advice_dont", "student__id_cipher")
        )  # fmt: skip

    def shape(self, user: Any, rows: list[Case]) -> list[dict[str, Any]]:
        categories: dict[int, list[str]] = defaultdict(list)
        entries = LedgerEntry.objects.filter(case__in=[case.pk for case in rows]).filter(
            Q(left_at=None) | Q(case__closed_at__isnull=False)
        )
        for case_id, code in entries.order_by("category_id").values_list("case_id", "category_id"):
            categories[case_id].append(code)
        return [
            {
                "id": case.pk,
                "number": case.number,
                "episode": case.episode,
                "student": {
                    "id": case.student_id, "student_no": case.student.student_no,
                    "name": case.student.name,
                },
                "level": case.level_id,
                "categories": categories[case.pk],
                "stage": case.stage,
                "owner": case.owner
                and {"number": case.owner.username, "name": case.owner.name},
                "lead_unit_id": case.lead_unit_id,
                "reported_at": case.reported_at,
                "opened_at": case.opened_at,
                "last_contact_at": case.last_contact_at,
                "contact_due_at": case.contact_due_at,
                "review_due_on": case.review_due_on,
                "closed_at": case.closed_at,
                "outcome": case.outcome,
            }
            for case in rows
        ]  # fmt: skip
