"""Addresses of the party side (design 7)."""

from django.urls import path

from partybranch.views import (
    apply,
    board,
    branches,
    dues,
    elections,
    files,
    life,
    life_forms,
    own,
    steps,
)

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
    path("branches/life/", life.board, name="life_board"),
    path("branches/dues/", dues.board, name="dues_board"),
    path("branches/<int:pk>/", branches.branch_page, name="branch"),
    path("branches/<int:pk>/members/new/", branches.new_member, name="new_member"),
    path("branches/<int:pk>/life/", life.branch_life, name="life"),
    path("branches/<int:pk>/life/new/", life_forms.new_event, name="new_event"),
    path("branches/<int:pk>/elections/", elections.election_list, name="elections"),
    path("branches/<int:pk>/elections/new/", elections.new_election, name="new_election"),
    path("elections/<int:pk>/approve/", elections.approve, name="approve_election"),
    path("branches/<int:pk>/dues/", dues.branch_dues, name="dues"),
    path("branches/<int:pk>/dues/new/", dues.enter, name="enter_dues"),
    path("branches/<int:pk>/dues/<int:member>/", dues.rate, name="dues_rate"),
    path("dues/<int:pk>/take-back/", dues.take_back, name="take_back_dues"),
    path("my/dues/", dues.mine, name="my_dues"),
    path("branch-events/<int:pk>/", life.event_page, name="event"),
    path("branch-events/<int:pk>/edit/", life_forms.edit_event, name="edit_event"),
    path("branch-events/<int:pk>/withdraw/", life_forms.withdraw, name="withdraw_event"),
    path("branch-events/<int:pk>/vote/", life_forms.vote, name="vote"),
    path("branch-events/<int:pk>/grades/", life_forms.grades, name="grades"),
    path("branch-events/<int:pk>/record.docx", life.event_minutes, name="minutes"),
    path("party-members/<int:pk>/move/", branches.member_move, name="move_member"),
    path("my/development/", own.my_development, name="my"),
]
