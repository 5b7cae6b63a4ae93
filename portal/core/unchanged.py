"""Numbers that need not be counted anew until something was written.

The history triggers write one row for every change of a tracked table, bulk work included. So
the newest history rows name a state of the data, and a number counted in that state stays right
as long as it lasts.

Numbers of history rows are drawn before they are committed, so a write still under way could
commit below a number already seen. A number is therefore kept only when the state was read while
no write was under way: every later write then draws a higher number.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

from portal.core.rows import fetch

T = TypeVar("T")
_SECONDS = 900
_QUIET = """NOT EXISTS (SELECT 1 FROM pg_stat_activity
 WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database())"""


# The same once more in this process: what is right for a state stays right.
_near: dict[str, Any] = {}
_MOST_NEAR = 2_000


def _keep_near(name: str, value: Any) -> None:
    if value is None:
        return
    if len(_near) >= _MOST_NEAR:
        _near.clear()
    _near[name] = value


def state_column(tables: Sequence[str]) -> str:
    """SQL of one text value that names the present state of the history ``tables``. A table that is
    only ever added to needs no history and is named with its key (``audit_entry.id``)."""
    named = (table.partition(".") for table in tables)
    newest = ", ".join(f"(SELECT max({key or 'pgh_id'}) FROM {table})" for table, _, key in named)
    return f"concat_ws('-', {newest})"


def kept_in_state(key: str, state: str, tables: Sequence[str], make: Callable[[], T]) -> T:
    """``make()`` as it was in this ``state`` of ``tables``; read from there by the caller, in the
    statement whose rows the number stands beside."""
    name = f"state:{key}:{state}"
    found: Any = _near.get(name)
    if found is None:
        try:
            found = cache.get(name)
        except (RedisError, OSError):
            found = None
        _keep_near(name, found)
    if found is not None:
        return found  # type: ignore[no-any-return]
    now, is_quiet = fetch(f"SELECT {state_column(tables)}, {_QUIET}", [])[0]
    made = make()
    if is_quiet:
        try:
            cache.set(f"state:{key}:{now}", made, _SECONDS)
        except (RedisError, OSError):
            return made
    return made
