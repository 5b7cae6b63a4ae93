"""The worked examples of the rulebook (section 11), with their numbers. No database."""

import datetime as dt

import pytest

from cohorts.queries.working_days import WorkCalendar
from partybranch.domain.dates import (
    cultivated_from,
    days_late,
    latest,
    leaves_too_soon,
    may_extend_by,
    never_after,
    unassessed,
)
from partybranch.domain.facts import FIRST_NUMBERS, Span
from partybranch.domain.organs import branch_faults, may_cultivate, powers
from partybranch.domain.step_checks import may_apply_on
from partybranch.domain.voting import ballot_faults, has_quorum, majority, passes
from tests.partybranch.cases import (
    BOOK,
    BRANCH,
    DAY,
    SETTING,
    UNANIMOUS,
    Ballot,
    Facts,
    Notice,
    Organ,
    PartyKind,
    Setting,
    Sponsor,
    codes,
    day,
    fact,
    facts_until,
    probation,
    proposal,
    replace,
)


def voted(text: str) -> Facts:
    """A case with its branch vote on a day."""
    return facts_until(16, day(text) - 490 * DAY)


def test_1_a_written_yes_of_an_absent_member_counts_in_the_vote_and_not_in_the_quorum() -> None:
    ballot = Ballot(expected=9, present=5, yes=4, no=1, written_yes=1)
    assert has_quorum(ballot)
    assert passes(ballot)
    assert ballot_faults(ballot, "meeting", BRANCH, 3) == []


def test_2_a_tie_fails() -> None:
    ten = Ballot(expected=10, present=6, yes=5, no=1)
    assert has_quorum(ten)
    assert not passes(ten)
    assert (majority(10), majority(11)) == (6, 6)


def test_3_half_of_those_who_should_attend_are_no_quorum() -> None:
    ballot = Ballot(expected=8, present=4, yes=4, written_yes=4)
    assert not has_quorum(ballot)
    faults = ballot_faults(ballot, "meeting", replace(BRANCH, voters=8), 3)
    assert [one.code for one in faults] == ["quorum"]


def test_4_members_on_probation_are_not_among_those_who_should_attend() -> None:
    """Nine full members and one on probation: E is nine; ten does not add up."""
    ten = Ballot(expected=10, present=10, yes=10)
    assert [one.code for one in ballot_faults(ten, "meeting", BRANCH, 3)] == ["expected"]
    assert ballot_faults(UNANIMOUS, "meeting", BRANCH, 3) == []


def test_5_a_talk_within_one_month_of_the_application() -> None:
    facts = Facts(born_on=day("2005-01-01"), steps={1: fact(day("2026-01-31"))})
    assert latest(BOOK, facts, 2, day("2026-02-28")) == day("2026-02-28")
    assert codes(facts, proposal(2, day("2026-02-28"))) == []
    late = proposal(2, day("2026-03-01"))
    assert codes(facts, late) == ["late"]
    assert codes(facts, replace(late, late_reason="寒假")) == []
    assert days_late(latest(BOOK, facts, 2, late.on), late.on) == 1


def test_6_a_year_of_cultivation_and_both_assessments_before_a_target() -> None:
    steps = {1: "2025-02-01", 2: "2025-02-20", 3: "2025-03-15", 4: "2025-04-01", 5: "2025-04-02",
             6: "2026-03-15"}  # fmt: skip
    facts = Facts(steps={n: fact(day(on)) for n, on in steps.items()})
    early = replace(facts, steps={**facts.steps, 6: fact(day("2026-03-14"))})
    assert "early" in codes(early, proposal(7, day("2026-03-14")))
    assert codes(facts, proposal(7, day("2026-03-15"))) == ["assessments"]
    one = replace(facts, assessments=(day("2025-09-10"),))
    assert unassessed(one, day("2026-03-15")) == [(day("2025-09-15"), day("2026-03-15"))]
    both = replace(facts, assessments=(day("2025-09-10"), day("2026-03-10")))
    assert codes(both, proposal(7, day("2026-03-15"))) == []
    # Two in the same half do not make up for the other one.
    twice = replace(facts, assessments=(day("2025-08-10"), day("2025-09-10")))
    assert codes(twice, proposal(7, day("2026-03-15"))) == ["assessments"]


