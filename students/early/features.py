"""Columns from what is known on a day. Each column belongs to a *fact* that can be put in words.

Never a column: sex, region, ethnic group, deprivation, disability, age, schooling, or any other
attribute of the person. Previous attempts, credits and the day of registration are of the enrolment.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .folder import Course, Handed, Key, Known, Work

Floats = npt.NDArray[np.float64]
NAN = float("nan")

# fact -> its columns; a fact is weighed as a whole.
FACTS: dict[str, tuple[str, ...]] = {
    "missing": ("missing_share", "missing_run"),
    "scores": ("gap", "last_gap", "lowest"),
    "earned": ("earned",),
    "late": ("late_mean", "late_last"),
    "silence": ("silence",),
    "ahead": ("ahead",),
    "attempts": ("attempts",),
    "credits": ("credits",),
    "registered": ("registered",),
}
# Only where both folders tell activity.
CLICK_FACTS: dict[str, tuple[str, ...]] = {
    "activity": ("clicks_share", "active_days"),
    "quiet": ("quiet",),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """``values[i]`` are the columns of ``keys[i]``; ``shown[i]`` the numbers its words need."""

    keys: list[Key]
    facts: dict[str, tuple[str, ...]]
    values: Floats
    shown: list[dict[str, float]]

    def places(self, fact: str) -> list[int]:
        """Where the columns of ``fact`` stand in ``values``."""
        names = [name for columns in self.facts.values() for name in columns]
        return [names.index(name) for name in self.facts[fact]]


def columns(seen: Known, *, with_clicks: bool = False) -> Columns:
    """One row for each person registered on the day of ``seen``, in the order of their keys."""
    facts = FACTS | (CLICK_FACTS if with_clicks else {})
    middle = _class_scores(seen)
    clicks = _click_columns(seen) if with_clicks else {}
    values, shown = [], []
    for key in seen.keys:
        row = _row(seen, key, middle) | clicks.get(key, {})
        shown.append(row)
        values.append([row[name] for names in facts.values() for name in names])
    width = sum(len(names) for names in facts.values())
    return Columns(seen.keys, facts, np.array(values, float).reshape(len(values), width), shown)


def _class_scores(seen: Known) -> dict[tuple[Course, str], float]:
    """Mean score of each piece of work among those who are registered on the day."""
    scores: dict[tuple[Course, str], list[float]] = defaultdict(list)
    for key in seen.keys:
        for work, one in seen.handed[key].items():
            if one.score is not None:
                scores[key.course, work].append(one.score)
    return {place: _mean(found) for place, found in scores.items()}


def _mean(found: Iterable[float]) -> float:
    found = list(found)
    return sum(found) / len(found) if found else NAN


def _run(due: list[Work], handed: dict[str, Handed]) -> int:
    """How many of the latest pieces are missing one after the other."""
    for n, work in enumerate(reversed(due)):
        if work.id in handed:
            return n
    return len(due)


def _row(seen: Known, key: Key, middle: dict[tuple[Course, str], float]) -> dict[str, float]:
    due, handed = seen.due.get(key.course, []), seen.handed[key]
    given = [(work, handed[work.id]) for work in due if work.id in handed]
    scored = [(work, one.score) for work, one in given if one.score is not None]
    gaps = [score - middle[key.course, work.id] for work, score in scored]
    # Work carried over from an earlier presentation says nothing about days of this one.
    own = [(work, one) for work, one in given if not one.is_banked]
    late = [max(-30.0, min(30.0, one.day - work.due)) for work, one in own]
    missing = len(due) - len(given)
    has_weights = any(work.weight for work in due)
    weights = {work.id: work.weight if has_weights else 1.0 for work in due}
    earned = sum(weights[work.id] * score for work, score in scored)
    registered = seen.registered[key]
    return {
        "due": len(due),
        "missing": missing,
        "missing_share": missing / len(due) if due else NAN,
        "missing_run": _run(due, handed),
        "gap": _mean(gaps),
        "last_gap": gaps[-1] if gaps else NAN,
        "lowest": min((score for _work, score in scored), default=NAN),
        "mean": _mean(score for _work, score in scored),
        "last": scored[-1][1] if scored else NAN,
        "earned": earned / sum(weights.values()) if due else NAN,
        "late_mean": _mean(late),
        "late_last": late[-1] if late else NAN,
        "silence": seen.day - max((one.day for _work, one in own), default=NAN),
        "ahead": seen.ahead[key],
        "attempts": seen.previous[key],
        "credits": seen.credits[key],
        "registered": NAN if registered is None else registered,
    }


def _click_columns(seen: Known) -> dict[Key, dict[str, float]]:
    """Activity against the course, days with any of the last fourteen, and days since the last."""
    clicks = seen.clicks or {}
    totals: dict[Course, list[float]] = defaultdict(list)
    for key in seen.keys:
        totals[key.course].append(sum(clicks.get(key, {}).values()))
    middle = {course: max(1.0, _mean(found)) for course, found in totals.items()}
    found = {}
    for key in seen.keys:
        days = clicks.get(key, {})
        found[key] = {
            "clicks_share": sum(days.values()) / middle[key.course],
            "active_days": sum(day > seen.day - 14 for day in days),
            "quiet": seen.day - max(days, default=NAN),
        }
    return found
