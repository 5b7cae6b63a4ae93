"""The contacts of a case that a person may read, as part of the page's one statement."""

from typing import Any

from casework.models import Case, FollowUp
from portal.core.access import rows_within

# Of the talks that may be read: how many, of them with the family, of them real; the newest of the
# kind asked for; and who had the last real contact, by which way.
_TALKS = """
    , (SELECT json_build_array(count(*), count(*) FILTER (WHERE f.channel = 'family'),
                               count(*) FILTER (WHERE f.is_real))
         FROM casework_followup f
        WHERE f.case_id = c.id AND f.student_id = c.student_id AND {seen}),
      to_json(ARRAY(SELECT json_build_array(f.id, f.channel, f.happened_at, f.minutes, f.content,
                    f.author_id, (SELECT name FROM core_user WHERE id = f.author_id),
                    f.author_role, f.place, f.is_real, f.confidentiality, f.risk, f.next_on,
                    f.version, f.own_words <> '' OR f.state_seen <> '' OR f.problem <> ''
                    OR f.advice <> '' OR f.agreed <> '' OR f.trigger <> '' OR f.companions <> ''
                    OR f.version > 1 OR EXISTS (SELECT 1 FROM core_attachment a
                       WHERE a.kind = 'talk' AND a.object_id = f.id))
         FROM (SELECT * FROM casework_followup f
                WHERE f.case_id = c.id AND f.student_id = c.student_id AND {seen} AND {kind}
                ORDER BY f.happened_at DESC, f.id DESC LIMIT {most}) f
        ORDER BY f.happened_at DESC, f.id DESC)),
      (SELECT json_build_array(f.channel, (SELECT name FROM core_user WHERE id = f.author_id))
         FROM casework_followup f
        WHERE f.case_id = c.id AND f.student_id = c.student_id AND f.is_real AND {seen}
        ORDER BY f.happened_at DESC, f.id DESC LIMIT 1)
"""
_NOTHING = ", NULL::json, NULL::json, NULL::json"


# Written into the statement, not given as values: the plan depends on them.
_KINDS = {"": "TRUE", "family": "f.channel = 'family'", "talks": "f.channel <> 'family'"}


def talks_select(user: Any, case: Case, kind: str, most: int, params: dict[str, Any]) -> str:
    """Columns for ``case_file``; their values go into ``params``. For ``kind`` see ``timeline``."""
    seen = rows_within(FollowUp, user, "see_talks", "f", student_id=case.student_id)
    if seen is None:
        return _NOTHING
    params.update(seen.params)
    words = {"{seen}": seen.sql, "{kind}": _KINDS.get(kind, "FALSE"), "{most}": str(int(most))}
    select = _TALKS
    for place, sql in words.items():
        select = select.replace(place, sql)
    return select


def talks_told(values: list[Any]) -> dict[str, Any]:
    """``seen``, ``family`` and ``real`` counted over the whole case, ``rows``, and ``last``."""
    counted, rows, last = values
    seen, family, real = counted or (0, 0, 0)
    return {"seen": seen, "family": family, "real": real, "rows": rows or [], "last": last}