def test_7_accepted_time_of_a_former_school_counts() -> None:
    facts = Facts(
        steps={3: fact(day("2024-09-01"))},
        spans=(Span(day("2024-09-01"), day("2025-06-30")),),
        resumed_on=day("2025-09-10"),
    )
    assert cultivated_from(facts, 12) == day("2025-11-10")
    # Nothing accepted: the year begins anew here.
    assert cultivated_from(replace(facts, spans=()), 12) == day("2026-09-10")


def test_8_a_late_oath_is_late_and_not_invalid() -> None:
    facts = voted("2026-06-01")
    steps = {**facts.steps, 16: fact(day("2026-08-10")), 17: fact(day("2026-08-20"))}
    facts = replace(facts, steps=steps)
    assert latest(BOOK, facts, 17, day("2026-08-20")) == day("2026-09-01")
    oath = proposal(20, day("2026-09-30"))
    assert codes(facts, oath) == ["late"]
    assert codes(facts, replace(oath, late_reason="与新生党日合并举行")) == []


def test_9_approval_beyond_three_months_needs_a_reason_up_to_six() -> None:
    facts = voted("2026-06-01")
    facts = replace(facts, steps={**facts.steps, 16: fact(day("2026-06-10"))})
    late = proposal(17, day("2026-10-15"))
    assert codes(facts, late) == ["late"]
    assert codes(facts, replace(late, late_reason="党委换届")) == []
    assert never_after(facts, 17) == day("2026-12-01")
    after = proposal(17, day("2026-12-02"), late_reason="党委换届")
    assert codes(facts, after) == ["lapsed"]


def test_10_probation_runs_from_the_vote_and_party_age_from_its_end() -> None:
    found = probation(day("2026-06-01"))
    assert (found.starts_on, found.last_day) == (day("2026-06-01"), day("2027-05-31"))
    assert found.full_from == day("2027-06-01")
    assert found.reminder_from(14) == day("2027-05-18")


def test_11_an_extension_counts_from_the_old_end_lasts_6_to_12_months_and_comes_once() -> None:
    assert probation(day("2026-06-01"), 6).last_day == day("2027-11-30")
    assert [may_extend_by(n, 0) for n in (5, 6, 12, 13)] == [False, True, True, False]
    assert not may_extend_by(6, 6)
    facts = facts_until(23, day("2026-06-01") - 490 * DAY)
    for months, said in ((5, ["months"]), (6, []), (13, ["months"])):
        wanted = proposal(23, day("2027-06-20"), detail={"outcome": "extend", "months": months})
        assert codes(facts, wanted) == said
    again = replace(facts, extended_by=6, steps={
        **facts.steps, 21: fact(day("2027-12-01")), 22: fact(day("2027-12-02"))})  # fmt: skip
    wanted = proposal(23, day("2027-12-10"), detail={"outcome": "extend", "months": 6})
    assert codes(again, wanted) == ["extended"]


def test_12_five_working_days_without_a_holiday_table_are_provisional() -> None:
    end = SETTING.calendar.last_day(day("2026-04-24"), 5)
    assert (end.day, end.is_provisional) == (day("2026-04-30"), True)


