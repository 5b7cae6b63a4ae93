"""On the case page: who helps with study one to one, and the wish for it (system 77).

The helper is a party member who reads the name on the link and nothing of the case; this block
tells those who see the case that the help stands, and how often it was given.
"""

import datetime as dt
from typing import Any

from casework.queries.blocks import CaseBlock, register_block
from portal.core.addresses import address

_SQL = """
    SELECT json_build_object('links', (
        SELECT json_agg(json_build_array(
                   coalesce(ms.name, mp.name), coalesce(nullif(b.short_name, ''), b.name),
                   l.starts_on, l.goal, v.n, v.minutes, v.last) ORDER BY l.id)
          FROM partybranch_partylink l
          JOIN cohorts_linkkind k ON k.id = l.kind_id AND k.code = 'study_help'
          JOIN cohorts_unit b ON b.id = l.branch_id
          JOIN partybranch_partymember m ON m.id = l.member_id
          LEFT JOIN students_student ms ON ms.id = m.student_id
          LEFT JOIN core_user mp ON mp.id = m.person_id
          CROSS JOIN LATERAL (
               SELECT count(*) AS n, sum(w.minutes) AS minutes, max(w."on") AS last
                 FROM partybranch_linkvisit w WHERE w.link_id = l.id) v
         WHERE l.student_id = s.id AND l.revoked_at IS NULL AND l.starts_on <= %(day)s
           AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)),
        'asked', (
        SELECT min(w.asked_on) FROM partybranch_linkwish w
          JOIN cohorts_linkkind k ON k.id = w.kind_id AND k.code = 'study_help'
         WHERE w.student_id = s.id AND w.withdrawn_on IS NULL))
"""
_NAMES = ("name", "branch", "since", "goal", "n", "minutes", "last")


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _shown(
    _user: Any, _case: Any, found: dict[str, Any], sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, Any] | None:
    links = [dict(zip(_NAMES, row, strict=True)) for row in found["links"] or ()]
    for one in links:
        one |= {"since": _day(one["since"]), "last": _day(one["last"])}
    may_ask = sheet["closed_at"] is None and rights["log_talk"] and not links
    if not links and not found["asked"] and not may_ask:
        return None
    url = address("party:ask_link", sheet["student_no"]) + "?kind=study_help"
    return {
        "links": links, "asked": None if links else _day(found["asked"]),
        "ask_url": url if may_ask and not found["asked"] else "",
    }  # fmt: skip


register_block(
    CaseBlock(
        code="helper", place="side", order=25, sql=_SQL, template="casework/_block_helper.html",
        context=_shown,
    )
)  # fmt: skip
