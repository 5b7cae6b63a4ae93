"""All addresses. Each app brings its own list; the design names the stable ones."""

from django.contrib import admin
from django.urls import include, path

from portal.core import health
from portal.core.first_words import app_addresses

urlpatterns = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/", include("portal.web.api_urls")),
    app_addresses("portal.web.urls"),
    path("imports/", include("portal.web.imports.urls")),
    app_addresses("cohorts.urls"),
    app_addresses("students.urls"),
    app_addresses("partybranch.urls"),
    app_addresses("casework.urls"),
]

handler403 = "portal.web.views.errors.denied"
handler404 = "portal.web.views.errors.missing"
