"""The language of warning rules: what a rule set may say, and whether it makes sense.

A set has levels, the most serious first, and rules. A rule looks at students after each term or
each academic year and names a level when **any** of its groups holds; a group holds when **all**
of its conditions do. A rule without a level only serves the history of others. Nothing is read or
written here; ``warning_sql`` turns rules into statements, ``warning_words`` into sentences.

Terms: the short summer term counts to the second half of its academic year.
"""

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

# What a condition measures. Credits, counts, points, and earlier warnings.
CREDITS = ("failed_credits", "earned_credits", "chosen_credits")
COUNTS = ("failed_courses", "same_course")
POINTS = ("gpa", "average")
BEFORE = "before"
MEASURES = (*CREDITS, *COUNTS, *POINTS, BEFORE)
KINDS = ("any", "required", "elective", "plan")
WINDOWS = ("term", "year", "entry")
HOWS = ("row", "all", "last", "never")
EVERY = ("term", "year")
COLOURS = ("RED", "ORANGE", "YELLOW", "BLUE")
STEPS = ("notice", "talk", "family", "plan")
MOST_RULES, MOST_LEVELS, MOST_CONDITIONS = 20, 8, 24
LAST_TERM = 24
# Codes stand in statements and addresses.
_CODE = re.compile(r"^[A-Za-z0-9_-]{1,20}$")


@dataclass(frozen=True)
class Level:
    """``colour`` is the colour of the ledger; several levels may share one."""

    code: str
    name: str
    colour: str


@dataclass(frozen=True)
class Condition:
    """``above`` and ``below`` bound the measure, each with its edge or without (``*_in``).

    ``share``: the bounds are parts (1/2, 60%) of the credits that the plan wants by then.
    ``lines`` are bounds by number of the period (term or year of study) in place of ``below``;
    periods in which the rule ``skip`` held before are not counted. ``resits``: ``cancel`` leaves
    out courses passed since, ``count`` does not. For ``before``: rule, how, ``times``, ``span``.
    """

    what: str
    of: str = "any"
    window: str = "term"
    resits: str = "cancel"
    above: str = ""
    above_in: bool = False
    below: str = ""
    below_in: bool = False
    share: bool = False
    lines: dict[int, str] = field(default_factory=dict)
    skip: str = ""
    rule: str = ""
    how: str = "row"
    times: int = 1
    span: int = 1


@dataclass(frozen=True)
class Rule:
    """``first`` and ``last`` limit the periods (1 is the first term or year of study), ``years``
    the length of the programme. ``steps`` follow a confirmed warning."""

    code: str
    level: str
    groups: tuple[tuple[Condition, ...], ...]
    every: str = "term"
    first: int | None = None
    last: int | None = None
    years: int | None = None
    steps: tuple[str, ...] = STEPS

    def conditions(self) -> list[Condition]:
        return [condition for group in self.groups for condition in group]


@dataclass(frozen=True)
class Rules:
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]

    def rule(self, code: str) -> Rule | None:
        return next((one for one in self.rules if one.code == code), None)

    def level(self, code: str) -> Level | None:
        return next((one for one in self.levels if one.code == code), None)

    def rank(self, code: str) -> int:
        return next(n for n, one in enumerate(self.levels, 1) if one.code == code)

    @property
    def looks_back(self) -> bool:
        """Whether earlier periods have to be looked at for this one."""
        return any(c.what == BEFORE or c.skip for r in self.rules for c in r.conditions())


def key_of(one: Condition) -> str:
    """Name of what a condition measures; equal names are measured once."""
    if one.what in POINTS:
        return f"{one.what}_{one.window}"
    resits = one.resits if one.what in ("failed_credits", *COUNTS) else ""
    return "_".join(filter(None, (one.what, one.of, one.window, resits)))


def due_key(one: Condition) -> str:
    """Name of the credits that the plan wants, for a condition on a part of them."""
    return f"due_{'any' if one.of == 'plan' else one.of}_{one.window}"


def number(text: str) -> Fraction:
    """ "10.5", "1/3" or "60%" exactly. Raises ValueError."""
    text = text.strip().replace("％", "%")
    try:
        return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(text) from error


def read_rules(body: dict[str, Any]) -> Rules:
    """From the stored form; unknown keys are left out, nothing is checked (``faults_of``)."""
    levels = tuple(Level(**_known(Level, one)) for one in body.get("levels", ()))
    rules = []
    for one in body.get("rules", ()):
        groups = tuple(
            tuple(_condition(condition) for condition in group) for group in one.get("groups", ())
        )
        rest = _known(Rule, one) | {"groups": groups, "steps": tuple(one.get("steps", STEPS))}
        rules.append(Rule(**rest))
    return Rules(levels, tuple(rules))


def _known(kind: Any, one: dict[str, Any]) -> dict[str, Any]:
    return {key: one[key] for key in kind.__dataclass_fields__ if key in one}


