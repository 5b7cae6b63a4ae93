"""The rules as they stand: steps by version, numbers of the school, its calendar."""

from collections.abc import Callable
from datetime import date
from typing import Any

from cohorts.queries.working_days import work_calendar
from partybranch.catalogue import SAME
from partybranch.domain.book import Book, StepRule
from partybranch.domain.facts import FIRST_NUMBERS, Setting
from partybranch.models import RuleVersion, Step
from portal.core.asks import Ask, Rows, answers
from portal.core.scope import remembered

# Versions with their first days, a name for all that the steps say, and the school's numbers.
_RULES = """SELECT json_build_array(
    (SELECT json_agg(json_build_array(v.code, v.valid_from) ORDER BY v.valid_from)
       FROM partybranch_ruleversion v),
    (SELECT md5(string_agg(s::text, '|' ORDER BY s.id)) FROM partybranch_step s),
    (SELECT json_object_agg(p.key, trunc(p.value)::bigint) FROM cohorts_parameter p
      WHERE p.key = ANY(%(keys)s::text[])))"""
# The book of these words, for as long as they stand: fifty rows that hardly ever change.
_kept: dict[str, Book] = {}


def as_rule(step: Step) -> StepRule:
    return StepRule(
        version=step.version_id, short=step.short_name, needs=tuple(step.needs),
        papers=tuple(step.papers), wait_law=step.wait_min or 0,
        **{name: getattr(step, name) for name in SAME},
    )  # fmt: skip


def rules_asked() -> tuple[Ask, Callable[[Rows], None]]:
    """What ``rule_book`` and ``numbers`` read, for a page that asks for all its parts in one
    statement, and where the page says what it was told."""
    return Ask(_RULES, {"keys": list(FIRST_NUMBERS)}), _told


def _told(rows: Rows) -> None:
    ((days, words, values),) = rows
    remembered("rule book", lambda: _book(days or [], words))
    remembered("party numbers", lambda: FIRST_NUMBERS | (values or {}))


def _ask() -> Any:
    ask, _told = rules_asked()
    return answers({"rules": ask})["rules"][0]


def _book(days: list[list[str]], words: str) -> Book:
    name = f"{days}{words}"
    found = _kept.get(name)
    if found is None:
        found = _read()
        if _ask()[:2] == [days, words]:  # nothing was changed while it was read
            _kept.clear()
            _kept[name] = found
    return found


def _read() -> Book:
    days: dict[str, date] = dict(RuleVersion.objects.values_list("code", "valid_from"))
    return Book.of(days, (as_rule(step) for step in Step.objects.order_by("number")))


def rule_book() -> Book:
    """All versions with their steps; read once a request, one statement while nothing changes."""

    def read() -> Book:
        days, words, _values = _ask()
        return _book(days or [], words)

    return remembered("rule book", read)


def numbers() -> dict[str, int]:
    """Every number of the party side; the first value where the row is missing."""
    return remembered("party numbers", lambda: FIRST_NUMBERS | (_ask()[2] or {}))


def setting() -> Setting:
    return Setting(numbers(), work_calendar())
