"""The three facts that weigh most for each person, from the model itself.

A fact weighs what the log-odds change when its columns are put to the middle of the person's course
on that day and everything else stays. Positive: it raises the score.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from .features import Columns, Floats
from .folder import Course
from .model import Model

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Reason:
    fact: str
    weight: float


def reasons(model: Model, columns: Columns) -> list[list[Reason]]:
    """For each row the facts by falling weight in either direction, three of them."""
    if not columns.keys:
        return []
    usual = _middles(columns)
    facts = list(columns.facts)
    whole = model.log_odds(columns.keys, columns.values)
    weights = np.empty((len(columns.keys), len(facts)))
    for n, fact in enumerate(facts):
        without = columns.values.copy()
        places = columns.places(fact)
        without[:, places] = usual[:, places]
        weights[:, n] = whole - model.log_odds(columns.keys, without)
    # Rounded, so that the order of equal facts is that of the list and not of the last bit.
    heavy = np.argsort(-np.abs(weights.round(6)), axis=1, kind="stable")[:, :SHOWN]
    return [
        [Reason(facts[n], float(weights[row, n])) for n in picked]
        for row, picked in enumerate(heavy)
    ]


def _middles(columns: Columns) -> Floats:
    """For each row the medians of its course; unknown where nobody has a value."""
    rows: dict[Course, list[int]] = defaultdict(list)
    for n, key in enumerate(columns.keys):
        rows[key.course].append(n)
    usual = np.empty_like(columns.values)
    for members in rows.values():
        part = columns.values[members]
        usual[members] = [
            float(np.median(known)) if len(known := column[~np.isnan(column)]) else np.nan
            for column in part.T
        ]
    return usual
