"""Addresses of crises."""

from django.urls import path

from casework.views import crises, crisis

crisis_paths = [
    path("crises/", crises.crisis_list, name="crises"),
    path("crises/new/", crises.alarm, name="alarm"),
    path("crises/new/students/", crises.alarm_pick, name="alarm_pick"),
    path("crises/<int:pk>/", crisis.crisis_page, name="crisis"),
    path("crises/<int:pk>/live/", crisis.crisis_live, name="crisis_live"),
    path("crises/<int:pk>/phone/", crisis.crisis_phone, name="crisis_phone"),
    path("crises/<int:pk>/hand-back/", crisis.crisis_hand_back, name="crisis_hand_back"),
    path("crises/<int:pk>/review/", crisis.crisis_review, name="crisis_review"),
]
