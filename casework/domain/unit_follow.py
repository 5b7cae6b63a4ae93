"""Open cases follow the unit that leads them when it is merged."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import F
from django.utils.translation import gettext_lazy

from casework.models import Case
from cohorts.domain.followers import Follower, register_follower
from cohorts.models import Unit
from portal.core.models import User


def _left(unit_id: int, on: dt.date) -> int:
    return int(Case.objects.filter(lead_unit_id=unit_id, closed_at=None).count())


def _move(actor: User | None, old: Unit, new: Unit, on: dt.date, keys: Sequence[str] | None) -> int:
    rows = Case.objects.filter(lead_unit_id=old.pk, closed_at=None)
    if keys is not None:
        rows = rows.filter(student__student_no__in=keys)
    return int(rows.update(lead_unit=new, version=F("version") + 1))


register_follower(Follower("cases", gettext_lazy("open cases"), _move, _left))
