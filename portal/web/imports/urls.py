"""Addresses below /imports/."""

from django.urls import path

from portal.web.imports import files, views

app_name = "imports"
urlpatterns = [
    path("", views.overview, name="list"),
    path("new/<slug:code>/", views.start, name="start"),
    path("new/<slug:code>/template.xlsx", files.template, name="template"),
    path("<uuid:key>/", views.job_page, name="job"),
    path("<uuid:key>/progress/", views.progress, name="progress"),
    path("<uuid:key>/confirm/", views.confirm, name="confirm"),
    path("<uuid:key>/discard/", views.discard, name="discard"),
    path("<uuid:key>/errors.xlsx", files.errors, name="errors"),
]
