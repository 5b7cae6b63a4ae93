"""Lock-outs and broken glass of one case, which the caller has fetched by right."""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from casework.models import BreakGlass, Case, LockOut


def locks_of(case: Case) -> list[LockOut]:
    """People kept out now, the newest first."""
    rows = LockOut.objects.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()), case=case)
    return list(rows.select_related("person", "set_by").order_by("-starts_at"))


def open_glass(user: Any, case: Case) -> BreakGlass | None:
    """The glass that this person has broken and that is still open."""
    rows = BreakGlass.objects.filter(case=case, person_id=user.pk, ends_at__gt=timezone.now())
    return rows.order_by("-ends_at").first()
