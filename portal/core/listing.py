"""One page of a long list in one statement: which rows, in which order, and what they show.

Only the access rule says which rows there are (``reach_statement``); this module says how the
database should find the page among them, which depends on how many they are:

- few: gather the keys of the reach, sort, cut out the page. The total comes with it.
- many: walk an index that has the order of the list and test row by row, until the page is full.
  Counting them all would cost more than the page, so the total is kept until a write changes it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import models

from portal.core.access import Asked, conditions, count_reached, key_of, reach_statement
from portal.core.page_starts import Start, known_start, note_page
from portal.core.prepared import prepared
from portal.core.rows import fetch, named
from portal.core.unchanged import kept_in_state, state_column

PAGE_SIZE = 50
Statement = tuple[str, dict[str, Any]]
# Times ``Listing.wide``: of more rows even those that meet a condition may be too many to test.
_TOO_MANY = 10
# Last known size of somebody's reach: it only chooses between two ways to the same rows.
_sizes: dict[tuple[str, ...], int] = {}


@dataclass(frozen=True)
class Value:
    """One more value per row: SQL over the list's alias, and its parameters."""

    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Order:
    """``sql`` of ORDER BY and the ``joins`` it needs. ``walk`` is the FROM part that yields rows in
    this order from an index, with {test} and {upto} where the reach and the rows needed are to
    stand; empty when no index has this order. ``keys`` are the columns of an order that goes
    upwards, never empty ones: by them a page is found again (``portal.core.page_starts``).
    ``where`` is a further condition on the rows, which a ``walk`` has inside it; ``params`` are the
    values of places in all of them. ``is_common``: the statement is the same for many, so its plan
    is kept."""

    sql: str
    joins: str = ""
    walk: str = ""
    keys: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""
    is_common: bool = True


@dataclass(frozen=True)
class Listing:
    """A list of ``model`` rows named ``alias``, with ``joins`` for what its values read.

    ``histories`` are the history tables on which the number of rows depends, ``sorted_by`` those
    on which the order depends. From ``wide`` rows on walking is quicker than gathering;
    for few rows of a large reach from a reach of ``wide_reach`` on, else of ``wide``.
    """

    model: type[models.Model]
    alias: str
    joins: str
    values: tuple[str, ...]
    histories: tuple[str, ...]
    wide: int = 8_000
    wide_reach: int | None = None
    sorted_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """Rows of one page, the number of all rows, the number of the page shown; ``state`` names the
    state of the listing's histories that the rows belong to, ``reach`` what was asked."""

    rows: list[Any]
    total: int
    number: int
    state: str = ""
    reach: str = ""


@dataclass(frozen=True)
class _Wanted:
    listing: Listing
    user: Any
    action: str
    within: dict[str, Any]
    order: Order
    more: tuple[Value, ...]
    count: Callable[[str, str], int] | None

    def reach(self, by_row: bool) -> Statement | None:
        listing, form = self.listing, Asked(by_row)
        return reach_statement(listing.model, self.user, self.action, form, **self.within)


