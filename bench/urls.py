"""The portal's addresses and the floors, which exist here only."""

from django.urls import path

from bench import floors
from portal.urls import urlpatterns as portal_urls

urlpatterns = [
    path("bench/f1", floors.f1, name="bench-f1"),
    path("bench/f2", floors.f2, name="bench-f2"),
    path("bench/lean-f1", floors.lean_f1, name="bench-lean-f1"),
    path("bench/lean-f2", floors.lean_f2, name="bench-lean-f2"),
    *portal_urls,
]
