"""Sorting and paging from the address, shared by the lists of students and cases."""

from collections.abc import Container, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from portal.core.listing import PAGE_SIZE, Found
from portal.core.ui.shells import shell

_LAST = 10**9


def sorting(request: HttpRequest, sorts: Container[str], default: str) -> tuple[str, bool]:
    """(key, is_down) asked for by ``?sort=key`` or ``?sort=-key``."""
    wanted = request.GET.get("sort", "")
    is_down, key = wanted.startswith("-"), wanted.removeprefix("-")
    return (key, is_down) if key in sorts else (default, False)


def page_number(request: HttpRequest) -> int:
    """``?page=``: the first for what is no number; a number beyond all lists for the last."""
    try:
        number = int(request.GET.get("page", "1"))
    except ValueError:
        return 1
    return min(number, _LAST) if number >= 1 else _LAST


def shown_page(found: Found) -> Page[Any]:
    """The page as the pager wants it; the rows were read already."""
    return Page(found.rows, found.number, Paginator(range(found.total), PAGE_SIZE))


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


def list_parts(
    request: HttpRequest, context: dict[str, Any], *key: Any, keep: bool,
    head: str = "students/_heads.html",
) -> dict[str, SafeString]:  # fmt: skip
    """Search and chips, heads, pager and filter dialog of a list; ``key`` names what the chips
    show beyond the address, ``head`` is the template of the heads."""
    page = context["page"]
    labels = tuple(str(head["label"]) for head in context["heads"])
    return {
        "top": shell(request, "students/_list_top.html", context, *key, keep=keep),
        "heads": shell(request, head, context, labels, keep=keep),
        "pager": shell(
            request, "components/pager.html", context, page.number, page.paginator.count, keep=keep
        ),
        "dialog": shell(request, "students/_list_dialog.html", context, keep=keep),
    }
