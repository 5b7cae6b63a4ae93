"""Writing and handing over mails: what is said, and what the mail server's answers mean."""

import datetime as dt
import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import Error, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.core.domain import mails
from portal.core.dues import DueLine, due_lines
from portal.core.models import MailKind, OutMail, Rhythm
from portal.core.ui.dates import format_day

log = logging.getLogger(__name__)
_RUN_SECONDS = 50
# How long the note "sent" is tried while the database is away.
_NOTE_SECONDS = 60
_URGENT = (MailKind.URGENT, MailKind.ALARM)


def send_due(seconds: float = _RUN_SECONDS) -> dict[str, int]:
    """Send what is due, one after the other; several senders at once never take the same mail.

    Returns how many were sent and how many broke off earlier. Does nothing without a mail server.
    """
    done = {"sent": 0, "unknown": mails.note_unknown()}
    if not settings.MAIL_ON:
        return done
    until = time.monotonic() + seconds
    post = _Post()
    try:
        while time.monotonic() < until and (mail := mails.claim_mail()) is not None:
            with override(settings.LANGUAGE_CODE):
                if not post.is_open():
                    mails.put_off(mail, timezone.now() + dt.timedelta(minutes=1))
                    break
                done["sent"] += _send(post, mail)
    finally:
        post.close()
    return done


def _send(post: "_Post", mail: OutMail) -> bool:
    now, user = timezone.now(), mail.user
    if now > mail.gone_at:
        mails.note_nothing(mail, "late")
        return False
    if not user.is_in_force() or not user.email:
        mails.note_nothing(mail, "no account or address")
        return False
    rhythm = mails.rhythm_of(user)
    quiet = end_of_quiet(rhythm, now)
    if quiet is not None and mail.kind != MailKind.ALARM:
        mails.put_off(mail, quiet)
        return False
    lines = read_lines(mail)
    if mail.kind == MailKind.URGENT and not rhythm.at_once:
        mails.note_nothing(mail, "switched off")
        return False
    if not lines and mail.kind not in _URGENT:
        mails.note_nothing(mail, "nothing due")
        return False
    return post.hand_over(mail, write(mail, lines), {line.code: line.number for line in lines})


def end_of_quiet(rhythm: Rhythm, now: dt.datetime) -> dt.datetime | None:
    """When the quiet hours that hold now are over; None outside of them."""
    begin, end = rhythm.quiet_from, rhythm.quiet_until
    local = timezone.localtime(now)
    hours = (local.hour - begin) % 24
    if begin == end or hours >= (end - begin) % 24:
        return None
    rest = (end - begin) % 24 - hours
    return local.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=rest)


def read_lines(mail: OutMail) -> list[DueLine]:
    """What the reader may see at this moment; an urgent mail says nothing but that there is
    something."""
    if mail.kind in _URGENT:
        return []
    found = due_lines(mail.user, is_brief=True) if mail.kind == MailKind.BRIEF else []
    return found + due_lines(mail.user, is_brief=False)


def write(mail: OutMail, lines: list[DueLine]) -> EmailMessage:
    """Plain text: the reader's own name, numbers, addresses of pages. Nobody else's name."""
    day = format_day(timezone.localdate())
    subject = {
        MailKind.DIGEST: _("What waits for you, %(day)s") % {"day": day},
        MailKind.BRIEF: _("Brief of the week, %(day)s") % {"day": day},
    }.get(MailKind(mail.kind), _("Something urgent waits for you in the portal"))
    parts = [_("%(name)s, good day:") % {"name": mail.user.name}, ""]
    if mail.kind in _URGENT:
        parts += [_("something urgent waits for you. Please open the portal:"),
                  absolute("/notices/")]  # fmt: skip
    parts += [f"· {line.words}\n  {absolute(line.url)}" for line in lines]
    parts += [
        "", _("Names and details stand in the portal only; please log in to read them."),
        _("When such mails come: %(url)s") % {"url": absolute("/me/reminders/")},
    ]  # fmt: skip
    return EmailMessage(
        subject, "\n".join(parts), settings.DEFAULT_FROM_EMAIL, [mail.user.email],
        headers={"Message-ID": message_id(mail), "Auto-Submitted": "auto-generated"},
    )  # fmt: skip


def absolute(path: str) -> str:
    return f"{settings.PORTAL_URL.rstrip('/')}{path}"


def message_id(mail: OutMail) -> str:
    """The same for the same promise for ever, so that a mail server may tell a copy; it cannot be
    guessed and says nothing."""
    words = f"mail:{mail.user_id}:{mail.key}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.PORTAL_URL).hostname or 'portal'}>"


class _Post:
    """One connection to the mail server for a whole run."""

    def __init__(self) -> None:
        self._server: Any = None

    def is_open(self) -> bool:
        """Connected before a mail is marked: a server that is away has taken nothing."""
        if self._server is not None and self._still_answers():
            return True
        self.close()
        server = get_connection()
        try:
            server.open()
        except (OSError, SMTPException):
            log.warning("The mail server does not answer; mails wait.", exc_info=True)
            return False
        self._server = server
        return True

    def _still_answers(self) -> bool:
        """A server that closed an idle connection would make the next mail one that broke off."""
        talk = getattr(self._server, "connection", None)
        try:
            return not hasattr(talk, "noop") or talk.noop()[0] == 250
        except (OSError, SMTPException):
            return False

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.close()
            except (OSError, SMTPException):
                log.info("The mail server had gone already.")

    def hand_over(self, mail: OutMail, message: EmailMessage, counts: dict[str, int]) -> bool:
        """Whether the server took it. Where nobody knows, the row stays as ``sending``."""
        try:
            is_ours = mails.begin_sending(mail)
        except Error:
            # Whether it was marked or not: we know that nothing was handed over.
            _until_written(lambda: mails.give_back(mail))
            return False
        if not is_ours:
            return False
        message.connection = self._server
        try:
            message.send()
        except (SMTPRecipientsRefused, SMTPResponseException) as error:
            self.close()
            code = _code(error)
            mails.note_refused(mail, f"{type(error).__name__} {code}", for_good=code >= 500)
            return False
        except (OSError, SMTPException):
            self.close()
            log.warning("Mail %s broke off while it was handed over.", mail.pk, exc_info=True)
            return False
        _until_written(lambda: mails.note_sent(mail, counts))
        return True


def _code(error: SMTPRecipientsRefused | SMTPResponseException) -> int:
    if isinstance(error, SMTPResponseException):
        return int(error.smtp_code)
    return max((int(code) for code, _words in error.recipients.values()), default=0)


def _until_written(note: Callable[[], None]) -> None:
    """The server has it, so this must be kept: tried again while the database comes back."""
    until = time.monotonic() + _NOTE_SECONDS
    while True:
        try:
            return note()
        except Error:
            if time.monotonic() > until:
                raise
            connection.close()
            time.sleep(0.5)
