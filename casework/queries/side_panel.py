"""The side panel of a case: last real contact, advice, level, next dates."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.queries.quick_log import rhythm_words
from casework.queries.timeline import Timeline
from portal.core import scope
from portal.core.ui.dates import day_gap, due_words, format_day


def side_panel(sheet: dict[str, Any], shown: Timeline) -> dict[str, Any]:
    """Ready words for the panel; nothing here is decided twice: all from dated facts."""
    return {
        "contact": _contact(sheet, shown),
        "dos": _sentences(sheet["advice_do"]),
        "donts": _sentences(sheet["advice_dont"]),
        "level": _level(sheet),
        "dates": _dates(sheet) if sheet["closed_at"] is None else [],
    }


def _contact(sheet: dict[str, Any], shown: Timeline) -> dict[str, Any]:
    """Days since anyone's last contact with content, and whether the rhythm is kept."""
    today = scope.today()
    last = sheet["last_contact_at"]
    rhythm = _("%(level)s asks for contact %(rhythm)s") % {
        "level": sheet["level_name"], "rhythm": rhythm_words(sheet["level_contact_every_days"]),
    }  # fmt: skip
    is_late = sheet["closed_at"] is None and (
        sheet["contact_due_at"] is not None and sheet["contact_due_at"] < timezone.now()
    )
    who = " ".join(part for part in (shown.last_who, shown.last_way) if part)
    return {
        "days": None if last is None else day_gap(last, today),
        "line": " · ".join(
            part for part in (format_day(last, today=today) if last else "", who) if part
        ),
        "rhythm": rhythm,
        "is_late": is_late,
        "verdict": _("overdue") if is_late else _("kept") if last else "",
    }


def _sentences(text: str) -> list[str]:
    return [part.strip() for part in text.splitlines() if part.strip()]


def _level(sheet: dict[str, Any]) -> list[dict[str, Any]]:
    today = scope.today()
    since = sheet["reported_at"]
    entries = sheet["entries"]
    open_now = [entry for entry in entries if entry["left"] is None] or entries
    names = [entry["category"] for entry in open_now]
    if len(names) > 1:
        names[0] = _("%(category)s (main)") % {"category": names[0]}
    shown: list[dict[str, Any]] = [
        {"label": _("Level"), "value": _("%(level)s, listed %(day)s, day %(n)s") % {
            "level": sheet["level_name"], "day": format_day(since, today=today),
            "n": day_gap(since, today) + 1}},
        {"label": _("Category"), "value": "、".join(names)},
        {"label": _("Responsible"), "value": sheet["owner_name"] or _("not assigned"),
         "tone": "" if sheet["owner_name"] else "late"},
        {"label": _("Lead"), "value": sheet["lead_unit_name"] or "—"},
        {"label": _("Raised by"), "value": sheet["raised_by_name"] or _("system")},
    ]  # fmt: skip
    # A key that a template asks for in vain costs more than one that is empty.
    return [{"strong": False, "tone": "", **fact} for fact in shown]


def _dates(sheet: dict[str, Any]) -> list[dict[str, Any]]:
    today = scope.today()
    shown = []
    for label, value in (
        (_("Follow-up"), sheet["contact_due_at"]),
        (_("Assessment"), sheet["review_due_on"]),
    ):
        words, tone = due_words(value, today=today)
        day = format_day(value, "weekday", today)
        text = f"{day} · {words}" if tone else day
        shown.append({"label": label, "value": text if value else "—", "tone": tone,
                      "strong": bool(tone)})  # fmt: skip
    return shown
