"""The second step of a log-in: time-based codes (RFC 6238) and recovery codes (rulebook 8.2).

``is_fresh(request)`` is what an act that needs it asks; when it is false, send the person to
``confirm_url(request)`` and come back. The secret is encrypted with keys outside the database.
"""

import base64
import datetime as dt
import hmac
import secrets
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.oath import TOTP

from portal.core import audit
from portal.core.accounts.lately import did_lately
from portal.core.admin_rights import duty_of
from portal.core.crypto import decrypt, encrypt, lookup_hash
from portal.core.errors import DomainError
from portal.core.models import RecoveryCode, SecondFactor, User
from portal.core.scope import remembered

_CONFIRMED = "_confirmed"
_STEP_SECONDS, _TOLERANCE = 30, 1
_RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def is_enrolled(user: User) -> bool:
    """Whether ``user`` has a second factor in use."""
    return remembered(
        ("second factor", user.pk),
        lambda: SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists(),
    )


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session was confirmed within the last ten minutes."""
    stamp = request.session.get(_CONFIRMED)
    age = timezone.now().timestamp() - stamp if stamp is not None else None
    return age is not None and 0 <= age < settings.SECOND_FACTOR_FRESH_MINUTES * 60


def is_passed(request: HttpRequest) -> bool:
    """Whether this session was confirmed at any time since its log-in: what the admin asks.

    Where the second factor is not required (the demo), somebody who has none passes.
    """
    if request.session.get(_CONFIRMED) is not None:
        return True
    return not settings.SECOND_FACTOR_REQUIRED and not is_enrolled(_user(request))


def confirm_url(request: HttpRequest) -> str:
    """Where the person confirms, and comes back from to the page asked for."""
    back = request.get_full_path() if request.method == "GET" else request.path
    return f"{reverse('web:confirm')}?{urlencode({'next': back})}"


def mark_confirmed(request: HttpRequest) -> None:
    """Remember the moment in this session; its key changes, as after every gain of rights."""
    request.session.cycle_key()
    request.session[_CONFIRMED] = int(timezone.now().timestamp())


def forget_confirmation(request: HttpRequest) -> None:
    request.session.pop(_CONFIRMED, None)


@transaction.atomic
def begin_enrolment(*, user: User) -> SecondFactor:
    """The unconfirmed secret of ``user``, made when there is none yet; showing it binds nothing.

    Raises DomainError when one is in use: it is taken away first.
    """
    found = SecondFactor.objects.select_for_update().filter(user=user).first()
    if found is not None and found.confirmed_at is not None:
        raise DomainError(_("A second factor is already set up for this account."))
    if found is None:
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        found, _made = SecondFactor.objects.get_or_create(
            user=user, defaults={"cipher": encrypt(secret)}
        )
    return found


def secret_of(factor: SecondFactor) -> str:
    """The secret in base 32, as an authenticator wants it typed."""
    return decrypt(bytes(factor.cipher))


def provisioning_uri(factor: SecondFactor, issuer: str) -> str:
    """What the QR code says (key URI format of the authenticator programs)."""
    label = quote(f"{issuer}:{factor.user.username}")
    values = {"secret": secret_of(factor), "issuer": issuer, "period": _STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(values, quote_via=quote)}"


@transaction.atomic
def confirm_enrolment(*, actor: User, code: str) -> list[str]:
    """The first right code puts the factor into use. Returns the recovery codes, shown once.

    Raises DomainError for a wrong code.
    """
    factor = SecondFactor.objects.select_for_update().filter(user=actor).first()
    if factor is None or factor.confirmed_at is not None:
        raise DomainError(_("Open the page anew, then try again."))
    if not _takes(factor, code):
        raise DomainError(
            _("The code does not fit. Check the clock of your phone, then type the newest code."),
            code="code",
        )
    factor.confirmed_at = timezone.now()
    factor.save()
    codes = _write_codes(factor)
    audit.record(actor=actor, action="enrol_second_factor", obj=actor)
    return codes


def confirm(*, actor: User, code: str) -> None:
    """Check a code of the authenticator or a recovery code.

    Raises DomainError for a wrong or used code, and after too many of them; the count is kept
    although the check failed.
    """
    with transaction.atomic():
        refusal = _check(actor, "".join(code.split()).replace("-", "").lower())
    if refusal:
        raise DomainError(refusal, code="code")


def _check(actor: User, code: str) -> str:
    factor = SecondFactor.objects.select_for_update().filter(user=actor).first()
    if factor is None or factor.confirmed_at is None:
        return _("No second factor is set up for this account.")
    if factor.blocked_until is not None and factor.blocked_until > timezone.now():
        clock = timezone.localtime(factor.blocked_until).strftime("%H:%M")
        return _("Too many wrong codes. Try again after %(time)s.") % {"time": clock}
    by_recovery = False
    right = _takes(factor, code)
    if not right:
        right = by_recovery = _use_recovery(factor, code)
    if right:
        factor.failures, factor.blocked_until = 0, None
        factor.save()
        audit.record(
            actor=actor, action="confirm_second_factor", obj=actor, recovery_code=by_recovery
        )
        return ""
    factor.failures += 1
    if factor.failures >= settings.LOGIN_FAILURES:
        factor.failures = 0
        factor.blocked_until = timezone.now() + dt.timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    factor.save()
    audit.record(actor=actor, action="second_factor_failed", obj=actor)
    return _("The code does not fit or was used already. Wait for the next one, then try again.")


@transaction.atomic
def renew_recovery_codes(*, actor: User) -> list[str]:
    """New recovery codes; the old ones open nothing any more."""
    factor = SecondFactor.objects.select_for_update().filter(user=actor).first()
    if factor is None or factor.confirmed_at is None:
        raise DomainError(_("No second factor is set up for this account."))
    codes = _write_codes(factor)
    audit.record(actor=actor, action="renew_recovery_codes", obj=actor)
    return codes


@transaction.atomic
def reset_second_factor(*, actor: User | None, user: User) -> None:
    """Take the second factor of ``user`` away: the phone is lost and the codes are used up.

    ``actor`` None is the operator at the server's command line. Raises DomainError for one's own,
    and for one of the three administrators whose password the same person set within a week:
    both together would hand over the duty.
    """
    if actor is not None and actor.pk == user.pk:
        raise DomainError(_("Another security administrator takes your second factor away."))
    if actor is not None and duty_of(user) is not None and did_lately(actor, "set_password", user):
        raise DomainError(
            _("You set this administrator's password yourself. Another security administrator, or "
              "the operator by command line, must take the second factor away.")
        )  # fmt: skip
    found, _models = SecondFactor.objects.filter(user=user).delete()
    if not found:
        raise DomainError(_("No second factor is set up for this account."))
    audit.record(actor=actor, action="reset_second_factor", obj=user)


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(factor__user=user, used_at=None).count()


def _takes(factor: SecondFactor, code: str) -> bool:
    """Whether ``code`` is right now and was not taken before; then its time step is used up."""
    code = "".join(code.split())
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return False
    totp = TOTP(base64.b32decode(secret_of(factor)), step=_STEP_SECONDS)
    totp.time = timezone.now().timestamp()
    if not totp.verify(int(code), tolerance=_TOLERANCE, min_t=factor.last_step + 1):
        return False
    factor.last_step = totp.t()
    return True


def _use_recovery(factor: SecondFactor, code: str) -> bool:
    digest = lookup_hash(f"recovery:{code}")
    for row in factor.codes.filter(used_at=None):
        if hmac.compare_digest(row.digest, digest):
            row.used_at = timezone.now()
            row.save(update_fields=["used_at"])
            return True
    return False


def _write_codes(factor: SecondFactor) -> list[str]:
    factor.codes.all().delete()
    codes = [
        "".join(secrets.choice(_LETTERS) for _n in range(10)) for _code in range(_RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=lookup_hash(f"recovery:{code}")) for code in codes
    )
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