def _condition(one: dict[str, Any]) -> Condition:
    made = Condition(**_known(Condition, one))
    return replace(made, lines={int(key): str(text) for key, text in made.lines.items()})


def write_rules(rules: Rules) -> dict[str, Any]:
    """The stored form: only what differs from the plain condition."""
    plain = Condition("")
    return {
        "levels": [vars(one) for one in rules.levels],
        "rules": [
            {
                "code": one.code, "level": one.level, "every": one.every, "first": one.first,
                "last": one.last, "years": one.years, "steps": list(one.steps),
                "groups": [
                    [
                        {k: v for k, v in vars(c).items() if k == "what" or v != getattr(plain, k)}
                        for c in group
                    ]
                    for group in one.groups
                ],
            }
            for one in rules.rules
        ],
    }  # fmt: skip


def faults_of(rules: Rules) -> list[str]:
    """Why the set cannot be switched on, in sentences; empty when it makes sense."""
    found: list[str] = []
    codes = [one.code for one in rules.rules]
    if not rules.levels or not any(one.level for one in rules.rules):
        found.append(_("Enter at least one level and one rule that names it."))
    if len(set(codes)) < len(codes) or not all(_CODE.match(code) for code in codes):
        found.append(_("Every rule needs a code of its own, of letters and digits."))
    for level in rules.levels:
        if level.colour not in COLOURS or not level.name.strip():
            found.append(_("Every level needs a name and a colour."))
    for rule in rules.rules:
        place = _("Rule “%(code)s”: ") % {"code": rule.code}
        found += [place + fault for fault in _rule_faults(rule, rules)]
    if len(codes) > MOST_RULES or len(rules.levels) > MOST_LEVELS:
        found.append(_("This is too long for one set. Split it into several."))
    return list(dict.fromkeys(found))


def _rule_faults(rule: Rule, rules: Rules) -> list[str]:
    found = []
    if rule.level and rules.level(rule.level) is None:
        found.append(_("its level is not among the levels."))
    if not rule.groups or not all(rule.groups):
        found.append(_("it has no condition."))
    limits = (rule.first, rule.last, rule.years)
    if (
        rule.every not in EVERY or any(step not in STEPS for step in rule.steps)
        or not all(one is None or (type(one) is int and 0 < one <= LAST_TERM) for one in limits)
    ):  # fmt: skip
        found.append(_("it names something that does not exist."))
    elif rule.first is not None and rule.last is not None and rule.first > rule.last:
        found.append(_("its last period lies before its first."))
    if len(rule.conditions()) > MOST_CONDITIONS:
        found.append(_("it has too many conditions."))
    for condition in rule.conditions():
        found += _condition_faults(condition, rule, rules)
    return found


def _condition_faults(one: Condition, rule: Rule, rules: Rules) -> list[str]:
    if (
        one.what not in MEASURES or one.of not in KINDS or one.window not in WINDOWS
        or one.resits not in ("cancel", "count") or one.how not in HOWS
    ):  # fmt: skip
        return [_("it names something that does not exist.")]
    if one.skip and rules.rule(one.skip) is None:
        return [_("it leaves out periods of a rule that does not exist.")]
    if one.what == BEFORE:
        return _history_faults(one, rule, rules)
    if one.share and one.what != "earned_credits":
        return [_("only earned credits can be compared with the plan.")]
    try:
        low = number(one.above) if one.above else None
        high = number(one.below) if one.below else None
        lines = [number(text) for text in one.lines.values()]
    except ValueError:
        return [_("a bound is no number. Write 15, 10.5 or 1/3.")]
    if low is None and high is None and not lines:
        return [_("a condition has no bound.")]
    if (
        (low is not None and low < 0)
        or (high is not None and high < 0)
        or min(lines, default=0) < 0
    ):
        return [_("a bound lies below zero.")]
    if lines and high is not None:
        return [_("a condition has a bound and a line for each period. Keep one of them.")]
    if any(not 1 <= key <= LAST_TERM for key in one.lines):
        return [_("the lines are for periods that do not exist.")]
    is_empty = (
        low is not None and high is not None
        and (low > high or (low == high and not (one.above_in and one.below_in)))
    )  # fmt: skip
    if is_empty or (high == 0 and not one.below_in and low is None):
        return [_("the bounds contradict each other: no number lies between them.")]
    return []


def _history_faults(one: Condition, rule: Rule, rules: Rules) -> list[str]:
    other = rules.rule(one.rule)
    if other is None:
        return [_("it looks back at a rule that does not exist.")]
    if other.every != rule.every:
        return [_("it looks back at a rule with another rhythm: both after terms or after years.")]
    whole = type(one.times) is int and type(one.span) is int
    if not whole or not 1 <= one.times <= LAST_TERM or not 1 <= one.span <= LAST_TERM:
        return [_("it looks back a number of times that makes no sense.")]
    if one.how == "last" and one.times > one.span:
        return [_("it asks for more times than there are periods.")]
    if any(c.what == "same_course" for c in other.conditions()):
        return [_("failing one course several times has no history of its own.")]
    return []
