"""The rules as they stand: steps by version, numbers of the school, its calendar."""

from cohorts.models import Parameter
from cohorts.queries.working_days import work_calendar
from partybranch.catalogue import SAME
from partybranch.domain.book import Book, StepRule
from partybranch.domain.facts import FIRST_NUMBERS, Setting
from partybranch.models import RuleVersion, Step
from portal.core.scope import remembered


def as_rule(step: Step) -> StepRule:
    return StepRule(
        version=step.version_id, short=step.short_name, needs=tuple(step.needs),
        papers=tuple(step.papers), **{name: getattr(step, name) for name in SAME},
    )  # fmt: skip


def rule_book() -> Book:
    """All versions with their steps; two statements, read once a request."""

    def read() -> Book:
        days = dict(RuleVersion.objects.values_list("code", "valid_from"))
        return Book.of(days, (as_rule(step) for step in Step.objects.order_by("number")))

    return remembered("rule book", read)


def numbers() -> dict[str, int]:
    """Every number of the party side; the first value where the row is missing."""

    def read() -> dict[str, int]:
        rows = Parameter.objects.filter(key__in=FIRST_NUMBERS).values_list("key", "value")
        return FIRST_NUMBERS | {key: int(value) for key, value in rows}

    return remembered("party numbers", read)


def setting() -> Setting:
    return Setting(numbers(), work_calendar())
