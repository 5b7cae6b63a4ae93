"""Addresses of the sealed area; the student's number comes last, since it matches every word."""

from django.urls import path

from casework.views import hours, screenings, sealed_crisis, sealed_desk, sealed_file, supervision

urlpatterns = [
    path("sealed/", sealed_desk.desk_page, name="sealed"),
    path("sealed/find/", sealed_desk.find, name="sealed_find"),
    path("sealed/open/", sealed_desk.open_new, name="sealed_open"),
    path("sealed/counts/", sealed_desk.counts, name="sealed_counts"),
    path("sealed/rounds/", screenings.round_list, name="rounds"),
    path("sealed/rounds/<int:pk>/", screenings.round_page, name="round"),
    path("sealed/rounds/<int:pk>/results/", screenings.add_results, name="round_results"),
    path("sealed/rounds/<int:pk>/template/", screenings.round_template, name="round_template"),
    path("sealed/hours/", hours.slots, name="slots"),
    path("sealed/hours/<int:pk>/withdraw/", hours.withdraw, name="withdraw_slot"),
    path("sealed/bookings/<int:pk>/came/", hours.presence, name="booking_came"),
    path("sealed/bookings/<int:pk>/cancel/", hours.cancel, name="booking_cancel"),
    path("sealed/supervision/", supervision.supervision, name="supervision"),
    path("sealed/supervision/<int:pk>/", supervision.session_page, name="supervision_session"),
    path("sealed/certificates/", supervision.certificate, name="certificate"),
    path("sealed/notes/<int:pk>/", sealed_file.note_page, name="sealed_note"),
    path("sealed/notes/<int:pk>/destroy/", sealed_file.destroy, name="sealed_destroy"),
    path("sealed/own/<str:student_no>/", sealed_file.own_notes, name="sealed_own"),
    path("sealed/<str:student_no>/", sealed_file.file_page, name="sealed_file"),
    path("sealed/<str:student_no>/crisis/", sealed_crisis.crisis, name="sealed_crisis"),
    path("sealed/<str:student_no>/notes/", sealed_file.add_note, name="sealed_add"),
    path("sealed/<str:student_no>/attention/", sealed_file.attention, name="sealed_attention"),
    path("sealed/<str:student_no>/advice/", sealed_file.advice, name="sealed_advice"),
    path("sealed/<str:student_no>/sheet/", sealed_file.sheet, name="sealed_sheet"),
    path("cases/<int:pk>/sealed/", sealed_file.case_notes, name="sealed_case"),
    path("my/care/", hours.my_care, name="my_care"),
    path("my/care/<int:pk>/cancel/", hours.my_cancel, name="my_care_cancel"),
]
