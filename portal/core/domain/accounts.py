"""Accounts of people: opening, correcting, freezing, new passwords. Never deleted."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.admin_rights import check_lockout, duty_of
from portal.core.domain.passwords import remember_password
from portal.core.domain.sessions import drop_sessions
from portal.core.errors import DomainError
from portal.core.models import User

# What the security administrator may change; rights are no part of an account.
_RIGHTS = frozenset({"username", "is_active", "expires_on"})
EDITABLE = frozenset({"username", "name", "title", "phone", "email", "is_active", "expires_on"})


@transaction.atomic
def open_account(*, actor: User | None, user: User) -> User:
    """Save a new account whose first password is already set (hashed) on ``user``.

    The holder must choose another one at the first log-in.
    """
    user.is_superuser = user.is_staff = False
    if user.has_usable_password():
        user.must_change_password, user.password_changed_at = True, timezone.now()
    user.save()
    if user.has_usable_password():
        remember_password(user)
    audit.record(actor=actor, action="open_account", obj=user, username=user.username)
    return user


@transaction.atomic
def change_account(*, actor: User | None, user: User, fields: Collection[str]) -> User:
    """Save the changed ``fields`` of ``user``, which carries the new values.

    A closed account's sessions end with it. Raises DomainError when somebody would change what his
    own account may do, when nobody could appoint any more (now or after the new last day), or for
    a field that is not of an account's particulars.
    """
    fields = set(fields)
    if fields - EDITABLE:
        raise DomainError(_("Rights follow from posts; they are not changed on the account."))
    if actor is not None and actor.pk == user.pk and not user.is_in_force():
        raise DomainError(
            _("You cannot freeze or end your own account. Ask another administrator.")
        )
    # Not the row's key: the audit row of somebody else's act refers to this account meanwhile.
    kept = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if actor is not None and actor.pk == user.pk and fields & _RIGHTS:
        raise DomainError(
            _("Number, opening and end of your own account are changed by another administrator.")
        )
    was_open = kept.is_in_force()
    user.save(update_fields=sorted(fields | {"pinyin", "initials"}))
    if was_open and not user.is_in_force():
        drop_sessions(user)
    if actor is not None and was_open:
        if not user.is_in_force():
            check_lockout()
        elif "expires_on" in fields and user.expires_on and duty_of(user) == "secadmin":
            check_lockout(user.expires_on + dt.timedelta(days=1))
    action = "freeze_account" if was_open and not user.is_in_force() else "change_account"
    audit.record(actor=actor, action=action, obj=user, fields=sorted(fields))
    return user
