"""Points of a nomination: shares out of the records, scores of judges, the order. No database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# What the records give points for, each with its weight among the parameters.
OWN_PARTS = ("life", "attendance", "dues", "development")
JUDGES = "judges"
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Share:
    """``n`` of ``of``: met periods, people who came, months paid, steps in time. ``of`` 0: the
    branch had nothing of the kind, which counts neither for nor against it."""

    n: int
    of: int


def _part(n: Decimal | int, of: int, weight: int) -> Decimal:
    return Decimal(weight) * n / of


def total_points(
    shares: Mapping[str, Share], scores: Sequence[Decimal], weights: Mapping[str, int]
) -> Decimal | None:
    """Out of a hundred, to the cent; None before a judge has scored and without any record.

    Parts of which the branch had nothing are left out and the rest is scaled up, so that a branch
    without applicants is not behind one with late steps.
    """
    known = {part: shares[part] for part in OWN_PARTS if part in shares and shares[part].of}
    got = sum((_part(one.n, one.of, weights[part]) for part, one in known.items()), Decimal(0))
    most = sum(weights[part] for part in known)
    if scores:
        mean = sum(scores, Decimal(0)) / len(scores)
        got += _part(mean, 100, weights[JUDGES])
        most += weights[JUDGES]
    if not most:
        return None
    return (100 * got / most).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Order:
    """``places`` by key, equal totals share one; ``chosen`` win; ``tied``: equal at the last place,
    so that the committee has to score them again. Nobody is chosen while somebody is tied."""

    places: dict[int, int]
    chosen: frozenset[int]
    tied: frozenset[int]


def order_of(totals: Mapping[int, Decimal], seats: int) -> Order:
    rows = sorted(totals.items(), key=lambda row: (-row[1], row[0]))
    places: dict[int, int] = {}
    for number, (key, points) in enumerate(rows, start=1):
        before = rows[number - 2] if number > 1 else None
        places[key] = places[before[0]] if before and before[1] == points else number
    inside, outside = rows[:seats], rows[seats:]
    if outside and inside[-1][1] == outside[0][1]:
        tied = frozenset(key for key, points in rows if points == inside[-1][1])
        return Order(places, frozenset(), tied)
    return Order(places, frozenset(key for key, _points in inside), frozenset())


def unscored(keys: Collection[int], judges: Mapping[int, int], least: int) -> list[int]:
    """Nominations with fewer judges than the school asks for."""
    return [key for key in keys if judges.get(key, 0) < least]
