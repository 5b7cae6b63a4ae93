"""The demo accounts: one password for this installation, kept in a file only we can read."""

import secrets
import unicodedata
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from cohorts.models import Appointment
from portal.core import audit
from portal.core.models import User
from portal.embedded.secretfile import write_private

from .demo_people import CAST, find_stage

# Letters that are not taken for one another when read from a screen.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSWORD_MARK = "密码 password: "


def accounts_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-accounts.txt"


def new_password() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _n in range(4)) for _part in range(3))


def kept_password() -> str | None:
    """The password in the file, if the file is there."""
    try:
        text = accounts_file().read_text(encoding="utf-8")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(_PASSWORD_MARK):
            return line.removeprefix(_PASSWORD_MARK).strip() or None
    return None


def prepare_accounts() -> str:
    """Make the accounts that are missing and return the table for the screen.

    An account that exists is left as it is, with whatever password its owner chose; only when
    the file is lost do all demo accounts get a new password, since nobody could know the old.
    """
    kept = kept_password()
    present = set(User.objects.filter(is_demo=True).values_list("username", flat=True))
    if kept and present >= set(CAST):
        return accounts_file().read_text(encoding="utf-8")
    password = kept or new_password()
    with transaction.atomic():
        hashed = make_password(password)
        _make_missing(present, hashed)
        if not kept:
            User.objects.filter(is_demo=True).update(password=hashed)
    table = _table(password)
    accounts_file().parent.mkdir(parents=True, exist_ok=True)
    write_private(accounts_file(), table)
    return table


def _make_missing(present: set[str], hashed: str) -> None:
    stage = find_stage()
    for username, (_label, find) in CAST.items():
        if username in present or stage is None:
            continue
        if User.objects.filter(username=username).exists():
            # Somebody else's account of that name; it is not ours to change.
            continue
        person = find(stage)
        if person is None:
            continue
        person.username, person.password, person.is_demo = username, hashed, True
        # An address that exists nowhere: in the demo mails become files (docs/reminders.md).
        person.email = f"{username}@example.org"
        person.save(update_fields=["username", "password", "is_demo", "email"])
        audit.record(actor=None, action="demo_account", obj=person, username=username)


def _table(password: str) -> str:
    lines = ["演示账号 Demo accounts", f"{_PASSWORD_MARK}{password}", ""]
    people = {user.username: user for user in User.objects.filter(is_demo=True)}
    for username, (label, _find) in CAST.items():
        person = people.get(username)
        if person is None:
            lines.append(f"  {username:<13}（没有对应人员 nobody holds this post）")
            continue
        about = _pad(label, 14) + _pad(person.name, 12)
        lines.append(f"  {username:<13}{about}{_post(person)}".rstrip())
    return "\n".join(lines) + "\n"


def _post(person: User) -> str:
    post = (
        Appointment.objects.filter(person=person, revoked_at=None)
        .select_related("role", "unit")
        .order_by("role__order", "-starts_on", "pk")
        .first()
    )
    return post.unit.name if post else ""


def _pad(text: str, width: int) -> str:
    wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * max(1, width - wide)
