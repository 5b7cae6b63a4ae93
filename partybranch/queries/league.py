"""Indicators of the Youth League: ranking of classes, graduates whose membership is transferred."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cohorts.access import granted_unit_ids
from cohorts.enums import UnitKind
from cohorts.models import Parameter, Unit
from partybranch.league_access import SEE_TRANSFERS, WRITE_TRANSFERS, of_classes
from partybranch.models import LeagueRate, LeagueTransfer
from portal.core.scope import remembered
from students.access import reached_placements, standing
from students.enums import ENROLLED_STATUSES, PoliticalStatus, StudentStatus, Tree
from students.models import Placement

_FIRST = {"study": Decimal(80), "transfer": Decimal("99.9"), "months_before": Decimal(10),
          "months_after": Decimal(12)}  # fmt: skip
FINISHED = (StudentStatus.GRADUATED, StudentStatus.COMPLETED)


def league_numbers() -> dict[str, Decimal]:
    """The parameters ``league.*``; the first value where the row is missing."""

    def read() -> dict[str, Decimal]:
        rows = Parameter.objects.filter(key__startswith="league.").values_list("key", "value")
        return _FIRST | {key.removeprefix("league."): value for key, value in rows}

    return remembered("league numbers", read)


def percent(n: int, of: int) -> str:
    """To one decimal, and never 100.0% while somebody is missing."""
    if not of:
        return "—"
    tenths = min(round(1000 * n / of), 1000 if n == of else 999)
    return f"{tenths / 10:.1f}%"


def is_below(n: int, of: int, target: Decimal) -> bool:
    return 100 * n < target * of


# Study rates


@dataclass(frozen=True)
class RateLine:
    """A class in the ranking: equal rates share a rank; ``change`` in percentage points against
    the period before, None where that has no number of the class."""

    unit: Unit
    rank: int
    studied: int
    members: int
    change: float | None
    is_below: bool

    @property
    def percent(self) -> str:
        return percent(self.studied, self.members)


@dataclass(frozen=True)
class Ranking:
    """All classes in reach of one period, the best first, and those without a number."""

    period: str
    before: str
    lines: list[RateLine]
    missing: list[Unit]

    @property
    def below(self) -> list[RateLine]:
        return [one for one in self.lines if one.is_below]

    @property
    def studied(self) -> int:
        return sum(one.studied for one in self.lines)

    @property
    def members(self) -> int:
        return sum(one.members for one in self.lines)


def periods(user: Any) -> list[str]:
    """All periods with numbers within reach, the latest first; one statement."""
    rows = LeagueRate.objects.restrict(user, "see_unit").order_by("-period")
    return list(rows.values_list("period", flat=True).distinct())


def is_issue(period: str) -> bool:
    """Whether it is an issue; a month otherwise."""
    return period.endswith("期")


def classes_of(user: Any) -> "QuerySet[Unit]":
    """Open classes within reach with League members in them."""
    league = Placement.objects.filter(
        standing(timezone.localdate()), tree=Tree.CLASS, unit_id=OuterRef("pk"),
        student__political_status=PoliticalStatus.LEAGUE, student__status__in=ENROLLED_STATUSES,
    )  # fmt: skip
    rows: QuerySet[Unit] = Unit.objects.filter(
        Exists(league), of_classes(user, "see_unit", "pk"), kind=UnitKind.CLASS, closed_on=None
    )
    return rows.order_by("code")


def sees_league(user: Any) -> bool:
    """Whether a class stands within reach, or students of an academy: the door of the pages and of
    the navigation."""
    return _holds_class(user, "see_unit") or (
        (reached := reached_placements(user, "see_unit")) is not None and reached.exists()
    )


def _holds_class(user: Any, action: str) -> bool:
    held = granted_unit_ids(user, action)
    return bool(held) and Unit.objects.filter(kind=UnitKind.CLASS, pk__any=held).exists()


def keeps_classes(user: Any) -> bool:
    """Whether ``user`` keeps the numbers of a class: a post on it or above it."""
    return _holds_class(user, WRITE_TRANSFERS)


def ranking(user: Any, period: str, known: Sequence[str]) -> Ranking:
    """The classes in reach; three statements. ``before`` is the period before of the same kind:
    months beside months, issues beside issues."""
    alike = [one for one in known if is_issue(one) == is_issue(period) and one < period]
    before = max(alike, default="")
    rows = LeagueRate.objects.restrict(user, "see_unit").filter(period__in=[period, before])
    now: list[LeagueRate] = []
    former: dict[int, LeagueRate] = {}
    for one in rows.select_related("unit"):
        if one.period == period:
            now.append(one)
        else:
            former[one.unit_id] = one
    now.sort(key=lambda one: (-one.studied / one.members, one.unit.code))
    target = league_numbers()["study"]
    lines: list[RateLine] = []
    for place, one in enumerate(now, start=1):
        last = lines[-1] if lines else None
        is_equal = last is not None and last.studied * one.members == one.studied * last.members
        lines.append(RateLine(
            one.unit, last.rank if last is not None and is_equal else place, one.studied,
            one.members, _change(one, former.get(one.unit_id)),
            is_below(one.studied, one.members, target),
        ))  # fmt: skip
    there = {one.unit_id for one in now}
    missing = [one for one in classes_of(user) if one.pk not in there]
    return Ranking(period, before, lines, missing)


def _change(now: LeagueRate, before: LeagueRate | None) -> float | None:
    if before is None:
        return None
    points = 100 * now.studied / now.members - 100 * before.studied / before.members
    return round(points, 1) or 0.0  # no minus zero


# Transfers of graduates


def graduation_year() -> int:
    """The year in which those of the running year of study graduate."""
    today = timezone.localdate()
    return today.year + (today.month >= 9)


def transfers(user: Any, year: int | None = None) -> "QuerySet[LeagueTransfer]":
    """Rows of the check-list by the rule: League members who finish or finished their study.
    Whoever left otherwise, or is no League member any more, is on it no longer unless done."""
    mine = Q()
    for action in SEE_TRANSFERS:
        mine |= Q(pk__in=LeagueTransfer.objects.restrict(user, action).order_by().values("pk"))
    here = Q(done_on__isnull=False) | Q(student__political_status=PoliticalStatus.LEAGUE)
    rows = LeagueTransfer.objects.filter(
        mine, here, student__status__in=[*ENROLLED_STATUSES, *FINISHED]
    )
    found: QuerySet[LeagueTransfer] = rows if year is None else rows.filter(year=year)
    return found.select_related("student", "unit").order_by("unit__code", "student__student_no")


@dataclass(frozen=True)
class TransferLine:
    """One class: ``done`` of ``graduates``."""

    unit: Unit
    graduates: int
    done: int
    is_below: bool

    @property
    def missing(self) -> int:
        return self.graduates - self.done

    @property
    def percent(self) -> str:
        return percent(self.done, self.graduates)


def transfer_board(user: Any, year: int) -> list[TransferLine]:
    """Classes with graduates of the year, those with most missing first; two statements."""
    target = league_numbers()["transfer"]
    sums = transfers(user, year).order_by().values_list("unit_id").annotate(
        n=Count("pk"), done=Count("done_on")
    )  # fmt: skip
    found = {pk: (n, done) for pk, n, done in sums}
    units = Unit.objects.filter(pk__in=found)
    lines = [
        TransferLine(one, *found[one.pk], is_below(found[one.pk][1], found[one.pk][0], target))
        for one in units
    ]
    lines.sort(key=lambda one: (-one.missing, one.unit.code))
    return lines


def transfer_years(user: Any) -> list[int]:
    """Years of graduation on the list, the latest first, with the running one; one statement."""
    rows = transfers(user).order_by().values_list("year", flat=True).distinct()
    return sorted({*rows, graduation_year()}, reverse=True)
