"""Addresses of exports."""

from django.urls import path

from cohorts.views import exports

urlpatterns = [
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/<slug:kind>/", exports.new, name="export_new"),
    path("exports/<int:pk>/", exports.export_page, name="export"),
    path("exports/<int:pk>/progress/", exports.progress, name="export_progress"),
    path("exports/<int:pk>/decide/", exports.decide, name="export_decide"),
    path("exports/<int:pk>/withdraw/", exports.withdraw, name="export_withdraw"),
    path("exports/<int:pk>/file/", exports.download, name="export_file"),
]
