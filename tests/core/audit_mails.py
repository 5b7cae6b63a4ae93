"""Writes around mails and calendars for the table of tests/core/test_audit.py."""

from collections.abc import Callable
from typing import Any

from portal.core.domain import calendars, mails
from portal.core.models import CalendarAddress
from tests.world import World


def _rhythm(w: World) -> Any:
    return mails.set_rhythm(actor=w.zhou, every="daily", hour=7)


def _address(w: World) -> CalendarAddress:
    return calendars.make_address(actor=w.zhou)[0]


MAILS: dict[str, Callable[[World], Callable[[], Any]]] = {
    "portal.core.domain.mails.set_rhythm": lambda w: lambda: _rhythm(w),
    "portal.core.domain.mails.drop_rhythm": lambda w: (
        (lambda _kept: lambda: mails.drop_rhythm(actor=w.zhou))(_rhythm(w))),
    "portal.core.domain.mails.set_address": lambda w: (
        lambda: mails.set_address(actor=w.zhou, email="zhou@example.edu")),
    "portal.core.domain.calendars.make_address": lambda w: lambda: _address(w),
    "portal.core.domain.calendars.revoke_address": lambda w: (
        (lambda one: lambda: calendars.revoke_address(actor=w.zhou, address=one))(_address(w))),
}  # fmt: skip
