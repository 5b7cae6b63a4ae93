"""Addresses of the API of casework, of reminders and of the calendar."""

import datetime as dt
from typing import Any

from django.utils import timezone

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from portal.core.domain.calendars import make_address
from tests.web.addresses import EVERYBODY, Address
from tests.world import World

LU_WORDS = "约好下周再看课表"
EMPTY: dict[str, str] = {}
CARE = "lin zhou he jiang"
NO_STUDENTS = "qian psy sys sec aud nobody gu_account"
TALKERS = f"{CARE} shen lu wang han gao"
TALK = {"client_key": "{new_key}", "student_no": "{no_gu}", "channel": "face",
        "content": "约定周五一起看课表与作业安排。"}  # fmt: skip
POST_ONLY = {"api:task_done"}
ROWS = [
    Address("api:follow_ups", ok=TALKERS, denied=NO_STUDENTS,
            shows=dict.fromkeys(CARE.split(), "{words}"),
            hides={**dict.fromkeys(EVERYBODY.split(), "{note_words}"), "lu": '{words} {note_words} "case_id":{case},',
                   "shen": "{no_gu} {note_words}"}),
    # Whoever may not see a case does not learn that a talk of his own belongs to it.
    Address("api:follow_ups", query="?case={case}", ok=TALKERS, denied=NO_STUDENTS,
            shows={"zhou": "{words} {lu_words}"}, hides={"shen": "{words}", "lu": "{lu_words}"}),
    Address("api:follow_ups_one", "{talk}", ok=CARE, denied=NO_STUDENTS),
    Address("api:follow_ups_one", "{note}", denied=NO_STUDENTS),
    Address("api:follow_ups", post=EMPTY, unread=TALKERS.replace(" han", ""), denied=f"han {NO_STUDENTS}"),
    Address("api:follow_ups", post=TALK, is_json=True, made=TALKERS.replace(" shen", "").replace(" han", ""),
            denied=f"han {NO_STUDENTS}"),
    Address("api:tasks", ok=EVERYBODY,
            shows=dict.fromkeys(["lin", "lu", "jiang", "han", "gao"], "核对考勤表"),
            hides=dict.fromkeys(["shen", "wang", "he", "psy", "nobody"], "核对考勤表")),
    Address("api:tasks", query="?box=units", ok=EVERYBODY, shows={"jiang": "核对考勤表"},
            hides={"lu": "走访", "shen": "核对考勤表"}),
    Address("api:tasks_one", "{task}", ok="lin lu jiang han gao"),
    Address("api:task_done", "{task}", post=EMPTY, denied="lin jiang han gao", unread="lu"),
    Address("api:requests", ok=EVERYBODY, shows=dict.fromkeys(["lu", "gu_account", "he"], "{asked_words}"),
            hides=dict.fromkeys(["zhou", "shen", "lin", "nobody"], "{asked_words}")),
    Address("api:requests_one", "{request}", ok="lu gu_account he"),
    Address("web:reminders", ok=EVERYBODY, free="one's own rhythm and numbers of one's own pages"),
    Address("web:reminders", bad=EVERYBODY, post=EMPTY, free="one's own rhythm"),
    Address("web:calendar", ok=EVERYBODY, free="whether one has an address"),
    Address("web:calendar", away=EVERYBODY, post={"act": "revoke"}, free="one's own address"),
    Address("web:calendar_feed", "{calendar}", ok=EVERYBODY, others=200, is_public=True,
            free="opens to whoever knows the secret; names nobody"),
    Address("web:calendar_feed", "wrong", is_public=True, free="names nothing"),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    log_follow_up(
        actor=world.lu, student=world.gu, channel=Channel.FACE, content=LU_WORDS,
        happened_at=timezone.now() - dt.timedelta(days=2),
    )  # fmt: skip
    return {"calendar": make_address(actor=world.zhou)[1], "lu_words": LU_WORDS}
