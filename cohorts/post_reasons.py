"""Sentences about the posts through which somebody holds an action."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from cohorts.models import Appointment
from portal.core.access import Reason
from portal.core.asks import Ask, Rows
from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import array_of, fetch
from portal.core.scope import hand_over, remembered, today
from portal.core.ui.dates import long_day

_POST = "r.name, u.name, a.starts_on, a.letter_no"
_POSTS = f"""
    SELECT {_POST}
      FROM cohorts_appointment a JOIN cohorts_role r ON r.id = a.role_id
      JOIN cohorts_unit u ON u.id = a.unit_id
     WHERE a.person_id = %(user)s AND a.revoked_at IS NULL
       AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
       AND EXISTS (SELECT 1 FROM cohorts_role_permissions k WHERE k.role_id = a.role_id
                      AND k.permission_id = (
                          SELECT p.id FROM auth_permission p
                            JOIN django_content_type m ON m.id = p.content_type_id
                           WHERE m.app_label = 'cohorts' AND m.model = 'unit'
                             AND p.codename = %(action)s))
       AND EXISTS (SELECT 1 FROM cohorts_unittree t
                    WHERE t.ancestor_id = a.unit_id AND t.descendant_id = ANY(%(units)s::bigint[]))
     ORDER BY r."order", a.starts_on, a.id
"""
_POSTS_AS_JSON = _POSTS.replace(_POST, f"json_build_array({_POST})")
PostsTold = Callable[[Rows], None]


def post_reasons(
    user: User, action: str, unit_ids: Iterable[int], most: int | None = None
) -> list[Reason]:
    """Sentences naming the posts through which ``user`` holds ``action`` on any of the units; the
    first ``most`` of them for a page that has room for no more."""
    units = array_of(sorted(unit_ids))

    def read() -> list[Any]:
        asked = {"user": user.pk, "day": today(), "action": action, "units": units}
        return fetch(prepared(_POSTS), asked)

    rows = remembered(_posts_key(user, action, units), read)
    return [Reason("post", _sentence(*row)) for row in rows[:most]]


def _posts_key(user: User, action: str, units: str) -> tuple[Any, ...]:
    return ("posts", user.pk, action, units, today())


def posts_asked(user: User, action: str, unit_ids: Iterable[int]) -> tuple[Ask, PostsTold]:
    """What ``post_reasons`` reads, for a page that asks for all its parts in one statement, and
    where the page says what it was told: later on ``post_reasons`` knows it."""
    units = array_of(sorted(unit_ids))
    asked = {"user": user.pk, "day": today(), "action": action, "units": units}

    def told(rows: Rows) -> None:
        found = [[role, unit, dt.date.fromisoformat(since), no] for role, unit, since, no in rows]
        hand_over(_posts_key(user, action, units), found)

    return Ask(_POSTS_AS_JSON, asked), told


def post_sentence(post: Appointment) -> str:
    """为何可见: role, unit, since, letter number."""
    return _sentence(post.role.name, post.unit.name, post.starts_on, post.letter_no)


def _sentence(role: str, unit: str, since: dt.date, letter_no: str) -> str:
    words = _("%(role)s of %(unit)s since %(since)s") % {
        "role": role, "unit": unit, "since": long_day(since),
    }  # fmt: skip
    return words + (_(", letter %(no)s") % {"no": letter_no} if letter_no else "")
