"""The rule for files of persons that leave the portal (rulebook 8.2; design 11).

A right on the unit, a typed purpose, a limit on the number of persons, a watermark that names who
took the file out, and lines in the audit trail. What needs somebody else's consent, a file kept
for a day, or a download goes through ``cohorts.domain.exports``; what is handed out at once (the
account as a Word file, the audit trail) asks the same functions here.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.core.errors import DomainError
from portal.core.models import User

# Temporary files are deleted within a day (rulebook 8.2, residual data).
FILE_HOURS = 24
MIN_REASON_CHARS, MAX_REASON_CHARS = 4, 200


def checked_reason(reason: str) -> str:
    """The purpose on one line. Raises DomainError when it says nothing."""
    reason = " ".join(reason.split())[:MAX_REASON_CHARS]
    if len(reason) < MIN_REASON_CHARS:
        raise DomainError(_("Say in a few words what the file is for; it is printed on it."))
    return reason


def checked_count(number: int, most: int) -> int:
    """Raises DomainError for no person at all, or for more than the limit."""
    if number == 0:
        raise DomainError(_("Nobody matches these conditions. Change them, then export."))
    if number > most:
        raise DomainError(
            _("%(n)s persons are more than one export may hold (%(most)s). Narrow the conditions "
              "and export in parts.") % {"n": number, "most": most}
        )  # fmt: skip
    return number


@dataclass(frozen=True)
class Stamp:
    """Who took the file out, when and what for. On paper it is Chinese, like the file itself."""

    name: str
    number: str
    at: dt.datetime
    reason: str

    @property
    def head(self) -> str:
        """For the head of each printed page."""
        return f"{self.name}（{self.number}） {self._when()}"

    @property
    def line(self) -> str:
        """For the band in the sheet."""
        return (
            f"导出人：{self.name}（{self.number}）　导出时间：{self._when()}　用途：{self.reason}"
            "　内部资料，不得外传，用毕销毁"
        )

    def _when(self) -> str:
        at = timezone.localtime(self.at)
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def stamp_of(actor: User, reason: str, at: dt.datetime | None = None) -> Stamp:
    """The watermark of ``actor``; whoever looks through another account is named himself."""
    who = actor.supporter or actor
    return Stamp(who.name, who.username, at or timezone.now(), reason)
