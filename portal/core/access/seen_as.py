"""View-as: one account looks at the portal as another sees it, with the rights of both (design 5.9).

The account that is looked at carries the one who looks. Whatever asks the rule gets what *both*
reach; nothing is ever added. Writing is refused by the middleware.
"""

import copy
from typing import Any

from portal.core.models import User


def seen_as(user: User, supporter: User) -> User:
    """A copy of ``user`` for pages that ``supporter`` looks at: it reaches what both reach."""
    shown = copy.copy(user)
    shown.supporter = supporter
    return shown


def supporter_of(user: Any) -> User | None:
    """The account behind the screen, when it is another than the one shown."""
    found: User | None = getattr(user, "supporter", None)
    return found


def plain(user: User) -> User:
    """The account itself, without the one who looks through it."""
    if supporter_of(user) is None:
        return user
    alone = copy.copy(user)
    alone.supporter = None
    return alone


def both_in_force(user: Any) -> bool:
    """Whether the account, and the one who looks through it, may be used today."""
    supporter = supporter_of(user)
    return bool(user.is_in_force()) and (supporter is None or supporter.is_in_force())


def key_of(user: User) -> str:
    """Names the sight of ``user`` in keys of kept pages: two accounts see less than one."""
    supporter = supporter_of(user)
    return str(user.pk) if supporter is None else f"{user.pk}-{supporter.pk}"
