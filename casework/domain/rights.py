"""The right, asked once more inside the transaction of the write (design 5.11)."""

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _

from casework.models import Case
from casework.ties import shut_case_ids
from portal.core.access import reaches_one
from portal.core.models import User
from portal.core.scope import forget_reach


def still_allows(user: User, obj: models.Model, action: str) -> bool:
    """Whether ``user`` reaches ``obj`` for ``action`` now, not when the request began."""
    forget_reach()
    return reaches_one(type(obj), user, action, obj.pk)


def check_still(actor: User | None, obj: models.Model, action: str) -> None:
    """Raises PermissionDenied when a post or seat ended meanwhile; the system (None) may."""
    if actor is not None and not still_allows(actor, obj, action):
        raise PermissionDenied(_("Your post no longer allows this. Nothing was changed."))


def is_shut(person: User | None, case: Case) -> bool:
    """Whether ``person`` is locked out of this one case now."""
    return person is not None and case.pk in shut_case_ids(person)
