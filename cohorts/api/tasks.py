"""Tasks for other systems: what the inbox shows, and reporting one done."""

from typing import Any

import django_filters as df
from django.apps import apps
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cohorts.domain.task_acts import complete_task
from cohorts.enums import TaskState
from cohorts.models import Task
from cohorts.queries.tasks import BOXES, STATES, box_rows, in_state, titles
from cohorts.task_sources import sources
from portal.core.api.filters import ApiFilterSet, ChangedSince, TextFilter
from portal.core.api.inputs import Body, words
from portal.core.api.schema import CONFLICT, INVALID, MISSING, ONE, PAGING, UNREADABLE, page_of
from portal.core.api.views import Resource

from .units import PersonBrief, UnitBrief, unit_brief


class TaskShape(serializers.Serializer):
    id = serializers.IntegerField()
    title = serializers.CharField(help_text="What it is about, as far as you may know.")
    source = serializers.CharField()
    state = serializers.ChoiceField(TaskState.choices)
    owner = PersonBrief(allow_null=True)
    unit = UnitBrief(allow_null=True)
    given_by = PersonBrief(allow_null=True)
    given_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    first_due_on = serializers.DateField()
    done_at = serializers.DateTimeField(allow_null=True)
    verified_at = serializers.DateTimeField(allow_null=True)
    dropped_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class DoneBody(Body):
    """By what one sees that it is done. With ``version`` only if nobody changed it since."""

    evidence = words(1000)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class TaskApiFilter(ApiFilterSet):
    box = df.ChoiceFilter(choices=[(box, box) for box in BOXES], method="by_box")
    state = df.ChoiceFilter(choices=[(state, state) for state in STATES], method="by_state")
    source = TextFilter(field_name="source")
    changed_since = ChangedSince((apps.get_model("cohorts.TaskEvent"), "pgh_obj_id"))

    def by_box(self, rows: "QuerySet[Task]", _name: str, value: str) -> Any:
        return rows.filter(pk__in=box_rows(self.request.user, value).order_by().values("pk"))

    def by_state(self, rows: "QuerySet[Task]", _name: str, value: str) -> Any:
        return rows.filter(in_state(value))


def _person(person: Any) -> dict[str, str] | None:
    return person and {"number": person.username, "name": person.name}


@extend_schema_view(
    list=extend_schema(
        summary="Tasks", parameters=PAGING,
        responses={200: page_of("Task", TaskShape), 400: INVALID},
    ),
    retrieve=extend_schema(
        summary="One task", parameters=ONE, responses={200: TaskShape, 404: MISSING}
    ),
)  # fmt: skip
class Tasks(Resource):
    """Tasks in one's reach: own ones, those one gave or checks, those of one's units, and those
    that come from what one may see. Reporting needs ``do_task``; twice is once."""

    http_method_names = [*Resource.http_method_names, "post"]
    model = Task
    see_action = "see_task"
    queryset = Task.objects.none()
    filterset_class = TaskApiFilter

    def rows(self, user: Any) -> "QuerySet[Any]":
        return super().rows(user).select_related("owner", "unit", "given_by")

    def shape(self, user: Any, rows: list[Task]) -> list[dict[str, Any]]:
        about = titles(user, [(row.pk, row.source, row.source_id, row.text) for row in rows])
        known = {one.code for one in sources()}
        return [
            {
                "id": row.pk,
                "title": about[row.pk].title,
                "source": row.source if row.source in known else "",
                "owner": _person(row.owner),
                "unit": row.unit and unit_brief(row.unit),
                "given_by": _person(row.given_by),
                **{name: getattr(row, name) for name in (
                    "state", "given_at", "due_on", "first_due_on", "done_at", "verified_at",
                    "dropped_at", "version")},
            }
            for row in rows
        ]  # fmt: skip

    @extend_schema(
        summary="Report a task done", parameters=ONE, request=DoneBody,
        responses={200: TaskShape, 400: INVALID, 404: MISSING, 409: CONFLICT, 415: UNREADABLE},
    )  # fmt: skip
    def done(self, request: Request, pk: int) -> Response:
        user: Any = request.user
        task = Task.objects.get_for(user, "do_task", pk)
        body = DoneBody(data=request.data)
        body.is_valid(raise_exception=True)
        complete_task(actor=user, task=task, **body.validated_data)
        row = self.rows(user).get(pk=pk)
        return Response(self.shape(user, [row])[0])
