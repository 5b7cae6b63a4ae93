"""New keys for sealed text: row by row in batches, each row readable at every moment."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count

from casework.models import SealedText
from portal.core import audit
from portal.core.sealing import known_marks, newest_mark, reseal


def waiting_rows() -> dict[str, int]:
    """Rows by the mark of an older key: what rotation has still to do. Empty: old keys may go."""
    rows = SealedText.objects.exclude(mark=newest_mark()).order_by().values_list("mark")
    return dict(rows.annotate(n=Count("pk")))


def unknown_rows() -> int:
    """Rows under a key that this installation does not have: nothing can be done for them here."""
    return int(SealedText.objects.exclude(mark__in=known_marks()).count())


def rotate(batch: int = 500) -> Iterator[int]:
    """Seal every row under the newest key; yields the size of each batch after its commit.

    Killed at any moment it leaves rows under the old and rows under the new key, both readable as
    long as both keys are configured; called again it goes on with the rest. Rows that a note or a
    second rotation holds are waited for. Raises InvalidToken, with the batch undone, for a row
    that its own key does not open.
    """
    newest, others = newest_mark(), known_marks()[1:]
    after = total = 0
    while True:
        with transaction.atomic():
            rows = list(
                SealedText.objects.select_for_update()
                .filter(mark__in=others, pk__gt=after)
                .order_by("pk")[:batch]
            )
            for row in rows:
                fresh = reseal(row.cipher)
                row.cipher, row.mark = fresh.cipher, fresh.mark
            SealedText.objects.bulk_update(rows, ["cipher", "mark"], batch_size=batch)
        if not rows:
            break
        after, total = rows[-1].pk, total + len(rows)
        yield len(rows)
    if total:
        audit.record_many(
            actor=None, action="rotate_sealed_keys", model=SealedText, ids=[], rows=total,
            mark=newest,
        )  # fmt: skip
