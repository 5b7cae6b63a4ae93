"""An authenticator program in four lines, and accounts that have one."""

import base64

from django.utils import timezone
from django_otp.oath import TOTP

from portal.core.domain import second_factor
from portal.core.models import SecondFactor, User


def code_of(user: User, steps: int = 0) -> str:
    """The code that the phone shows ``steps`` half minutes from now."""
    secret = second_factor.secret_of(SecondFactor.objects.get(user=user))
    totp = TOTP(base64.b32decode(secret))
    totp.time = timezone.now().timestamp() + 30 * steps
    return f"{totp.token():06d}"


def begin(user: User) -> str:
    """Start the enrolment; the first code."""
    second_factor.begin_enrolment(user=user)
    return code_of(user)


def enrol(user: User) -> list[str]:
    """A second factor in use; its recovery codes."""
    return second_factor.confirm_enrolment(actor=user, code=begin(user))
