"""New passwords: chosen by the holder, or given once by an administrator (rulebook 8.2)."""

import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core import audit
from portal.core.accounts.lately import did_lately
from portal.core.admin_rights import duty_of
from portal.core.domain.sessions import drop_sessions
from portal.core.errors import DomainError
from portal.core.models import PastPassword, User

# Letters that are not taken for one another when read out or copied from paper.
_SMALL, _CAPITALS, _DIGITS = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"


@transaction.atomic
def change_password(*, actor: User, password: str, keep_session: str | None = None) -> User:
    """Give ``actor`` the new password and end the other sessions; ``keep_session`` stays.

    Raises DomainError with all reasons when the rules refuse it.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError(" ".join(error.messages), code="password") from error
    _set(user, password, must_change=False)
    ended = drop_sessions(user, keep=keep_session)
    audit.record(actor=actor, action="change_password", obj=user, ended_sessions=ended)
    return user


@transaction.atomic
def give_one_time_password(*, actor: User | None, user: User) -> str:
    """A password good for one log-in, after which the holder must choose another; shown once.

    ``actor`` None is the operator at the server's command line. Raises DomainError for one's own
    account, and for one of the three administrators whose second factor the same person took away
    within a week: both together would hand over the duty.
    """
    if actor is not None and actor.pk == user.pk:
        raise DomainError(
            _("Change your own password on your own page, with the present one."), code="denied"
        )
    if (
        actor is not None
        and duty_of(user) is not None
        and did_lately(actor, "reset_second_factor", user)
    ):
        raise DomainError(
            _("You took this administrator's second factor away. Another security administrator, "
              "or the operator by command line, must give the password.")
        )  # fmt: skip
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    password = one_time_password()
    _set(user, password, must_change=True)
    drop_sessions(user)
    audit.record(actor=actor, action="set_password", obj=user, on=timezone.localdate().isoformat())
    return password


def one_time_password() -> str:
    """Fourteen characters of three kinds in groups, about 64 bits."""
    parts = [
        "".join(secrets.choice(letters) for _n in range(4))
        for letters in (_SMALL + _DIGITS, _SMALL + _DIGITS)
    ]
    head = "".join(secrets.choice(letters) for letters in (_CAPITALS, _CAPITALS, _DIGITS, _DIGITS))
    return "-".join([head, *parts])


def remember_password(user: User) -> None:
    """Keep the hash now on ``user``, and no more former ones than the rule asks for."""
    PastPassword.objects.create(user=user, hashed=user.password)
    rows = PastPassword.objects.filter(user=user).order_by("-pk")
    kept = list(rows.values_list("pk", flat=True)[: max(1, settings.PASSWORD_HISTORY)])
    PastPassword.objects.filter(user=user).exclude(pk__in=kept).delete()


def _set(user: User, password: str, *, must_change: bool) -> None:
    if user.has_usable_password() and not PastPassword.objects.filter(user=user).exists():
        remember_password(user)  # an account from before the history began
    user.set_password(password)
    user.password_changed_at, user.must_change_password = timezone.now(), must_change
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    remember_password(user)
