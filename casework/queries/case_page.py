"""What a case page shows: rights, stages and plan, in words."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from casework.access import glass_reasons
from casework.enums import Stage
from casework.models import Case
from casework.ties import last_team_case_ids, seated_case_ids
from portal.core import scope
from portal.core.access import actions_on, prove, reaches_any, reaches_one, reasons
from portal.core.ui.dates import day_gap, due_words, format_day
from portal.core.ui.words import per_language
from students.models import Student

# What reading the records asks; asked together, one statement answers all.
_ALSO_ASKED = ("see_card", "see_talks", "clear_restricted")
CASE_ACTIONS = ("write_case", "manage_case", "log_talk", "break_glass")


def sees_cases(user: Any) -> bool:
    """Whether the list of cases is a page for ``user``: by post, link or seat, as the aid centre,
    or for a closed case of which he was the last team."""
    ways = ("see_case", "see_economic")
    return any(reaches_any(Student, user, way) for way in ways) or bool(last_team_case_ids(user))


def case_rights(user: Any, case: Case) -> dict[str, bool]:
    """What ``user`` may do here: write, lead, log, break the glass; at most one query.

    Asked of the student: whoever reads the case does on it what is his to do for the student, by
    post, link or seat. ``see_level``: whether the level of the sealed file is told as well, which a
    seat alone does not do (rulebook 8.3).
    """
    sees = reaches_one(Student, user, "see_case", case.student_id, but="seat")
    if sees or case.pk in seated_case_ids(user, "see_case"):
        prove(Student, user, case.student_id, "see_case")
    held = actions_on(Student, user, case.student_id, (*CASE_ACTIONS, *_ALSO_ASKED))
    return {action: action in held for action in CASE_ACTIONS} | {"see_level": sees}


def case_reasons(user: Any, case: Case) -> str:
    """为何可见, by every route: posts and links to the student, the seat, broken glass."""
    found = [*reasons(user, "see_case", case), *glass_reasons(user, case.pk)]
    return "；".join(reason.text for reason in found)


# Fact that ends the stage before it -> the stage that began with it.
_STEPS = [
    ("reported_at", Stage.REPORTED), ("triaged_at", Stage.TRIAGED), ("opened_at", Stage.OPENED),
    ("planned_at", Stage.PLANNED), ("help_at", Stage.IN_HELP), ("tracking_at", Stage.TRACKING),
    ("assessed_at", Stage.ASSESSED), ("closed_at", Stage.CLOSED),
]  # fmt: skip


@per_language
def stage_words() -> dict[str, str]:
    """Names of the stages as steps of a strip."""
    return {
        Stage.REPORTED: _("Reported"),
        Stage.TRIAGED: _("Triaged"),
        Stage.OPENED: _("File opened"),
        Stage.PLANNED: _("Plan made"),
        Stage.IN_HELP: _("In help"),
        Stage.TRACKING: _("Tracking"),
        Stage.ASSESSED: _("Assessed"),
        Stage.CLOSED: _("Closed out"),
    }


def stage_strip(sheet: dict[str, Any]) -> list[dict[str, str]]:
    """Steps with dates; the current one is the latest that has a fact."""
    words, current = stage_words(), 0
    for place, (fact, _stage) in enumerate(_STEPS):
        if sheet[fact] is not None:
            current = place
    today, shown = scope.today(), []
    for place, (fact, stage) in enumerate(_STEPS):
        at = sheet[fact]
        state = "later" if place > current else "current" if place == current else "done"
        date = format_day(at, today=today) if at else ("—" if state == "done" else "")
        if state == "current" and stage != Stage.CLOSED:
            date = _("since %(day)s, day %(n)s") % {
                "day": format_day(at, today=today), "n": day_gap(at, today) + 1,
            }  # fmt: skip
        elif state == "later" and stage == Stage.ASSESSED and sheet["review_due_on"]:
            date = _("due %(day)s") % {"day": format_day(sheet["review_due_on"], today=today)}
        if state == "current" and stage == Stage.CLOSED:
            state = "done"
        shown.append({"label": words[stage], "date": date, "state": state})
    return shown


def plan_steps(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """Rows of the plan table from the steps of ``case_file``."""
    today = scope.today()
    return [
        {
            "text": text, "url": "", "owner": owner or _("nobody"),
            "owner_role": _("has left: reassign") if is_gap and done_on is None else title, "due": format_day(due_on, today=today),
            "done": done, "total": wanted, **step_state(due_on, wanted, done, done_on, today),
        }
        for text, owner, title, due_on, wanted, done, done_on, is_gap in rows
    ]  # fmt: skip


def step_state(
    due_on: dt.date, wanted: int, done: int, done_on: dt.date | None, today: dt.date
) -> dict[str, str]:
    if done >= wanted:
        day = format_day(done_on, today=today) if done_on else ""
        return {"state": _("done %(day)s") % {"day": day} if day else _("done"), "tone": "ok"}
    words, tone = due_words(due_on, today=today)
    if tone == "late":
        return {"state": words, "tone": "late"}
    return {"state": _("under way") if done else _("not begun"), "tone": tone if done else "plain"}
