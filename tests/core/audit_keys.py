"""Writes of keys, reviews and closings, each with a call that succeeds."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from casework.domain import closing, keys, lowering, reviews
from casework.domain.finishing import finish_case
from casework.enums import Helped, Outcome, Source
from casework.models import AfterCheck, Case, CaseLevel, CaseReview, HelpFeedback, KeyRequest
from tests.world import World


def _level(code: str) -> CaseLevel:
    return CaseLevel.objects.get(pk=code)


def _request(w: World) -> KeyRequest:
    w.add_case("gu")
    return KeyRequest.objects.get()


def _reviewed(w: World) -> Case:
    case = w.add_case("gu", "ORANGE")
    _review(w, case)
    return case


def _review(w: World, case: Case) -> CaseReview:
    return reviews.record_review(
        actor=w.zhou, case=case, held_on=timezone.localdate(), level=_level("BLUE"),
        findings="到课稳定，情绪平稳",
    )  # fmt: skip


def _lowered(w: World) -> KeyRequest:
    case = _reviewed(w)
    return lowering.ask_lowering(
        actor=w.lin, entry=case.entries.get(), level=_level("YELLOW"), reason="连续两周到课"
    )


def _closed(w: World) -> Case:
    case = w.add_case("gu", at=timezone.now() - dt.timedelta(days=90), owner=w.zhou)
    finish_case(None, case, Outcome.SOLVED)
    return case


def _feedback(w: World) -> HelpFeedback:
    return HelpFeedback.objects.create(case=_closed(w), student=w.gu, asked_at=timezone.now())


CALLS: dict[str, Callable[[World], Callable[[], Any]]] = {
    "casework.domain.keys.put_request": lambda w: (lambda case: lambda: keys.put_request(
        actor=w.lin, request=KeyRequest(
            case=case, kind="close", outcome="solved", reason="目标达成",
            sides=["college", "academy"])))(w.add_case("gu")),
    "casework.domain.keys.turn_key": lambda w: (lambda one: lambda: keys.turn_key(
        actor=w.lin, request=one, side="college", verdict="agreed"))(_request(w)),
    "casework.domain.keys.withdraw_request": lambda w: (lambda one: lambda: (
        keys.withdraw_request(actor=w.lin, request=one, reason="需要再观察一段")))(_lowered(w)),
    "casework.domain.keys.remind_holders": lambda w: (lambda one: lambda: (
        keys.remind_holders(actor=w.zhou, request=one)))(_request(w)),
    "casework.domain.lowering.ask_lowering": lambda w: (lambda case: lambda: (
        lowering.ask_lowering(actor=w.lin, entry=case.entries.get(), level=_level("YELLOW"),
                              reason="连续两周到课")))(_reviewed(w)),
    "casework.domain.closing.ask_closing": lambda w: (lambda case: lambda: closing.ask_closing(
        actor=w.lin, case=case, outcome="referred", reason="已由医院接手治疗",
        evidence="医院回执与交接单"))(w.add_case("gu")),
    "casework.domain.closing.reopen_case": lambda w: (lambda case: lambda: closing.reopen_case(
        actor=w.lin, case=case, level=_level("YELLOW"), reason="再次出现缺课",
        source=Source.COUNSELLOR))(_closed(w)),
    "casework.domain.reviews.record_review": lambda w: (lambda case: lambda: _review(w, case))(
        w.add_case("gu")),
    "casework.domain.reviews.record_after_check": lambda w: (
        lambda check: lambda: reviews.record_after_check(
            actor=w.lin, check=check, is_reached=True, is_fine=True, note="当面谈过，状态稳定"))(
                AfterCheck.objects.get(case=_closed(w))),
    "casework.domain.reviews.answer_feedback": lambda w: (
        lambda asked: lambda: reviews.answer_feedback(
            actor=w.gu_account, feedback=asked, helped=Helped.MUCH))(_feedback(w)),
}  # fmt: skip
