"""Addresses of the party side (design 7)."""

from django.urls import path

from partybranch.views import apply, board, branches, files, own, steps

app_name = "party"
urlpatterns = [
    path("development/", board.development_board, name="board"),
    path("development/new/", apply.new_application, name="new"),
    path("development/former/", apply.former_file, name="former"),
    path("development/<int:pk>/", files.development_page, name="file"),
    path("development/<int:pk>/steps/<int:number>/", steps.record, name="step"),
    path("development/<int:pk>/steps/<int:number>/papers/", steps.papers, name="papers"),
    path("development/<int:pk>/book/", steps.entry, name="entry"),
    path("development/<int:pk>/notice/", steps.notice, name="notice"),
    path("development/<int:pk>/decide/", steps.decision, name="decide"),
    path("development/<int:pk>/review/", files.review_page, name="review"),
    path("branches/", branches.branch_list, name="branches"),
    path("branches/<int:pk>/", branches.branch_page, name="branch"),
    path("branches/<int:pk>/members/new/", branches.new_member, name="new_member"),
    path("party-members/<int:pk>/move/", branches.member_move, name="move_member"),
    path("my/development/", own.my_development, name="my"),
]
