"""Open tasks go along when a post is handed over, and when a unit goes on in another."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from cohorts.domain.followers import Follower, register_follower
from cohorts.domain.leaving import Leaving, Line, Move, WorkKind, register_work
from cohorts.domain.tasks import check_person
from cohorts.enums import TaskAct
from cohorts.models import OWN, Task, TaskNote, Unit
from cohorts.queries.tasks import titles
from cohorts.task_sources import sources
from portal.core import audit
from portal.core.models import User
from portal.core.scope import forget_reach

_SHOWN = 20


def _open() -> QuerySet[Any]:
    """Promises that no other kind of work takes along."""
    taken = [one.code for one in sources() if one.moves_by_itself]
    rows: QuerySet[Any] = Task.objects.filter(done_at=None, dropped_at=None)
    return rows.exclude(source__in=taken) if taken else rows


def _rows(left: Leaving) -> QuerySet[Any]:
    """All with the last post; with another one what stands in its units and in no other's."""
    mine = _open().filter(owner_id=left.post.person_id)
    if left.is_last:
        return mine
    kept = left.kept_units("do_task")
    found: QuerySet[Any] = mine.filter(unit_id__any=left.units("do_task"))
    return found.exclude(unit_id__any=kept) if kept else found


def _move(move: Move) -> int:
    locked = _rows(move.leaving).order_by("pk").select_for_update(of=("self",), no_key=True)
    tasks = list(locked.only("pk", "source", "source_id", "verifier_id"))
    forget_reach()
    for task in tasks:
        if task.source != OWN:
            check_person(move.receiver, task.source, task.source_id)
    ids = [task.pk for task in tasks]
    rows = Task.objects.filter(pk__in=ids)
    # Nobody checks what he does himself.
    rows.filter(verifier=move.receiver).update(verifier=None)
    rows.update(owner=move.receiver, version=F("version") + 1)
    TaskNote.objects.bulk_create(
        TaskNote(task_id=pk, act=TaskAct.REASSIGNED, by=move.actor, owner_before=move.giver,
                 owner_after=move.receiver)
        for pk in ids
    )  # fmt: skip
    audit.record_many(
        actor=move.actor, action="hand_over", model=Task, ids=ids, giver=move.giver.pk,
        receiver=move.receiver.pk, post=move.leaving.post.pk,
    )  # fmt: skip
    return len(ids)


def _lines(reader: User, ids: Sequence[int]) -> list[Line]:
    seen = Task.objects.restrict(reader, "see_task").filter(pk__in=ids).order_by("due_on", "pk")
    rows = list(seen.values_list("pk", "source", "source_id", "text", "due_on")[:_SHOWN])
    about = titles(reader, [row[:4] for row in rows])
    return [
        Line(about[pk].title, reverse("cohorts:task", args=[pk]), date_format(due, "DATE_FORMAT"))
        for pk, _source, _id, _text, due in rows
    ]


def _totals(people: Collection[int]) -> dict[int, int]:
    rows = _open().filter(owner_id__in=people).order_by()
    return dict(rows.values_list("owner_id").annotate(n=Count("pk")))


register_work(WorkKind("tasks", gettext_lazy("open tasks"), 55, _rows, _move, _lines, _totals))


def _follow(
    _actor: User | None, old: Unit, new: Unit, _on: dt.date, keys: Sequence[str] | None
) -> int:
    """Open tasks of a unit that goes on in another. A part of it (``keys``) takes none along."""
    if keys is not None:
        return 0
    return int(Task.objects.filter(_OPEN, unit_id=old.pk).update(unit_id=new.pk))


def _left(unit_id: int, _on: dt.date) -> int:
    return int(Task.objects.filter(_OPEN, unit_id=unit_id).count())


_OPEN = Q(done_at=None, dropped_at=None)
register_follower(Follower("tasks", gettext_lazy("open tasks"), _follow, _left))
