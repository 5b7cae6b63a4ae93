"""What is read of a person before the rule can be asked: grants, links, ties to cases.

Each app registers the statement for its part, as JSON; all parts are read in one statement, once
a request. ``forget_reach`` drops them with everything else that was read.
"""

from typing import Any

from django.utils import timezone

from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.core.scope import remembered, today

_parts: dict[str, str] = {}


def register_part(name: str, statement: str) -> None:
    """``statement`` yields one JSON value; it may use ``%(user)s``, ``%(day)s``, ``%(now)s``."""
    _parts[name] = statement


def part_of(user: User, name: str) -> Any:
    """The part of this name; None when there is nothing to tell."""
    day = today()

    def read() -> dict[str, Any]:
        parts = ", ".join(f"({statement})" for statement in _parts.values())
        asked = {"user": user.pk, "day": day, "now": timezone.now()}
        ((*values,),) = fetch(prepared(f"SELECT {parts}"), asked)
        return dict(zip(_parts, values, strict=True))

    return remembered(("person", user.pk, day), read)[name]
