"""Accounts of people: opening, correcting, freezing, new passwords. Never deleted."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.admin_rights import check_lockout
from portal.core.errors import DomainError
from portal.core.models import User

# What the security administrator may change; rights are no part of an account.
EDITABLE = frozenset({"username", "name", "title", "phone", "email", "is_active", "expires_on"})


@transaction.atomic
def open_account(*, actor: User | None, user: User) -> User:
    """Save a new account whose password is already set (hashed) on ``user``."""
    user.is_superuser = user.is_staff = False
    user.save()
    audit.record(actor=actor, action="open_account", obj=user, username=user.username)
    return user


@transaction.atomic
def change_account(*, actor: User | None, user: User, fields: Collection[str]) -> User:
    """Save the changed ``fields`` of ``user``, which carries the new values.

    Raises DomainError when somebody would freeze himself, when nobody could appoint any more, or
    for a field that is not of an account's particulars.
    """
    fields = set(fields)
    if fields - EDITABLE:
        raise DomainError(_("Rights follow from posts; they are not changed on the account."))
    if actor is not None and actor.pk == user.pk and not user.is_in_force():
        raise DomainError(
            _("You cannot freeze or end your own account. Ask another administrator.")
        )
    kept = User.objects.select_for_update().get(pk=user.pk)
    was_open = kept.is_in_force()
    user.save(update_fields=sorted(fields | {"pinyin", "initials"}))
    if actor is not None and was_open and not user.is_in_force():
        check_lockout()
    action = "freeze_account" if was_open and not user.is_in_force() else "change_account"
    audit.record(actor=actor, action=action, obj=user, fields=sorted(fields))
    return user


@transaction.atomic
def record_new_password(*, actor: User | None, user: User) -> None:
    """Audit that ``actor`` set a new password for ``user`` (the form saved it just now)."""
    audit.record(actor=actor, action="set_password", obj=user, on=timezone.localdate().isoformat())