def test_13_with_a_table_a_make_up_sunday_counts_and_a_holiday_does_not() -> None:
    table = WorkCalendar.of([(day("2026-05-01"), "off"), (day("2026-04-26"), "work")])
    end = table.last_day(day("2026-04-24"), 5)
    assert (end.day, end.is_provisional) == (day("2026-04-29"), False)
    # The same notice proves a target only by the table that holds.
    began = day("2026-06-30")
    facts = facts_until(7, began)
    on = began + 430 * DAY
    short = Notice(7, on - 7 * DAY, on - DAY)
    facts = replace(facts, notices=(short,))
    assert codes(facts, proposal(7, on)) == []
    rest = WorkCalendar.of([(on - DAY, "off"), (on - 2 * DAY, "off"), (on - 3 * DAY, "off")])
    assert codes(facts, proposal(7, on), Setting(FIRST_NUMBERS, rest)) == ["notice"]


def test_14_leaving_within_three_months_after_the_vote_warns() -> None:
    assert leaves_too_soon(day("2026-07-01"), day("2026-05-10"), 3)
    assert not leaves_too_soon(day("2026-08-10"), day("2026-05-10"), 3)
    facts = facts_until(15, day("2026-05-10") - 490 * DAY)
    facts = replace(facts, leaves_on=day("2026-07-01"))
    wanted = proposal(15, day("2026-05-10"))
    assert codes(facts, wanted) == ["leaving"]
    assert codes(facts, replace(wanted, override_reason="延期毕业，仍在校")) == []


def test_15_eighteen_on_the_day_of_the_application() -> None:
    born = day("2008-05-20")
    facts = Facts(born_on=born)
    assert codes(facts, proposal(1, day("2026-05-19"))) == ["age"]
    assert codes(facts, proposal(1, day("2026-05-20"))) == []
    after = Setting({**FIRST_NUMBERS, "party.age_next_day": 1})
    assert not may_apply_on(born, day("2026-05-20"), after)
    assert may_apply_on(born, day("2026-05-21"), after)
    assert codes(Facts(), proposal(1, day("2026-05-20"))) == ["born"]


def test_16_a_general_branch_never_approves() -> None:
    facts = voted("2026-06-01")
    facts = replace(facts, steps={**facts.steps, 16: fact(day("2026-06-10"))})
    for kind, said in ((PartyKind.GENERAL, "general"), (PartyKind.JOINT, "not_committee")):
        wanted = proposal(17, day("2026-06-20"), body=Organ(1, kind))
        assert codes(facts, wanted) == [said]
    other = proposal(17, day("2026-06-20"), body=Organ(2, PartyKind.COMMITTEE))
    assert codes(facts, other) == ["other_committee"]


@pytest.mark.parametrize("kind", [PartyKind.TEMPORARY, PartyKind.FUNCTIONAL])
def test_17_temporary_and_functional_branches_admit_nobody_but_may_cultivate(kind: str) -> None:
    branch = Organ(7, kind, approving=1, voters=9)
    for number in (3, 15):
        facts = facts_until(number, day("2026-06-30"))
        on = day("2026-06-30") + {3: 40, 15: 490}[number] * DAY
        assert codes(facts, proposal(number, on, branch=branch)) == ["branch"]
    assert may_cultivate(kind)
    assert not any(vars(powers(kind)).values())
    assert all(vars(powers(PartyKind.JOINT)).values())


def test_30_a_committee_only_from_seven_full_members() -> None:
    def said(full: int, officers: int, **more: int) -> list[str]:
        numbers = {"members": full, "units": 1, **more}
        return [one.code for one in branch_faults(
            BRANCH, full=full, officers=officers, numbers=FIRST_NUMBERS, **numbers)]  # fmt: skip

    assert said(5, 3) == ["committee_early"]
    assert said(5, 2) == []
    assert said(7, 3) == []
    assert said(9, 1) == ["committee_missing"]
    assert said(9, 8) == ["committee_large"]
    assert said(2, 1) == ["small"]
    assert said(9, 3, members=51, units=6) == ["large", "units"]


