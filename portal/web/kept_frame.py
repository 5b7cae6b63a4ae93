"""The frame as markup, kept for a person: rendered once a minute at most, filled on every page.

Rendering asks some ten statements (rights, counts, posts) and runs a dozen templates; filling is
one read from the cache. What is kept goes stale with the version of the person
(``portal.core.freshness``: own writing, notices, posts), with the day, and after a minute, which
bounds the age of counts that others change.
"""

import datetime as dt
from functools import lru_cache
from typing import Any, TypedDict

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from redis.exceptions import RedisError

from portal.core.access import key_of
from portal.core.freshness import EVERYONE, version_key
from portal.core.ui.slots import cut, slot
from portal.web.queries.navigation import frame_values

_SECONDS = 60


class Kept(TypedDict):
    """Cut markup by piece, the values it was rendered from, and the state it belongs to."""

    state: tuple[Any, ...]
    before: list[str]
    switcher: list[str]
    bottom: list[str]
    bell: SafeString
    finder: SafeString
    values: dict[str, Any]


def kept_frame(user: Any, day: dt.date) -> Kept:
    """The frame of ``user`` in the active language; one read when it is kept."""
    key = f"frame:{key_of(user)}:{get_language()}"
    versions = [version_key(user.pk), EVERYONE]
    found = _read([key, *versions])
    # What the account itself says needs no version: the row is read on every page anyway.
    state = (day, *map(found.get, versions), user.username, user.name, user.title, user.is_staff)
    kept: Kept | None = found.get(key)
    if kept is None or kept["state"] != state:
        kept = _make(user, day, state)
        _write(key, kept)
    return kept


@lru_cache(maxsize=16)
def _constant(name: str, _language: str | None) -> SafeString:
    return render_to_string(f"layout/{name}.html")


def constant(name: str) -> SafeString:
    """A piece of ``layout/`` that is the same for everyone; fresh each time while developing."""
    if settings.DEBUG:
        return render_to_string(f"layout/{name}.html")
    return _constant(name, get_language())


def _make(user: Any, day: dt.date, state: tuple[Any, ...]) -> Kept:
    values = frame_values(user, day)
    shown = values | {
        "user": user,
        "nav_sections": [
            {"label": section["label"], "items": [_entry(item) for item in section["items"]]}
            for section in values["nav_sections"]
        ],
        "unit_choices": [
            {**one, "current": slot(f"unit:{one['pk']}")} for one in values["unit_choices"]
        ],
        "current_unit": {"label": slot("unit")},
        "unit_switcher": slot("switcher"),
        "data_as_of": slot("as_of"),
        "page_path": slot("path"),
        "csrf_token": slot("csrf"),
        "bottom": {word: slot(f"bottom:{word}") for word in ("today", "log", "students", "me", "own")},
    }  # fmt: skip

    def piece(name: str) -> SafeString:
        return render_to_string(f"layout/{name}.html", shown)

    return {
        "state": state,
        "before": cut(piece("_before")),
        "switcher": cut(piece("_switcher")),
        "bottom": cut(piece("_bottom")),
        "bell": piece("_bell"),
        "finder": piece("_finder"),
        "values": values,
    }


def _entry(item: dict[str, Any]) -> dict[str, Any]:
    code = item["code"]
    return {**item, "css": slot(f"nav-css:{code}"), "current": slot(f"nav:{code}")}


def _read(keys: list[str]) -> dict[str, Any]:
    try:
        return cache.get_many(keys)
    except (RedisError, OSError):
        return {}  # pages are slower without the cache, not gone


def _write(key: str, kept: Kept) -> None:
    try:
        cache.set(key, kept, _SECONDS)
    except (RedisError, OSError):
        return
