"""Addresses of the API (design 8: /api/v1/, /api/schema/)."""

from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularJSONAPIView

from casework.api import Cases
from cohorts.api import Appointments, Units
from portal.core.api.views import NoSuchResource, Resource
from students.api import Placements, Students


def _paths(name: str, resource: type[Resource]) -> list[URLPattern]:
    return [
        path(f"v1/{name}/", resource.as_view({"get": "list"}), name=name),
        path(f"v1/{name}/<int:pk>/", resource.as_view({"get": "retrieve"}), name=f"{name}_one"),
    ]


app_name = "api"
urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    *_paths("students", Students),
    *_paths("placements", Placements),
    *_paths("units", Units),
    *_paths("appointments", Appointments),
    *_paths("cases", Cases),
    path("v1/<path:rest>", NoSuchResource.as_view(), name="nothing"),
]
