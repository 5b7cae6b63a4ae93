"""The model: boosted trees over the columns and the course's past rate, calibrated by time cuts.

Each presentation of the training folder is scored by trees fitted on the presentations before it;
from these honest scores the two numbers of the calibration are fitted. The trees that score are then
fitted anew on the whole training folder. All seeds are fixed, and one thread does the work, so the
same folders give the same bytes.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from portal.core.errors import DomainError

from .features import Columns, Floats
from .folder import Key

SEEDS = (0, 1, 2, 3)
TREES: dict[str, Any] = {
    "learning_rate": 0.05, "max_iter": 120, "max_leaf_nodes": 12, "min_samples_leaf": 60,
    "l2_regularization": 5.0, "max_features": 0.5, "early_stopping": False,
}  # fmt: skip
# A course's past rate counts as if so many people of the average rate had taken it besides.
PRIOR = 50


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows whose outcome is known. ``day`` and facts are those of ``columns``."""

    columns: Columns
    needed_help: Floats

    def where(self, wanted: Any) -> "Sample":
        picked = np.flatnonzero(wanted)
        some = Columns(
            [self.columns.keys[i] for i in picked], self.columns.facts,
            self.columns.values[picked], [self.columns.shown[i] for i in picked],
        )  # fmt: skip
        return Sample(some, self.needed_help[picked])

    @property
    def presentations(self) -> list[str]:
        return [key.presentation for key in self.columns.keys]


class Trees:
    """Trees without calibration."""

    def __init__(self, sample: Sample) -> None:
        self.rates, self.rate = _rates(sample)
        inputs = self._inputs(sample.columns.keys, sample.columns.values)
        # Few people: smaller leaves, or nothing would ever be split.
        leaf = min(TREES["min_samples_leaf"], max(5, len(inputs) // 50))
        settings = TREES | {"min_samples_leaf": leaf}
        with threadpool_limits(1):
            self.parts = [
                HistGradientBoostingClassifier(**settings, random_state=seed).fit(
                    inputs, sample.needed_help
                )
                for seed in SEEDS
            ]

    def _inputs(self, keys: list[Key], values: Floats) -> Floats:
        rates = [self.rates.get(key.module, self.rate) for key in keys]
        return np.column_stack([values, rates])

    def log_odds(self, keys: list[Key], values: Floats) -> Floats:
        """Mean of the raw scores of all parts."""
        inputs = self._inputs(keys, values)
        with threadpool_limits(1):
            raw = [part.decision_function(inputs) for part in self.parts]
        return np.asarray(np.mean(raw, axis=0), float)


@dataclass(frozen=True, slots=True)
class Cut:
    """A presentation of the past, scored by what was fitted on those before it."""

    presentation: str
    log_odds: Floats
    needed_help: Floats


@dataclass(frozen=True, slots=True)
class Model:
    trees: Trees
    slope: float
    shift: float
    cuts: list[Cut]

    def log_odds(self, keys: list[Key], values: Floats) -> Floats:
        """Calibrated; one number a row."""
        return self.slope * self.trees.log_odds(keys, values) + self.shift


def probability(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)), float)


def fit(sample: Sample) -> Model:
    """The calibrated model of all of ``sample``.

    Raises DomainError when it holds too few people, or only one of the two outcomes.
    """
    yes = int(sample.needed_help.sum())
    if min(yes, len(sample.needed_help) - yes) < 20:
        raise DomainError(
            _("Too few outcomes to learn from: %(yes)s needed help, %(no)s did not. "
              "Give at least 20 of each.")
            % {"yes": yes, "no": len(sample.needed_help) - yes}
        )  # fmt: skip
    cuts = _time_cuts(sample)
    slope, shift = _calibration(cuts)
    return Model(Trees(sample), slope, shift, cuts)


def order_of(presentation: str) -> tuple[str, str]:
    """2013B before 2013J before 2014B: by year, then February before October."""
    return presentation[:4], presentation[4:]


def _time_cuts(sample: Sample) -> list[Cut]:
    names = np.array(sample.presentations)
    found = []
    ordered = sorted(set(sample.presentations), key=order_of)
    for n, name in enumerate(ordered[1:], start=1):
        before, then = sample.where(np.isin(names, ordered[:n])), sample.where(names == name)
        if len(set(before.needed_help.tolist())) < 2:
            continue
        raw = Trees(before).log_odds(then.columns.keys, then.columns.values)
        found.append(Cut(name, raw, then.needed_help))
    return found


def _calibration(cuts: list[Cut]) -> tuple[float, float]:
    """Slope and shift that turn raw scores of the cuts into observed rates (Platt)."""
    outcomes = np.concatenate([cut.needed_help for cut in cuts]) if cuts else np.empty(0)
    if len(set(outcomes.tolist())) < 2:
        return 1.0, 0.0
    raw = np.concatenate([cut.log_odds for cut in cuts]).reshape(-1, 1)
    with threadpool_limits(1):
        line = LogisticRegression(C=1e6).fit(raw, outcomes)
    slope = float(line.coef_[0, 0])
    # A past that ranks the wrong way round must not turn the ranking about.
    return (slope, float(line.intercept_[0])) if slope > 0.1 else (1.0, 0.0)


def _rates(sample: Sample) -> tuple[dict[str, float], float]:
    """Share that needed help by module, drawn towards the share of all; the share of all."""
    overall = float(sample.needed_help.mean())
    counts: dict[str, list[float]] = defaultdict(list)
    for key, needed in zip(sample.columns.keys, sample.needed_help, strict=True):
        counts[key.module].append(float(needed))
    rates = {
        module: (sum(found) + PRIOR * overall) / (len(found) + PRIOR)
        for module, found in counts.items()
    }
    return rates, overall
