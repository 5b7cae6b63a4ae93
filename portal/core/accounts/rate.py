"""How often something may be asked for: counted in the cache, by windows."""

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_to_wait(what: str, who: str, rate: str) -> int:
    """0 when ``who`` may ask once more; else how long to wait. ``rate`` is such as ``60/hour``.

    While the cache is away nobody is kept waiting.
    """
    number, _slash, period = rate.partition("/")
    window = _SECONDS[period[:1]]
    now = int(time.time())
    key = f"rate:{what}:{who}:{now // window}"
    try:
        cache.add(key, 0, window)
        asked = cache.incr(key)
    except (RedisError, OSError, ValueError):
        log.debug("The cache is away; nothing is counted.")
        return 0
    return window - now % window if asked > int(number) else 0
