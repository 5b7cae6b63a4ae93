"""Writes around posts for the table of tests/core/test_audit.py."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from cohorts.domain import appointments, blocks, handover, letters, renewals
from cohorts.models import PostBlock
from tests.world import World


def _block(w: World) -> Any:
    block = PostBlock(
        person=w.nobody, covers=["tutor"], reason="师德考核不合格", starts_on=dt.date(2026, 9, 1)
    )
    return blocks.block_person(actor=w.sec, block=block)


def _dated(w: World) -> Any:
    return appointments.end_appointment(
        actor=None, post=w.posts["lu"], ends_on=dt.date(2028, 8, 31)
    )


def _paper(w: World) -> Any:
    return handover.propose_handover(
        actor=w.sec, post=w.posts["lu"], receivers={}, successor=w.nobody
    )


POSTS: dict[str, Callable[[World], Callable[[], Any]]] = {
    "cohorts.domain.blocks.block_person": lambda w: lambda: _block(w),
    "cohorts.domain.blocks.lift_block": lambda w: (
        (lambda block: lambda: blocks.lift_block(actor=w.sec, block=block))(_block(w))),
    "cohorts.domain.letters.issue_letters": lambda w: lambda: letters.issue_letters(
        actor=w.sec, posts=[w.posts["lu"]]),
    "cohorts.domain.renewals.renew_posts": lambda w: (
        (lambda post: lambda: renewals.renew_posts(
            actor=w.sec, posts=[post], ends_on=dt.date(2029, 8, 31)))(_dated(w))),
    "cohorts.domain.handover.propose_handover": lambda w: lambda: _paper(w),
    "cohorts.domain.handover.sign_handover": lambda w: (
        (lambda paper: lambda: handover.sign_handover(actor=w.nobody, handover=paper))(_paper(w))),
    "cohorts.domain.handover.decline_handover": lambda w: (
        (lambda paper: lambda: handover.decline_handover(
            actor=w.nobody, handover=paper, reason="外出"))(_paper(w))),
    "cohorts.domain.handover.withdraw_handover": lambda w: (
        (lambda paper: lambda: handover.withdraw_handover(actor=w.sec, handover=paper))(
            _paper(w))),
}  # fmt: skip
