"""Checking the chain: every seal by its link and signature, every entry by its digest."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.auditlog import archive, checkpoint
from portal.core.auditlog.chain import GENESIS, from_ranges, is_signed, link
from portal.core.auditlog.text import DIGEST
from portal.core.models import AuditSeal

# Younger entries may wait for the sealer; older ones say that it does not run.
SEALED_WITHIN = dt.timedelta(minutes=15)

_ROWS = f"""
    SELECT e.id, {DIGEST} FROM core_auditentry e
     WHERE e.id >= %(low)s AND e.id < %(high)s AND e.id <@ %(ids)s::int8multirange
"""
# With a checked start, entries that are younger than its neighbours; else all.
_AFTER = """coalesce((SELECT max(upper(ids)) FROM core_auditseal
                       WHERE no BETWEEN %(start)s - 100 AND %(start)s), 0)"""
_UNSEALED = f"""
    SELECT e.id, e.content_hash = {DIGEST}, e.at FROM core_auditentry e
     WHERE NOT e.id <@ coalesce((SELECT range_agg(ids) FROM core_auditseal
                                  WHERE no >= %(start)s - 100), '{{}}'::int8multirange)
       AND e.id >= {_AFTER}
     ORDER BY e.id
"""
_DOUBLE = f"""
    SELECT e.id FROM core_auditentry e WHERE e.id >= {_AFTER}
     GROUP BY e.id HAVING count(*) > 1 ORDER BY e.id LIMIT 1
"""


@dataclass(frozen=True)
class Fault:
    """``seal`` is the link, ``entry`` the row; either may be unknown (0)."""

    seal: int
    entry: int
    text: str

    def __str__(self) -> str:
        where = _("entry %(entry)s, seal %(seal)s") % {"entry": self.entry, "seal": self.seal}
        return f"{where}: {self.text}" if self.entry or self.seal else self.text


@dataclass
class Report:
    """``faults`` in the order of the chain; ``warnings`` break nothing."""

    seals: int = 0
    entries: int = 0
    archived: int = 0
    unsealed: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@transaction.atomic
def verify(*, only_new: bool = False, without_archive: bool = False) -> Report:
    """Check the whole chain, or with ``only_new`` what came after the last good check.

    The seals before are then trusted by their signatures. Archived entries are read from their
    files; ``without_archive`` says that those are kept elsewhere, and checks their seals only.
    """
    report = Report()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [archive.ARCHIVE_LOCK])
    note = _note(report)
    start = note.checked if note and only_new else 0
    store = archive.Store(without=without_archive)
    last = _walk(report, start, store)
    report.faults += [Fault(0, 0, text) for text in store.faults]
    if note is not None:
        _compare(report, note)
    _check_table(report, start)
    if last is not None and not report.faults:
        checkpoint.mark_checked(last.no, bytes(last.hash))
    return report


def _note(report: Report) -> checkpoint.Checkpoint | None:
    try:
        return checkpoint.read()
    except ValueError as error:
        text = _("The note beside the database is damaged or not ours: %(file)s")
        report.faults.append(Fault(0, 0, text % {"file": error}))
        return None


def _walk(report: Report, start: int, store: "archive.Store") -> AuditSeal | None:
    last: AuditSeal | None = None
    seen = start - 1 if start else 0
    for seal in _seals(start):
        if seal.no != seen + 1:
            gone = _("Seals %(first)s to %(last)s are missing.")
            report.faults.append(Fault(seal.no, 0, gone % {"first": seen + 1, "last": seal.no - 1}))
        elif last is None and not start and bytes(seal.prev_hash) != GENESIS:
            report.faults.append(Fault(seal.no, 0, _("The chain does not begin here.")))
        elif last is not None and bytes(seal.prev_hash) != bytes(last.hash):
            report.faults.append(Fault(seal.no, 0, _("It does not follow the seal before.")))
        if link(seal) != bytes(seal.hash) or not is_signed(bytes(seal.hash), seal.signature):
            report.faults.append(Fault(seal.no, 0, _("The seal was changed or forged.")))
        if seal.no != start:  # the one that was checked last is read for its link only
            _check_entries(report, seal, store)
        seen, last = seal.no, seal
        report.seals += 1
    if start and last is None:
        text = _("The seal that was checked last is missing.")
        report.faults.append(Fault(start, 0, text))
    return last


def _seals(start: int) -> Iterator[AuditSeal]:
    yield from AuditSeal.objects.filter(no__gte=start).order_by("no").iterator(chunk_size=50)


def _check_entries(report: Report, seal: AuditSeal, store: "archive.Store") -> None:
    ids = list(from_ranges(seal.ids))
    digests = bytes(seal.digests)
    if len(ids) * 32 != len(digests) or len(ids) != seal.count:
        return  # the link says so already
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"low": ids[0], "high": ids[-1] + 1, "ids": seal.ids})
        found = {pk: bytes(digest) for pk, digest in cursor.fetchall()}
    for index, pk in enumerate(ids):
        kept = digests[index * 32 : index * 32 + 32]
        digest = found.get(pk)
        if digest is None and store.holds(pk):
            report.archived += 1
            if store.is_absent(pk):
                continue
            digest = store.digest(pk)
        if digest is None:
            report.faults.append(Fault(seal.no, pk, _("The entry is missing.")))
        elif digest != kept:
            report.faults.append(Fault(seal.no, pk, _("The entry was changed.")))
        report.entries += 1


def _compare(report: Report, note: checkpoint.Checkpoint) -> None:
    for no, value in ((note.no, note.hash), (note.checked, note.checked_hash)):
        if not no:
            continue
        kept = AuditSeal.objects.filter(no=no).values_list("hash", flat=True).first()
        if kept is None:
            text = _("The chain was longer: this seal is missing at its end.")
            report.faults.append(Fault(no, 0, text))
        elif bytes(kept).hex() != value:
            text = _("The chain was another one when the note was written.")
            report.faults.append(Fault(no, 0, text))


def _check_table(report: Report, start: int) -> None:
    """Entries that are in no seal yet, and ids that occur twice."""
    late = timezone.now() - SEALED_WITHIN
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, {"start": start})
        waiting = cursor.fetchall()
        cursor.execute(_DOUBLE, {"start": start})
        double = cursor.fetchall()
    report.unsealed = len(waiting)
    for pk, is_whole, _at in waiting:
        if not is_whole:
            report.faults.append(Fault(0, pk, _("The entry was changed.")))
    for (pk,) in double:
        report.faults.append(Fault(0, pk, _("This number occurs twice.")))
    overdue = [pk for pk, _whole, at in waiting if at < late]
    if overdue:
        report.warnings.append(
            _("%(n)s entries wait for their seal, the first is %(entry)s: does the sealer run?")
            % {"n": len(overdue), "entry": overdue[0]}
        )
