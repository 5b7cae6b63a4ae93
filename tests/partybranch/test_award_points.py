"""Points of the ten best branches and their order (system 74). No database."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partybranch.domain.award_points import Share, order_of, total_points, unscored

WEIGHTS = {"life": 25, "attendance": 15, "dues": 10, "development": 20, "judges": 30}
FULL = {part: Share(10, 10) for part in ("life", "attendance", "dues", "development")}


def points(shares: dict[str, Share], *scores: int) -> Decimal | None:
    return total_points(shares, [Decimal(one) for one in scores], WEIGHTS)


def test_everything_kept_and_a_hundred_of_each_judge_is_a_hundred() -> None:
    assert points(FULL, 100, 100) == Decimal(100)


def test_each_part_counts_by_its_weight_and_judges_by_their_mean() -> None:
    half = FULL | {"life": Share(5, 10)}
    assert points(half, 100) == Decimal("87.50")
    # 12.5 + 15 + 10 + 20 of the records, 0.8 × 30 of judges who gave 70 and 90.
    assert points(half, 70, 90) == Decimal("81.50")


def test_a_branch_without_applicants_is_not_behind_one_with_late_steps() -> None:
    none = FULL | {"development": Share(0, 0)}
    late = FULL | {"development": Share(9, 10)}
    assert points(none, 80) == Decimal("92.50")  # (50 + 24) of 80
    assert points(late, 80) == Decimal("92.00")


def test_nothing_known_is_no_number() -> None:
    assert points({part: Share(0, 0) for part in FULL}) is None


def test_equal_points_share_a_rank_and_the_next_rank_is_left_out() -> None:
    found = order_of({1: Decimal(90), 2: Decimal(95), 3: Decimal(90), 4: Decimal(80)}, 3)
    assert found.places == {2: 1, 1: 2, 3: 2, 4: 4}
    assert found.chosen == {1, 2, 3}
    assert not found.tied


def test_a_tie_at_the_last_place_chooses_nobody_until_it_is_scored_again() -> None:
    found = order_of({1: Decimal(90), 2: Decimal(95), 3: Decimal(90)}, 2)
    assert (found.chosen, found.tied) == (frozenset(), {1, 3})


def test_fewer_branches_than_places_are_all_chosen() -> None:
    assert order_of({1: Decimal(70)}, 10).chosen == {1}


def test_branches_that_too_few_judges_scored_are_named() -> None:
    assert unscored([1, 2, 3], {1: 3, 2: 2}, 3) == [2, 3]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(st.dictionaries(st.integers(1, 40), st.integers(0, 20).map(Decimal), min_size=1),
       st.integers(1, 12))  # fmt: skip
def test_whoever_is_chosen_has_more_points_than_whoever_is_not(
    totals: dict[int, Decimal], seats: int
) -> None:
    found = order_of(totals, seats)
    if found.tied:
        assert not found.chosen
        return
    assert len(found.chosen) == min(seats, len(totals))
    worst = min(totals[key] for key in found.chosen)
    assert all(points < worst for key, points in totals.items() if key not in found.chosen)
    assert all(found.places[key] <= len(found.chosen) for key in found.chosen)
