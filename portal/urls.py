"""All addresses. Each app brings its own list; the design names the stable ones."""

from django.contrib import admin
from django.urls import include, path

from portal.core import health

urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("portal.web.api_urls")),
    path("", include("portal.web.urls")),
    path("imports/", include("portal.web.imports.urls")),
    path("", include("cohorts.urls")),
    path("", include("students.urls")),
    path("", include("partybranch.urls")),
    path("", include("casework.urls")),
]

handler403 = "portal.web.views.errors.denied"
handler404 = "portal.web.views.errors.missing"
