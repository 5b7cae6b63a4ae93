"""How many students stand in units today, for loads of posts."""

from collections.abc import Collection

from django.utils import timezone

from portal.core.rows import fetch

_HEADS = """
    SELECT t.ancestor_id, count(DISTINCT p.student_id)
      FROM cohorts_unittree t JOIN students_placement p ON p.unit_id = t.descendant_id
     WHERE t.ancestor_id = ANY(%(units)s::bigint[])
       AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s)
     GROUP BY t.ancestor_id
"""


def heads_below(unit_ids: Collection[int]) -> dict[int, int]:
    """Students standing today in each of these units or below it."""
    if not unit_ids:
        return {}
    return dict(fetch(_HEADS, {"units": sorted(unit_ids), "day": timezone.localdate()}))
