"""Everything a case page shows, in a constant number of queries."""

import datetime as dt
from typing import Any

from django.db.models import CharField, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import Stage
from casework.models import Case, LedgerEntry, PlanStep, Seat
from cohorts.access import in_force
from portal.core.access import reached_keys
from portal.core.ui.dates import day_gap, due_words, format_day
from students.models import Student

_SHEET = (
    "pk", "number", "episode", "stage", "source", "reason", "version", "level_id", "level__name",
    "level__rank", "level__contact_every_days", "reported_at", "triaged_at", "opened_at",
    "planned_at", "help_at", "tracking_at", "assessed_at", "closed_at", "outcome",
    "last_contact_at", "contact_due_at", "review_due_on", "advice_do", "advice_dont",
    "student_id", "student__student_no", "student__name", "student__major__name", "owner_id",
    "owner__name", "lead_unit__name", "raised_by__name", "plan__goal", "plan__made_on", "plan__id",
)  # fmt: skip
CASE_ACTIONS = ("write_case", "manage_case")


def case_sheet(case: Case) -> dict[str, Any]:
    """All facts of one case that the caller has fetched by right, one query."""
    row = Case.objects.filter(pk=case.pk).values_list(*_SHEET).get()
    return dict(zip((name.replace("__", "_") for name in _SHEET), row, strict=True))


def case_rights(user: Any, case: Case) -> dict[str, bool]:
    """What ``user`` may do here: write_case, manage_case, log_talk; one query."""
    parts = [
        Case.objects.restrict(user, action, pk=case.pk)
        .filter(pk=case.pk)
        .annotate(right=Value(action, output_field=CharField()))
        .values_list("right", flat=True)
        for action in CASE_ACTIONS
        if reached_keys(Case, user, action) is not None
    ]
    if reached_keys(Student, user, "log_talk") is not None:
        parts.append(
            Student.objects.restrict(user, "log_talk")
            .filter(pk=case.student_id)
            .order_by()
            .annotate(right=Value("log_talk", output_field=CharField()))
            .values_list("right", flat=True)
        )
    held: set[str] = set()
    if parts:
        first, *rest = parts
        held = set(first.union(*rest, all=True) if rest else first)
    return {action: action in held for action in (*CASE_ACTIONS, "log_talk")}


# Fact that ends the stage before it -> the stage that began with it.
_STEPS = [
    ("reported_at", Stage.REPORTED), ("triaged_at", Stage.TRIAGED), ("opened_at", Stage.OPENED),
    ("planned_at", Stage.PLANNED), ("help_at", Stage.IN_HELP), ("tracking_at", Stage.TRACKING),
    ("assessed_at", Stage.ASSESSED), ("closed_at", Stage.CLOSED),
]  # fmt: skip


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
    today, shown = timezone.localdate(), []
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


def plan_steps(plan_id: int | None) -> list[dict[str, Any]]:
    """Rows of the plan table, one query."""
    if plan_id is None:
        return []
    today = timezone.localdate()
    rows = PlanStep.objects.filter(plan_id=plan_id).values_list(
        "text", "owner__name", "owner__title", "due_on", "wanted", "done", "done_on"
    )
    return [
        {
            "text": text, "owner": owner, "owner_role": title, "due": format_day(due_on, today=today),
            "done": done, "total": wanted, **_step_state(due_on, wanted, done, done_on, today),
        }
        for text, owner, title, due_on, wanted, done, done_on in rows
    ]  # fmt: skip


def _step_state(
    due_on: dt.date, wanted: int, done: int, done_on: dt.date | None, today: dt.date
) -> dict[str, str]:
    if done >= wanted:
        day = format_day(done_on, today=today) if done_on else ""
        return {"state": _("done %(day)s") % {"day": day} if day else _("done"), "tone": "ok"}
    words, tone = due_words(due_on, today=today)
    if tone == "late":
        return {"state": words, "tone": "late"}
    return {"state": _("under way") if done else _("not begun"), "tone": tone if done else "plain"}


def open_entries(case: Case) -> list[dict[str, Any]]:
    """Categories the case stands in, the most serious first."""
    rows = (
        LedgerEntry.objects.filter(case=case)
        .order_by("level__rank", "category__order")
        .values_list("category__name", "level__name", "entered_at", "left_at", "reason")
    )
    return [
        {"category": name, "level": level, "at": entered, "left": left, "reason": reason}
        for name, level, entered, left, reason in rows
    ]


def seats_of(case: Case) -> list[dict[str, str]]:
    """Task force of today; of a closed case its last team."""
    seats = Seat.objects.filter(case=case)
    if case.is_open:
        seats = seats.filter(in_force(timezone.localdate()))
    rows = seats.order_by("starts_on", "pk").values_list("person__name", "duty")
    return [{"name": name, "duty": duty} for name, duty in rows]
