"""What belongs to one web request and ends with it: reach lists and the caller's address."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.utils import timezone

T = TypeVar("T")
_reach: ContextVar[dict[Any, Any] | None] = ContextVar("reach", default=None)
_ip: ContextVar[str | None] = ContextVar("ip", default=None)
_notes: ContextVar[list[Any] | None] = ContextVar("notes", default=None)


@contextmanager
def request_scope(ip: str | None) -> Iterator[None]:
    """Open the cache of reach lists for one request. Outside a request nothing is kept."""
    reach_token, ip_token, notes_token = _reach.set({}), _ip.set(ip), _notes.set([])
    try:
        yield
    finally:
        _reach.reset(reach_token)
        _ip.reset(ip_token)
        _notes.reset(notes_token)


def remembered(key: Any, make: Callable[[], T]) -> T:
    """``make()``, kept for the rest of this request; computed every time outside a request."""
    cache = _reach.get()
    if cache is None:
        return make()
    if key not in cache:
        cache[key] = make()
    value: T = cache[key]
    return value


def is_keeping() -> bool:
    """Whether a request is open, for the rest of which values are kept."""
    return _reach.get() is not None


def is_remembered(key: Any) -> bool:
    return key in (_reach.get() or ())


def recalled(key: Any) -> Any:
    """What is remembered under this name; None where there is nothing."""
    return (_reach.get() or {}).get(key)


def today() -> dt.date:
    """The local day, looked up once a request: the rule asks for it with every question."""
    return remembered("today", timezone.localdate)


def hand_over(key: Any, value: Any) -> None:
    """Lay something down for the one who ``take``s it later in this request."""
    cache = _reach.get()
    if cache is not None:
        cache[key] = value


def take(key: Any) -> Any:
    """What was handed over under this name, once; None when nothing was."""
    cache = _reach.get()
    return None if cache is None else cache.pop(key, None)


def forget_reach() -> None:
    """Drop the lists after rights or placements changed within this request."""
    cache = _reach.get()
    if cache is not None:
        cache.clear()


def request_notes() -> list[Any] | None:
    """What this request has to write down when its answer is ready; None outside a request."""
    return _notes.get()


def current_ip() -> str | None:
    return _ip.get()
