"""Transfers, referrals and general fixes of the demo: some answered, some that wait for an account.

Written through the domain by the accounts themselves, days back; nothing is sent anywhere.
"""

import datetime as dt
import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from casework.domain.problems import open_problem, record_fix
from casework.domain.transitions import Receiver, accept_move, decline_move, finish_move, send_case
from casework.enums import Move
from casework.models import Case, CauseCode, CommonProblem, Transition
from cohorts.access import held_units
from cohorts.models import Unit
from portal.core.errors import DomainError
from portal.core.models import User

# sender, receiver (account or name of an office), kind, what became of it, days back, words
_SENT = [
    ("leader", "counsellor", Move.TRANSFER, "", 1,
     "该生已由学院谈话两次，日常跟进请接手，每周联系一次。"),
    ("counsellor", "adviser", Move.REQUEST, "", 2, "请协助核对该生近两周到课与作业情况。"),
    ("counsellor", "心理健康教育中心", Move.REFER, "", 1, "请评估是否需要安排咨询，本人已同意。"),
    ("counsellor", "学生资助管理中心", Move.REFER, "declined", 12,
     "请核对助学贷款续贷条件。"),
    ("counsellor", "adviser", Move.REQUEST, "done", 20, "请与任课教师商定补习安排。"),
]  # fmt: skip
_REASON = "续贷由校园地银行受理，请先转学生资助工作站"
_NOTE = "已与两位任课教师商定，每周三晚答疑，已参加三次。"
# cause, title, what is changed, proof of what is done already
_FIXES = [
    ("basis", "大类分流后专业基础课跟不上",
     "由学院安排每周两次基础课答疑，书院学业中心同步排班。", ""),
    ("attendance", "早八课程到课率偏低", "班委晨间提醒，书院调整晚归巡查时间。",
     "答疑与巡查安排已执行四周，10 月到课率统计表已存学院办公室。"),
]  # fmt: skip


def prepare_moves() -> int:
    """How many moves there are now; nothing when there were some already."""
    people = {one.username: one for one in User.objects.filter(is_demo=True)}
    if Transition.objects.exists():
        return 0
    made = sum(_send(people, number) for number in range(len(_SENT)))
    for number, _fix in enumerate(_FIXES):
        _mend(people, number)
    return made


def _send(people: dict[str, User], number: int) -> bool:
    name, to, kind, end, days, words = _SENT[number]
    sender = people.get(name)
    receiver = _receiver(people, to)
    if sender is None or receiver is None:
        return False
    mine = Case.objects.restrict(sender, "write_case").filter(closed_at=None)
    moved = Transition.objects.values("case_id")
    if name == "leader":
        mine = mine.filter(owner=sender)
    elif kind == Move.REFER:
        mine = mine.filter(entries__category__in=("PSYCH", "ECONOMIC"))
    for case in mine.exclude(pk__in=moved).order_by("pk").distinct()[:3]:
        try:
            with transaction.atomic():
                move = send_case(actor=sender, case=case, kind=kind, to=receiver, words=words)
                _answer(move, people.get(to), end)
                _date_back(move, days)
        except (DomainError, PermissionDenied):
            continue  # somebody without the right here, or who has left
        return True
    return False


def _receiver(people: dict[str, User], to: str) -> Receiver | None:
    if to in people:
        return Receiver(person=people[to])
    unit = Unit.objects.filter(kind="office", name=to, closed_on=None).first()
    return Receiver(unit=unit) if unit is not None else None


def _answer(move: Transition, by: User | None, end: str) -> None:
    if end == "declined":
        by = by or _staff_of(move)
        if by is not None:
            decline_move(actor=by, move=move, reason=_REASON)
    elif end == "done" and by is not None:
        finish_move(actor=by, move=accept_move(actor=by, move=move), note=_NOTE)


def _staff_of(move: Transition) -> User | None:
    posts = User.objects.filter(
        appointments__unit=move.to_unit, appointments__revoked_at=None,
        appointments__role__permissions__codename="do_task",
    )  # fmt: skip
    return posts.order_by("pk").first()


def _date_back(move: Transition, days: int) -> None:
    """Sent days ago, answered within two."""
    move.refresh_from_db()
    back = dt.timedelta(days=days)
    sent = move.asked_at - back
    answered = sent + dt.timedelta(days=min(2, days / 2))
    values = {"asked_at": sent, "due_at": move.due_at - back}
    for name in ("accepted_at", "declined_at"):
        if getattr(move, name) is not None:
            values[name] = answered
    if move.done_at is not None:
        values["done_at"] = answered + dt.timedelta(days=days / 2)
    Transition.objects.filter(pk=move.pk).update(**values)


def _mend(people: dict[str, User], number: int) -> None:
    code, title, fix, proof = _FIXES[number]
    leader, owner = people.get("leader"), people.get("counsellor")
    cause = CauseCode.objects.filter(pk=code, is_used=True).first()
    if leader is None or owner is None or cause is None:
        return
    unit = Unit.objects.filter(pk__in=held_units(leader, "manage_case")).order_by("pk").first()
    if unit is None:
        return
    day = timezone.localdate() + dt.timedelta(days=14)
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"problem:{code}")
    try:
        with transaction.atomic():
            one = open_problem(
                actor=leader, cause=cause, unit=unit, title=title, fix=fix, owner=owner,
                due_on=day, client_key=key,
            )  # fmt: skip
            if proof:
                record_fix(actor=owner, problem=one, proof=proof)
    except (DomainError, PermissionDenied):
        return
    back = dt.timedelta(days=40)
    rows = CommonProblem.objects.filter(pk=one.pk)
    rows.update(opened_at=one.opened_at - back)
    if proof:
        one.refresh_from_db()
        assert one.fixed_at is not None
        assert one.check_on is not None
        rows.update(fixed_at=one.fixed_at - back / 2, check_on=one.check_on - back / 2)
