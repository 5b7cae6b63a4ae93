"""Keeping, renaming and dropping one's own filters."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.errors import DomainError
from portal.core.models import SavedFilter, User
from portal.core.saved_filters import MOST_PER_LIST, list_at, plain_query


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 20:
        raise DomainError(_("Give the filter a name of up to 20 characters."))
    return name


@transaction.atomic
def save_filter(*, actor: User, path: str, query: str, name: str) -> SavedFilter:
    """Keep the conditions of a list under a name. The same conditions again are renamed, the same
    name again takes the new conditions: nothing stands there twice.

    Raises DomainError for an address that is no list, no condition at all, a name that is empty or
    too long, and when there are too many already.
    """
    name, kept = _name(name), list_at(path)
    query = plain_query(query)
    if kept is None or len(path) > 120 or len(query) > 1000:
        raise DomainError(_("This page has no filter to save."))
    if not query:
        raise DomainError(_("Choose a condition first, then save it."))
    # One person's filters are written one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    mine = SavedFilter.objects.filter(owner=actor, page=kept.code)
    found = mine.filter(name=name).first() or mine.filter(path=path, query=query).first()
    if found is None and mine.count() >= MOST_PER_LIST:
        raise DomainError(
            _("You keep %(n)s filters here already. Delete one of them first.")
            % {"n": MOST_PER_LIST}
        )
    found = found or SavedFilter(owner=actor, page=kept.code)
    mine.filter(path=path, query=query).exclude(pk=found.pk).delete()
    found.name, found.path, found.query = name, path, query
    found.save()
    audit.record(actor=actor, action="save_filter", obj=found, page=kept.code)
    return found


@transaction.atomic
def rename_filter(*, actor: User, pk: int, name: str) -> SavedFilter:
    """Raises SavedFilter.DoesNotExist for somebody else's, DomainError for a name that is taken."""
    name = _name(name)
    found = SavedFilter.objects.select_for_update().get(pk=pk, owner=actor)
    found.name = name
    try:
        with transaction.atomic():
            found.save(update_fields=["name"])
    except IntegrityError:
        raise DomainError(_("Another filter of yours has this name.")) from None
    audit.record(actor=actor, action="rename_filter", obj=found)
    return found


@transaction.atomic
def delete_filter(*, actor: User, pk: int) -> None:
    """Raises SavedFilter.DoesNotExist for somebody else's."""
    found = SavedFilter.objects.select_for_update().get(pk=pk, owner=actor)
    audit.record(actor=actor, action="delete_filter", obj=found)
    found.delete()
