"""The line about each development that boards and lists read, computed anew from its facts."""

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from partybranch.domain.standing import missing_papers, standing
from partybranch.models import Development, StepRecord
from partybranch.queries.facts import facts_of
from partybranch.queries.rules import rule_book, setting
from portal.core.scope import forget_reach

KEPT = ("reached", "next_step", "due_on", "assess_due_on", "papers_missing")


def refresh(developments: Iterable[Development]) -> int:
    """Write the kept columns of these developments where they differ; returns how many did.

    Callers have written the facts and hold the locks. The same number of statements for any number
    of developments.
    """
    rows = list(developments)
    book, numbers, today = rule_book(), setting(), timezone.localdate()
    facts, missing = facts_of(rows), _missing(rows)
    changed = []
    for one in rows:
        now = standing(book, facts[one.pk], numbers, today)
        values = (now.reached, now.step, now.due, now.assess_due, missing[one.pk])
        if tuple(getattr(one, name) for name in KEPT) != values:
            for name, value in zip(KEPT, values, strict=True):
                setattr(one, name, value)
            changed.append(one)
    Development.objects.bulk_update(changed, KEPT, batch_size=500)
    if len(rows) == 1:
        rows[0].refresh_from_db()  # with the columns that the database computes
    return len(changed)


def _missing(rows: list[Development]) -> dict[int, int]:
    """Papers of recorded steps that are not in the file, by development."""
    book = rule_book()
    records = StepRecord.objects.filter(
        development__in=rows, withdrawn_by=None, is_former=False
    ).prefetch_related("papers")
    found: dict[int, int] = defaultdict(int)
    for record in records:
        rule = book.rule(record.step, record.on)
        handed = [paper.name for paper in record.papers.all()]
        found[record.development_id] += len(missing_papers(rule, handed))
    return found


def refresh_open(batch: int = 500) -> int:
    """Every open development: each night, and after a rule was changed. Returns how many changed."""
    forget_reach()
    changed, last = 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                Development.objects.select_for_update(of=("self",))
                .filter(ended_on=None, pk__gt=last)
                .select_related("student")
                .order_by("pk")[:batch]
            )
            if not rows:
                return changed
            changed += refresh(rows)
            last = rows[-1].pk
