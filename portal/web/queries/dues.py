"""Lines of digests that join apps: the day of the workbench, notices, the contract account."""

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from portal.core.dues import Due, register_due
from portal.core.models import Notification, User
from portal.core.rows import fetch
from portal.core.scope import remembered
from portal.web.queries.contracts import led_accounts
from portal.web.queries.workbench import NEW_DAYS, today

# Whom the day of the workbench could show something: the responsible, seated, counsellors, and
# those who agreed on a contact.
_PEOPLE = """
    WITH due AS MATERIALIZED (
        SELECT id, owner_id, student_id FROM casework_case
         WHERE closed_at IS NULL
           AND (contact_due_at < %(after)s
                OR (last_contact_at IS NULL AND reported_at >= %(new_since)s))
    )
    SELECT owner_id FROM due
     UNION
    SELECT s.person_id FROM due JOIN casework_seat s ON s.case_id = due.id
     WHERE s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)
     UNION
    SELECT a.person_id FROM due
      JOIN students_placement p ON p.student_id = due.student_id
       AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
      JOIN cohorts_unittree t ON t.descendant_id = p.unit_id
      JOIN cohorts_appointment a ON a.unit_id = t.ancestor_id AND a.revoked_at IS NULL
       AND a.starts_on <= %(day)s AND (a.ends_on IS NULL OR a.ends_on >= %(day)s)
      JOIN cohorts_role r ON r.id = a.role_id AND r.code = 'counsellor'
     UNION
    SELECT coalesce(f.next_by_id, f.author_id) FROM casework_followup f
     WHERE f.next_on BETWEEN %(day)s - 366 AND %(day)s + 1
       AND NOT EXISTS (SELECT 1 FROM casework_followup later
                        WHERE later.student_id = f.student_id AND later.is_real
                          AND later.happened_at > f.happened_at)
"""


def _people() -> set[int]:
    day = timezone.localdate()
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {
        "day": day, "after": start + dt.timedelta(days=2),
        "new_since": start - dt.timedelta(days=NEW_DAYS),
    }  # fmt: skip
    return {pk for (pk,) in fetch(_PEOPLE, asked) if pk is not None}


def _day(user: User) -> Any:
    return remembered(("due day", user.pk), lambda: today(user))


def _in_group(code: str) -> Any:
    return lambda user: _day(user).counts[code]


def _agreed(user: Any) -> int:
    """Up to today, as the workbench lists them beside the groups of the day."""
    return sum(one["days"] >= 0 for one in _day(user).agreed)


def _unread(user: User) -> int:
    return Notification.objects.filter(user=user, read_at=None).count()


def _readers() -> set[int]:
    rows = Notification.objects.filter(read_at=None).order_by()
    return set(rows.values_list("user_id", flat=True).distinct())


def _account(user: User) -> dict[str, Any]:
    def read() -> dict[str, Any]:
        rows = led_accounts(user)
        return rows[0] if rows else {}

    return remembered(("led account", user.pk), read)


register_due(
    Due("overdue", 10,
        lambda n: ngettext("contact with %(n)s student is overdue",
                           "contact with %(n)s students is overdue", n) % {"n": n},
        _in_group("overdue"), _people),
    Due("today", 11,
        lambda n: ngettext("%(n)s student is to be contacted today",
                           "%(n)s students are to be contacted today", n) % {"n": n},
        _in_group("today"), _people),
    Due("new", 12,
        lambda n: ngettext("%(n)s student came to you newly", "%(n)s students came to you newly",
                           n) % {"n": n},
        _in_group("new"), _people),
    Due("agreed", 13,
        lambda n: ngettext("you agreed on contact with %(n)s student by today",
                           "you agreed on contact with %(n)s students by today", n) % {"n": n},
        _agreed, _people),
    Due("notices", 90,
        lambda n: ngettext("%(n)s notice is unread", "%(n)s notices are unread", n) % {"n": n},
        _unread, _readers, lambda _user: "/notices/"),
    Due("account", 5,
        lambda n: ngettext("%(n)s item is open in your contract account",
                           "%(n)s items are open in your contract account", n) % {"n": n},
        lambda user: _account(user).get("total", 0), None,
        lambda user: _account(user)["url"], is_brief=True),
)  # fmt: skip
