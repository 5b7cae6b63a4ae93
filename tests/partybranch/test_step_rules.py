"""Every row of the step table at its boundary days, in both versions (rulebook 1.2). No database."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from partybranch.catalogue import BOUNDS, STEPS, VERSIONS, bounds_of, first_row
from partybranch.domain.book import PROBATION_OVER, StepRule
from partybranch.domain.dates import earliest, latest, never_after
from partybranch.domain.standing import open_steps, stage_of, standing
from tests.partybranch.cases import (
    BOOK,
    DAY,
    OFFSETS,
    SETTING,
    add_months,
    codes,
    day,
    fact,
    facts_until,
    proposal,
    replace,
)

# A case that ends before the rules changed, and one that begins after.
BEGAN = {"2014": day("2021-01-31"), "2026.05": day("2026-06-30")}
ALL = [pytest.param(rule, id=f"{rule.version}-{rule.number}") for rule in STEPS]


def test_there_are_25_steps_in_each_version_as_the_table_has_them() -> None:
    for version in VERSIONS:
        rules = [rule for rule in STEPS if rule.version == version]
        assert [rule.number for rule in rules] == list(range(1, 26))
        needs = {rule.number: rule.needs for rule in rules}
        assert needs[7] == (4, 6)
        assert needs[12] == (9, 10, 11)
        assert needs[20] == (17,)
        assert [rule.number for rule in rules if rule.body == "meeting"] == [15, 23]
        assert [rule.number for rule in rules if rule.is_committee] == [4, 8, 13, 16, 17, 18, 24]


def test_first_rows_lie_within_their_own_bounds() -> None:
    for rule in STEPS:
        bounds = bounds_of(rule.version, rule.number)
        assert bounds.wait_min is None or rule.wait_months >= bounds.wait_min
        assert bounds.deadline_max is None or (rule.deadline or 99) <= bounds.deadline_max
        assert bounds.notice_min is None or rule.notice_days >= bounds.notice_min
    assert BOUNDS[21].wait_max == 12


@pytest.mark.parametrize("rule", ALL)
def test_the_exemplary_case_takes_every_step(rule: StepRule) -> None:
    began = BEGAN[rule.version]
    facts = facts_until(rule.number, began)
    on = began + OFFSETS[rule.number] * DAY
    assert BOOK.rule(rule.number, on) is rule
    assert codes(facts, proposal(rule.number, on)) == []


@pytest.mark.parametrize("rule", ALL)
def test_a_missing_step_before_it_refuses_every_step(rule: StepRule) -> None:
    began = BEGAN[rule.version]
    facts = facts_until(rule.number, began)
    on = began + OFFSETS[rule.number] * DAY
    for need in rule.needs:
        steps = {n: one for n, one in facts.steps.items() if n != need}
        assert codes(replace(facts, steps=steps), proposal(rule.number, on)) == ["order"]
    if rule.needs:
        before = facts.steps[max(rule.needs)].on - DAY
        assert codes(facts, proposal(rule.number, before))[0] in ("before", "early")


@pytest.mark.parametrize("rule", ALL)
def test_waiting_times_end_on_the_anniversary_itself(rule: StepRule) -> None:
    if not rule.wait_months or rule.wait_from is None:
        return
    began = BEGAN[rule.version]
    facts = facts_until(rule.number, began)
    first = add_months(facts.steps[rule.wait_from].on, rule.wait_months) - rule.early_days * DAY
    # The steps before are brought forward, so that only the waiting time stands in the way.
    near = {
        n: one if n <= (rule.wait_from or 0) else fact(min(one.on, first - DAY))
        for n, one in facts.steps.items()
    }
    facts = replace(facts, steps=near)
    assert earliest(BOOK, facts, rule.number, first) == first
    assert codes(facts, proposal(rule.number, first)) == []
    assert "early" in codes(facts, proposal(rule.number, first - DAY))


@pytest.mark.parametrize("rule", ALL)
def test_deadlines_include_their_last_day_and_later_is_late_with_a_reason(rule: StepRule) -> None:
    if rule.deadline is None or rule.deadline_from is None:
        assert latest(BOOK, facts_until(rule.number, BEGAN[rule.version]), rule.number,
                      BEGAN[rule.version] + 400 * DAY) is None  # fmt: skip
        return
    began = BEGAN[rule.version]
    facts = facts_until(rule.number, began)
    start = (
        add_months(facts.steps[15].on, 12)
        if rule.deadline_from == PROBATION_OVER
        else facts.steps[rule.deadline_from].on
    )
    due = (
        start + rule.deadline * DAY
        if rule.deadline_unit == "day"
        else add_months(start, rule.deadline)
    )
    assert latest(BOOK, facts, rule.number, due) == due
    assert codes(facts, proposal(rule.number, due)) == []
    assert codes(facts, proposal(rule.number, due + DAY)) == ["late"]
    assert codes(facts, proposal(rule.number, due + DAY, late_reason="支部书记出差")) == []


def test_admission_is_refused_after_six_months_whatever_the_reason() -> None:
    for began in BEGAN.values():
        facts = facts_until(17, began)
        last = never_after(facts, 17)
        assert last == add_months(facts.steps[15].on, 6)
        assert codes(facts, proposal(17, last, late_reason="换届")) == []
        assert codes(facts, proposal(17, last + DAY, late_reason="换届")) == ["lapsed"]


def test_the_notice_before_a_target_is_new_in_2026() -> None:
    for version, began in BEGAN.items():
        facts = replace(facts_until(7, began), notices=())
        said = codes(facts, proposal(7, began + OFFSETS[7] * DAY))
        assert said == ([] if version == "2014" else ["notice"])


def test_each_step_stands_under_the_rule_of_its_own_date() -> None:
    """A case that crosses 11 May 2026: the vote before it is local time, after it Article 19."""
    change = VERSIONS["2026.05"]
    assert BOOK.version(change - DAY) == "2014"
    assert BOOK.version(change) == "2026.05"
    began = change - 488 * DAY  # pre-review eight days before, the vote three days after
    facts = facts_until(15, began)
    on = began + OFFSETS[15] * DAY
    assert facts.steps[13].on < change <= on
    assert BOOK.rule(13, facts.steps[13].on).article == "第19条"
    assert BOOK.rule(15, on).article == "第19—21条"
    assert not BOOK.rule(15, on).is_local
    assert BOOK.rule(15, change - DAY).is_local
    assert codes(facts, proposal(15, on)) == []


def test_a_transfer_application_may_come_fourteen_days_early_and_nothing_else_may() -> None:
    began = BEGAN["2026.05"]
    facts = facts_until(20, began)
    over = add_months(facts.steps[15].on, 12)
    assert codes(facts, proposal(22, over - 14 * DAY)) == []
    assert codes(facts, proposal(22, over - 15 * DAY)) == ["early"]
    # Once the probation is over, its assessment comes first.
    assert codes(facts, proposal(22, over)) == ["order"]
    handed = replace(facts, steps={**facts.steps, 22: fact(over - 14 * DAY)})
    assert codes(handed, proposal(23, over)) == ["order"]


def test_stage_and_open_steps_follow_from_the_facts() -> None:
    assert [stage_of(n) for n in (1, 2, 3, 6, 7, 11, 12, 18, 19, 25)] == [
        1, 1, 2, 2, 3, 3, 4, 4, 5, 5]  # fmt: skip
    facts = facts_until(4, BEGAN["2026.05"])
    today: dt.date = facts.steps[3].on + DAY
    assert [one.rule.number for one in open_steps(BOOK, facts, today)] == [4, 5]
    now = standing(BOOK, replace(facts, assessments=()), SETTING, today)
    assert (now.reached, now.stage, now.step) == (3, 2, 4)
    assert now.due == add_months(facts.steps[3].on, 1)
    assert now.assess_due == add_months(facts.steps[3].on, 6)


@pytest.mark.parametrize("version", BEGAN)
def test_a_step_without_a_time_is_due_with_the_first_that_waits_for_it(version: str) -> None:
    """The talk of the committee with the approval after it, the form with the vote, the assessment
    of a probation that is over with the application: none of them drops out of the due list."""
    began = BEGAN[version]
    for number, later in ((14, 15), (16, 17)):
        facts = facts_until(number, began)
        on = max(one.on for one in facts.steps.values())
        found = standing(BOOK, facts, SETTING, on)
        assert (found.step, found.due) == (number, latest(BOOK, facts, later, on))
        assert found.due is not None
    facts = facts_until(21, began)
    over = add_months(facts.steps[15].on, 12)
    found = standing(BOOK, facts, SETTING, over + 40 * DAY)
    assert (found.step, found.due) == (21, add_months(over, 1))


def test_the_application_for_transfer_is_asked_for_by_the_end_of_the_probation() -> None:
    """Example 10: from 18 May 2027 on it may be handed in, and the due list shows it as coming."""
    facts = facts_until(21, day("2026-06-01") - OFFSETS[15] * DAY)
    assert facts.steps[15].on == day("2026-06-01")
    now = standing(BOOK, facts, SETTING, day("2027-05-18"))
    assert (now.step, now.due) == (22, day("2027-06-01"))
    opened = {one.rule.number: one for one in open_steps(BOOK, facts, day("2027-05-18"))}
    assert opened[22].earliest == day("2027-05-18")
    # Once it is over, the month of the rule counts, and only then is anything late.
    assert latest(BOOK, facts, 22, day("2027-06-01")) == day("2027-07-01")


@pytest.mark.parametrize("rule", ALL)
def test_the_day_of_the_step_before_is_early_enough_where_nothing_is_waited_for(
    rule: StepRule,
) -> None:
    """Rows without a waiting time: the same day is accepted, the day before it is not."""
    if not rule.needs or rule.wait_months:
        return
    facts = facts_until(rule.number, BEGAN[rule.version])
    on = max(facts.steps[number].on for number in rule.needs)
    assert codes(facts, proposal(rule.number, on)) == []
    assert codes(facts, proposal(rule.number, on - DAY)) == ["before"]


@pytest.mark.parametrize(
    ("version", "number", "field", "value", "is_allowed"),
    [
        ("2014", 3, "wait_months", 6, True),  # many schools wait three or six months
        ("2014", 7, "wait_months", 12, True),
        ("2014", 7, "wait_months", 11, False),
        ("2014", 7, "notice_days", 0, True),
        ("2026.05", 7, "notice_days", 5, True),
        ("2026.05", 7, "notice_days", 4, False),
        ("2014", 2, "deadline", 2, False),
        ("2014", 2, "deadline", None, False),
        ("2014", 15, "deadline", 2, True),  # the text of 2014 sets no time
        ("2026.05", 15, "deadline", 2, False),
        ("2026.05", 17, "deadline", 6, True),
        ("2026.05", 17, "deadline", 7, False),
        ("2026.05", 21, "wait_months", 13, False),
        ("2026.05", 24, "deadline", 4, False),
    ],
)
def test_a_school_sets_numbers_within_the_rule_and_the_refusal_names_the_article(
    version: str, number: int, field: str, value: int | None, is_allowed: bool
) -> None:
    rule = next(one for one in STEPS if (one.version, one.number) == (version, number))
    row = first_row(rule)
    row.clean()
    setattr(row, field, value)
    if is_allowed:
        row.clean()
        return
    with pytest.raises(ValidationError) as refused:
        row.clean()
    assert rule.article in str(refused.value.message_dict[field])
