"""What an applicant reads of the own file: steps, days, what comes next, who looks after it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from partybranch.domain.dates import earliest, next_report
from partybranch.enums import Duty
from partybranch.models import Attendance, BranchEvent, Development
from partybranch.queries.board import stage_names
from partybranch.queries.facts import facts_of
from partybranch.queries.rules import rule_book, setting
from portal.core.ui.dates import format_day


def own_steps(development: Development) -> list[dict[str, Any]]:
    """The 25 steps by stage: name, day or “next”, in words."""
    book, today = rule_book(), timezone.localdate()
    facts = facts_of([development])[development.pk]
    now = development.next_step if development.ended_on is None else 0
    phases: dict[int, list[dict[str, Any]]] = {}
    for number in range(1, 26):
        on = facts.on(number)
        rule = book.rule(number, on or today)
        first = earliest(book, facts, number, today) if number == now else None
        day = format_day(on, "full") if on else ""
        if number == now and first is not None and first > today:
            day = _("possible from %(day)s") % {"day": format_day(first, "full")}
        phases.setdefault(rule.stage, []).append(
            {"no": number, "name": rule.name, "day": day, "by": rule.responsible,
             "state": "done" if on else "now" if number == now else "later"}
        )  # fmt: skip
    names = stage_names()
    return [{"label": names[stage], "steps": steps} for stage, steps in phases.items()]


def own_summary(development: Development) -> dict[str, Any]:
    """One line for the own page: stage, last step, next step, next thought report, contacts."""
    book, today = rule_book(), timezone.localdate()
    now = development.next_step
    rule = book.rule(now, today) if now and development.ended_on is None else None
    report = next_report(facts_of([development])[development.pk], setting()) if rule else None
    people = development.sponsorships.filter(until=None).select_related(
        "member__student", "member__person"
    )
    by_duty: dict[str, list[str]] = {}
    for one in people:
        by_duty.setdefault(str(Duty(one.duty).label), []).append(one.member.name)
    return {
        "stage": stage_names()[development.stage],
        "reached": development.reached,
        "next": rule,
        "branch": development.branch.label,
        "report": report,
        "people": [{"label": duty, "names": "、".join(names)} for duty, names in by_duty.items()],
        "ended": development.get_ended_how_display() if development.ended_on else "",
    }


def own_panel(user: Any, student: Any) -> dict[str, Any] | None:
    """The block of the own page; None without a file."""
    rows = Development.objects.restrict(user, "see_own").select_related("branch")
    development = rows.filter(student=student).order_by("-opened_at").first()
    return None if development is None else own_summary(development)


def called_panel(user: Any, student: Any) -> dict[str, Any] | None:
    """The last meetings of committees to which the student was called; None without any."""
    rows = BranchEvent.objects.restrict(user, "see_branch_life").filter(
        pk__in=Attendance.objects.filter(member__student=student).values("event_id"),
        withdrawn_at=None,
    )
    found = list(rows.select_related("branch").order_by("-on", "-pk")[:5])
    return {"rows": found} if found else None
