"""Writes of crises and of one account for several students, for the table of calls."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.crisis_enums import EndedAs, Hop
from casework.domain import crises, crisis_end, group_log
from casework.enums import Channel
from casework.models import Crisis
from tests.world import World


def _raised(w: World) -> Crisis:
    crisis = crises.open_crisis(actor=w.lu, student=w.gu)
    crises.add_step(actor=w.zhou, crisis=crisis, kind=Hop.REACHED)
    return crisis


def _back(w: World, crisis: Crisis) -> Crisis:
    return crisis_end.hand_back(
        actor=w.zhou, crisis=crisis, to=w.zhou, ended_as=EndedAs.SAFE,
        advice="今晚由室友陪同，明早当面见一次。",
        review_on=timezone.localdate() + dt.timedelta(days=1),
    )  # fmt: skip


CRISES: dict[str, Callable[[World], Callable[[], Any]]] = {
    "casework.domain.crises.open_crisis": lambda w: lambda: crises.open_crisis(
        actor=w.lu, student=w.gu),
    "casework.domain.crises.add_step": lambda w: (lambda crisis: lambda: crises.add_step(
        actor=w.zhou, crisis=crisis, kind=Hop.STAYS))(_raised(w)),
    "casework.domain.crisis_end.hand_back": lambda w: (lambda crisis: lambda: _back(w, crisis))(
        _raised(w)),
    "casework.domain.crisis_end.review_crisis": lambda w: (
        lambda crisis: lambda: crisis_end.review_crisis(
            actor=w.lin, crisis=crisis, lessons="值班电话接通及时，交接清楚。"))(_back(w, _raised(w))),
    "casework.domain.group_log.log_group": lambda w: lambda: group_log.log_group(
        actor=w.zhou, students=[w.gu], channel=Channel.FACE,
        content="班会上谈了期中考试的安排与复习办法。", batch_key=uuid.uuid4()),
}  # fmt: skip
