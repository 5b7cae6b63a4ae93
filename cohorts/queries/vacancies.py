"""Vacancies: open units without a post they must have; and work whose holder has gone."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone

from cohorts.access import reached_unit_ids
from cohorts.models import Appointment
from portal.core.rows import fetch

_GAPS = """
    SELECT r.role_id, ro.name, u.id, u.name, r.wanted, coalesce(h.have, 0), last.name, last.ended
      FROM cohorts_requiredpost r
      JOIN cohorts_role ro ON ro.id = r.role_id
      JOIN cohorts_unit u ON u.kind = r.unit_kind AND u.id = ANY(%(units)s::bigint[])
       AND (u.opened_on IS NULL OR u.opened_on <= %(day)s)
       AND (u.closed_on IS NULL OR u.closed_on > %(day)s)
      LEFT JOIN cohorts_unit parent ON parent.id = u.parent_id
      LEFT JOIN LATERAL (
           SELECT count(DISTINCT a.person_id) AS have
             FROM cohorts_appointment a
             JOIN cohorts_unittree t ON t.descendant_id = a.unit_id AND t.ancestor_id = u.id
            WHERE a.role_id = r.role_id AND a.revoked_at IS NULL AND a.stands_in_for_id IS NULL
              AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
              AND (t.depth = 0 OR r.or_below)) h ON true
      LEFT JOIN LATERAL (
           SELECT p.name, a.ends_on AS ended
             FROM cohorts_appointment a JOIN core_user p ON p.id = a.person_id
            WHERE a.role_id = r.role_id AND a.unit_id = u.id
              AND (a.revoked_at IS NOT NULL OR a.ends_on < %(day)s)
            ORDER BY 2 DESC LIMIT 1) last ON true
     WHERE (r.parent_kind = '' OR parent.kind = r.parent_kind) AND coalesce(h.have, 0) < r.wanted
     ORDER BY ro."order", u.code
"""


@dataclass(frozen=True)
class Vacancy:
    """``missing`` posts of one role on one unit; who held it last, and until when."""

    role_id: int
    role: str
    unit_id: int
    unit: str
    missing: int
    last_name: str | None
    last_day: dt.date | None


def vacancies(user: Any) -> list[Vacancy]:
    """Required posts that nobody holds today, on the units whose posts ``user`` may read."""
    units = reached_unit_ids(user, ("see_unit", "appoint", "grant_roles"))
    rows = fetch(_GAPS, {"units": units, "day": timezone.localdate()}) if units else []
    return [
        Vacancy(role_id, role, unit_id, unit, wanted - have, name, day)
        for role_id, role, unit_id, unit, wanted, have, name, day in rows
    ]


@dataclass(frozen=True)
class LeftBehind:
    """Somebody without a post in force who still has open work; ``post`` ended last."""

    post: Appointment
    number: int


def left_behind(user: Any, totals: Any, days: int = 400) -> list[LeftBehind]:
    """People whose posts in the user's reach have ended while their work stays open.

    ``totals(people)`` tells the open pieces of work per person.
    """
    today = timezone.localdate()
    reach = Appointment.objects.restrict(user, "appoint").order_by()
    gone = reach.filter(ends_on__lte=today, ends_on__gte=today - dt.timedelta(days=days))
    held = Appointment.objects.in_force(today).filter(role__permissions__isnull=False)
    gone = gone.exclude(person_id__in=held.values("person_id"))
    newest = dict(gone.values_list("person_id").annotate(last=Max("pk")))
    numbers = totals(list(newest)) if newest else {}
    rows = Appointment.objects.filter(pk__in=[newest[pk] for pk in numbers if pk in newest])
    return [
        LeftBehind(post, numbers[post.person_id])
        for post in rows.select_related("person", "role", "unit").order_by("-ends_on")
    ]
