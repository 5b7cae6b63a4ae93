"""Addresses of requests."""

from django.urls import path

from casework.views import request_acts, requests

urlpatterns = [
    path("my/requests/", requests.my_requests, name="my_requests"),
    path("my/requests/new/", requests.my_new, name="my_request_new"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/new/", requests.new, name="request_new"),
    path("requests/board/", requests.request_board, name="request_board"),
    path("requests/codes/", request_acts.codes, name="codes"),
    path("requests/codes/print/", request_acts.code_sheets, name="code_sheets"),
    path("requests/codes/<int:pk>/revoke/", request_acts.revoke_code, name="revoke_code"),
    path("requests/<int:pk>/", requests.request_page, name="request"),
    path("requests/<int:pk>/<slug:move>/", request_acts.act, name="request_act"),
    path("report/<slug:code>/", requests.report, name="report"),
]
