"""How good a ranking was, once the outcomes are known."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from .features import Columns, Floats
from .model import Model, probability

# Shares of the people that a list may hold.
CAPACITIES = (0.05, 0.10, 0.20)


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the people by score: the mean promised and the share that came true."""

    people: int
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True)
class Measures:
    people: int
    rate: float
    auc: float
    precision: float
    brier: float
    deciles: tuple[Decile, ...]
    # (how many looked at, how many of them needed help)
    capacity: tuple[tuple[int, int], ...]


def measure(scores: Floats, needed_help: Floats) -> Measures:
    """Figures of probabilities against outcomes. Both outcomes must occur."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(needed_help[order])
    tops = [max(1, round(share * len(scores))) for share in CAPACITIES]
    return Measures(
        len(scores),
        float(needed_help.mean()),
        float(roc_auc_score(needed_help, scores)),
        float(average_precision_score(needed_help, scores)),
        float(np.mean((scores - needed_help) ** 2)),
        tuple(
            Decile(len(part), float(scores[part].mean()), float(needed_help[part].mean()))
            for part in np.array_split(order[::-1], 10)
            if len(part)
        ),
        tuple((top, int(hits[top - 1])) for top in tops),
    )


def two_term_rule(columns: Columns, *, by_share: bool = False) -> Floats:
    """100 × missing + 100 − mean score; without any score the mean is nought. ``by_share`` takes
    the missing share of the assignments due in place of their number."""
    key = "missing_share" if by_share else "missing"
    found = [(row[key], row["mean"]) for row in columns.shown]
    pairs = np.nan_to_num(np.array(found, float).reshape(len(found), 2))
    return np.asarray(100 * pairs[:, 0] + 100 - pairs[:, 1], float)


def _line(name: str, scores: Floats, needed_help: Floats) -> str:
    auc = roc_auc_score(needed_help, scores)
    precision = average_precision_score(needed_help, scores)
    return f"{name:<34} AUC {auc:.4f}  AP {precision:.4f}"


def report(day: int, columns: Columns, scores: Floats, needed_help: Floats) -> Iterator[str]:
    """Lines for the screen: the ranking, the rule beside it, calibration and capacity."""
    found = measure(scores, needed_help)
    yield f"day {day}: {found.people} people, {found.rate:.1%} needed help later"
    yield _line("this ranking", scores, needed_help)
    yield _line("rule: 100 x missing + 100 - mean", two_term_rule(columns), needed_help)
    yield _line("same rule, missing as a share", two_term_rule(columns, by_share=True), needed_help)
    yield f"Brier {found.brier:.4f} (always saying the rate: {found.rate * (1 - found.rate):.4f})"
    yield "decile  people  predicted  observed"
    for n, one in enumerate(found.deciles, start=1):
        yield f"{n:>6}  {one.people:>6}  {one.predicted:>9.3f}  {one.observed:>8.3f}"
    for top, hits in found.capacity:
        yield f"first {top:>5} on the list: {hits} needed help ({hits / top:.1%})"


def past(model: Model) -> Iterator[str]:
    """The time cuts inside the training folder: each presentation scored by those before it."""
    for cut in model.cuts:
        scores = probability(model.slope * cut.log_odds + model.shift)
        line = _line(f"time cut {cut.presentation}, by those before", scores, cut.needed_help)
        yield f"{line}  Brier {np.mean((scores - cut.needed_help) ** 2):.4f}"
