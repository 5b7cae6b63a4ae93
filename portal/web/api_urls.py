"""Addresses of the API (design 8: /api/v1/, /api/schema/)."""

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularJSONAPIView

from casework.api import Cases, FollowUps, Requests
from cohorts.api import Appointments, Tasks, Units
from portal.core.api.views import NoSuchResource, Resource
from students.api import Placements, Students


def _paths(place: str, resource: type[Resource], *, takes_in: bool = False) -> list[URLPattern]:
    """A list and one of it; ``takes_in``: new ones are sent to the address of the list."""
    name, whole = place.replace("-", "_"), {"get": "list"}
    if takes_in:
        whole["post"] = "create"
    one = resource.as_view({"get": "retrieve"})
    return [
        path(f"v1/{place}/", resource.as_view(whole), name=name),
        path(f"v1/{place}/<int:pk>/", one, name=f"{name}_one"),
    ]


app_name = "api"
urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    *_paths("students", Students),
    *_paths("placements", Placements),
    *_paths("units", Units),
    *_paths("appointments", Appointments),
    *_paths("cases", Cases),
    *_paths("follow-ups", FollowUps, takes_in=True),
    *_paths("tasks", Tasks),
    path("v1/tasks/<int:pk>/done/", Tasks.as_view({"post": "done"}), name="task_done"),
    *_paths("requests", Requests),
    path("v1/<path:rest>", NoSuchResource.as_view(), name="nothing"),
]
