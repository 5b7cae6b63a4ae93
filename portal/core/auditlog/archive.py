"""Old months leave the table for files; their seals stay, so the chain goes on through them.

A file is one line an entry: the text that is hashed (see ``text``), ascending by number, gzipped.
It is checked line by line against the seals before the rows go.
"""

import datetime as dt
import gzip
import hashlib
import os
from bisect import bisect_right
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.auditlog import chain, checkpoint, partitions
from portal.core.auditlog.text import CONTENT
from portal.core.errors import DomainError
from portal.core.models import AuditArchive, AuditSeal, User

ARCHIVE_LOCK = 814_018


class Store:
    """The archived entries as the check needs them: one file at a time in memory."""

    def __init__(self, *, without: bool = False) -> None:
        self.faults: list[str] = []
        self._without = without
        self._spans: list[tuple[int, int, AuditArchive]] = []
        for kept in AuditArchive.objects.all():
            for low, high in _spans(kept.ids):
                self._spans.append((low, high, kept))
        self._spans.sort(key=lambda span: span[0])
        self._lows = [low for low, _high, _kept in self._spans]
        self._open: tuple[int, dict[int, bytes]] = (0, {})
        self._told: set[int] = set()

    def holds(self, pk: int) -> bool:
        return self._file(pk) is not None

    def is_absent(self, pk: int) -> bool:
        """Kept elsewhere, as the caller said: not a fault."""
        kept = self._file(pk)
        return bool(self._without and kept and not path_of(kept).exists())

    def digest(self, pk: int) -> bytes | None:
        kept = self._file(pk)
        if kept is None:
            return None
        if self._open[0] != kept.pk:
            self._open = (kept.pk, self._read(kept))
        return self._open[1].get(pk)

    def _file(self, pk: int) -> AuditArchive | None:
        index = bisect_right(self._lows, pk) - 1
        if index < 0 or pk >= self._spans[index][1]:
            return None
        return self._spans[index][2]

    def _read(self, kept: AuditArchive) -> dict[int, bytes]:
        path = path_of(kept)
        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() != kept.sha256:
                self._tell(kept, _("The file %(file)s is not the one that was archived."))
            return dict(_lines(gzip.decompress(content)))
        except (OSError, EOFError, ValueError):
            self._tell(kept, _("The file %(file)s is missing or cannot be read."))
            return {}

    def _tell(self, kept: AuditArchive, text: str) -> None:
        if kept.pk not in self._told:
            self._told.add(kept.pk)
            self.faults.append(text % {"file": kept.name})


def path_of(kept: AuditArchive) -> Path:
    return Path(settings.AUDIT_DIR) / kept.name


def keep_from(today: dt.date | None = None) -> dt.date:
    """The first day that stays in the table: months of the setting, six at least (rulebook 8.2)."""
    months = max(int(settings.AUDIT_KEEP_MONTHS), 6)
    return partitions.later((today or timezone.localdate()).replace(day=1), -months)


def archive_before(day: dt.date, *, actor: User | None = None) -> list[AuditArchive]:
    """Write the months that ended before ``day`` to files and take them from the table.

    ``day`` later than the retention allows is a DomainError. A month whose entries do not agree
    with their seals stays and raises DomainError: what is broken is evidence.
    """
    if day > keep_from():
        raise DomainError(
            _("Entries are kept for %(n)s months at least: nothing after %(day)s may leave.")
            % {"n": max(int(settings.AUDIT_KEEP_MONTHS), 6), "day": keep_from()}
        )
    partitions.make_ahead()
    chain.seal(look_back=None)
    return [
        kept
        for month in partitions.months_before(day)
        if (kept := _archive_month(month, actor)) is not None
    ]


@transaction.atomic
def _archive_month(month: dt.date, actor: User | None) -> AuditArchive | None:
    table = partitions.name_of(month)
    with connection.cursor() as cursor:
        # No check reads a half of it, and no entry slips in between reading and dropping.
        cursor.execute("SET LOCAL lock_timeout = '20s'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ARCHIVE_LOCK])
        cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        cursor.execute(f"SELECT e.id, {CONTENT} FROM {table} e ORDER BY e.id")
        rows = cursor.fetchall()
    kept = None
    if rows:
        ids = [pk for pk, _text in rows]
        content = "".join(f"{text}\n" for _pk, text in rows).encode()
        _check(ids, content)
        kept = _write(month, ids, gzip.compress(content, mtime=0))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE core_auditentry DETACH PARTITION {table}")
        cursor.execute(f"DROP TABLE {table}")
    if kept is not None:
        audit.record(actor=actor, action="archive_audit", obj=kept, count=kept.count)
    return kept


def _check(ids: list[int], content: bytes) -> None:
    found = dict(_lines(content))
    wanted: dict[int, bytes] = {}
    seals = AuditSeal.objects.extra(
        where=["ids && %s::int8multirange"], params=[chain.to_ranges(ids)]
    )
    for seal in seals.order_by("no").iterator(chunk_size=50):
        digests = bytes(seal.digests)
        for index, pk in enumerate(chain.from_ranges(seal.ids)):
            wanted[pk] = digests[index * 32 : index * 32 + 32]
    for pk in ids:
        if found.get(pk) != wanted.get(pk):
            raise DomainError(
                _("Entry %(entry)s does not agree with its seal: run verify_audit first.")
                % {"entry": pk}
            )


def _write(month: dt.date, ids: list[int], content: bytes) -> AuditArchive:
    part = AuditArchive.objects.filter(month=month).count() + 1
    name = f"audit-{month:%Y-%m}-{part}.jsonl.gz"
    path = checkpoint.folder() / name
    fresh = path.with_suffix(".part")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)  # a failure after this leaves a file that the next run replaces
    return AuditArchive.objects.create(
        month=month, part=part, name=name, ids=chain.to_ranges(ids), count=len(ids),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _lines(content: bytes) -> list[tuple[int, bytes]]:
    """Number and digest of each line: the number is the first item of its list."""
    found = []
    for line in content.splitlines():
        number = line[1 : line.index(b",")]
        found.append((int(number), hashlib.sha256(line).digest()))
    return found


def _spans(text: str) -> list[tuple[int, int]]:
    parts = [part for part in text.strip("{}").split("),") if part]
    return [(int(low), int(high)) for low, high in (p.strip("[)").split(",") for p in parts)]
