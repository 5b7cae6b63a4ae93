"""Addresses of the student pages (design 7)."""

from django.urls import path

from students.views import (
    link_posts,
    links,
    movement,
    own,
    particulars,
    portrait,
    ratios,
    records,
    seen,
    students,
)

app_name = "students"
urlpatterns = [
    path("students/", students.student_list, name="list"),
    path("students/<str:student_no>/", portrait.portrait, name="portrait"),
    path("students/<str:student_no>/fields/<slug:field>/", particulars.open_field, name="field"),
    path(
        "students/<str:student_no>/records/<slug:kind>/new/", records.new_record, name="record_new"
    ),
    path(
        "students/<str:student_no>/records/<slug:kind>/<int:pk>/",
        records.edit_record,
        name="record_edit",
    ),
    path(
        "students/<str:student_no>/records/<slug:kind>/<int:pk>/open/",
        records.open_one,
        name="record_open",
    ),
    path(
        "students/<str:student_no>/records/<slug:kind>/<int:pk>/confirm/",
        records.confirm_one,
        name="record_confirm",
    ),
    path(
        "students/<str:student_no>/records/<slug:kind>/<int:pk>/end/",
        records.end_one,
        name="record_end",
    ),
    path("my/family/new/", records.my_contact_new, name="my_contact_new"),
    path("my/family/<int:pk>/", records.my_contact, name="my_contact"),
    path("students/<str:student_no>/seen/", seen.seen, name="seen"),
    path("students/<str:student_no>/move/", movement.move_student, name="move"),
    path("movement/", movement.movement_list, name="movements"),
    path("movement/split/", movement.split_majors, name="split"),
    path("movement/graduation/", movement.graduation, name="graduation"),
    path("movement/<int:pk>/withdraw/", movement.withdraw, name="withdraw"),
    path("my/", own.my_page, name="my"),
    path("ratios/", ratios.ratio_page, name="ratios"),
    path("ratios/<slug:code>/<int:pk>/", ratios.holder_page, name="ratio_people"),
    path("links/", links.link_home, name="links"),
    path("links/share/", links.share, name="link_share"),
    path("links/runs/<uuid:key>/", links.run_page, name="link_run"),
    path("links/runs/<uuid:key>/undo/", links.undo, name="link_undo"),
    path("links/people/<int:pk>/", links.person_page, name="link_person"),
    path("links/<int:pk>/end/", links.end, name="link_end"),
    path("links/cover/", link_posts.cover, name="link_cover"),
    path("links/cover/end/", link_posts.cover_end, name="link_cover_end"),
    path("links/posts/", link_posts.unit_posts, name="link_posts"),
    path("my/seen/", seen.my_seen, name="my_seen"),
]
