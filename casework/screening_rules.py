"""What the answers of one sheet mean by the lines of its scale (rulebook 3.7). Nothing is read or
written here, and nothing is called a finding: a line asks for a talk, no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from casework.models import Scale, ScaleLine


@dataclass(frozen=True)
class Sheet:
    """``answers`` by item from 1, empty where only the sum is known."""

    answers: Sequence[int]
    total: int


@dataclass(frozen=True)
class Reading:
    """``line``: the most serious line reached. ``follow_days``: talk within so many days, 0 on
    the same day, None when no talk is asked for."""

    total: int
    positive: int | None
    factors: dict[str, Decimal] = field(default_factory=dict)
    line: ScaleLine | None = None
    follow_days: int | None = None

    @property
    def is_same_day(self) -> bool:
        return self.follow_days == 0


def numbers(text: str) -> list[int]:
    """ "8,16,26" as numbers."""
    return [int(part) for part in text.split(",") if part.strip()]


def total_of(scale: Scale, answers: Sequence[int]) -> int:
    left_out = set(numbers(scale.uncounted))
    return sum(answer for item, answer in enumerate(answers, 1) if item not in left_out)


def highest_total(scale: Scale) -> int:
    return (scale.items - len(numbers(scale.uncounted))) * scale.answer_max


def lowest_total(scale: Scale) -> int:
    return (scale.items - len(numbers(scale.uncounted))) * scale.answer_min


def factors_of(scale: Scale, answers: Sequence[int]) -> dict[str, Decimal]:
    """Mean of each factor, two places."""
    found = {}
    for part in scale.factors.split(";"):
        name, _colon, items = part.partition(":")
        chosen = [answers[item - 1] for item in numbers(items) if item <= len(answers)]
        if name.strip() and chosen:
            mean = Decimal(sum(chosen)) / len(chosen)
            found[name.strip()] = mean.quantize(Decimal("0.01"))
    return found


def read_sheet(scale: Scale, lines: Iterable[ScaleLine], sheet: Sheet) -> Reading:
    """The sheet by the lines. Without answers only the lines on the sum can be told."""
    answers = sheet.answers
    positive = sum(1 for answer in answers if answer >= scale.positive_from) if answers else None
    factors = factors_of(scale, answers) if answers else {}

    def is_reached(line: ScaleLine) -> bool:
        if line.test == ScaleLine.Test.TOTAL:
            return sheet.total >= line.threshold
        if line.test == ScaleLine.Test.ITEM:
            asked = [answers[n - 1] for n in numbers(line.items) if n <= len(answers)]
            return any(answer >= line.threshold for answer in asked)
        if line.test == ScaleLine.Test.POSITIVE:
            return positive is not None and positive >= line.threshold
        return any(mean >= line.threshold for mean in factors.values())

    reached = [line for line in lines if is_reached(line)]
    serious = sorted((one for one in reached if one.is_line), key=lambda one: (one.rank, one.pk))
    return Reading(
        total=sheet.total,
        positive=positive,
        factors=factors,
        line=serious[0] if serious else None,
        follow_days=min((one.follow_days for one in reached), default=None),
    )
