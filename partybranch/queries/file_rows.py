"""Rows of the page of one development, with the words that its lists say of them.

Written here and not by translation blocks of a template, which cost a tenth of the page.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.core.ui.dates import format_day


@dataclass(frozen=True)
class Record:
    """A step as it happened; ``taken_back`` the decision (kind, day) that took it back."""

    pk: int
    step: int
    on: dt.date
    days_late: int
    late_reason: str
    entry_reason: str
    override_reason: str
    is_former: bool
    entered_on: dt.date
    entered_by: str
    body: str
    detail: Mapping[str, Any]
    taken_back: tuple[str, dt.date] | None
    papers: Sequence[str]

    @property
    def entered(self) -> str:
        return _("entered %(day)s by %(who)s") % {
            "day": format_day(self.entered_on), "who": self.entered_by or "—",
        }  # fmt: skip

    @property
    def league(self) -> str:
        """The meeting of the League branch that recommended the applicant."""
        if "league_expected" not in self.detail:
            return ""
        return _("Recommended by the League branch: should attend %(e)s, present %(p)s, in favour "
                 "%(y)s") % {
            "e": self.detail["league_expected"], "p": self.detail["league_present"],
            "y": self.detail["league_yes"],
        }  # fmt: skip

    @property
    def entry(self) -> str:
        """Where the step comes from, or why it was entered late; empty for an ordinary one."""
        what = _("From the former file") if self.is_former else _("Late entry")
        return _("%(a)s: %(b)s") % {"a": what, "b": self.entry_reason} if self.entry_reason else ""


@dataclass(frozen=True)
class Ballots:
    """Counts of one vote; ``record`` is None for one that did not pass."""

    record: int | None
    step: int
    on: dt.date
    outcome: str
    expected: int
    present: int
    yes: int
    written_yes: int
    no: int
    abstain: int
    invalid: int

    @property
    def words(self) -> str:
        return _("should attend %(e)s, present %(p)s; yes %(y)s, in writing %(w)s, no %(no)s, "
                 "abstained %(a)s, invalid %(i)s") % {
            "e": self.expected, "p": self.present, "y": self.yes, "w": self.written_yes,
            "no": self.no, "a": self.abstain, "i": self.invalid,
        }  # fmt: skip
