"""The team of a case: seats of today, earlier ones, and who ought to sit there."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import Helper, WriteLevel
from casework.models import Case, PlanStep, Seat
from casework.queries.circle import circle
from portal.core.ui.dates import format_day

# Levels whose cases have a team (rulebook 3.5): red and orange.
FORCE_RANK = 2
# What each part does in the force; class advisers and counsellors write, others read and do.
_DUTIES = {
    Helper.LEADER: ("组长", WriteLevel.WRITE),
    Helper.COUNSELLOR: ("联系人", WriteLevel.WRITE),
    Helper.ADVISER: ("班主任", WriteLevel.WRITE),
    Helper.TUTOR: ("学业指导", WriteLevel.WRITE),
    Helper.ORGANISER: ("思想引领", WriteLevel.READ),
}
_ORDER = (Helper.LEADER, Helper.COUNSELLOR, Helper.ADVISER, Helper.TUTOR, Helper.ORGANISER)


def proposed_seats(case: Case) -> list[dict[str, Any]]:
    """Adviser, counsellor, tutor, contract leader and organiser of the student who have no seat
    today, with the duty to propose. The nearest of each part is ticked."""
    today = timezone.localdate()
    sitting = set(
        Seat.objects.filter(case=case)
        .exclude(ends_on__lt=today)
        .values_list("person_id", flat=True)
    )
    labels, found, seen = dict(Helper.choices), [], set(sitting)
    people = circle(case)
    for helper in _ORDER:
        for place, one in enumerate(p for p in people if p.helper == helper):
            if one.person_id in seen:
                continue
            seen.add(one.person_id)
            duty, level = _DUTIES[helper]
            found.append({
                "person": one.person_id, "name": one.name, "part": str(labels[helper]),
                "unit": one.unit, "duty": duty, "write_level": str(level), "is_ticked": place == 0,
            })  # fmt: skip
    return found


def force_page(case: Case) -> dict[str, Any]:
    """Seats in force and ended ones; open steps of each; whether a team is missing."""
    today = timezone.localdate()
    seats = list(
        Seat.objects.filter(case=case).select_related("person").order_by("starts_on", "pk")
    )
    steps: dict[int, int] = {}
    open_steps = PlanStep.objects.filter(plan__case=case, done_on=None, dropped_on=None)
    for owner in open_steps.values_list("owner_id", flat=True):
        steps[owner] = steps.get(owner, 0) + 1
    rows = [
        {"seat": seat, "is_over": bool(seat.ends_on and seat.ends_on < today),
         "steps": steps.get(seat.person_id, 0), "has_left": not seat.person.is_in_force(),
         "term": _term(seat)}
        for seat in seats
    ]  # fmt: skip
    now = [row for row in rows if not row["is_over"]]
    return {
        "seats": now,
        "former": [row for row in rows if row["is_over"]],
        "is_missing": case.is_open and case.level.rank <= FORCE_RANK and not now,
    }


def _term(seat: Seat) -> str:
    since = format_day(seat.starts_on)
    if seat.ended_at is not None:
        return _("%(since)s until %(until)s") % {
            "since": since, "until": format_day(seat.ended_at, "time"),
        }  # fmt: skip
    if seat.ends_on is None:
        return _("since %(day)s") % {"day": since}
    until = max(seat.starts_on, seat.ends_on)
    return _("%(since)s until %(until)s") % {"since": since, "until": format_day(until)}