def test_numbers_that_do_not_add_up_are_refused() -> None:
    def said(**changes: int) -> list[str]:
        ballot = replace(UNANIMOUS, **changes)
        return [one.code for one in ballot_faults(ballot, "meeting", BRANCH, 3)]

    assert said(yes=10) == ["ballots"]
    assert said(present=10, yes=10) == ["present"]
    assert said(yes=8) == ["ballots"]
    assert said(written_yes=1) == ["written"]
    assert said(expected=8, present=8, yes=8) == ["expected"]
    assert said(expected=8, present=8, yes=8, left_out=1) == ["left_out"]
    assert said(yes=-1, no=10) == ["counts"]
    few = replace(BRANCH, voters=2)
    two = Ballot(expected=2, present=2, yes=2)
    assert [one.code for one in ballot_faults(two, "meeting", few, 3)] == ["too_few"]


def test_what_single_steps_refuse() -> None:
    began = day("2026-06-30")

    def said(number: int, days: int, **changes: object) -> list[str]:
        return codes(facts_until(number, began), proposal(number, began + days * DAY, **changes))

    assert said(2, 20, detail={"talker_post": "organiser", "talker": "高敏"}) == ["talker"]
    assert said(5, 55, sponsors=()) == ["sponsors"]
    assert said(5, 55, sponsors=(Sponsor(1, False),)) == ["not_full"]
    assert said(9, 442, sponsors=(Sponsor(1, True),)) == ["sponsors"]
    assert said(9, 442, sponsors=(Sponsor(1, True), Sponsor(1, True))) == ["sponsors"]
    assert said(9, 442, sponsors=(Sponsor(1, True), Sponsor(2, True, True))) == ["suspended"]
    full = (Sponsor(1, True, load=3), Sponsor(2, True))
    assert said(9, 442, sponsors=full) == ["load"]
    assert said(9, 442, sponsors=full, override_reason="支部党员较少") == []
    assert said(7, 430, detail={"heard": 7}) == ["heard"]
    assert said(10, 450, detail={}) == ["conclusion"]
    assert said(11, 455, detail={"days": 2, "hours": 23, "certificate_no": "1"}) == ["training"]
    assert said(11, 455, detail={"days": 0, "hours": 24, "certificate_no": "1"}) == []
    assert said(14, 485, detail={}) == ["serial_no"]
    assert said(15, 490, ballot=None) == ["ballot"]
    assert said(1, 0, detail={}) == ["citizen"]
    assert said(15, 490, today=began + 480 * DAY) == ["ahead"]


def test_an_expired_certificate_stops_and_may_be_renewed() -> None:
    began = day("2026-06-30")
    facts = facts_until(12, began)
    trained = facts.steps[11].on
    until = dt.date(trained.year + 2, trained.month, trained.day)
    assert codes(facts, proposal(12, until)) == []
    assert codes(facts, proposal(12, until + DAY)) == ["certificate"]
    assert codes(facts, proposal(11, until)) == ["done"]
    assert codes(facts, proposal(11, until + DAY)) == []


def test_an_entry_long_after_the_event_says_why() -> None:
    began = day("2026-06-30")
    facts = facts_until(2, began)
    on = began + 20 * DAY
    assert codes(facts, proposal(2, on, today=on + 7 * DAY)) == []
    assert codes(facts, proposal(2, on, today=on + 8 * DAY)) == ["entry"]
    late = proposal(2, on, today=on + 8 * DAY, entry_reason="谈话记录存于纸质档案")
    assert codes(facts, late) == []


def test_a_general_branch_in_between_deliberates_first() -> None:
    branch = replace(BRANCH, below_general=True)
    facts = voted("2026-06-01")
    facts = replace(facts, steps={**facts.steps, 16: fact(day("2026-06-10"))})
    wanted = proposal(17, day("2026-06-20"), branch=branch)
    assert codes(facts, wanted) == ["deliberation"]
    assert codes(facts, replace(wanted, detail={"deliberated_on": "2026-06-15"})) == []
    assert codes(facts, replace(wanted, detail={"deliberated_on": "2026-06-09"})) == [
        "deliberation"]  # fmt: skip
