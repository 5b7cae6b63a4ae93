"""Addresses of casework (design 7)."""

from django.urls import include, path

from casework.urls_crisis import crisis_paths
from casework.urls_ledger import ledger_paths
from casework.urls_plan import plan_paths
from casework.views import (
    case,
    case_acts,
    cases,
    closing,
    exceptions,
    keys,
    log_batch,
    log_shell,
    problems,
    quick_log,
    record,
    silence,
    transitions,
)

app_name = "casework"
urlpatterns = [
    path("log/", quick_log.log, name="log"),
    path("log/batch/", log_batch.log_batch, name="log_batch"),
    path("log/shell/", log_shell.shell, name="log_shell"),
    path("log/worker.js", log_shell.worker, name="log_worker"),
    path("log/students/", quick_log.pick, name="pick"),
    path("log/next/", quick_log.next_chips, name="next_chips"),
    path("silence/", silence.silence, name="silence"),
    path("cases/", cases.case_list, name="cases"),
    path("cases/<int:pk>/", case.case_page, name="case"),
    path("cases/<int:pk>/records/", case.add_record, name="add_record"),
    path("cases/<int:pk>/assign/", case_acts.assign, name="assign"),
    path("cases/<int:pk>/raise/", case_acts.escalate, name="raise"),
    path("cases/<int:pk>/glass/", exceptions.glass, name="glass"),
    path("cases/<int:pk>/glass/close/", exceptions.end_glass, name="end_glass"),
    path("cases/<int:pk>/locks/", exceptions.locks, name="locks"),
    path("cases/<int:pk>/locks/<int:lock>/end/", exceptions.end_lock, name="end_lock"),
    path("cases/<int:pk>/transfer/", transitions.send, name="send"),
    path("moves/", transitions.moves, name="moves"),
    path("moves/accept/", transitions.accept_many, name="accept_moves"),
    path("moves/<int:pk>/", transitions.move_page, name="move"),
    path("problems/", problems.problems, name="problems"),
    path("problems/new/", problems.new_problem, name="new_problem"),
    path("problems/<int:pk>/", problems.problem_page, name="problem"),
    path("cases/enter/<str:student_no>/", closing.enter, name="enter"),
    path("cases/<int:pk>/keys/", keys.case_keys, name="case_keys"),
    path("cases/<int:pk>/lower/", keys.lower, name="lower"),
    path("cases/<int:pk>/review/", closing.review, name="review"),
    path("cases/<int:pk>/close/", closing.close, name="close"),
    path("cases/<int:pk>/reopen/", closing.reopen, name="reopen"),
    path("keys/", keys.key_list, name="keys"),
    path("keys/<int:pk>/", keys.key, name="key"),
    path("keys/<int:pk>/withdraw/", keys.withdraw, name="key_withdraw"),
    path("keys/<int:pk>/remind/", keys.remind, name="key_remind"),
    path("rechecks/", closing.rechecks, name="rechecks"),
    path("rechecks/<int:pk>/", closing.recheck, name="recheck"),
    path("my/word/", closing.my_word, name="my_word"),
    *ledger_paths,
    *crisis_paths,
    *plan_paths,
    path("records/<int:pk>/", case_acts.correct, name="correct"),
    path("records/<int:pk>/full/", record.record, name="record"),
    path("", include("casework.urls_requests")),
    path("", include("casework.urls_sealed")),
]
