"""The tabs of the ledger as the database reads them: which cases, in which order, from which index.

What a tab shows is said twice, here for the page and in ``casework.filters.of_tab`` for whatever
narrows further; ``tests/casework/test_ledger_tabs.py`` holds both against each other.
"""

from collections.abc import Sequence
from dataclasses import replace

from casework.queries.ledger import order_of
from portal.core.asks import Ask, Rows, answers
from portal.core.listing import Order

# Tabs that are no category: in the address, and beside the codes of categories in the counts.
CLOSED, MULTIPLE = "closed", "multiple"
_NO_CATEGORY = ("", CLOSED, MULTIPLE)
# Places called ``codes``: the categories of the ledger.
_OPEN = "{e}.left_at IS NULL AND {e}.category_id = ANY(%(codes)s::text[])"
_OPEN_HERE = _OPEN.format(e="e")
_IN_LEDGER = f"""EXISTS (SELECT 1 FROM casework_ledgerentry e
    WHERE e.case_id = c.id AND {_OPEN_HERE})"""
_RANK = f"""(SELECT min(el.rank) AS rank FROM casework_ledgerentry r
       JOIN casework_caselevel el ON el.code = r.level_id
      WHERE r.case_id = c.id AND {_OPEN.format(e="r")})"""
_RANK_HERE = f"JOIN LATERAL {_RANK} here ON true"
# Level by level of the entries, until the page is full: few stand in the levels that come first.
# A case stands in one category once; among several only its highest entry counts.
_BY_LEVEL_HERE = """casework_caselevel here CROSS JOIN LATERAL (
    SELECT c.id, c.contact_due_at FROM (
        SELECT c.contact_due_at, c.id
          FROM casework_ledgerentry e JOIN casework_case c ON c.id = e.case_id
         WHERE e.level_id = here.code AND {listed} AND c.closed_at IS NULL
         ORDER BY c.contact_due_at, c.id OFFSET 0) c
     WHERE {{test}} LIMIT {{upto}}) c"""
_BY_LEVEL_OF_ONE = _BY_LEVEL_HERE.format(
    listed="e.left_at IS NULL AND e.category_id = %(code)s::varchar"
)
_BY_LEVEL_OF_PARTS = _BY_LEVEL_HERE.replace("SELECT c.contact", "SELECT DISTINCT c.contact").format(
    listed=f"{_OPEN_HERE} AND here.rank = {_RANK}"
)
# Any other order: all of the ledger, which is short beside a wide reach.
_ALL_HERE = f"""(SELECT DISTINCT e.case_id FROM casework_ledgerentry e WHERE {_OPEN_HERE}) listed
    JOIN casework_case c ON c.id = listed.case_id {{joins}}
    WHERE c.closed_at IS NULL AND {{{{test}}}}"""
# ``IS TRUE`` keeps it one set that is asked, instead of a join.
_IN_SEVERAL = """(c.id IN (SELECT e.case_id FROM casework_ledgerentry e WHERE e.left_at IS NULL
    GROUP BY e.case_id HAVING count(*) > 1)) IS TRUE"""

_WITH_PARTS = """SELECT to_json(code) FROM casework_casecategory
    WHERE code = %(code)s OR parent_id = %(code)s ORDER BY code"""


def categories_asked(tab: str) -> Ask | None:
    """For ``categories_told``; None for a tab that is no category."""
    return None if tab in _NO_CATEGORY else Ask(_WITH_PARTS, {"code": tab})


def categories_told(tab: str, rows: Rows) -> list[str] | None:
    """The category of the tab and its parts, none for a tab that is no category; None when no
    ledger has this name."""
    return rows if tab in _NO_CATEGORY or tab in rows else None


def categories_of(tab: str) -> list[str] | None:
    """``categories_told`` for who asks nothing else."""
    return categories_told(tab, answers({"parts": categories_asked(tab)})["parts"])


def ledger_order(key: str, is_down: bool, tab: str, codes: Sequence[str], is_open: bool) -> Order:
    """What ``?sort=`` means on a tab, and which of the cases within reach the tab shows; within
    one ledger, whose categories are ``codes``, the level is that of its own entries."""
    order = order_of(key, is_down, is_open)
    if tab == MULTIPLE:
        walk = order.walk.replace("{test}", f"{_IN_SEVERAL} AND {{test}}")
        return replace(order, where=_IN_SEVERAL, walk=walk)
    if not codes:
        return order
    wanted = {"codes": list(codes), "code": codes[0]}
    if key != "level":
        walk = _ALL_HERE.format(joins=order.joins)
        return replace(order, where=_IN_LEDGER, walk=walk, params=wanted)
    down = " DESC" if is_down else ""
    walk = _BY_LEVEL_OF_ONE if len(codes) == 1 else _BY_LEVEL_OF_PARTS
    return Order(f"here.rank{down}, c.contact_due_at, c.id", _RANK_HERE, walk, params=wanted,
                 where=_IN_LEDGER)  # fmt: skip
