"""The portal's addresses and the two floors, which exist here only."""

from django.urls import path

from bench import floors
from portal.urls import urlpatterns as portal_urls

urlpatterns = [
    path("bench/f1", floors.f1, name="bench-f1"),
    path("bench/f2", floors.f2, name="bench-f2"),
    *portal_urls,
]
