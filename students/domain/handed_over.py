"""What students hand over with a post: links such as those of a tutor."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.blocks import check_block
from cohorts.domain.leaving import Leaving, Line, Move, WorkKind, register_work
from cohorts.models import LinkKind
from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import User
from portal.core.scope import forget_reach
from students.access import standing
from students.models import Placement, Student, StudentLink

_SHOWN = 20


def students_left(left: Leaving, action: str) -> QuerySet[Any]:
    """Students whom the leaver reaches by this post and by no other of his."""
    now = Placement.objects.filter(standing(timezone.localdate()))
    rows = now.filter(unit_id__any=left.units(action))
    kept = left.kept_units(action)
    if kept:
        rows = rows.exclude(student_id__in=now.filter(unit_id__any=kept).values("student_id"))
    found: QuerySet[Any] = rows.values("student_id")
    return found


def _standing_links() -> QuerySet[Any]:
    rows: QuerySet[Any] = StudentLink.objects.standing(timezone.localdate())
    return rows


def _links(left: Leaving) -> QuerySet[Any]:
    """Links need no post; those to students of this post are asked about when it is left."""
    students = students_left(left, "see_card")
    return _standing_links().filter(person_id=left.post.person_id, student_id__in=students)


def _check_limit(receiver: User, kind: LinkKind) -> None:
    """After the move: nobody holds more than the kind allows, in all or of one entry year."""
    limit = kind.limit()
    if limit is None:
        return
    rows = _standing_links().filter(person=receiver, kind=kind, cover_of=None).order_by()
    if kind.is_limit_per_year:
        counts = rows.values_list("student__entry_year").annotate(n=Count("pk"))
        most = max((n for _year, n in counts), default=0)
    else:
        most = rows.count()
    if most > limit:
        raise DomainError(
            _("%(name)s would have %(n)s students as %(kind)s; at most %(limit)s are allowed.")
            % {"name": receiver.name, "n": most, "kind": kind.name, "limit": limit}
        )


def _move_links(move: Move) -> int:
    """The leaver's links are cut off at once; the receiver's begin today, with the same end."""
    rows = _links(move.leaving).order_by("pk").select_for_update(of=("self",), no_key=True)
    kept = list(rows.select_related("kind"))
    kinds = {link.kind_id: link.kind for link in kept}
    today, now = timezone.localdate(), timezone.now()
    students = {link.student_id for link in kept}
    if not move.is_by_superior:
        # A link opens a student's record: a leaver gives it only to somebody who has it anyway.
        forget_reach()
        can = Student.objects.restrict(move.receiver, "see_card").filter(pk__in=students).count()
        if can < len(students):
            raise DomainError(
                _("Only who appoints here may give %(name)s links to students not in charge of.")
                % {"name": move.receiver.name}
            )
    ends = {link.pk: link.ends_on for link in kept}
    for link in kept:
        link.revoked_at = now
        link.ends_on = max(link.starts_on, min(link.ends_on or dt.date.max, today))
    StudentLink.objects.bulk_update(kept, ["revoked_at", "ends_on"])
    has = set(
        _standing_links()
        .filter(person=move.receiver, student_id__in=students)
        .values_list("kind_id", "student_id")
    )
    made = StudentLink.objects.bulk_create(
        StudentLink(kind_id=link.kind_id, person=move.receiver, student_id=link.student_id,
                    starts_on=max(today, link.starts_on), ends_on=ends[link.pk])
        for link in kept
        if (link.kind_id, link.student_id) not in has
    )  # fmt: skip
    for kind in kinds.values():
        check_block(move.receiver, kind.code, today, None)
        _check_limit(move.receiver, kind)
    forget_reach()
    audit.record_many(
        actor=move.actor, action="hand_over", model=StudentLink, ids=[one.pk for one in kept],
        giver=move.giver.pk, receiver=move.receiver.pk, post=move.leaving.post.pk, made=len(made),
    )  # fmt: skip
    return len(kept)


def _lines(reader: User, ids: Sequence[int]) -> list[Line]:
    seen = Student.objects.restrict(reader, "see_card").values("pk")
    rows = StudentLink.objects.filter(pk__in=ids, student_id__in=seen).order_by("pk")
    found = rows.values_list("student__name", "student__student_no", "kind__name")[:_SHOWN]
    return [Line(name, f"/students/{no}/", kind) for name, no, kind in found]


def _totals(people: Collection[int]) -> dict[int, int]:
    rows = _standing_links().filter(person_id__in=people).order_by()
    return dict(rows.values_list("person_id").annotate(n=Count("pk")))


register_work(
    WorkKind(
        "links", gettext_lazy("links to students"), 50, _links, _move_links, _lines, _totals,
        can_stay=True,
    )
)  # fmt: skip
