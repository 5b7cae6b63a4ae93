"""Students and placements for other systems; read-only (docs/api.md)."""

from typing import Any

import django_filters as df
from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from cohorts.api import UnitBrief, unit_brief
from cohorts.models import Unit
from portal.core.api.filters import (
    ApiFilterSet,
    ChangedSince,
    IdFilter,
    TextFilter,
    YearFilter,
    YesNoFilter,
)
from portal.core.api.schema import INVALID, MISSING, ONE, PAGING, page_of
from portal.core.api.views import Resource
from students.access import standing
from students.enums import Sex, StudentStatus, Tree
from students.fields import FIELDS, Groups, field_groups
from students.filters import HIDDEN_KINDS
from students.models import Placement, Student
from students.queries.population import standing_in

_PLACEMENTS = apps.get_model("students.PlacementEvent")
# Where a card says that a student stands; beds and branches are for the full record.
_CARD_TREES = (Tree.CLASS, Tree.ACADEMY)


class MajorBrief(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class RecordPart(serializers.Serializer):
    """Only with the right to the full record."""

    sex = serializers.ChoiceField(Sex.choices)
    political_status = serializers.CharField(allow_blank=True)
    born_on = serializers.DateField(allow_null=True)
    origin_region = serializers.CharField(allow_blank=True)


class MaskedPart(serializers.Serializer):
    """Only with the right to masked particulars; the API never opens them."""

    phone = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    id_number = serializers.CharField(allow_blank=True)


class StudentShape(serializers.Serializer):
    id = serializers.IntegerField()
    student_no = serializers.CharField()
    name = serializers.CharField()
    entry_year = serializers.IntegerField()
    status = serializers.ChoiceField(StudentStatus.choices)
    major = MajorBrief(allow_null=True)
    school_class = UnitBrief(allow_null=True)
    academy = UnitBrief(allow_null=True, help_text="The academy's cohort the student stands in.")
    record = RecordPart(allow_null=True)
    masked = MaskedPart(allow_null=True)


class PlacementShape(serializers.Serializer):
    id = serializers.IntegerField()
    student_id = serializers.IntegerField()
    student_no = serializers.CharField()
    tree = serializers.ChoiceField(Tree.choices)
    unit = UnitBrief()
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True, help_text="Last day.")


class StudentApiFilter(ApiFilterSet):
    student_no = TextFilter()
    entry_year = YearFilter()
    status = df.ChoiceFilter(choices=StudentStatus.choices)
    major = TextFilter(field_name="major__code")
    unit = IdFilter(method="by_unit")
    changed_since = ChangedSince(
        (apps.get_model("students.StudentEvent"), "pgh_obj_id"), (_PLACEMENTS, "student_id")
    )

    def by_unit(self, rows: QuerySet[Student], _name: str, value: int) -> QuerySet[Student]:
        """Standing today in the unit or below it; by bed or branch only with the full record."""
        kind = Unit.objects.filter(pk=value).values_list("kind", flat=True).first()
        if kind in HIDDEN_KINDS:
            allowed = Student.objects.restrict(self.request.user, "see_record").order_by()
            rows = rows.filter(pk__in=allowed.values("pk"))
        return rows.filter(pk__in=standing_in(value, timezone.localdate()))


@extend_schema_view(
    list=extend_schema(
        summary="Students", parameters=PAGING,
        responses={200: page_of("Student", StudentShape), 400: INVALID},
    ),
    retrieve=extend_schema(summary="One student", parameters=ONE, responses={200: StudentShape, 404: MISSING}),
)  # fmt: skip
class Students(Resource):
    """Students in one's reach today; each part of a row by its own right."""

    model = Student
    see_action = "see_card"
    queryset = Student.objects.none()
    filterset_class = StudentApiFilter

    def rows(self, user: Any) -> QuerySet[Any]:
        return super().rows(user).select_related("major")

    def shape(self, user: Any, rows: list[Student]) -> list[dict[str, Any]]:
        ids = [student.pk for student in rows]
        groups = field_groups(user, ids)
        places = _places(ids)
        return [
            {
                "id": one.pk,
                "student_no": one.student_no,
                "name": one.name,
                "entry_year": one.entry_year,
                "status": one.status,
                "major": {"code": one.major.code, "name": one.major.name} if one.major else None,
                "school_class": places.get((one.pk, Tree.CLASS)),
                "academy": places.get((one.pk, Tree.ACADEMY)),
                "record": _record(one) if groups[one.pk].sight("record") == "clear" else None,
                "masked": _masked(one, groups[one.pk]),
            }
            for one in rows
        ]


def _places(ids: list[int]) -> dict[tuple[int, str], dict[str, Any]]:
    rows = Placement.objects.filter(
        standing(timezone.localdate()), student_id__any=ids, tree__in=_CARD_TREES
    ).select_related("unit")
    return {(row.student_id, row.tree): unit_brief(row.unit) for row in rows}


def _record(student: Student) -> dict[str, Any]:
    names = ("sex", "political_status", "born_on", "origin_region")
    return {name: getattr(student, name) for name in names}


def _masked(student: Student, groups: Groups) -> dict[str, str] | None:
    """Masked whatever the right: the clear form leaves one by one (students.fields)."""
    shown = {
        field.code: field.masked(student) if groups.sight(field.group) else ""
        for field in FIELDS.values()
    }
    is_open = any(groups.sight(field.group) for field in FIELDS.values())
    return shown if is_open else None


class PlacementFilter(ApiFilterSet):
    student = IdFilter(field_name="student_id")
    unit = IdFilter(field_name="unit_id")
    tree = df.ChoiceFilter(choices=Tree.choices)
    is_current = YesNoFilter(method="by_current")
    changed_since = ChangedSince((_PLACEMENTS, "pgh_obj_id"))

    def by_current(self, rows: QuerySet[Placement], _name: str, value: str) -> QuerySet[Placement]:
        today = standing(timezone.localdate())
        return rows.filter(today) if value == "true" else rows.exclude(today)


@extend_schema_view(
    list=extend_schema(
        summary="Placements", parameters=PAGING,
        responses={200: page_of("Placement", PlacementShape), 400: INVALID},
    ),
    retrieve=extend_schema(summary="One placement", parameters=ONE, responses={200: PlacementShape, 404: MISSING}),
)  # fmt: skip
class Placements(Resource):
    """Where students stand: today's class and academy with the card; earlier places, rooms and
    branches with the full record. A delta brings ended ones too."""

    model = Placement
    see_action = "see_card"
    queryset = Placement.objects.none()
    filterset_class = PlacementFilter

    def rows(self, user: Any) -> QuerySet[Any]:
        on_card = Q(standing(timezone.localdate()), tree__in=_CARD_TREES)
        full = Placement.objects.restrict(user, "see_record").order_by().values("pk")
        rows = super().rows(user).filter(on_card | Q(pk__in=full))
        return rows.select_related("unit", "student").only(
            "student__student_no", "student_id", "tree", "since", "until", "unit__kind",
            "unit__code", "unit__name",
        )  # fmt: skip

    def shape(self, user: Any, rows: list[Placement]) -> list[dict[str, Any]]:
        return [
            {
                "id": row.pk,
                "student_id": row.student_id,
                "student_no": row.student.student_no,
                "tree": row.tree,
                "unit": unit_brief(row.unit),
                "since": row.since,
                "until": row.until,
            }
            for row in rows
        ]
