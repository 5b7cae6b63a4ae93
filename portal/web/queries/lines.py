"""Cases as lines of a list: name, class, level, categories, due, last contact."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.enums import Channel
from casework.models import Case
from portal.core.asks import moment
from portal.core.prepared import prepared
from portal.core.rows import array_of, fetch
from portal.core.ui.dates import format_ago, format_day

# One line as a JSON value, of the case ``c``; places: %(day)s.
LINE = """
    SELECT json_build_array(c.id, st.name, st.student_no, cls.name, c.level_id, c.reported_at,
           c.contact_due_at, c.last_contact_at, last.channel, last.minutes, lv.contact_every_days,
           c.owner_id, u.name,
           ARRAY(SELECT g.short_name FROM casework_ledgerentry e
                   JOIN casework_casecategory g ON g.code = e.category_id
                  WHERE e.case_id = c.id AND e.left_at IS NULL ORDER BY g."order"))
      FROM casework_case c
      JOIN students_student st ON st.id = c.student_id
      JOIN casework_caselevel lv ON lv.code = c.level_id
      LEFT JOIN core_user u ON u.id = c.owner_id
      LEFT JOIN LATERAL (
           SELECT un.name FROM students_placement pl JOIN cohorts_unit un ON un.id = pl.unit_id
            WHERE pl.student_id = st.id AND pl.tree = 'class' AND pl.since <= %(day)s
              AND (pl.until IS NULL OR pl.until >= %(day)s) LIMIT 1) cls ON true
      LEFT JOIN LATERAL (
           SELECT f.channel, f.minutes FROM casework_followup f
            WHERE f.student_id = c.student_id AND f.is_real
            ORDER BY f.happened_at DESC LIMIT 1) last ON true"""
_LINES = prepared(f"""{LINE}
     WHERE c.id = ANY(%(ids)s::bigint[])
     ORDER BY array_position(%(ids)s::bigint[], c.id)
""")


@dataclass(frozen=True)
class CaseLine:
    """One open case. ``late_words`` is empty while the contact is not overdue."""

    pk: int
    name: str
    student_no: str
    class_name: str
    level: str
    reported_at: dt.datetime
    due_at: dt.datetime | None
    last_contact_at: dt.datetime | None
    channel: str | None
    minutes: int | None
    every_days: int
    owner_id: int | None
    owner: str
    categories: str

    @property
    def url(self) -> str:
        return f"/cases/{self.pk}/"

    @property
    def log_url(self) -> str:
        return f"/log/?student={self.student_no}"

    @property
    def is_late(self) -> bool:
        return self.due_at is not None and self.due_at < timezone.now()

    @property
    def late_words(self) -> str:
        """超 2 天; under a day in hours, since first actions are due within hours."""
        if self.due_at is None or not self.is_late:
            return ""
        days = (timezone.localdate() - timezone.localtime(self.due_at).date()).days
        if days:
            return ngettext("over by %(n)s day", "over by %(n)s days", days) % {"n": days}
        hours = max(1, int((timezone.now() - self.due_at).total_seconds() // 3600))
        return ngettext("over by %(n)s hour", "over by %(n)s hours", hours) % {"n": hours}

    @property
    def due_words(self) -> str:
        """剩 1 天, 今天到期 for what is not late."""
        if self.due_at is None:
            return "—"
        days = (timezone.localtime(self.due_at).date() - timezone.localdate()).days
        if days == 0:
            return _("due today")
        return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}

    @property
    def rhythm_words(self) -> str:
        known = {1: _("daily contact"), 7: _("weekly contact"), 30: _("monthly contact")}
        return known.get(self.every_days) or _("contact every %(n)s days") % {"n": self.every_days}

    @property
    def reason(self) -> str:
        """What the line says besides name and level."""
        if self.last_contact_at is None:
            return _("no record since listed")
        if self.is_late:
            return _("last contact %(day)s") % {"day": format_day(self.last_contact_at)}
        words = [format_ago(self.last_contact_at)]
        if self.channel:
            words.append(str(Channel(self.channel).label))
        if self.minutes:
            words.append(_("%(n)s minutes") % {"n": self.minutes})
        return f"{self.rhythm_words} · {' '.join(words)}"


def case_lines(found: QuerySet[Case], limit: int) -> list[CaseLine]:
    """The first ``limit`` cases of a restricted queryset, in its order; two statements."""
    ids = list(found.values_list("pk", flat=True)[:limit])
    return lines_of(ids)


def lines_of(ids: list[int]) -> list[CaseLine]:
    """Lines of cases that the caller has already restricted."""
    if not ids:
        return []
    rows = fetch(_LINES, {"ids": array_of(ids), "day": timezone.localdate()})
    return [line_of(row) for (row,) in rows]


def line_of(row: list[Any]) -> CaseLine:
    """One value of ``LINE``."""
    pk, name, number, cls, level, reported, due, last, *facts, owner, categories = row
    times = [moment(one) for one in (reported, due, last)]
    return CaseLine(
        pk, name, number, cls or "", level, *times, *facts, owner or "", "、".join(categories)
    )
