"""Grants follow appointments: the only writer of cohorts.Grant (design 5.2)."""

from collections.abc import Collection
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone

from cohorts.domain.duties import follow_duties
from cohorts.models import Appointment, Unit
from portal.core.freshness import renew
from portal.core.models import User
from portal.core.scope import forget_reach

# What the appointments say should stand. Ended posts drop out; future ones stand with dates.
_WANTED = """
    SELECT DISTINCT a.person_id AS user_id, rp.permission_id, a.unit_id AS content_object_id,
           a.starts_on, a.ends_on
      FROM cohorts_appointment a
      JOIN cohorts_role_permissions rp ON rp.role_id = a.role_id
      JOIN auth_permission p ON p.id = rp.permission_id AND p.content_type_id = %(ct)s
     WHERE a.revoked_at IS NULL AND (a.ends_on IS NULL OR a.ends_on >= %(today)s)
       AND (%(everyone)s OR a.person_id = ANY(%(people)s))
"""
_SAME = """
    g.user_id = w.user_id AND g.permission_id = w.permission_id
    AND g.content_object_id = w.content_object_id AND g.starts_on = w.starts_on
    AND g.ends_on IS NOT DISTINCT FROM w.ends_on
"""


def _params(people: Collection[int] | None) -> dict[str, Any]:
    return {
        "ct": ContentType.objects.get_for_model(Unit).pk,
        "today": timezone.localdate(),
        "everyone": people is None,
        "people": list(people or []),
    }


def lock_people(people: Collection[int] | None) -> None:
    """Row locks on these people (all with posts when None), always in the same order.

    Whoever changes posts, or the work that hangs on them, takes this lock first: then two such
    acts queue up. Rows that merely name the person (a talk being saved) do not wait for it.
    """
    whose: Any = Appointment.objects.values("person_id") if people is None else set(people)
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=whose).order_by("pk")
    list(locked.values_list("pk", flat=True))


@transaction.atomic
def reconcile(people: Collection[int] | None = None) -> tuple[int, int]:
    """Make the grants of these people (all when None) equal to their appointments.

    Takes a row lock on each person, so two changes to one person's posts queue up. Only rows
    that differ are touched. Returns (removed, added).
    """
    lock_people(people)
    params = _params(people)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS ({_WANTED})
            DELETE FROM cohorts_grant g
             WHERE (%(everyone)s OR g.user_id = ANY(%(people)s))
               AND NOT EXISTS (SELECT 1 FROM wanted w WHERE {_SAME})
            """,
            params,
        )
        removed = cursor.rowcount
        cursor.execute(
            f"""
            INSERT INTO cohorts_grant
                   (user_id, permission_id, content_object_id, starts_on, ends_on)
            SELECT w.* FROM ({_WANTED}) w
             WHERE NOT EXISTS (SELECT 1 FROM cohorts_grant g WHERE {_SAME})
            ON CONFLICT DO NOTHING
            """,
            params,
        )
        added = cursor.rowcount
    follow_duties(people)
    forget_reach()
    renew(people)
    return removed, added


def drift() -> tuple[int, int]:
    """(grants without an appointment still in force, appointments' grants that are missing).

    A grant that merely ran out is housekeeping, not drift: its date already closes it.
    """
    params = _params(None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH wanted AS ({_WANTED})
            SELECT (SELECT count(*) FROM cohorts_grant g
                     WHERE (g.ends_on IS NULL OR g.ends_on >= %(today)s)
                       AND NOT EXISTS (SELECT 1 FROM wanted w WHERE {_SAME})),
                   (SELECT count(*) FROM wanted w
                     WHERE NOT EXISTS (SELECT 1 FROM cohorts_grant g WHERE {_SAME}))
            """,
            params,
        )
        extra, missing = cursor.fetchone()
    return int(extra), int(missing)
