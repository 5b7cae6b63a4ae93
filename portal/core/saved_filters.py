"""Filters that people keep: for every list whose state is its address.

A list names itself once, at start-up (``register_list``), and shows ``saved_asked`` as round chips
(components/saved_filters.html). Saving, renaming and deleting are the same for all of them.
"""

from dataclasses import dataclass

from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils.functional import Promise

from portal.core.asks import Ask
from portal.core.models import User

# What says where on a list one stands, and not which rows it shows.
_PASSING = ("page", "part", "csrfmiddlewaretoken")
MOST_PER_LIST = 12


@dataclass(frozen=True)
class KeptList:
    """``views``: names of the addresses that belong to this list, its tabs for example."""

    code: str
    label: "str | Promise"
    views: tuple[str, ...]


_lists: dict[str, KeptList] = {}


def register_list(one: KeptList) -> None:
    _lists[one.code] = one


def list_at(path: str) -> KeptList | None:
    """The list that answers at this path; None for any other address."""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return None
    return next((one for one in _lists.values() if name in one.views), None)


def label_of(code: str) -> str:
    return str(_lists[code].label) if code in _lists else code


def plain_query(query: str) -> str:
    """The conditions of an address, without page number and empty values, always in one order."""
    typed = QueryDict(query)
    pairs = [
        (key, value)
        for key in sorted(typed)
        if key not in _PASSING
        for value in sorted(typed.getlist(key))
        if value
    ]
    plain = QueryDict(mutable=True)
    for key, value in pairs:
        plain.appendlist(key, value)
    return plain.urlencode()


def saved_asked(user: User, page: str) -> Ask:
    """The filters that ``user`` keeps for this list, in the order of saving: rows of name, path
    and query, for the statement of a page (``portal.core.asks``)."""
    return Ask(_SAVED, {"owner": user.pk, "page": page})


_SAVED = f"""
    SELECT json_build_array(name, path, query) FROM core_savedfilter
     WHERE owner_id = %(owner)s AND page = %(page)s ORDER BY id LIMIT {MOST_PER_LIST}
"""
