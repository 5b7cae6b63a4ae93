"""View-as for support: looking at the portal as a colleague sees it (design 5.9).

What is shown is what both accounts reach (portal.core.access.seen_as); nothing can be written, the
beginning and the end stand in the audit trail, and it ends with the session or after half an hour.
"""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.admin_rights import duty_of
from portal.core.errors import DomainError
from portal.core.models import User

MINUTES = 30
MIN_REASON_CHARS = 4

# cohorts says whether a post of the supporter reaches a post of the other.
_rights: list[Callable[[User, User], bool]] = []


def register_support_right(right: Callable[[User, User], bool]) -> None:
    """``right(supporter, person)``: whether a post of today lets one look through the other."""
    _rights[:] = [right]


def may_view_as(supporter: User, person: User) -> bool:
    """Never oneself, never through an administrator's account, never a closed account."""
    if supporter.pk == person.pk or duty_of(person) is not None:
        return False
    if not (supporter.is_in_force() and person.is_in_force()):
        return False
    return any(right(supporter, person) for right in _rights)


@transaction.atomic
def begin_view_as(*, actor: User, person: User | None, reason: str) -> User:
    """Raises DomainError without a reason or when no post of ``actor`` reaches this person; an
    unknown number answers alike."""
    if len(reason.strip()) < MIN_REASON_CHARS:
        raise DomainError(_("Say in a few words what you help with."))
    if person is None or not may_view_as(actor, person):
        raise DomainError(_("There is nobody with this number whom your posts let you support."))
    audit.record(actor=actor, action="begin_view_as", obj=person, reason=reason.strip()[:200])
    return person


@transaction.atomic
def end_view_as(*, actor: User, person: User, why: str = "asked") -> None:
    """``why``: asked (by hand), time, or right (a post ended meanwhile)."""
    audit.record(actor=actor, action="end_view_as", obj=person, why=why)
