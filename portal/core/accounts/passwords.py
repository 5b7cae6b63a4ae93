"""Rules for passwords (rulebook 8.2). Numbers are settings; each refusal says what to do."""

import re
import string
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.core.admin_rights import duty_of
from portal.core.models import PastPassword

# What the apps above know of a person and nobody should use as a password: birthday, ID number.
_personal: list[Callable[[Any], Iterable[str]]] = []

_WEAK_WORDS = frozenset(
    [
        "a",
        "aa",
        "aaa",
        "abc",
        "abcd",
        "admin",
        "administrator",
        "asdf",
        "asdfgh",
        "changeme",
        "daxue",
        "default",
        "demo",
        "guest",
        "hello",
        "iloveyou",
        "jiaoshi",
        "letmein",
        "login",
        "master",
        "mima",
        "p",
        "pass",
        "passw",
        "passwd",
        "password",
        "portal",
        "qaz",
        "qazwsx",
        "qwe",
        "qwer",
        "qwert",
        "qwerty",
        "root",
        "student",
        "system",
        "teacher",
        "test",
        "user",
        "welcome",
        "woaini",
        "xuesheng",
        "xuexiao",
        "zaq",
        "zhanghao",
        "zxc",
        "zxcv",
        "zxcvbn",
        "university",
    ]
)
_LOOKALIKES = str.maketrans("@$013457", "asoleast")
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
         "1qaz2wsx3edc4rfv", "147258369", "qazwsxedc")  # fmt: skip


def register_personal(facts: Callable[[Any], Iterable[str]]) -> None:
    """``facts(user)`` gives words that belong to the person: digits of birthday, ID number."""
    if facts not in _personal:
        _personal.append(facts)


class LengthValidator:
    """At least 8 characters, 10 for the three administrators."""

    def validate(self, password: str, user: Any = None) -> None:
        wanted = self.wanted(user)
        if len(password) < wanted:
            raise ValidationError(
                _("Use at least %(n)s characters.") % {"n": wanted}, code="password_too_short"
            )

    def wanted(self, user: Any) -> int:
        if user is not None and user.pk and duty_of(user) is not None:
            return int(settings.PASSWORD_LENGTH_ADMIN)
        return int(settings.PASSWORD_LENGTH)

    def get_help_text(self) -> str:
        return _("At least %(n)s characters, %(admin)s for administrators.") % {
            "n": settings.PASSWORD_LENGTH,
            "admin": settings.PASSWORD_LENGTH_ADMIN,
        }


class KindsValidator:
    """Three of four kinds: small letters, capitals, digits, signs."""

    def validate(self, password: str, user: Any = None) -> None:
        kinds = [
            any(c.islower() for c in password),
            any(c.isupper() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        ]
        if sum(kinds) < settings.PASSWORD_KINDS:
            raise ValidationError(self.get_help_text(), code="password_kinds")

    def get_help_text(self) -> str:
        return _("Mix at least %(n)s of: small letters, capitals, digits, signs.") % {
            "n": settings.PASSWORD_KINDS
        }


class PersonValidator:
    """Not one's own number, name, telephone, birthday or ID number, nor a word around them."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        bare = _letters_and_digits(password)
        for word in self.words(user):
            plain = _letters_and_digits(word)
            if len(plain) >= 4 and (plain in bare or plain[::-1] in bare):
                raise ValidationError(self.get_help_text(), code="password_personal")
            if plain and plain == bare.strip(string.digits):
                raise ValidationError(self.get_help_text(), code="password_personal")

    def words(self, user: Any) -> list[str]:
        phone = _letters_and_digits(user.phone)
        words = [user.username, user.name, user.pinyin, phone, phone[-8:],
                 (user.email or "").partition("@")[0]]  # fmt: skip
        for facts in _personal if user.pk else ():
            words += facts(user)
        return [word for word in words if word]

    def get_help_text(self) -> str:
        return _("Not your number, name, telephone, birthday or ID number.")


class WeakPatternValidator(CommonPasswordValidator):
    """None of Django's twenty thousand common ones, no common word with digits behind it, no walk
    along the keys."""

    def validate(self, password: str, user: Any = None) -> None:
        low = password.lower()
        core = re.sub(r"[^a-z]", "", low.translate(_LOOKALIKES))
        plain = re.sub(r"[^a-z]", "", low)
        is_common = low.strip() in self.passwords or {core, plain} & _WEAK_WORDS
        if is_common or 2 * _longest_walk(low) > len(low):
            raise ValidationError(
                _("This password is among the first that are tried. Choose another one."),
                code="password_weak",
            )

    def get_help_text(self) -> str:
        return _("No common word with digits behind it, no row of keys such as 12345 or qwert.")


class HistoryValidator:
    """None of the last passwords, nor the present one."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or not user.pk:
            return
        former = PastPassword.objects.filter(user=user).order_by("-pk")
        hashes = list(former.values_list("hashed", flat=True)[: settings.PASSWORD_HISTORY])
        kept = type(user).objects.filter(pk=user.pk).values_list("password", flat=True).first()
        hashes += [kept] if kept else []
        if any(check_password(password, one) for one in dict.fromkeys(hashes)):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return _("None of your last %(n)s passwords.") % {"n": settings.PASSWORD_HISTORY}


def _letters_and_digits(text: str) -> str:
    return "".join(c for c in (text or "").lower() if c.isalnum())


def _longest_walk(low: str) -> int:
    """Characters of the longest row of keys, alphabet letters or one repeated character."""
    longest = 1
    rows = [*_RUNS, *(row[::-1] for row in _RUNS)]
    for start in range(len(low)):
        end = start + longest + 1
        while end <= len(low) and (
            len(set(low[start:end])) == 1 or any(low[start:end] in row for row in rows)
        ):
            longest, end = end - start, end + 1
    return longest if longest >= 4 else 0
