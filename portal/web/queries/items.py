"""Open items of a unit: contacts due, plan steps, reviews; whose, and how late.

One statement is behind the counts and behind the list, so a number always equals its list. The
caller has checked that the viewer holds ``see_case`` on the whole unit.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.access import in_force
from cohorts.models import Appointment
from portal.web.queries.kept import kept_out, kept_while_unchanged
from portal.web.queries.snapshot import HERE

# What comes due within this many days is listed as open, not yet late.
AHEAD_DAYS = 7
KINDS = ("follow_up", "step", "review")
# Age bands: 0 not due, 1 = 1–3 days late, 2 = 4–7, 3 = more. Late today counts as one day.
BANDS = (0, 1, 2, 3)

# Ages of ``items``: the tail that today's and earlier items share.
AGED = f"""
    aged AS (
        SELECT *, CASE WHEN NOT is_late THEN 0 ELSE greatest(1, %(day)s - due_on) END AS days
          FROM items WHERE is_late OR due_on <= %(day)s + {AHEAD_DAYS}
    ), banded AS (
        SELECT *, CASE WHEN days = 0 THEN 0 WHEN days <= 3 THEN 1 WHEN days <= 7 THEN 2 ELSE 3 END
                  AS band, kind || ':' || case_id || ':' || step_id AS key
          FROM aged
    )
"""
_ITEMS = f"""
    WITH {HERE}, cases AS (
        SELECT c.* FROM casework_case c JOIN here USING (student_id)
         WHERE c.closed_at IS NULL AND c.id <> ALL(%(shut)s::bigint[])
    ), items AS (
        SELECT 'follow_up' AS kind, id AS case_id, 0::bigint AS step_id, owner_id,
               (contact_due_at AT TIME ZONE 'Asia/Shanghai')::date AS due_on,
               contact_due_at < %(now)s AS is_late, '' AS text
          FROM cases WHERE contact_due_at IS NOT NULL
        UNION ALL
        SELECT 'step', cases.id, s.id, s.owner_id, s.due_on, s.due_on < %(day)s, s.text
          FROM cases JOIN casework_plan p ON p.case_id = cases.id
          JOIN casework_planstep s ON s.plan_id = p.id AND s.done_on IS NULL AND s.dropped_on IS NULL
        UNION ALL
        SELECT 'review', id, 0, owner_id, review_due_on, review_due_on < %(day)s, ''
          FROM cases WHERE review_due_on IS NOT NULL
    ), {AGED}
"""
_COUNTS = (
    _ITEMS
    + """
    SELECT b.owner_id, u.name, b.kind, b.band, count(*), max(b.days)
      FROM banded b LEFT JOIN core_user u ON u.id = b.owner_id
     GROUP BY b.owner_id, u.name, b.kind, b.band
"""
)
LIST_TAIL = """
    SELECT b.kind, b.case_id, b.step_id, b.owner_id, u.name, b.due_on, b.days, b.text,
           st.name, st.student_no, c.level_id, c.last_contact_at,
           (SELECT un.name FROM students_placement pl JOIN cohorts_unit un ON un.id = pl.unit_id
             WHERE pl.student_id = st.id AND pl.tree = 'class' AND pl.since <= %(day)s
               AND (pl.until IS NULL OR pl.until >= %(day)s) LIMIT 1),
           count(*) OVER ()
      FROM banded b JOIN casework_case c ON c.id = b.case_id
      JOIN students_student st ON st.id = c.student_id
      LEFT JOIN core_user u ON u.id = b.owner_id
     WHERE (%(kind)s = '' OR b.kind = %(kind)s)
       AND (%(band)s < 0 OR b.band = %(band)s)
       AND (NOT %(late)s OR b.band > 0)
       AND (%(owner)s = -1 OR coalesce(b.owner_id, 0) = %(owner)s)
       AND b.key <> ALL(%(without)s::text[])
     ORDER BY b.days DESC, b.due_on, b.case_id, b.kind, b.step_id
     LIMIT %(limit)s OFFSET %(offset)s
