"""Warning rules read again in plain Python, straight from the stored form: no statement, none of
the portal's helpers. Slow, and easy to hold against the words of the published rules."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass
class Sat:
    """One result: the half-year since entry in which it was, and what came of it."""

    course: str
    half: int
    credits: Fraction
    passed: bool | None
    required: bool = True
    attempt: str = "first"
    score: Fraction | None = None


@dataclass
class Pupil:
    """``now`` is the half-year after which the rules look; ``plan`` maps courses to (credits,
    half-year, group), ``choose`` lists (credits, half-year) of elective groups."""

    now: int
    sat: list[Sat]
    plan: dict[str, tuple[Fraction, int, str]] | None = None
    choose: list[tuple[Fraction, int]] = field(default_factory=list)
    years: int = 4


def exact(text: str) -> Fraction:
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def window(name: str, half: int) -> set[int]:
    if name == "term":
        return {half}
    if name == "year":
        return {half - 1, half} if half % 2 == 0 else {half}
    return set(range(1, half + 1))


def measure(pupil: Pupil, one: dict[str, Any], half: int) -> Fraction:
    inside = window(one.get("window", "term"), half)
    courses: dict[str, list[Sat]] = defaultdict(list)
    for sat in pupil.sat:
        courses[sat.course].append(sat)
    total, what = Fraction(0), one["what"]
    for code, rows in courses.items():
        of = one.get("of", "any")
        is_required = any(row.required for row in rows)
        if (of == "required" and not is_required) or (of == "elective" and is_required):
            continue
        if of == "plan" and pupil.plan is not None and code not in pupil.plan:
            continue
        worth = max(row.credits for row in rows)
        passes = [row.half for row in rows if row.passed]
        passed_at = min(passes) if passes else None
        is_passed = passed_at is not None and passed_at <= half
        fails = [row.half for row in rows if row.passed is False]
        owes = one.get("resits", "cancel") == "count" or not is_passed
        if what == "earned_credits":
            total += worth if passed_at in inside else 0
        elif what == "chosen_credits":
            taken = {row.half for row in rows if row.attempt != "resit"}
            total += worth if taken & inside else 0
        elif what == "failed_credits":
            total += worth if owes and set(fails) & inside else 0
        elif what == "failed_courses":
            total += 1 if owes and set(fails) & inside else 0
        elif what == "same_course" and owes:
            total = max(total, Fraction(len(fails)))
    return total


def due(pupil: Pupil, one: dict[str, Any], half: int) -> Fraction | None:
    if pupil.plan is None:
        return None
    inside, of = window(one.get("window", "term"), half), one.get("of", "any")
    total = Fraction(0)
    if of != "elective":
        total += sum(
            c for c, at, group in pupil.plan.values() if group == "required" and at in inside
        )
    if of != "required":
        total += sum(credits for credits, at in pupil.choose if at in inside)
    return total or None


class Reader:
    """Which rules of a set hold for one pupil, half-year by half-year."""

    def __init__(self, body: dict[str, Any], pupil: Pupil) -> None:
        self.body, self.pupil = body, pupil
        self.held: dict[str, set[int]] = {rule["code"]: set() for rule in body["rules"]}
        for half in range(1, pupil.now + 1):
            now = [rule["code"] for rule in body["rules"] if self._holds(rule, half)]
            for code in now:
                self.held[code].add(half)

    def level(self) -> str | None:
        """Name of the most serious level now."""
        for level in self.body["levels"]:
            for rule in self.body["rules"]:
                if rule["level"] == level["code"] and self.pupil.now in self.held[rule["code"]]:
                    return str(level["name"])
        return None

    def _holds(self, rule: dict[str, Any], half: int) -> bool:
        is_yearly = rule.get("every", "term") == "year"
        if is_yearly and half % 2:
            return False
        period = half // 2 if is_yearly else half
        if period < (rule.get("first") or 1) or period > (rule.get("last") or 99):
            return False
        if rule.get("years") not in (None, self.pupil.years):
            return False
        return any(
            all(self._true(one, half, period, 2 if is_yearly else 1) for one in group)
            for group in rule["groups"]
        )

    def _true(self, one: dict[str, Any], half: int, period: int, step: int) -> bool:
        if one["what"] == "before":
            return self._before(one, half, step)
        value, base = measure(self.pupil, one, half), Fraction(1)
        if one.get("share"):
            wanted = due(self.pupil, one, half)
            if wanted is None:
                return False
            base = wanted
        found = True
        if one.get("above"):
            bound = exact(one["above"]) * base
            found &= value >= bound if one.get("above_in") else value > bound
        below = one.get("below")
        if one.get("lines"):
            if one.get("skip"):
                period -= len({h for h in self.held[one["skip"]] if h < half})
            below = {str(k): v for k, v in one["lines"].items()}.get(str(period))
            if below is None:
                return False
        if below:
            bound = exact(below) * base
            found &= value <= bound if one.get("below_in") else value < bound
        return found

    def _before(self, one: dict[str, Any], half: int, step: int) -> bool:
        held = {h for h in self.held[one["rule"]] if h < half}
        times, how = one.get("times", 1), one.get("how", "row")
        if how == "never":
            return not held
        if how == "all":
            return len(held) >= times
        if how == "row":
            return all(half - n * step in held for n in range(1, times + 1))
        return sum(half - n * step in held for n in range(1, one.get("span", 1) + 1)) >= times
