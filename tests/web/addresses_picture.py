"""Addresses of the picture and of questions to teachers.

zhou asked ``nobody``, who has no post, about gu: ``{input}`` waits, ``{input_done}`` was answered by
shen, ``{input_late}`` is past its day and was wang's.
"""

import datetime as dt
from typing import Any

from django.utils import timezone

from students.domain.inputs import answer_input, ask_teacher
from students.models import TeacherInput
from tests.web.addresses import Address
from tests.world import World

EMPTY: dict[str, str] = {}
POST_ONLY: set[str] = set()
KEEP = "lin zhou he jiang lu wang"  # read the record and write talks into it
ANSWER, QUESTION = "作业认真独立完成", "实验课上表现如何"
ASKED = {
    "teacher": "shen",
    "question": "课堂表现如何",
    "due_on": "{tomorrow}",
    "client_key": "{new_key}",
}
ROWS = [
    Address("students:picture", "{no_gu}", ok=f"{KEEP} han", denied="gao",
            shows={"zhou": f"{ANSWER} 红色", "lu": ANSWER},
            hides={"lu": "红色 13800001234", "wang": "红色", "han": ANSWER}),
    Address("students:picture", "{no_ye}", ok="han jiang", denied="gao"),
    Address("students:input_ask", "{no_gu}", ok=KEEP, denied="han gao"),
    Address("students:input_ask", "{no_gu}", bad=KEEP, denied="han gao", post=EMPTY),
    # The first one asks shen; to the others he has an open question already.
    Address("students:input_ask", "{no_gu}", away="lin", bad=KEEP.removeprefix("lin "),
            denied="han gao", post=ASKED),
    Address("students:input_answer", "{input}", ok="nobody", shows={"nobody": QUESTION},
            hides={"nobody": "{no_gu} 化工2301"}),
    Address("students:input_answer", "{input}", bad="nobody", post=EMPTY),
    Address("students:input_answer", "{input}", away="nobody", post={"advice": "多练习"}),
    Address("students:input_answer", "{input_done}"),
    Address("students:input_answer", "{input_late}"),
]  # fmt: skip


def known(world: World, found: dict[str, Any]) -> dict[str, Any]:
    day = timezone.localdate() + dt.timedelta(days=3)
    rows = {
        name: ask_teacher(
            actor=world.zhou, student=world.gu, teacher=world.people[key], question=QUESTION,
            due_on=day,
        )
        for name, key in (("input", "nobody"), ("input_done", "shen"), ("input_late", "wang"))
    }  # fmt: skip
    answer_input(actor=world.shen, row=rows["input_done"], words={"learning": ANSWER})
    late = TeacherInput.objects.filter(pk=rows["input_late"].pk)
    late.update(due_on=timezone.localdate() - dt.timedelta(days=1))
    return {name: row.pk for name, row in rows.items()}
