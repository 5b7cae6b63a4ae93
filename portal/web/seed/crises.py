"""Crises of the invented school: nights that are over, with their steps, and numbers to call.

Written by the models and not by COPY: few rows. None runs: its clock would run for ever.
"""

import datetime as dt
from typing import Any

import pgtrigger
from django.db.models import F

from casework.crisis_enums import EndedAs, Hop, Part
from casework.models import CallLine, Case, Crisis, CrisisHop
from casework.queries.call_list import Callee, call_list

from .timeline import Timeline, moment

# Days back, hour and minute; minutes to the first action and to the end; how it ended.
NIGHTS = [
    (47, 22, 30, 12, 190, EndedAs.SAFE, True),
    (21, 23, 55, 8, 265, EndedAs.HOSPITAL, True),
    (9, 19, 10, 27, 120, EndedAs.ALARM, True),
    (2, 22, 5, 15, 150, EndedAs.SAFE, False),
]
PLACES = ["宿舍楼六层天台门口", "东操场看台", "图书馆北门", "宿舍房间"]
WORDS = ["室友来电，联系不上本人", "情绪激动，室友在旁", "家长来电称失去联系", "同学转来的消息"]
ADVICE = [
    "今晚由室友和值班辅导员陪同，明早八点面谈；建议就诊，家长已知情。",
    "已由家长陪同在院，辅导员每日联系一次；返校前双方会商。",
    "核实为误报：学生手机没电，在图书馆自习，已当面见到。",
    "室友陪同，热线号码已给本人；两天内安排一次面谈。",
]
LESSONS = [
    "到场及时，陪同未中断；值班电话需张贴到楼层。",
    "与医院衔接顺畅；保卫处夜间号码更新后已重新核对。",
    "首联用时偏长：先打本人电话，再逐层上报。",
]
# Invented numbers of the two duty rooms.
NUMBERS = {Part.SECURITY: "029-5550 0110", Part.AFFAIRS: "029-5550 0120"}


def seed_crises(times: Timeline) -> None:
    """One crisis for each night, about students whose red case stood open by then."""
    for part, phone in NUMBERS.items():
        CallLine.objects.filter(unit=None, part=part, phone="").update(phone=phone, note="24 小时")
    red = Case.objects.filter(closed_at=None, level_id="RED").select_related("student", "level")
    cases = list(red.order_by("id")[: len(NIGHTS)])
    for number, (case, night) in enumerate(zip(cases, NIGHTS, strict=False)):
        _night(case, number, night, times)


def _night(case: Case, number: int, night: tuple[Any, ...], times: Timeline) -> None:
    days, hour, minute, first, whole, ended, is_reviewed = night
    at = moment(times.today - dt.timedelta(days=days), hour, minute)
    people = [one for one in call_list(case.student, case) if one.person_id is not None]
    if not people or case.raised_by_id is None:
        return
    opener, end = people[0], at + dt.timedelta(minutes=whole)
    review_on = (end + dt.timedelta(days=3)).date()
    crisis = Crisis.objects.create(
        student=case.student, case=case, opened_by_id=opener.person_id, opened_at=at,
        place=PLACES[number], words=WORDS[number],
        first_due_at=at + dt.timedelta(hours=case.level.first_action_hours),
        first_action_at=at + dt.timedelta(minutes=first),
        handed_at=end, handed_by_id=opener.person_id, handed_to_id=opener.person_id,
        ended_as=ended, advice=ADVICE[number], review_on=review_on,
        reviewed_at=moment(review_on, 15) if is_reviewed else None,
        reviewed_by_id=opener.person_id if is_reviewed else None,
        lessons=LESSONS[number] if is_reviewed else "",
    )  # fmt: skip
    CrisisHop.objects.bulk_create(_steps(crisis, people, first, ended))
    # Written down in the same minute, not on the day of the seeding.
    with pgtrigger.ignore("casework.CrisisHop:keep_crisis_hop"):
        crisis.hops.update(recorded_at=F("at"))


def _steps(crisis: Crisis, people: list[Callee], first: int, ended: str) -> list[CrisisHop]:
    opener = people[0].person_id

    def step(kind: str, minutes: float, **more: Any) -> CrisisHop:
        at = crisis.opened_at + dt.timedelta(minutes=minutes)
        return CrisisHop(crisis=crisis, kind=kind, at=at, **{"by_id": opener, **more})

    told = [step(Hop.TOLD, 0, by_id=None, person_id=one.person_id, part=one.part) for one in people]
    steps = [step(Hop.OPENED, 0, words=crisis.words), *told]
    if ended == EndedAs.ALARM:
        steps.append(step(Hop.REACHED, first))
    else:
        steps += [
            step(Hop.TOLD, 4, part=Part.SECURITY, who="校园 110（保卫处值班室）"),
            step(Hop.ARRIVED, first, person_id=opener),
            step(Hop.STAYS, first + 1, person_id=opener),
            step(Hop.FAMILY, first + 25, part=Part.FAMILY, who="母亲"),
            step(Hop.HOSPITAL if ended == EndedAs.HOSPITAL else Hop.SAFE, first + 70),
        ]
    end = crisis.handed_at or crisis.opened_at
    steps.append(CrisisHop(crisis=crisis, kind=Hop.HANDED, at=end, by_id=opener, person_id=opener))
    if crisis.reviewed_at is not None:
        steps.append(
            CrisisHop(crisis=crisis, kind=Hop.REVIEWED, at=crisis.reviewed_at, by_id=opener)
        )
    return steps
