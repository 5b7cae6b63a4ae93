"""Sorting and paging from the address, shared by the lists of students and cases."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50


def sorting(
    request: HttpRequest, sorts: Mapping[str, Sequence[str]], default: str
) -> tuple[list[Any], str, bool]:
    """(ORDER BY, key, is_down) asked for by ``?sort=key`` or ``?sort=-key``; empty values last."""
    wanted = request.GET.get("sort", "")
    is_down, key = wanted.startswith("-"), wanted.removeprefix("-")
    if key not in sorts:
        is_down, key = False, default
    first, *rest = sorts[key]
    # Plain names keep the index usable; only the other way round needs NULLS LAST.
    order = [F(first).desc(nulls_last=True) if is_down else first, *rest]
    return order, key, is_down


def page_of(
    request: HttpRequest, rows: "QuerySet[Any]", size: int = PAGE_SIZE, count: int | None = None
) -> Page[Any]:
    """The page ``?page=`` asks for; a number beyond the end gives the last one.

    ``count`` of the rows, where the caller has counted them already, saves a query.
    """
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.__dict__["count"] = count
    return paginator.get_page(request.GET.get("page"))


def without(request: HttpRequest, *keys: str) -> str:
    """Query string of this page without ``keys`` and without the page number."""
    query = request.GET.copy()
    for key in (*keys, "page", "part"):
        query.pop(key, None)
    return f"?{query.urlencode()}"


def heads(columns: Sequence[tuple[str, Any, str]], key: str, is_down: bool) -> list[dict[str, Any]]:
    """Table heads from (sort key or "", label, css class)."""
    return [
        {
            "label": label,
            "sort": sort,
            "css": css,
            "sorted": ("down" if is_down else "up") if sort and sort == key else "",
        }
        for sort, label, css in columns
    ]


def conditions(
    request: HttpRequest, active: Sequence[tuple[str, Any, str]]
) -> list[dict[str, Any]]:
    """Filter chips from (key, label, words)."""
    return [
        {"field": label, "value": words, "remove_url": without(request, key)}
        for key, label, words in active
    ]
