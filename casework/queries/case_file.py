"""All facts of one case in one statement. The caller has fetched the case by right.

Which notes are among them the rule says: ``case_talks``.
"""

import datetime as dt
from typing import Any

from django.utils import timezone

from casework.models import Case
from casework.queries.blocks import blocks
from casework.queries.case_life import LIFE_SQL
from casework.queries.case_talks import talks_select, talks_told
from portal.core import scope
from portal.core.asks import Ask, as_value
from portal.core.prepared import prepared
from portal.core.rows import fetch
from students.access import why_asked
from students.queries.standing import Stand

_SHEET = [
    "number", "episode", "stage", "level_id", "level_name", "level_rank",
    "level_contact_every_days", "reported_at", "triaged_at", "opened_at", "planned_at", "help_at",
    "tracking_at", "assessed_at", "closed_at", "last_contact_at", "contact_due_at",
    "review_due_on", "advice_do", "advice_dont", "student_no", "student_name", "major",
    "owner_name", "lead_unit_name", "raised_by_name", "plan_goal", "records", "entries", "steps",
    "seats", "moves", "life",
]  # fmt: skip
# Names by sub-select, not by join: planning a join of so many tables takes longer than reading.
_SQL = """
    SELECT c.number, c.episode, c.stage, c.level_id, l.name, l.rank, l.contact_every_days,
           c.reported_at, c.triaged_at, c.opened_at, c.planned_at, c.help_at, c.tracking_at,
           c.assessed_at, c.closed_at, c.last_contact_at, c.contact_due_at, c.review_due_on,
           c.advice_do, c.advice_dont, s.student_no, s.name,
           (SELECT name FROM cohorts_major WHERE id = s.major_id),
           (SELECT name FROM core_user WHERE id = c.owner_id),
           (SELECT name FROM cohorts_unit WHERE id = c.lead_unit_id),
           (SELECT name FROM core_user WHERE id = c.raised_by_id),
           (SELECT goal FROM casework_plan WHERE case_id = c.id),
           (SELECT count(*) FROM casework_followup f WHERE f.case_id = c.id),
           (SELECT json_agg(json_build_array(k.name, n.name, e.entered_at, e.left_at, e.reason)
                            ORDER BY n.rank, k."order")
              FROM casework_ledgerentry e JOIN casework_casecategory k ON k.code = e.category_id
              JOIN casework_caselevel n ON n.code = e.level_id WHERE e.case_id = c.id),
           (SELECT json_agg(json_build_array(t.text, w.name, w.title, t.due_on, t.wanted, t.done,
                                             t.done_on, w.id IS NULL OR NOT w.is_active
                                             OR w.expires_on < %(day)s) ORDER BY t."order", t.id)
              FROM casework_planstep t LEFT JOIN core_user w ON w.id = t.owner_id
             WHERE t.dropped_on IS NULL AND t.plan_id = (SELECT id FROM casework_plan WHERE case_id = c.id)),
           (SELECT json_agg(json_build_array(w.name, t.duty) ORDER BY t.starts_on, t.id)
              FROM casework_seat t JOIN core_user w ON w.id = t.person_id
             WHERE t.case_id = c.id AND (c.closed_at IS NOT NULL OR (t.starts_on <= %(day)s
               AND (t.ends_on IS NULL OR t.ends_on >= %(day)s)))),
           (SELECT json_agg(json_build_array(a.at, a.action,
                       (SELECT name FROM core_user WHERE id = a.actor_id), a.detail ->> 'reason',
                       (SELECT name FROM casework_caselevel WHERE code = a.detail ->> 'before'),
                       (SELECT name FROM casework_caselevel WHERE code = a.detail ->> 'after'),
                       (SELECT name FROM core_user WHERE id = (CASE a.action
                          WHEN 'assign_owner' THEN a.detail ->> 'after'
                          WHEN 'seat_person' THEN a.detail ->> 'person' END)::bigint),
                       a.detail ->> 'kind', a.detail ->> 'side', a.detail ->> 'verdict')
                       ORDER BY a.at)
              FROM core_auditentry a
             WHERE a.object_type = 'case' AND a.object_id = %(key)s
               AND a.action IN ('raise_level', 'lower_level', 'assign_owner', 'seat_person',
                                'ask_keys', 'turn_key', 'keys_refused', 'withdraw_keys')),
"""
_FROM = """
      FROM casework_case c JOIN casework_caselevel l ON l.code = c.level_id
      JOIN students_student s ON s.id = c.student_id
     WHERE c.id = %(case)s
"""


# Where the student stands: tree, then kind, short name and name of the unit and of two above it.
_PLACES = """
    , to_json(ARRAY(SELECT json_build_array(p.tree,
             u.kind, coalesce(nullif(u.short_name, ''), u.name), u.name,
             a.kind, coalesce(nullif(a.short_name, ''), a.name), a.name,
             b.kind, coalesce(nullif(b.short_name, ''), b.name), b.name)
        FROM students_placement p JOIN cohorts_unit u ON u.id = p.unit_id
        LEFT JOIN cohorts_unit a ON a.id = u.parent_id
        LEFT JOIN cohorts_unit b ON b.id = a.parent_id
       WHERE p.student_id = c.student_id AND p.tree IN ('class', 'academy', 'room')
         AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)))
"""


_NOTHING = Ask("SELECT '[]'::json WHERE false")


def case_file(case: Case, user: Any, kind: str = "", most: int = 0) -> dict[str, Any]:
    """Sheet of the case with ``entries`` (dicts), ``steps``, ``seats``, ``moves`` and ``life`` (lists), the
    ``place`` of the student, ``talks`` (of this kind, the newest ``most``; see ``case_talks``), and
    under ``blocks`` what each registered block asked for."""
    asked: dict[str, Any] = {
        "case": case.pk, "key": str(case.pk), "user": user.pk,
        "day": scope.today(), "now": timezone.now(),
    }  # fmt: skip
    extra = blocks()
    selects = "".join(f", ({block.sql})" for block in extra)
    talks = talks_select(user, case, kind, most, asked)
    why, why_told = why_asked(user, "see_case", case.student_id)
    sql, places = as_value(why or _NOTHING, "why", frozenset())
    statement = f"{_SQL}{LIFE_SQL}{_PLACES}{talks}{selects}, {sql}{_FROM}"
    (row,) = fetch(prepared(statement), asked | places)
    own = len(_SHEET)
    why_told(row[-1])
    sheet = dict(zip(_SHEET, row[:own], strict=True))
    sheet["place"] = Stand()
    for tree, *chain in row[own]:
        sheet["place"].put(tree, chain)
    sheet["talks"] = talks_told(list(row[own + 1 : own + 4]))
    sheet["blocks"] = dict(zip([b.code for b in extra], row[own + 4 : -1], strict=True))
    sheet["entries"] = [
        {"category": name, "level": level, "at": _moment(at), "left": left, "reason": reason}
        for name, level, at, left, reason in sheet["entries"] or []
    ]
    sheet["steps"] = [
        [text, owner, title, _day(due), wanted, done, _day(done_on), bool(is_gap)]
        for text, owner, title, due, wanted, done, done_on, is_gap in sheet["steps"] or []
    ]
    sheet["seats"] = [{"name": name, "duty": duty} for name, duty in sheet["seats"] or []]
    sheet["moves"] = [[_moment(at), *rest] for at, *rest in sheet["moves"] or []]
    sheet["life"] = sheet["life"] or []
    return sheet


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
