"""The chain: a sealer takes the digests of new entries and links them to what was sealed before.

Writers insert and go; only sealers wait for each other. Entries become visible in the order of
their commits, not of their numbers, so a seal names the ids it holds and a late one joins the
next seal.
"""

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from portal.core.auditlog import checkpoint
from portal.core.auditlog.text import DIGEST
from portal.core.models import AuditSeal

log = logging.getLogger(__name__)

GENESIS = bytes(32)
BATCH = 5000
# A transaction that is longer than this is found by the nightly pass, which looks back further.
LOOK_BACK = dt.timedelta(minutes=30)
NIGHTLY_LOOK_BACK = dt.timedelta(days=3)
_LOCK = 814_017

_UNSEALED = f"""
    SELECT e.id, {DIGEST}, e.content_hash FROM core_auditentry e
     WHERE (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
       AND NOT e.id <@ coalesce((
             SELECT range_agg(s.ids) FROM core_auditseal s
              WHERE %(since)s::timestamptz IS NULL OR s.made_at >= %(since)s::timestamptz - interval '1 hour'),
             '{{}}'::int8multirange)
     ORDER BY e.id LIMIT %(limit)s
"""


def seal(*, look_back: dt.timedelta | None = LOOK_BACK, batch: int = BATCH) -> int:
    """Seal what is committed and not sealed yet; returns how many entries.

    ``look_back`` None looks at the whole table. Two sealers at once: the second does nothing.
    """
    done = 0
    while True:
        count = _seal_batch(look_back, batch)
        done += count
        if count < batch:
            return done


@transaction.atomic
def _seal_batch(look_back: dt.timedelta | None, batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = AuditSeal.objects.order_by("-no").defer("digests").first()
        since = last.made_at - look_back if last and look_back is not None else None
        cursor.execute(_UNSEALED, {"since": since, "limit": batch})
        rows = cursor.fetchall()
    if not rows:
        return 0
    for pk, digest, kept in rows:
        if bytes(digest) != bytes(kept or b""):
            # Changed between writing and sealing: verify_audit names it for ever, see there.
            log.critical("Audit entry %s is not what was written.", pk)
    new = AuditSeal(
        no=last.no + 1 if last else 1,
        made_at=timezone.now(),
        ids=to_ranges(pk for pk, _digest, _kept in rows),
        count=len(rows),
        # What was written counts, so that a change before sealing shows as well.
        digests=b"".join(bytes(kept or digest) for _pk, digest, kept in rows),
        prev_hash=bytes(last.hash) if last else GENESIS,
    )
    new.hash = link(new)
    new.signature = sign(new.hash)
    new.save(force_insert=True)
    transaction.on_commit(lambda: checkpoint.move_to(new.no, new.hash))
    return len(rows)


def link(seal: AuditSeal) -> bytes:
    """The hash of a seal: its heading and the hash before, then one digest after the other."""
    made = int(seal.made_at.timestamp() * 1_000_000)
    head = f"{seal.no}|{made}|{seal.count}|{seal.ids}|".encode()
    value = hashlib.sha256(bytes(seal.prev_hash) + head).digest()
    digests = bytes(seal.digests)
    for start in range(0, len(digests), 32):
        value = hashlib.sha256(value + digests[start : start + 32]).digest()
    return value


def sign(value: bytes) -> bytes:
    return hmac.new(_keys()[0], value, hashlib.sha256).digest()


def is_signed(value: bytes, signature: bytes) -> bool:
    """By the present key or one that was retired and is still listed."""
    return any(
        hmac.compare_digest(hmac.new(key, value, hashlib.sha256).digest(), bytes(signature))
        for key in _keys()
    )


def _keys() -> list[bytes]:
    """Keys of the seals, newest first: made from the keys of the encrypted columns."""
    return [
        hmac.new(key.encode(), b"audit seal", hashlib.sha256).digest()
        for key in settings.FIELD_KEYS
    ]


def to_ranges(ids: Iterable[int]) -> str:
    """Ascending ids as PostgreSQL writes a multirange: ``{[1,4),[6,7)}``."""
    runs: list[list[int]] = []
    for pk in ids:
        if runs and runs[-1][1] == pk:
            runs[-1][1] = pk + 1
        else:
            runs.append([pk, pk + 1])
    return "{" + ",".join(f"[{low},{high})" for low, high in runs) + "}"


def from_ranges(text: str) -> Iterator[int]:
    for part in text.strip("{}").replace(" ", "").split("),"):
        if part:
            low, high = part.strip("[)").split(",")
            yield from range(int(low), int(high))