def reached_page(
    listing: Listing, user: Any, action: str, order: Order, number: int,
    more: Sequence[Value] = (), count: Callable[[str, str], int] | None = None, **within: Any,
) -> Found:  # fmt: skip
    """Page ``number`` of everything ``user`` reaches for ``action``; the last one if there are
    fewer pages. ``within`` narrows the rows by columns of the list's own table, as in
    ``reached_keys``; ``count(state, reach)`` then tells how many they are."""
    wanted = _Wanted(listing, user, action, within, order, tuple(more), count)
    whole = _reach_name(listing.model, user, action, within)
    name = (*whole, order.where)
    # Few rows of a large reach: to gather the reach would cost more than to walk to them.
    shown, reach = _sizes.get(name, 0), _sizes.get((*whole, ""), 0)
    size = max(shown, reach)
    is_wide = shown >= listing.wide or reach >= (listing.wide_reach or listing.wide)
    by_row = is_wide and not order.is_common and size < _TOO_MANY * listing.wide
    take = _walked if order.walk and is_wide else partial(_gathered, by_row=by_row)
    found = take(wanted, number)
    if not found.rows and number > 1:
        total = take(wanted, 1).total
        found = take(wanted, max(1, -(-total // PAGE_SIZE)))
    _note(name, found.total)
    return found


def note_size(model: type[models.Model], user: Any, action: str, size: int, **within: Any) -> None:
    """``size`` rows are reached in all: pages that are narrowed from them choose their way by it."""
    _note((*_reach_name(model, user, action, within), ""), size)


def _reach_name(
    model: type[models.Model], user: Any, action: str, within: dict[str, Any]
) -> tuple[str, ...]:
    return (model._meta.label, key_of(user), action, str(within))


def _note(name: tuple[str, ...], size: int) -> None:
    if len(_sizes) > 5_000:
        _sizes.clear()
    _sizes[name] = size


def narrowed_by(order: Order, listing: Listing, rows: "models.QuerySet[Any, Any]") -> Order:
    """``order`` over those of the reach that are also among ``rows``, which nobody has restricted
    and which hold conditions of all kinds: a plan that fits any value would not fit these."""
    try:
        statement, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return replace(order, walk="", where="FALSE", is_common=False)
    sql, own = named(statement, params, "narrow")
    also = f"{listing.alias}.id IN ({sql})"
    where = f"{order.where} AND {also}" if order.where else also
    return replace(order, walk="", where=where, params={**order.params, **own}, is_common=False)


def digest(*parts: Any) -> str:
    """Short name of statements and values, for keys of what is kept."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:40]


def _cut(number: int) -> str:
    # Written out: of a number that is not known the planner expects a tenth of all rows.
    skip = (number - 1) * PAGE_SIZE
    return f"LIMIT {PAGE_SIZE} OFFSET {skip}" if skip else f"LIMIT {PAGE_SIZE}"


def _gathered(wanted: _Wanted, number: int, by_row: bool = False) -> Found:
    """All rows are found and sorted: those of the reach that meet the order's own condition, or
    ``by_row`` those that meet the condition, each tested for the reach."""
    a, table = wanted.listing.alias, wanted.listing.model._meta.db_table
    reach = wanted.reach(by_row)
    if reach is None:
        return Found([], 0, 1)
    only = conditions(wanted.listing.model, a, wanted.within)
    further = f" AND {wanted.order.where}" if wanted.order.where else ""
    within = _test(a, reach[0]) if by_row else f"{a}.id = ANY(ARRAY({reach[0]}))"
    page = f"""SELECT {a}.id, count(*) OVER () FROM {table} {a} {wanted.order.joins}
                WHERE {within}{only.sql}{further}
                ORDER BY {wanted.order.sql} {_cut(number)}"""
    keep_plan = wanted.order.is_common
    params = reach[1] | only.params
    shown = _shown(wanted.listing, (page, params), wanted.order, wanted.more, keep_plan)
    return Found(shown.rows, shown.total, number, shown.state, digest(reach))


def _walked(wanted: _Wanted, number: int) -> Found:
    reach = wanted.reach(by_row=True)
    if reach is None:
        return Found([], 0, 1)
    order, named_as = wanted.order, digest(reach)
    start = known_start(named_as, order.sql, number) if order.keys and number > 1 else None
    shown = _walk(wanted, reach, number, start)
    if start is not None and shown.order_state != start.state:
        shown = _walk(wanted, reach, number, None)
    if order.keys and shown.rows:
        first, last = shown.keys
        note_page(named_as, order.sql, number, shown.order_state, first, last)
    total = _total(wanted, shown.state, named_as) if shown.rows else 0
    return Found(shown.rows, total, number, shown.state, named_as)


def _walk(wanted: _Wanted, reach: Statement, number: int, start: Start | None) -> "_Shown":
    a, order = wanted.listing.alias, wanted.order
    test = _test(a, reach[0])
    params = reach[1]
    if start is not None:
        beyond, places = start.condition(order.keys)
        test, params, cut = f"{beyond} AND {test}", params | places, _cut(1)
    else:
        cut = _cut(number)
    walk = order.walk.format(test=test, upto=number * PAGE_SIZE)
    page = f"SELECT {a}.id, 0 FROM {walk} ORDER BY {order.sql} {cut}"
    # The first page, and any with a known beginning, is the same statement for everybody.
    keep_plan = number == 1 or start is not None
    return _shown(wanted.listing, (page, params), order, wanted.more, keep_plan, order.keys)


def _test(alias: str, reach: str) -> str:
    # OFFSET 0 keeps the planner from turning the test back into a join with the whole reach.
    return f"""EXISTS (
               SELECT 1 FROM ({reach}) reach(id) WHERE reach.id = {alias}.id OFFSET 0)"""


def _total(wanted: _Wanted, state: str, reach: str) -> int:
    if wanted.count is not None:
        return wanted.count(state, reach)
    listing = wanted.listing
    return kept_in_state(
        f"reached:{reach}", state, listing.histories,
        lambda: count_reached(listing.model, wanted.user, wanted.action),
    )  # fmt: skip


def page_of_rows(
    listing: Listing, rows: "models.QuerySet[Any, Any]", order: Order, number: int,
    more: Sequence[Value] = (), total: int | None = None,
) -> Found:  # fmt: skip
    """Page ``number`` of a queryset that was restricted and narrowed by the caller."""
    total = rows.order_by().count() if total is None else total
    if not total:
        return Found([], 0, 1)
    number = min(number, -(-total // PAGE_SIZE))
    a, table = listing.alias, listing.model._meta.db_table
    statement, params = named(*rows.order_by().values("pk").query.sql_with_params(), "key")
    page = f"""SELECT {a}.id, 0 FROM {table} {a} {order.joins} WHERE {a}.id IN ({statement})
                ORDER BY {order.sql} {_cut(number)}"""
    # Conditions of all kinds: a plan that fits any value would not fit these.
    shown = _shown(listing, (page, params), order, more, keep_plan=False)
    return Found(shown.rows, total, number, shown.state)


@dataclass(frozen=True)
class _Shown:
    """``total`` is the page's own second column, ``keys`` are those of its first and last row."""

    rows: list[tuple[Any, ...]]
    state: str = ""
    total: int = 0
    order_state: str = ""
    keys: tuple[tuple[Any, ...], tuple[Any, ...]] = ((), ())


def _shown(
    listing: Listing, page: Statement, order: Order, more: Sequence[Value], keep_plan: bool = True,
    keys: tuple[str, ...] = (),
) -> _Shown:  # fmt: skip
    a, table = listing.alias, listing.model._meta.db_table
    first = ["page.total", f"(SELECT {state_column(listing.histories)})"]
    if keys:
        first += [f"(SELECT {state_column((*listing.histories, *listing.sorted_by))})", *keys]
    extra, params = [], {**page[1], **order.params}
    for at, value in enumerate(more):
        sql, own = named(value.sql, value.params, f"more{at}_")
        extra.append(sql)
        params |= own
    columns = ", ".join([*first, *listing.values, *extra])
    # The page numbers its rows: what they were sorted by need not be read again.
    needs = bool(keys) and order.joins not in listing.joins
    joins = f"{order.joins} {listing.joins}" if needs else listing.joins
    statement = f"""WITH page AS MATERIALIZED (
                SELECT found.*, row_number() OVER () AS at FROM ({page[0]}) found(id, total))
            SELECT {columns} FROM page JOIN {table} {a} ON {a}.id = page.id {joins}
             ORDER BY page.at"""
    rows = fetch(prepared(statement) if keep_plan else statement, params)
    if not rows:
        return _Shown([])
    shown, (total, state) = [row[len(first) :] for row in rows], rows[0][:2]
    if not keys:
        return _Shown(shown, state, total)
    ends = rows[0][3 : len(first)], rows[-1][3 : len(first)]
    return _Shown(shown, state, total, rows[0][2], ends)
