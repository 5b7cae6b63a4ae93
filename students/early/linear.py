"""A fitted line in plain numbers: what is kept in the database, and what it says of a student.

No numpy here: scoring a school needs sums only, and the web processes stay small.
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from .words import Numbers


class Term(NamedTuple):
    """One fact of the line: usual value, usual spread, weight for one spread."""

    name: str
    mean: float
    spread: float
    weight: float


class Line(NamedTuple):
    bias: float
    facts: tuple[Term, ...]

    def weigh(self, numbers: Numbers) -> tuple[float, list[tuple[str, float]]]:
        """(likelihood, facts by falling weight). The weights are exact: together with the bias they
        are the log-odds, each counted from the average student."""
        parts = [
            (fact.name, fact.weight * (numbers[fact.name] - fact.mean) / fact.spread)
            for fact in self.facts
        ]
        log_odds = self.bias + math.fsum(weight for _name, weight in parts)
        parts.sort(key=lambda part: -abs(round(part[1], 6)))
        return 1 / (1 + math.exp(-log_odds)), parts

    def as_json(self) -> dict[str, object]:
        return {"bias": self.bias, "facts": [fact._asdict() for fact in self.facts]}


def line_of(kept: Mapping[str, object]) -> Line:
    """The line again from what ``as_json`` gave."""
    facts = kept["facts"]
    assert isinstance(facts, list)
    return Line(float(str(kept["bias"])), tuple(Term(**fact) for fact in facts))
