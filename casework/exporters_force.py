"""Letters of duty for a task force (专班): who does what, from when; the student is a number.

A letter lies on desks: it names the case, never the student, the category or the level.
"""

from collections.abc import Sequence

from django.utils import timezone

from casework.enums import WriteLevel
from casework.models import Case, Seat
from cohorts.exporters.letters import day_words

_RIGHTS = {WriteLevel.WRITE: "参与跟进并填写记录", WriteLevel.READ: "查阅个案并完成所承担的步骤"}


def duty_letters(case: Case, seats: Sequence[Seat]) -> list[dict[str, str]]:
    """The lines of each letter. The words are Chinese whatever the language of the screen."""
    issuer = case.lead_unit.name if case.lead_unit else "学生工作专班"
    found = []
    for seat in seats:
        until = f"至{day_words(seat.ends_on)}" if seat.ends_on else "起，至个案销号之日止"
        found.append(
            {
                "title": "专班任务书",
                "to": f"{seat.person.name}同志：",
                "body": f"请您参加个案{case.number}“一人一策一专班”，承担{seat.duty}，"
                f"{_RIGHTS[WriteLevel(seat.write_level)]}，期限自{day_words(seat.starts_on)}{until}。"
                "请严格保守学生隐私，个案内容不得外传。",
                "close": "特此通知。",
                "issuer": issuer,
                "day": day_words(timezone.localdate()),
                "number": f"编号：{case.number}-{seat.pk}",
            }
        )
    return found
