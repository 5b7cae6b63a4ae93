"""Open items as they stood at the end of last month (上月末), beside those of today.

Rebuilt from dated facts: what was reported, closed, done and talked about by then; who was
responsible and which review was due comes from the history of the case. Counted are students who
stand in the unit today, so that each number opens a list of students the reader sees.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from django.utils import timezone

from casework.queries.figures import last_month_end
from portal.web.queries.items import AGED, LIST_TAIL, Item, item_keys, item_of, items
from portal.web.queries.kept import kept_out, kept_while_unchanged
from portal.web.queries.snapshot import HERE

_PAST = f"""
    WITH {HERE.replace("%(day)s", "%(today)s")}, cases AS (
        SELECT c.id, CASE WHEN ev.pgh_id IS NULL THEN c.owner_id ELSE ev.owner_id END AS owner_id,
               CASE WHEN ev.pgh_id IS NULL THEN c.review_due_on ELSE ev.review_due_on END
                 AS review_due_on,
               CASE WHEN last.happened_at IS NULL
                    THEN c.reported_at + make_interval(hours => lv.first_action_hours::int)
                    ELSE (least((last.happened_at AT TIME ZONE 'Asia/Shanghai')::date
                                + lv.contact_every_days::int, last.next_on) + time '23:59:59')
                         AT TIME ZONE 'Asia/Shanghai'
               END AS contact_due_at
          FROM casework_case c JOIN here USING (student_id)
          JOIN LATERAL (
               SELECT l.first_action_hours, l.contact_every_days
                 FROM casework_ledgerentry e JOIN casework_caselevel l ON l.code = e.level_id
                WHERE e.case_id = c.id AND e.entered_at <= %(at)s
                  AND (e.left_at IS NULL OR e.left_at > %(at)s)
                ORDER BY l.rank LIMIT 1) lv ON true
          LEFT JOIN LATERAL (
               SELECT f.happened_at, f.next_on FROM casework_followup f
                WHERE f.student_id = c.student_id AND f.is_real
                  AND f.happened_at <= %(at)s AND f.happened_at >= c.reported_at
                ORDER BY f.happened_at DESC LIMIT 1) last ON true
          LEFT JOIN LATERAL (
               SELECT e.pgh_id, e.owner_id, e.review_due_on FROM casework_caseevent e
                WHERE e.pgh_obj_id = c.id AND e.pgh_created_at <= %(at)s
                ORDER BY e.pgh_id DESC LIMIT 1) ev ON true
         WHERE c.reported_at <= %(at)s AND (c.closed_at IS NULL OR c.closed_at > %(at)s)
           AND c.id <> ALL(%(shut)s::bigint[])
    ), items AS (
        SELECT 'follow_up' AS kind, id AS case_id, 0::bigint AS step_id, owner_id,
               (contact_due_at AT TIME ZONE 'Asia/Shanghai')::date AS due_on,
               contact_due_at < %(at)s AS is_late, '' AS text
          FROM cases WHERE contact_due_at IS NOT NULL
        UNION ALL
        SELECT 'step', cases.id, s.id, s.owner_id, s.due_on, s.due_on < %(day)s, s.text
          FROM cases JOIN casework_plan p ON p.case_id = cases.id AND p.made_on <= %(day)s
          JOIN casework_planstep s ON s.plan_id = p.id AND (s.done_on IS NULL OR s.done_on > %(day)s)
               AND (s.dropped_on IS NULL OR s.dropped_on > %(day)s)
        UNION ALL
        SELECT 'review', id, 0, owner_id, review_due_on, review_due_on < %(day)s, ''
          FROM cases WHERE review_due_on IS NOT NULL
    ), {AGED}
"""
_KEYS = _PAST + "SELECT b.key, b.owner_id, u.name FROM banded b LEFT JOIN core_user u ON u.id = b.owner_id"  # fmt: skip
_LIST = _PAST + LIST_TAIL


@dataclass(frozen=True)
class Past:
    """Items open at ``at``: how many of whom, what came since and what was settled."""

    at: dt.datetime
    total: int
    added: int
    done: int
    by_owner: dict[int | None, int]
    names: dict[int | None, str]


def _params(unit_id: int, shut: Sequence[int], at: dt.datetime, **more: Any) -> dict[str, Any]:
    day = timezone.localtime(at).date()
    return {"unit": unit_id, "shut": list(shut), "at": at, "day": day,
            "today": timezone.localdate(), **more}  # fmt: skip


def past(unit_id: int, shut: Sequence[int] = ()) -> Past:
    """The end of last month beside today; kept until something changes. Two statements."""
    return kept_while_unchanged(f"past:{unit_id}{kept_out(shut)}", lambda: _past(unit_id, shut))


def _past(unit_id: int, shut: Sequence[int]) -> Past:
    at = last_month_end(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, _params(unit_id, shut, at))
        rows = cursor.fetchall()
    then = {key for key, _owner, _name in rows}
    now = set(item_keys(unit_id, shut))
    return Past(
        at=at,
        total=len(then),
        added=len(now - then),
        done=len(then - now),
        by_owner=dict(Counter(owner for _key, owner, _name in rows)),
        names={owner: name or "" for _key, owner, name in rows},
    )


def past_items(
    unit_id: int,
    *,
    owner: int = -1,
    without: Sequence[str] = (),
    limit: int = 50,
    offset: int = 0,
    shut: Sequence[int] = (),
) -> tuple[list[Item], int]:
    """(items of this page that were open at the end of last month, how many in all)."""
    at = last_month_end(timezone.now())
    asked = _params(unit_id, shut, at, kind="", band=-1, late=False, owner=owner,
                    without=list(without), limit=limit, offset=offset)  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LIST, asked)
        rows = cursor.fetchall()
    return [item_of(row) for row in rows], (rows[0][-1] if rows else 0)


def past_keys(unit_id: int, shut: Sequence[int] = ()) -> list[str]:
    """Names of the items that were open at the end of last month."""
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, _params(unit_id, shut, last_month_end(timezone.now())))
        return [key for key, _owner, _name in cursor.fetchall()]


# Lists behind the line under the table: as at the end of last month, new since, settled since.
FLOWS = ("past", "new", "done")


def list_of(
    unit_id: int, when: str, shut: Sequence[int], chosen: dict[str, Any]
) -> Callable[..., tuple[list[Item], int]]:
    """The reader of one list: ``read(limit=, offset=)`` gives (items, how many in all)."""
    if when == "past":
        return partial(past_items, unit_id, owner=chosen["owner"], shut=shut)
    if when == "done":
        now = item_keys(unit_id, shut)
        return partial(past_items, unit_id, owner=chosen["owner"], without=now, shut=shut)
    without = past_keys(unit_id, shut) if when == "new" else []
    return partial(items, unit_id, **chosen, without=without, shut=shut)
