"""What ties a person to single cases: seats, broken glass, lock-outs, and closed cases in whose last
team one was; read once a request."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from casework.enums import WriteLevel
from casework.models import Seat
from cohorts.access import in_force
from portal.core.access import carries, part_of, register_part, supporter_of
from portal.core.models import User
from portal.core.scope import remembered, today

# What a seat in a task force carries: this student's card and record, and the case.
_SEAT_READS = frozenset({"see_card", "see_record", "see_case", "see_talks", "clear_restricted"})
_SEAT_WRITES = frozenset({"write_case", "log_talk"})


def _by_seat(user: User, action: str) -> bool:
    return action in _SEAT_READS | _SEAT_WRITES and carries(user, action)


def seats(user: User, action: str) -> QuerySet[Seat] | None:
    """Seats of open cases that ``user`` holds today and that carry ``action``. Callers leave out
    the cases that ``shut_case_ids`` names."""
    if not _by_seat(user, action):
        return None
    held = Seat.objects.filter(in_force(today()), person=user, case__closed_at__isnull=True)
    return held if action in _SEAT_READS else held.filter(write_level=WriteLevel.WRITE)


def seated_case_ids(user: User, action: str) -> list[int]:
    """Open cases in which ``user`` has a seat that carries ``action``."""
    if not _by_seat(user, action):
        return []
    writing = action in _SEAT_WRITES
    return [pk for pk, level in ties_of(user).seats if not writing or level == WriteLevel.WRITE]


@dataclass(frozen=True)
class Ties:
    """What ties a person to single cases now: seats with their level, broken glass, lock-outs, and
    the closed cases in whose last team the person was."""

    seats: tuple[tuple[int, str], ...]
    glass: tuple[int, ...]
    shut: tuple[int, ...]
    team: tuple[int, ...]


_CLOSED_ON = f"(c.closed_at AT TIME ZONE '{settings.TIME_ZONE}')::date"

register_part(
    "ties",
    f"""
    SELECT json_agg(json_build_array(kind, case_id, write_level) ORDER BY case_id) FROM (
        SELECT 'seat' AS kind, s.case_id, s.write_level
          FROM casework_seat s JOIN casework_case c ON c.id = s.case_id
         WHERE s.person_id = %(user)s AND c.closed_at IS NULL
           AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)
         UNION ALL
        SELECT 'shut', case_id, '' FROM casework_lockout
         WHERE person_id = %(user)s
           AND starts_at <= %(now)s AND (ends_at IS NULL OR ends_at > %(now)s)
         UNION ALL
        SELECT 'glass', b.case_id, ''
          FROM casework_breakglass b JOIN casework_case c ON c.id = b.case_id
         WHERE b.person_id = %(user)s AND c.closed_at IS NULL
           AND b.starts_at <= %(now)s AND b.ends_at > %(now)s
         UNION ALL
        SELECT 'team', id, '' FROM casework_case
         WHERE owner_id = %(user)s AND closed_at IS NOT NULL
         UNION ALL
        SELECT 'team', case_id, '' FROM casework_keyrequest
         WHERE asked_by_id = %(user)s AND kind = 'close' AND is_granted
         UNION ALL
        SELECT 'team', s.case_id, ''
          FROM casework_seat s JOIN casework_case c ON c.id = s.case_id
         WHERE s.person_id = %(user)s AND c.closed_at IS NOT NULL AND s.starts_on <= {_CLOSED_ON}
           AND (s.ends_on IS NULL OR s.ends_on >= {_CLOSED_ON})
           AND (s.ended_at IS NULL OR s.ended_at >= c.closed_at)) tied
    """,
)


def ties_of(user: User) -> Ties:
    """All that was read with the grants. A lock-out takes the seat and the glass with it."""

    def read() -> Ties:
        rows = part_of(user, "ties") or ()
        shut = tuple(pk for kind, pk, _level in rows if kind == "shut")
        return Ties(
            seats=tuple((pk, lv) for kind, pk, lv in rows if kind == "seat" and pk not in shut),
            glass=tuple(pk for kind, pk, _lv in rows if kind == "glass" and pk not in shut),
            shut=shut,
            team=tuple(
                dict.fromkeys(pk for kind, pk, _lv in rows if kind == "team" and pk not in shut)
            ),
        )

    return remembered(("ties", user.pk, today()), read)


def last_team_case_ids(user: User) -> list[int]:
    """Closed cases for which ``user`` was responsible, in whose task force he sat, or for which he
    asked the closing (rulebook 3.5)."""
    return list(ties_of(user).team)


def shut_case_ids(user: User) -> tuple[int, ...]:
    """Cases of which ``user`` must learn nothing. For sums and columns that are counted by
    statements of their own; rows read through ``restrict`` leave these cases out already."""
    supporter = supporter_of(user)
    ours = () if supporter is None else shut_case_ids(supporter)
    return tuple(sorted({*ties_of(user).shut, *ours}))
