"""Reads of restricted records, written down once per page (design 5.12).

A view says what it is about to show; the rows are written together when the answer is ready, so a
page waits for one statement at most. The same person looking at the same record again within ten
minutes adds nothing. When the rows cannot be written the answer is not sent: there is no switch.
"""

import hashlib
import json
import time
from typing import Any

from django.core.cache import cache
from django.db import models
from redis.exceptions import RedisError

from portal.core import audit
from portal.core.access import key_of
from portal.core.models import User
from portal.core.scope import request_notes

# One line for a look, another look, a reload: what an auditor counts as one reading.
SECONDS = 600
# What a line says. Everything that begins like this is a reading, not a write.
PREFIX = "read_"


def note(user: Any, action: str, obj: models.Model, **detail: Any) -> None:
    """Write down that ``user`` is shown ``obj``. Outside a request the row is written at once."""
    notes = request_notes()
    if notes is None:
        audit.record(actor=user, action=action, obj=obj, **detail)
    else:
        notes.append((user, action, obj, detail))


def flush() -> None:
    """Write what this request noted, but for what stands in the trail already."""
    notes = request_notes()
    if not notes:
        return
    asked = {_key(*one): one for one in notes}
    notes.clear()
    known = _known(list(asked))
    fresh = [one for key, one in asked.items() if key not in known]
    if not fresh:
        return
    audit.record_reads(fresh)
    _remember([_key(*one) for one in fresh])


def _key(actor: User, action: str, obj: models.Model, detail: dict[str, Any]) -> str:
    what = json.dumps([str(obj.pk), detail], sort_keys=True)
    digest = hashlib.sha256(what.encode()).hexdigest()[:20]
    return f"read:{key_of(actor)}:{action}:{obj._meta.model_name}:{digest}"


# Until when a reading stands, by key: what the cache said once need not be asked again.
_near: dict[str, float] = {}
_MOST_NEAR = 20_000


def _known(keys: list[str]) -> set[str]:
    now = time.time()
    found = {key for key in keys if _near.get(key, 0.0) > now}
    asked = [key for key in keys if key not in found]
    if asked:
        try:
            told = cache.get_many(asked)
        except (RedisError, OSError):
            told = {}
        _keep_near(told)
        found |= {key for key, until in told.items() if until > now}
    return found


def _remember(keys: list[str]) -> None:
    until = dict.fromkeys(keys, time.time() + SECONDS)
    try:
        cache.set_many(until, SECONDS)
    except (RedisError, OSError):
        return  # the next look is written again: too many lines are better than too few
    _keep_near(until)


def _keep_near(until: dict[str, float]) -> None:
    if len(_near) > _MOST_NEAR:
        _near.clear()
    _near.update(until)
