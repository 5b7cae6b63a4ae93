"""What a closing still lacks, in words (rulebook 3.5)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.enums import KeyKind, Outcome, Risk, Stage
from casework.models import Case, CaseLevel, CaseReview, FollowUp, KeyRequest, LedgerEntry, Plan
from casework.queries.numbers import numbers
from portal.core.models import AuditEntry
from portal.core.ui.dates import format_day
from students.enums import LEFT_STATUSES
from students.models import Movement

# "Blue or better": the lowest level of the catalogue, or none any more.
CALM_LEVEL = "BLUE"


@dataclass(frozen=True)
class Condition:
    """One line of the check list; ``missing`` says what to do, empty when it holds."""

    code: str
    label: str
    fact: str
    missing: str

    @property
    def holds(self) -> bool:
        return not self.missing


def calm_rank() -> int:
    """The rank from which a level counts as calm; a school without blue asks for none at all."""
    found = CaseLevel.objects.filter(pk=CALM_LEVEL).values_list("rank", flat=True).first()
    return found if found is not None else 100


def is_calm(level: CaseLevel | None, has_signal: bool, rank: int) -> bool:
    return not has_signal and (level is None or level.rank >= rank)


def last_signal_on(case: Case) -> dt.date:
    """The newest sign of trouble: an entry, a raised level, a review or a contact that says so."""
    entered = LedgerEntry.objects.filter(case=case).aggregate(top=Max("entered_at"))["top"]
    reviewed = CaseReview.objects.filter(case=case, has_signal=True).aggregate(top=Max("held_on"))
    risky = FollowUp.objects.filter(case=case, risk__in=(Risk.RAISED, Risk.HIGH)).aggregate(
        top=Max("happened_at")
    )
    raised = AuditEntry.objects.filter(
        object_type="case", object_id=str(case.pk), action="raise_level"
    ).aggregate(top=Max("at"))
    moments = [case.reported_at, entered, risky["top"], raised["top"]]
    days = [timezone.localdate(at) for at in moments if at is not None]
    return max([*days, *([reviewed["top"]] if reviewed["top"] else [])])


def conditions(case: Case, outcome: str = Outcome.SOLVED) -> list[Condition]:
    """The check list for this outcome, keys and evidence left out: they come with the request."""
    if outcome == Outcome.SOLVED:
        return [*_solved(case)]
    if outcome == Outcome.LEFT:
        return [_has_left(case)]
    return []


def assessed(user: Any) -> QuerySet[Case]:
    """Open cases with the last review of the wanted run, on which ``user`` writes and for whose
    closing no request is open; the longest assessed first."""
    asked = KeyRequest.objects.filter(kind=KeyKind.CLOSE, settled_at=None, withdrawn_at=None)
    rows: QuerySet[Case] = Case.objects.restrict(user, "write_case")
    rows = rows.filter(stage=Stage.ASSESSED).exclude(pk__in=asked.values("case_id"))
    return rows.select_related("student", "owner").order_by("assessed_at", "pk")


def missing(case: Case, outcome: str) -> list[str]:
    return [one.missing for one in conditions(case, outcome) if not one.holds]


def _solved(case: Case) -> list[Condition]:
    wanted = numbers("case.close_reviews", "case.quiet_days")
    reviews = list(
        CaseReview.objects.filter(case=case).select_related("level").order_by("-held_on")
    )
    return [
        _goal(case, reviews),
        _calm(reviews, wanted["case.close_reviews"]),
        _quiet(case, wanted["case.quiet_days"]),
    ]


def _goal(case: Case, reviews: list[CaseReview]) -> Condition:
    plan = Plan.objects.filter(case=case).first()
    label = _("Goal of the plan met")
    if plan is None:
        return Condition("goal", label, "", _("There is no plan yet. Make one with a goal."))
    if not reviews or not reviews[0].is_goal_met:
        return Condition(
            "goal", label, plan.goal, _("The newest review does not find the goal met.")
        )
    return Condition("goal", label, plan.goal, "")


def _calm(reviews: list[CaseReview], wanted: int) -> Condition:
    label = _("%(n)s consecutive reviews at blue or better") % {"n": wanted}
    rank, run = calm_rank(), 0
    for review in reviews:
        if not is_calm(review.level, review.has_signal, rank):
            break
        run += 1
    days = "、".join(format_day(one.held_on) for one in reversed(reviews[:run][:wanted]))
    if run >= wanted:
        return Condition("reviews", label, days, "")
    lack = _("So far %(run)s of %(n)s in a row. Record the next review on its day.")
    return Condition("reviews", label, days, lack % {"run": run, "n": wanted})


def _quiet(case: Case, wanted: int) -> Condition:
    label = _("No new signal for %(n)s days") % {"n": wanted}
    last = last_signal_on(case)
    days = (timezone.localdate() - last).days
    fact = _("last signal %(day)s") % {"day": format_day(last)}
    if days >= wanted:
        return Condition("quiet", label, fact, "")
    lack = _("The last signal was %(days)s days ago. Possible from %(day)s.") % {
        "days": days, "day": format_day(last + dt.timedelta(days=wanted)),
    }  # fmt: skip
    return Condition("quiet", label, fact, lack)


def _has_left(case: Case) -> Condition:
    student: Any = case.student
    label = _("The student has left the school")
    leaving = Movement.objects.filter(
        student_id=case.student_id, status_after__in=LEFT_STATUSES, withdrawn_at=None
    ).first()
    if student.status in LEFT_STATUSES:
        return Condition("left", label, student.get_status_display(), "")
    if leaving is not None:
        return Condition("left", label, format_day(leaving.on), "")
    return Condition(
        "left", label, "", _("The student is still enrolled and no order to leave is recorded.")
    )
