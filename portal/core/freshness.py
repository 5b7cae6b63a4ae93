"""Whether something kept for one person is still good: a number that changes with what they see.

What is kept for a person (the frame of the pages) is stored together with the version that was
read before it was made, and is good only while that version stands. Changing the version after
the write therefore also shuts out what another request was making from the state before.
"""

import logging
import secrets
from collections.abc import Iterable

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# Longer than anything is kept that leans on a version.
_SECONDS = 3600
EVERYONE = "fresh:all"


def version_key(user_id: int) -> str:
    """Key in the cache under which this person's version stands."""
    return f"fresh:{user_id}"


def renew(people: Iterable[int] | None) -> None:
    """What is kept for these people (None: for everyone) is stale now, and once more when the
    transaction under way is committed, since others cannot see its rows before."""
    keys = [EVERYONE] if people is None else [version_key(pk) for pk in people]
    if not keys:
        return

    def change() -> None:
        try:
            cache.set_many({key: secrets.token_hex(6) for key in keys}, _SECONDS)
        except (RedisError, OSError):
            # The write itself stands; what was kept is not read either while the cache is away.
            log.warning("The cache did not take note that something changed.", exc_info=True)

    change()
    if transaction.get_connection().in_atomic_block:
        transaction.on_commit(change)
