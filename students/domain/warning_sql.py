"""One rule set against the tables of a run: which student is under which rule, in statements.

Without history a rule is one statement. With history the half-years are walked in order, since
what held before counts for what holds now.
"""

from fractions import Fraction
from typing import Any

from portal.core.domain.staging import rows_of, run_sql
from students.domain.warning_tables import Moment, fill_points, measure_sql
from students.models import WarningSet
from students.warning_rules import (
    BEFORE,
    CREDITS,
    POINTS,
    Condition,
    Rule,
    Rules,
    due_key,
    faults_of,
    key_of,
    number,
)

_STEP = {"term": 1, "year": 2}


def evaluate(one: WarningSet, rules: Rules, moment: Moment) -> None:
    """Fill ``warn_flag`` with every rule of the set that holds for a student, in the last
    half-year and, where the rules look back, in the earlier ones. Raises ValueError for rules
    that make no sense: only checked ones become statements."""
    if faults_of(rules):
        raise ValueError(one.pk)
    Evaluation(one, rules, moment).run()


class Evaluation:
    def __init__(self, one: WarningSet, rules: Rules, moment: Moment) -> None:
        self.one, self.rules, self.moment = one, rules, moment
        self.looks_back = rules.looks_back
        self.measured: dict[str, Condition] = {}
        for rule in rules.rules:
            for condition in rule.conditions():
                if condition.what != BEFORE:
                    self.measured.setdefault(key_of(condition), condition)

    def run(self) -> None:
        halves = self._halves()
        self._measure(halves)
        if not self.looks_back:
            for place, rule in enumerate(self.rules.rules):
                self._flag(place, rule, "m.h", None)
            return
        for h in halves:
            for place, rule in enumerate(self.rules.rules):
                if rule.every == "term" or h % 2 == 0:
                    self._flag(place, rule, str(h), h)
            self._forget_set_aside(h)

    def _scope(self) -> tuple[str, dict[str, Any]]:
        one, tests = self.one, ["true"]
        if one.entry_from is not None:
            tests.append("p.entry_year >= %(entry_from)s")
        if one.entry_to is not None:
            tests.append("p.entry_year <= %(entry_to)s")
        if one.unit_id is not None:
            tests.append(
                """p.student_id IN (SELECT s.student_id FROM students_placement s
                     JOIN cohorts_unittree t ON t.descendant_id = s.unit_id
                    WHERE t.ancestor_id = %(unit)s AND s.since <= current_date
                      AND (s.until IS NULL OR s.until >= current_date))"""
            )
        asked = {"entry_from": one.entry_from, "entry_to": one.entry_to, "unit": one.unit_id}
        return " AND ".join(tests), asked

    def _halves(self) -> list[int]:
        scope, asked = self._scope()
        found = rows_of(f"SELECT DISTINCT p.h FROM warn_people p WHERE {scope}", asked)
        now = sorted(h for (h,) in found)
        if not self.looks_back or not now:
            return now
        step = 1 if any(rule.every == "term" for rule in self.rules.rules) else 2
        return list(range(step, now[-1] + 1, step))

    def _measure(self, halves: list[int]) -> None:
        """``warn_measure``: one row per student and half-year that is looked at."""
        run_sql("DROP TABLE IF EXISTS warn_measure, warn_point")
        h = "q.h" if self.looks_back else "p.h"
        windows = {one.window for one in self.measured.values() if one.what in POINTS}
        if windows:
            fill_points(windows, halves, is_history=self.looks_back)
        columns = [f"{measure_sql(one, h)} AS {key}" for key, one in self.measured.items()]
        plan = any(one.of == "plan" for one in self.measured.values())
        dues = sorted({due_key(one) for one in self._conditions() if one.share})
        columns += [f"max(d.{due}) AS {due}" for due in dues]
        joins = ""
        if self.looks_back:
            listed = ", ".join(f"({at})" for at in halves) or "(0)"
            joins += f" JOIN (VALUES {listed}) q(h) ON q.h <= p.h"
        joins += " LEFT JOIN warn_course g ON g.student_id = p.student_id"
        if plan:
            joins += """ LEFT JOIN students_plancourse pc
                ON pc.programme_id = p.programme_id AND pc.course_id = g.course_id"""
        if dues:
            joins += f" LEFT JOIN warn_due d ON d.programme_id = p.programme_id AND d.h = {h}"
        for window in sorted(windows):
            joins += f""" LEFT JOIN warn_point w_{window} ON w_{window}.student_id = p.student_id
                AND w_{window}.h = {h} AND w_{window}.span = '{window}'"""
        scope, asked = self._scope()
        listed = "".join(f", {column}" for column in columns).replace(" % 2", " %% 2")
        run_sql(
            f"""CREATE TEMPORARY TABLE warn_measure ON COMMIT DROP AS
                SELECT p.student_id, {h} AS h, p.h AS now_h, p.years{listed}
                  FROM warn_people p {joins} WHERE {scope}
                 GROUP BY p.student_id, p.h, p.years, {h}""",
            asked,
        )
        if self.looks_back:
            run_sql("CREATE INDEX ON warn_measure (h)")
        run_sql("ANALYZE warn_measure (student_id, h)")

    def _conditions(self) -> list[Condition]:
        return [one for rule in self.rules.rules for one in rule.conditions()]

    def _flag(self, place: int, rule: Rule, h: str, at: int | None) -> None:
        """Insert the students for whom the rule holds: one statement."""
        period = h if rule.every == "term" else f"({h} / 2)"
        groups = [
            "(" + " AND ".join(self._test(one, rule, h, at) for one in group) + ")"
            for group in rule.groups
        ]
        tests = [f"({' OR '.join(groups)})"]
        if at is not None:
            tests.append(f"m.h = {at}")
        elif rule.every == "year":
            tests.append("m.h % 2 = 0")
        if rule.first is not None:
            tests.append(f"{period} >= {rule.first}")
        if rule.last is not None:
            tests.append(f"{period} <= {rule.last}")
        if rule.years is not None:
            tests.append(f"m.years = {rule.years}")
        tests.append("NOT EXISTS (SELECT 1 FROM warn_away a"
                     " WHERE a.student_id = m.student_id AND a.h = m.h)")  # fmt: skip
        joins = "".join(self._former(code, at) for code in self._looked_at(rule))
        statement = f"""
            INSERT INTO warn_flag
            SELECT %(set)s, %(place)s, m.student_id, m.h, {self._facts(rule, groups, h, at)}
              FROM warn_measure m {joins} WHERE {" AND ".join(tests)}"""
        run_sql(statement.replace(" % 2", " %% 2"), {"set": self.one.pk or 0, "place": place})

    def _looked_at(self, rule: Rule) -> list[str]:
        codes = [code for one in rule.conditions() for code in (one.rule, one.skip) if code]
        return list(dict.fromkeys(codes))

    def _place(self, code: str) -> int:
        return next(n for n, one in enumerate(self.rules.rules) if one.code == code)

    def _former(self, code: str, at: int | None) -> str:
        """The earlier half-years in which a rule held, as bits."""
        place = self._place(code)
        return f"""
            LEFT JOIN (SELECT student_id, bit_or(1::bigint << h) AS held FROM warn_flag
                        WHERE set_id = %(set)s AND rule_no = {place} AND h < {at}
                        GROUP BY student_id) b{place} ON b{place}.student_id = m.student_id"""

    def _test(self, one: Condition, rule: Rule, h: str, at: int | None) -> str:
        if one.what == BEFORE:
            return self._looks_back_to(one, rule, at or 0)
        value = f"m.{key_of(one)}"
        scale = 10 if one.what in CREDITS else 1
        base = f"m.{due_key(one)}" if one.share else str(scale)
        if one.lines:
            period = h if rule.every == "term" else f"({h} / 2)"
            if one.skip:
                period = f"({period} - {self._times(one.skip)})"
            sign = "<=" if one.below_in else "<"
            cases = " ".join(
                f"WHEN {key} THEN {_compare(value, sign, number(text), base)}"
                for key, text in sorted(one.lines.items())
            )
            lines = f"coalesce(CASE {period} {cases} ELSE false END, false)"
            low = _bound(value, one.above, ">=" if one.above_in else ">", base)
            return f"({lines}{low})"
        tests = _bound(value, one.above, ">=" if one.above_in else ">", base)
        tests += _bound(value, one.below, "<=" if one.below_in else "<", base)
        return f"coalesce(true{tests}, false)"

    def _times(self, code: str) -> str:
        return f"bit_count(coalesce(b{self._place(code)}.held, 0)::bit(64))::int"

    def _looks_back_to(self, one: Condition, rule: Rule, at: int) -> str:
        step, held = _STEP[rule.every], f"coalesce(b{self._place(one.rule)}.held, 0)"
        if one.how == "never":
            return f"({held} = 0)"
        if one.how == "all":
            return f"({self._times(one.rule)} >= {one.times})"
        span = one.times if one.how == "row" else one.span
        wanted = sum(1 << (at - n * step) for n in range(1, span + 1) if at - n * step > 0)
        if one.how == "row":
            is_possible = at - span * step > 0
            return f"({held} & {wanted}::bigint = {wanted})" if is_possible else "false"
        return f"(bit_count(({held} & {wanted}::bigint)::bit(64)) >= {one.times})"

    def _facts(self, rule: Rule, groups: list[str], h: str, at: int | None) -> str:
        """The numbers behind it: measures, credits due, which groups held, what held before."""
        values = {
            key_of(one): f"m.{key_of(one)}" for one in rule.conditions() if one.what != BEFORE
        }
        values |= {due_key(one): f"m.{due_key(one)}" for one in rule.conditions() if one.share}
        before = {code: self._times(code) for code in self._looked_at(rule)}
        parts = [
            f"'values', {_object(values)}",
            f"'groups', json_build_array({', '.join(groups)})",
            f"'before', {_object(before)}",
            f"'h', {h}",
        ]
        return f"jsonb_build_object({', '.join(parts)})"

    def _forget_set_aside(self, h: int) -> None:
        """What a person set aside as no warning does not count as one later."""
        run_sql(
            """DELETE FROM warn_flag f USING warn_people p, students_academicwarning w
                WHERE f.set_id = %(set)s AND f.h = %(h)s AND p.student_id = f.student_id
                  AND f.h < p.h AND w.student_id = f.student_id AND w.family = %(family)s
                  AND w.dismissed_at IS NOT NULL
                  AND w.period = (p.entry_year + (f.h - 1) / 2) || '-'
                      || (p.entry_year + (f.h - 1) / 2 + 1) || '-' || (2 - f.h %% 2)""",
            {"set": self.one.pk or 0, "h": h, "family": self.one.family},
        )


def _object(values: dict[str, str]) -> str:
    return (
        f"json_build_object({', '.join(f'{chr(39)}{k}{chr(39)}, {v}' for k, v in values.items())})"
    )


def _bound(value: str, text: str, sign: str, base: str) -> str:
    return f" AND {_compare(value, sign, number(text), base)}" if text else ""


def _compare(value: str, sign: str, bound: Fraction, base: str) -> str:
    """Exactly: numbers are multiplied with the denominator instead of being divided."""
    return f"{value} * {bound.denominator} {sign} {bound.numerator} * {base}"
