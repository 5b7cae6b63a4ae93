"""Rules and warnings in words: a sentence for a condition, and the numbers behind a warning."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from students.warning_rules import BEFORE, COUNTS, CREDITS, Condition, Rule, Rules, due_key, key_of


def plain(value: Any) -> str:
    """15, 10.5; two places where a fraction does not end."""
    number = Fraction(str(value)) if not isinstance(value, Fraction) else value
    if (number * 10).denominator == 1:
        return f"{float(number):g}"
    return f"{float(number):.2f}"


def _kind(one: Condition) -> str:
    return {
        "any": "", "required": _("required "), "elective": _("elective "), "plan": _("in-plan "),
    }[one.of]  # fmt: skip


def _window(one: Condition) -> str:
    return {
        "term": _("in the term"), "year": _("in the academic year"), "entry": _("since entry"),
    }[one.window]  # fmt: skip


def measure_words(one: Condition) -> str:
    """What is measured: required credits failed since entry (passed since left out)."""
    names = {
        "failed_credits": _("credits failed"), "earned_credits": _("credits earned"),
        "chosen_credits": _("credits chosen"), "failed_courses": _("courses failed"),
        "same_course": _("times the same course was failed"),
        "gpa": _("grade point average"), "average": _("weighted average"),
    }  # fmt: skip
    words = _("%(window)s, %(kind)s%(what)s") % {
        "window": _window(one), "kind": _kind(one), "what": names[one.what],
    }  # fmt: skip
    if one.what.startswith("failed"):
        words += (
            _(" (passed since: left out)")
            if one.resits == "cancel"
            else _(" (also when passed since)")
        )
    return words


def named_rule(code: str, rules: Rules) -> str:
    """The level that a rule gives, by its name; the code of a rule that gives none."""
    rule = rules.rule(code)
    level = rules.level(rule.level) if rule else None
    return level.name if level else code


def bound_words(one: Condition, rules: Rules) -> str:
    """The bounds: above 10 and at most 15; below the line of the period."""
    base = _(" of what the plan wants") if one.share else ""
    parts = []
    if one.above:
        words = _("at least %(n)s") if one.above_in else _("more than %(n)s")
        parts.append(words % {"n": one.above + base})
    if one.below:
        words = _("at most %(n)s") if one.below_in else _("less than %(n)s")
        parts.append(words % {"n": one.below + base})
    if one.lines:
        lines = "、".join(f"{key}：{text}" for key, text in sorted(one.lines.items()))
        words = (
            _("at most the line of the period (%(n)s)")
            if one.below_in
            else _("below the line of the period (%(n)s)")
        )
        parts.append(words % {"n": lines} + base)
        if one.skip:
            parts.append(
                _("periods after “%(rule)s” are not counted")
                % {"rule": named_rule(one.skip, rules)}
            )
    return _(" and ").join(parts)


def condition_words(one: Condition, rules: Rules) -> str:
    """One condition as a sentence without a full stop."""
    if one.what != BEFORE:
        return f"{measure_words(one)} {bound_words(one, rules)}"
    name = named_rule(one.rule, rules)
    if one.how == "never":
        return _("“%(rule)s” never held before") % {"rule": name}
    words = {
        "row": ngettext("“%(rule)s” held in the period before",
                        "“%(rule)s” held in each of the %(n)s periods before", one.times),
        "all": ngettext("“%(rule)s” held at least once before",
                        "“%(rule)s” held at least %(n)s times before", one.times),
        "last": ngettext("“%(rule)s” held at least once in the last %(span)s periods",
                         "“%(rule)s” held at least %(n)s times in the last %(span)s periods",
                         one.times),
    }[one.how]  # fmt: skip
    return words % {"rule": name, "n": one.times, "span": one.span}


def rule_words(rule: Rule, rules: Rules) -> str:
    """The rule as one sentence, from when to what."""
    level = rules.level(rule.level)
    start = _("After each term") if rule.every == "term" else _("After each academic year")
    if rule.first is not None or rule.last is not None:
        start += _(" (number %(first)s to %(last)s since entry)") % {
            "first": rule.first or 1, "last": rule.last or "…",
        }  # fmt: skip
    if rule.years is not None:
        start += _(", for programmes of %(n)s years") % {"n": rule.years}
    groups = _("; or ").join(
        _(", and ").join(condition_words(one, rules) for one in group) for group in rule.groups
    )
    end = _("level “%(name)s”") % {"name": level.name} if level else _("no level, for history only")
    return _("%(start)s: when %(groups)s → %(end)s") % {
        "start": start, "groups": groups, "end": end,
    }  # fmt: skip


def value_words(one: Condition, values: dict[str, Any], key: str, due: str) -> str:
    """The number that was found, with its unit and what it is compared with."""
    found = values.get(key)
    if found is None:
        return "—"
    if one.what in CREDITS:
        words = _("%(n)s credits") % {"n": plain(Fraction(str(found)) / 10)}
        if one.share and values.get(due) is not None:
            words += _(" of %(due)s due") % {"due": plain(Fraction(str(values[due])) / 10)}
        return words
    if one.what in COUNTS:
        return str(found)
    return f"{float(found):.2f}"


def explain(rules: Rules, code: str, facts: dict[str, Any]) -> list[str]:
    """Why the rule held, with the numbers: one sentence for each condition that did."""
    rule = rules.rule(code)
    if rule is None:
        return []
    found = []
    for group, held in zip(rule.groups, facts.get("groups", ()), strict=False):
        if not held:
            continue
        for one in group:
            found.append(_sentence(one, facts, rules))
    return list(dict.fromkeys(found))


def _sentence(one: Condition, facts: dict[str, Any], rules: Rules) -> str:
    if one.what == BEFORE:
        return condition_words(one, rules)
    values = facts.get("values", {})
    return _("%(what)s: %(value)s (rule: %(bound)s)") % {
        "what": measure_words(one), "value": value_words(one, values, key_of(one), due_key(one)),
        "bound": bound_words(one, rules),
    }  # fmt: skip
