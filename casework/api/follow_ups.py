"""Talks for other systems: read what the pages show of general ones, and write one down.

Notes kept to the task force stay in the portal. Whether a talk belongs to a case is told to those
only who may see the case.
"""

from typing import Any

import django_filters as df
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel, Confidentiality, Risk
from casework.models import Case, FollowUp
from cohorts.api import PersonBrief
from portal.core.access import reaches_any
from portal.core.api.filters import ApiFilterSet, ChangedSince, DayFilter, IdFilter, YesNoFilter
from portal.core.api.inputs import Body, ClientKey, Flag, words
from portal.core.api.schema import CONFLICT, INVALID, MISSING, ONE, PAGING, UNREADABLE, page_of
from portal.core.api.views import Resource
from students.models import Student

from .cases import StudentBrief


class FollowUpShape(serializers.Serializer):
    id = serializers.IntegerField()
    student = StudentBrief()
    case_id = serializers.IntegerField(allow_null=True, help_text="Only with the right to it.")
    author = PersonBrief()
    author_role = serializers.CharField(allow_blank=True)
    happened_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    channel = serializers.ChoiceField(Channel.choices)
    place = serializers.CharField(allow_blank=True)
    minutes = serializers.IntegerField(allow_null=True)
    content = serializers.CharField(allow_blank=True)
    risk = serializers.ChoiceField(Risk.choices)
    next_on = serializers.DateField(allow_null=True)
    needs_report = serializers.BooleanField()
    is_real = serializers.BooleanField(help_text="Has content, so it counts as a contact.")
    version = serializers.IntegerField()


class FollowUpBody(Body):
    """One talk. ``client_key`` is yours: sent again with the same words it is the same record."""

    client_key = ClientKey()
    student_no = words(20)
    channel = serializers.ChoiceField(Channel.choices)
    content = words(4000, trim_whitespace=False)
    happened_at = serializers.DateTimeField(
        required=False, default_timezone=timezone.get_default_timezone()
    )
    next_on = serializers.DateField(required=False, allow_null=True)
    needs_report = Flag(required=False)


class FollowUpKept(serializers.Serializer):
    id = serializers.IntegerField()
    client_key = serializers.UUIDField()
    recorded_at = serializers.DateTimeField()


class FollowUpApiFilter(ApiFilterSet):
    student = IdFilter(field_name="student_id")
    case = IdFilter(method="by_case")
    channel = df.ChoiceFilter(choices=Channel.choices)
    is_real = YesNoFilter(method="by_real")
    from_day = DayFilter(method="by_first")
    to_day = DayFilter(method="by_last")
    changed_since = ChangedSince((apps.get_model("casework.FollowUpEvent"), "pgh_obj_id"))

    def by_case(self, rows: "QuerySet[FollowUp]", _name: str, value: int) -> Any:
        """Of a case that the caller may not see nothing is told, not even which talks are its."""
        seen = Case.objects.restrict(self.request.user, "see_case").filter(pk=value)
        return rows.filter(case__in=seen.order_by().values("pk"))

    def by_real(self, rows: "QuerySet[FollowUp]", _name: str, value: str) -> Any:
        return rows.filter(is_real=value == "true")

    def by_first(self, rows: "QuerySet[FollowUp]", _name: str, value: Any) -> Any:
        return rows.filter(happened_at__date__gte=value)

    def by_last(self, rows: "QuerySet[FollowUp]", _name: str, value: Any) -> Any:
        return rows.filter(happened_at__date__lte=value)


@extend_schema_view(
    list=extend_schema(
        summary="General talks, calls and visits", parameters=PAGING,
        responses={200: page_of("FollowUp", FollowUpShape), 400: INVALID},
    ),
    retrieve=extend_schema(
        summary="One talk", parameters=ONE, responses={200: FollowUpShape, 404: MISSING}
    ),
    create=extend_schema(
        summary="Write a talk down, once for each client_key", request=FollowUpBody,
        responses={200: FollowUpKept, 201: FollowUpKept, 400: INVALID, 404: MISSING, 409: CONFLICT,
                   415: UNREADABLE},
    ),
)  # fmt: skip
class FollowUps(Resource):
    """Talks in one's reach. Writing needs ``see_card`` and ``log_talk``; 200 instead of 201 says
    that the record was there already."""

    http_method_names = [*Resource.http_method_names, "post"]
    model = FollowUp
    see_action = "see_talks"
    queryset = FollowUp.objects.none()
    filterset_class = FollowUpApiFilter

    def rows(self, user: Any) -> "QuerySet[Any]":
        found = super().rows(user).filter(confidentiality=Confidentiality.GENERAL)
        return found.select_related("student", "author").defer("student__id_cipher")

    def shape(self, user: Any, rows: list[FollowUp]) -> list[dict[str, Any]]:
        cases = {row.case_id for row in rows} - {None}
        seen = Case.objects.restrict(user, "see_case").filter(pk__in=cases).order_by()
        known = set(seen.values_list("pk", flat=True)) if cases else set()
        return [
            {
                "id": row.pk,
                "student": {"id": row.student_id, "student_no": row.student.student_no,
                            "name": row.student.name},
                "case_id": row.case_id if row.case_id in known else None,
                "author": {"number": row.author.username, "name": row.author.name},
                **{name: getattr(row, name) for name in (
                    "author_role", "happened_at", "recorded_at", "channel", "place", "minutes",
                    "content", "risk", "next_on", "needs_report", "is_real", "version")},
            }
            for row in rows
        ]  # fmt: skip

    def create(self, request: Request) -> Response:
        user: Any = request.user
        if not reaches_any(Student, user, "log_talk"):
            raise PermissionDenied(_("Neither your posts nor this token let you log talks."))
        body = FollowUpBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        student = Student.objects.get_for(user, "log_talk", student_no=values.pop("student_no"))
        key = values["client_key"]
        was_there = FollowUp.objects.filter(client_key=key).exists()
        made = log_follow_up(actor=user, student=student, **values)
        kept = {"id": made.pk, "client_key": str(key), "recorded_at": made.recorded_at}
        return Response(kept, status=200 if was_there else 201)
