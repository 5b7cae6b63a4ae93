"""Addresses of the student pages (design 7)."""

from django.urls import path

from students.views import own, portrait, students

app_name = "students"
urlpatterns = [
    path("students/", students.student_list, name="list"),
    path("students/<str:student_no>/", portrait.portrait, name="portrait"),
    path("students/<str:student_no>/phone/", portrait.show_phone, name="phone"),
    path("my/", own.my_page, name="my"),
]
