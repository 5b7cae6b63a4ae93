"""What the records of a branch say for a year: the material of a nomination fills itself."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from partybranch.domain.award_points import Share
from partybranch.domain.dues_table import first_of
from partybranch.domain.months import DAY, add_months
from partybranch.enums import Grade
from partybranch.models import (
    Attendance,
    Honour,
    Membership,
    PartyOrganization,
    StepRecord,
)
from partybranch.queries.dues import ledger_starts, owed_months, paid_months, places_in
from partybranch.queries.joint import Tally, kinds_held, tallies
from partybranch.queries.life import healths
from partybranch.queries.training import hours_in

# Steps that the material counts by themselves.
_STEPS = {1: "applied", 3: "activists", 7: "targets", 17: "admitted", 24: "full"}


@dataclass(frozen=True)
class Span:
    """Twelve months up to a day."""

    until: dt.date

    @property
    def since(self) -> dt.date:
        return add_months(self.until, -12) + DAY


def materials(branches: Sequence[PartyOrganization], until: dt.date) -> dict[int, dict[str, Any]]:
    """Material by branch, ready to be kept as it is: plain numbers and words. A constant number of
    statements for any number of branches; callers have asked for the right to their life."""
    span, keys = Span(until), [one.pk for one in branches]
    lights = healths(branches, until)
    events = tallies(keys, span.since, span.until)
    kinds = kinds_held(keys, span.since, span.until)
    dues, steps, graded = _dues(keys, span), _steps(keys, span), _graded(keys, span)
    members, honours = _members(keys, span)
    trained: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in hours_in(branches, until.year):
        trained[row.branch_id][0] += row.is_met
        trained[row.branch_id][1] += 1
    found = {}
    for one in branches:
        pk = one.pk
        health, held = lights[pk], events.get(pk, Tally())
        found[pk] = {
            "since": span.since.isoformat(), "until": until.isoformat(),
            "members": members[pk], "events": held.events, "first_items": held.first_items,
            "kinds": kinds[pk], "audience": held.audience,
            "life": [health.met, health.over], "attendance": [held.present, held.called],
            "dues": dues[pk], "development": [steps[pk]["intime"], steps[pk]["steps"]],
            **{name: steps[pk][name] for name in _STEPS.values()},
            "excellent": graded.get(pk, [0, 0]), "training": trained[pk], "honours": honours[pk],
        }  # fmt: skip
    return found


def shares(material: dict[str, Any]) -> dict[str, Share]:
    """The parts of the material that give points."""
    return {part: Share(*material[part]) for part in ("life", "attendance", "dues", "development")}


def _within(span: Span, column: str) -> Q:
    return Q(**{f"{column}__gte": span.since, f"{column}__lte": span.until})


def _graded(keys: list[int], span: Span) -> dict[int, list[int]]:
    rows = Attendance.objects.filter(
        _within(span, "event__on"), event__branch_id__in=keys, event__withdrawn_at=None
    ).exclude(grade="").order_by()  # fmt: skip
    counted = rows.values_list("event__branch_id").annotate(
        best=Count("pk", filter=Q(grade=Grade.EXCELLENT)), n=Count("pk")
    )
    return {pk: [best, n] for pk, best, n in counted}


def _dues(keys: list[int], span: Span) -> dict[int, list[int]]:
    """[months paid, months owed] of the members of today, in the months that are over by the end."""
    places = list(places_in(keys).select_related("member"))
    starts, paid = ledger_starts(keys), paid_months([one.member_id for one in places])
    first, end = first_of(span.since), first_of(span.until)
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for place in places:
        owed = owed_months(place, starts.get(place.branch_id), span.until)
        months = {month for month in owed if first <= month < end}
        found[place.branch_id][0] += len(months & paid[place.member_id].keys())
        found[place.branch_id][1] += len(months)
    return found


def _steps(keys: list[int], span: Span) -> dict[int, Counter[str]]:
    """Steps of development that the branch recorded: how many, how many in time, some by name."""
    rows = StepRecord.objects.filter(_within(span, "on"), branch_id__in=keys, withdrawn_by=None)
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for pk, step, late in rows.values_list("branch_id", "step", "days_late"):
        one = found[pk]
        one["steps"] += 1
        one["intime"] += not late
        if step in _STEPS:
            one[_STEPS[step]] += 1
    return found


def _members(keys: list[int], span: Span) -> tuple[Counter[int], Counter[int]]:
    """Members on the last day by branch, and prizes that they won in the year."""
    alive = Q(member__left_on=None) | Q(member__left_on__gt=span.until)
    places = Membership.objects.filter(
        Q(until=None) | Q(until__gte=span.until), alive, branch_id__in=keys, is_relation=True,
        since__lte=span.until, member__joined_on__lte=span.until,
    )  # fmt: skip
    members: Counter[int] = Counter()
    students: dict[int, int] = {}
    for pk, student in places.values_list("branch_id", "member__student_id"):
        members[pk] += 1
        if student is not None:
            students[student] = pk
    won = Honour.objects.filter(_within(span, "on"), student_id__in=students, withdrawn_at=None)
    return members, Counter(students[pk] for pk in won.values_list("student_id", flat=True))


def _share(pair: Sequence[int]) -> str:
    n, of = pair
    return f"{n} / {of} = {100 * n / of:.1f}%" if of else "—"


def material_lines(material: dict[str, Any]) -> list[tuple[str, str]]:
    """(what, number in words) of a kept material, for pages and papers."""
    kinds = "、".join(f"{name} {n}" for name, n in material.get("kinds", ()))
    get = material.get
    return [
        (_("Members"), str(get("members", 0))),
        (_("Events"), f"{get('events', 0)}（{kinds}）" if kinds else str(get("events", 0))),
        (_("with first item"), str(get("first_items", 0))),
        (_("Audience of events"), str(get("audience", 0))),
        (_("Meetings that the rules ask for"), _share(get("life", (0, 0)))),
        (_("Attendance at events"), _share(get("attendance", (0, 0)))),
        (_("Months of dues paid"), _share(get("dues", (0, 0)))),
        (_("Steps of development in time"), _share(get("development", (0, 0)))),
        (_("Applications, activists, targets, admitted, full members"), " / ".join(
            str(get(name, 0)) for name in _STEPS.values())),
        (_("Excellent in the appraisal"), _share(get("excellent", (0, 0)))),
        (_("Members with the class hours of the year"), _share(get("training", (0, 0)))),
        (_("Prizes of members"), str(get("honours", 0))),
    ]  # fmt: skip
