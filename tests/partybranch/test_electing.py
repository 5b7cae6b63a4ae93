"""Elections in a branch by their numbers (rulebook 1.4, 1.5); no database."""

from partybranch.domain.electing import Poll, Tally, candidates_needed, elect, poll_faults
from partybranch.domain.facts import FIRST_NUMBERS


def poll(*yes: int, seats: int = 3, **more: int) -> Poll:
    facts = {"right": 10, "present": 10, "returned": 10, "invalid": 0} | more
    return Poll(seats, tallies=[Tally(n, votes) for n, votes in enumerate(yes)], **facts)


def faults(
    one: Poll, *, is_committee: bool = True, voters: int = 10, full: int = 10, remaining: int = 0
) -> set[str]:
    found = poll_faults(one, is_committee=is_committee, voters=voters, full=full,
                        numbers=FIRST_NUMBERS, remaining=remaining)  # fmt: skip
    return {fault.code for fault in found}


def test_elected_is_who_has_more_than_half_of_those_present() -> None:
    assert elect(poll(9, 8, 6, 5)).keys == (0, 1, 2)
    # Five of ten is half, not more: the third seat stays open.
    found = elect(poll(9, 8, 5, 5))
    assert (found.keys, found.open_seats, found.tied) == ((0, 1), 1, ())


def test_a_tie_at_the_last_seat_decides_nothing_and_asks_for_a_further_ballot() -> None:
    found = elect(poll(9, 7, 6, 6))
    assert found.keys == (0, 1)
    assert found.tied == (2, 3)
    assert found.open_seats == 1
    # A tie above the last seat harms nobody.
    assert elect(poll(8, 8, 6, 3)).keys == (0, 1, 2)


def test_more_ballots_than_people_make_the_election_void() -> None:
    assert faults(poll(9, 8, 6, 5, present=9, returned=10, right=10)) == {"ballots"}
    assert faults(poll(9, 8, 6, 5, returned=10)) == set()
    assert faults(poll(9, 8, 6, 5, returned=8)) == {"tally"}
    assert faults(poll(9, 8, 6, 5, invalid=2)) == {"tally"}


def test_four_fifths_of_those_with_election_right_must_be_present() -> None:
    assert faults(poll(7, 7, 6, 3, present=8, returned=8)) == set()
    assert faults(poll(6, 6, 5, 3, present=7, returned=7)) == {"quorum"}


def test_a_fifth_more_candidates_than_seats() -> None:
    assert [candidates_needed(n) for n in (1, 2, 3, 4, 5, 6, 7)] == [2, 3, 4, 5, 6, 8, 9]
    assert faults(poll(9, 8, 7)) == {"candidates"}


def test_a_branch_of_five_elects_no_committee_but_a_secretary() -> None:
    five = {"right": 5, "present": 5, "returned": 5}
    assert faults(poll(4, 4, 3, 2, **five), voters=5, full=5) == {"committee"}
    assert faults(poll(4, 1, seats=1, **five), is_committee=False, voters=5, full=5) == set()


def test_the_roll_says_who_may_elect_and_a_committee_has_three_to_seven() -> None:
    assert faults(poll(9, 8, 6, 5), voters=11) == {"right"}
    assert "seats" in faults(poll(9, 8, 6, seats=2))
    assert "seats" in faults(poll(*[9] * 10, seats=8))


def test_a_by_election_fills_one_seat_of_a_committee_that_stands() -> None:
    """After a tie, or when somebody left: what matters is the committee with those who stay."""
    one = poll(6, 4, seats=1)
    assert "seats" in faults(one)
    assert "seats" in faults(one, remaining=1)
    assert faults(one, remaining=2) == set()
    assert faults(one, remaining=6) == set()
    assert "seats" in faults(one, remaining=7)
    assert "seats" in faults(poll(9, 4, seats=0), remaining=4)
