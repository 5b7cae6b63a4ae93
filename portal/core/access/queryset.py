"""``restrict`` and ``get_for``: the only doors to restricted rows."""

from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404
from django.utils.translation import gettext as _

from portal.core.scope import request_notes

from .actions import action as known_action
from .one_row import Companions, row_for
from .routes import reached_keys
from .within import names_one_row, prove, reaches_one, reaches_row


class RestrictedQuerySet(models.QuerySet[Any]):
    def restrict(self, user: Any, action: str, *, through: str = "", **within: Any) -> Self:
        """Rows that ``user`` reaches for ``action`` today, within the given column values, and
        ``through`` the route of this name alone where one is named.

        No superuser branch. An unknown action, an anonymous, frozen or expired account: no rows.
        """
        keys = reached_keys(self.model, user, action, through=through, **within)
        return self.none() if keys is None else self.filter(pk__in=keys)


class _GetFor(models.Manager[Any]):
    def get_for(
        self, user: Any, action: str, pk: Any = None, *, bring: Companions = (), **lookup: Any
    ) -> Any:
        """The one row, or Http404 when it is not visible, or PermissionDenied when it is visible
        but ``action`` is not allowed. A missing row and a hidden one answer alike.

        ``bring``: what else is to be read in the statement of the row, for those who keep it."""
        lookup = lookup or {"pk": pk}
        see: str = self.model.see_action
        if names_one_row(self.model, lookup):
            # Read, then asked about: a row costs less than the whole reach as a sub-select.
            # A missing row is asked about as well, so that it answers like a hidden one.
            row = row_for(self.model, lookup, user, see, bring)
            found = row if reaches_row(self.model, user, see, row) and row.pk else None
        else:
            rows: Any = self.get_queryset()
            found = rows.restrict(user, see).filter(**lookup).first()
        if found is None:
            _note_refusal(self.model, user, lookup)
            raise Http404
        prove(self.model, user, found.pk, see)
        if action != see and not reaches_one(self.model, user, action, found.pk):
            raise PermissionDenied(_denial(action))
        prove(self.model, user, found.pk, action)
        return found


# What the audit trail says of somebody who asked for one record and was not given it.
REFUSED = "refuse_look"
_LONGEST = 40


def _note_refusal(model: type[models.Model], user: Any, lookup: dict[str, Any]) -> None:
    """Rulebook 11, example 26: an address changed by hand leaves a line, once in ten minutes as
    readings do. A missing record leaves one like a hidden one, or the time would tell them apart."""
    notes = request_notes()
    if notes is not None and user.is_authenticated:
        # Anything may stand in an address or a body; in the trail it stands as plain letters.
        asked = "/".join(ascii(str(value))[1:-1] for value in lookup.values())[:_LONGEST]
        notes.append((user, REFUSED, _Asked(model, asked), {}))


class _Asked:
    """Stands for the record in the trail: its kind, and the key by which it was asked for."""

    def __init__(self, model: type[models.Model], pk: str) -> None:
        self._meta, self.pk = model._meta, pk


def _denial(action: str) -> str:
    wanted = known_action(action)
    label = str(wanted.label) if wanted else action
    return _("You may see this record, but none of your posts allows: %(action)s.") % {
        "action": label
    }


class RestrictedManager(_GetFor.from_queryset(RestrictedQuerySet)):  # type: ignore[misc]
    """Manager of every restricted model. The model names its ``see_action``."""
