"""Addresses of plans and task forces."""

from django.urls import path

from casework.views import force, plans, study_help

plan_paths = [
    path("analysis/help/", study_help.study_help, name="study_help"),
    path("cases/<int:pk>/plan/", plans.plan, name="plan"),
    path("cases/<int:pk>/plan/edit/", plans.edit, name="plan_edit"),
    path("cases/<int:pk>/plan/steps/", plans.new_step, name="plan_new_step"),
    path("cases/<int:pk>/plan/steps/<int:step>/", plans.step, name="plan_step"),
    path("cases/<int:pk>/plan/steps/<int:step>/drop/", plans.end_step, name="plan_end_step"),
    path("cases/<int:pk>/force/", force.force, name="force"),
    path("cases/<int:pk>/force/propose/", force.seat_proposed, name="force_propose"),
    path("cases/<int:pk>/force/seats/<int:seat>/", force.change, name="seat"),
    path("cases/<int:pk>/force/seats/<int:seat>/end/", force.end, name="seat_end"),
    path("cases/<int:pk>/force/letters/<slug:kind>/", force.letters, name="force_letters"),
]