"""
_LIST = _ITEMS + LIST_TAIL
_KEYS = _ITEMS + "SELECT key FROM banded"


@dataclass(frozen=True)
class Item:
    """One open item; ``days`` late, 0 when not due yet."""

    kind: str
    case_id: int
    step_id: int
    owner_id: int | None
    owner: str
    due_on: dt.date
    days: int
    text: str
    student: str
    student_no: str
    level: str
    last_contact_at: dt.datetime | None
    class_name: str

    @property
    def title(self) -> str:
        return self.text or kind_words(self.kind)

    @property
    def late_words(self) -> str:
        if not self.days:
            return ""
        return ngettext("%(n)s day", "%(n)s days", self.days) % {"n": self.days}


@dataclass
class Owner:
    """One line of the account: open items of one person (None: nobody responsible)."""

    pk: int | None
    name: str
    post: str
    bands: list[int]
    late_by_kind: dict[str, int]
    longest: int

    @property
    def total(self) -> int:
        return sum(self.bands)

    @property
    def late(self) -> int:
        return sum(self.bands[1:])


def kind_words(kind: str) -> str:
    """Name of a kind of item in the reader's language."""
    return {"follow_up": _("follow-up"), "step": _("plan step"), "review": _("review")}[kind]


def _params(unit_id: int, **more: Any) -> dict[str, Any]:
    return {"unit": unit_id, "day": timezone.localdate(), "now": timezone.now(), **more}


def owners(unit_id: int, shut: Sequence[int] = ()) -> list[Owner]:
    """Everyone with open items, longest lateness first; kept until something changes. Cases in
    ``shut`` are left out: the reader is locked out of them."""
    return kept_while_unchanged(f"owners:{unit_id}{kept_out(shut)}", lambda: _owners(unit_id, shut))


def _owners(unit_id: int, shut: Sequence[int]) -> list[Owner]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, _params(unit_id, shut=list(shut)))
        rows = cursor.fetchall()
    found: dict[int | None, Owner] = {}
    for owner_id, name, kind, band, n, days in rows:
        line = found.setdefault(
            owner_id,
            Owner(owner_id, name or "", "", [0, 0, 0, 0], dict.fromkeys(KINDS, 0), 0),
        )
        line.bands[band] += n
        line.longest = max(line.longest, days)
        if band:
            line.late_by_kind[kind] += n
    posts = post_lines([pk for pk in found if pk is not None])
    for line in found.values():
        line.post = posts.get(line.pk or 0, "")
    return sorted(found.values(), key=lambda o: (-o.longest, -o.late, -o.total, o.name))


def post_lines(ids: list[int]) -> dict[int, str]:
    """First post in force of each person: 辅导员 · 明德2023级."""
    if not ids:
        return {}
    posts = (
        Appointment.objects.filter(
            in_force(timezone.localdate()), person_id__in=ids, revoked_at=None
        )
        .order_by("-role__order", "-unit__code")
        .values_list("person_id", "role__name", "unit__short_name", "unit__name")
    )
    return {person: f"{role} · {short or name}" for person, role, short, name in posts}


def items(
    unit_id: int,
    *,
    kind: str = "",
    band: int = -1,
    owner: int = -1,
    late: bool = False,
    limit: int = 50,
    offset: int = 0,
    shut: Sequence[int] = (),
    without: Sequence[str] = (),
) -> tuple[list[Item], int]:
    """(items of this page, how many in all). ``owner`` 0 means nobody is responsible.

    ``without`` leaves out items of these keys (what was open at the end of last month).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _LIST,
            _params(
                unit_id,
                kind=kind,
                band=band,
                owner=owner,
                late=late,
                limit=limit,
                offset=offset,
                shut=list(shut),
                without=list(without),
            ),
        )
        rows = cursor.fetchall()
    total = rows[0][-1] if rows else 0
    return [item_of(row) for row in rows], total


def item_keys(unit_id: int, shut: Sequence[int] = ()) -> list[str]:
    """Names of all open items of today; the same item has the same name on every day."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, _params(unit_id, shut=list(shut)))
        return [key for (key,) in cursor.fetchall()]


def item_of(row: tuple[Any, ...]) -> Item:
    kind, case_id, step_id, owner_id, owner, due_on, days, text, *student = row[:-1]
    name, number, level, last, class_name = student
    return Item(
        kind, case_id, step_id, owner_id, owner or "", due_on, days, text, name, number, level,
        last, class_name or "",
    )  # fmt: skip
