"""What lower and higher apps hand to the pages of the roof: navigation, panels, columns, search.

Apps register in their ``panels.py``, which is discovered at start-up like Django's ``admin.py``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class NavItem:
    """One line of the side navigation. ``is_shown`` asks for the right, ``count`` may be slow
    only in the sense of one indexed query."""

    code: str
    section: Words
    label: Words
    url_name: str
    icon: str
    order: int
    is_shown: Callable[[Any], bool]
    count: Callable[[Any], int | None] | None = None
    url: Callable[[Any], str | None] | None = None


@dataclass(frozen=True)
class Panel:
    """A block of a page about one object; ``context(user, obj)`` None leaves the block out.

    With ``ask(user, obj)`` the block's rows come with the page's own statement (see
    ``portal.core.asks``, whose ``Ask`` it returns, None where there is no right), and ``context``
    gets them as a third argument. A page that is opened often has no time for anything else.

    ``tables`` of students (``student_id``) hold all that such a block tells. Where none has a row,
    as is the rule with some, nothing is asked and ``context`` gets no rows (``panels_there``).
    """

    code: str
    order: int
    template: str
    context: Callable[..., dict[str, Any] | None]
    ask: Callable[[Any, Any], Any] | None = None
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inline:
    """``sql`` is one value over the list's alias (``s`` for students) with ``params`` for it."""

    sql: str
    params: tuple[Any, ...]
    show: Callable[[Any], Any]


@dataclass(frozen=True)
class Column:
    """An extra column of a list: ``cells(user, ids)`` is one query for the whole page.

    Where the person may see it of every row, ``inline(user)`` gives the value as part of the
    list's own statement and the way to show it; else None, and ``cells`` is asked.
    """

    code: str
    label: Words
    order: int
    cells: Callable[[Any, Sequence[int]], dict[int, Any]]
    template: str = ""
    inline: "Callable[[Any], Inline | None] | None" = None


@dataclass(frozen=True)
class ListAct:
    """A button of the bulk bar below a list: the chosen rows are posted to ``url_name``."""

    code: str
    order: int
    label: Words
    url_name: str
    icon: str
    is_shown: Callable[[Any], bool]


@dataclass(frozen=True)
class Hit:
    """One line of the search: name in bold, facts beside it."""

    title: str
    note: str
    url: str


@dataclass(frozen=True)
class SearchProvider:
    code: str
    order: int
    hits: Callable[[Any, str, int], Sequence[Hit]]


@dataclass
class _Shelf:
    nav: dict[str, NavItem] = field(default_factory=dict)
    panels: dict[str, dict[str, Panel]] = field(default_factory=dict)
    columns: dict[str, dict[str, Column]] = field(default_factory=dict)
    search: dict[str, SearchProvider] = field(default_factory=dict)
    acts: dict[str, dict[str, ListAct]] = field(default_factory=dict)


_shelf = _Shelf()


def register_nav(*items: NavItem) -> None:
    for item in items:
        _shelf.nav[item.code] = item


def nav_items() -> list[NavItem]:
    return sorted(_shelf.nav.values(), key=lambda item: item.order)


def register_panel(page: str, panel: Panel) -> None:
    _shelf.panels.setdefault(page, {})[panel.code] = panel


def panels(page: str) -> list[Panel]:
    return sorted(_shelf.panels.get(page, {}).values(), key=lambda panel: panel.order)


def register_column(listing: str, column: Column) -> None:
    _shelf.columns.setdefault(listing, {})[column.code] = column


def columns(listing: str) -> list[Column]:
    return sorted(_shelf.columns.get(listing, {}).values(), key=lambda column: column.order)


def register_list_act(listing: str, act: ListAct) -> None:
    _shelf.acts.setdefault(listing, {})[act.code] = act


def list_acts(listing: str, user: Any) -> list[dict[str, Any]]:
    """What ``user`` may do with chosen rows of the list, as components/bulk_bar.html takes it."""
    acts = sorted(_shelf.acts.get(listing, {}).values(), key=lambda act: act.order)
    return [
        {"label": act.label, "url": reverse(act.url_name), "icon": act.icon, "note": ""}
        for act in acts
        if act.is_shown(user)
    ]


def register_search(provider: SearchProvider) -> None:
    _shelf.search[provider.code] = provider


def search_providers() -> list[SearchProvider]:
    return sorted(_shelf.search.values(), key=lambda provider: provider.order)
