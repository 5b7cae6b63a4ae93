"""Parts of a page that depend on the address and the language alone, rendered once per process.

A list page is mostly rows; its search box, chips, table heads and pager say the same whenever the
same address is opened. Only what names no person and carries no token may be kept here.
"""

from functools import partial
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_MOST = 2_000
_shells: dict[tuple[Any, ...], SafeString] = {}
_lock = Lock()


def shell(
    request: HttpRequest, template: str, context: dict[str, Any], *key: Any, keep: bool = True
) -> SafeString:
    """``template`` for this address; ``key`` names what else it shows, all of it hashable.

    ``keep`` False renders it for this request alone: what was typed, or words that only this
    reader may know.
    """
    write = partial(render_to_string, template, {**context, "request": request})
    if settings.DEBUG or not keep:
        return write()
    name = (template, get_language(), request.get_full_path(), *key)
    found = _shells.get(name)
    if found is None:
        found = write()
        with _lock:
            if len(_shells) >= _MOST:
                _shells.clear()
            _shells[name] = found
    return found
