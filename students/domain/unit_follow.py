"""Students go along when their unit is merged into another one or split."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.followers import Follower, register_follower
from cohorts.models import Unit
from portal.core.errors import DomainError
from portal.core.models import User
from students.domain.placements import lock_students
from students.enums import MovementKind
from students.models import Movement, Placement

_DAY = dt.timedelta(days=1)


def _standing_from(unit_id: int, on: dt.date) -> Q:
    return Q(unit_id=unit_id) & (Q(until=None) | Q(until__gte=on))


def _left(unit_id: int, on: dt.date) -> int:
    rows = Placement.objects.filter(_standing_from(unit_id, on))
    return int(rows.values("student_id").distinct().count())


def _move(actor: User | None, old: Unit, new: Unit, on: dt.date, keys: Sequence[str] | None) -> int:
    """Placements in ``old`` go on in ``new`` from ``on``; those planned for later change over
    whole. Raises DomainError for a number (in ``keys``) that does not stand in ``old``."""
    rows = Placement.objects.filter(_standing_from(old.pk, on))
    if keys is not None:
        rows = rows.filter(student__student_no__in=keys)
    lock_students(sorted(set(rows.values_list("student_id", flat=True))))
    found = list(rows.select_related("student").order_by("student_id"))
    if keys is not None:
        strangers = sorted(set(keys) - {row.student.student_no for row in found})
        if strangers:
            raise DomainError(
                _("Not in “%(unit)s” on that day: %(list)s. Check the numbers.")
                % {"unit": old, "list": "、".join(strangers[:10])}
            )
    until = {row.pk: row.until for row in found if row.since < on}
    Placement.objects.filter(pk__in=until).update(until=on - _DAY)
    Placement.objects.filter(pk__in=[p.pk for p in found if p.since >= on]).update(unit=new)
    Placement.objects.bulk_create(
        Placement(student_id=p.student_id, unit=new, tree=p.tree, since=on, until=until[p.pk])
        for p in found
        if p.pk in until
    )
    Movement.objects.bulk_create(
        Movement(
            student_id=p.student_id, kind=MovementKind.UNIT, on=max(on, p.since),
            reason=f"{old} → {new}"[:200], places={p.tree: [old.pk, new.pk]}, made_by=actor,
        )
        for p in found
    )  # fmt: skip
    return len({p.student_id for p in found})


register_follower(Follower("students", gettext_lazy("students"), _move, _left))
