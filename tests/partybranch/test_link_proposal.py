"""The even proposal of who links whom: pure arithmetic, so any school may be tried."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from partybranch.domain.link_proposal import Helper, Target, propose

A, B, FLOOR = 1, 2, 11


def test_same_academy_first_and_nobody_gets_two_while_another_has_none() -> None:
    """Two rooms of academy A and one of B; the members of A take theirs, the one of B his own."""
    rooms = [Target(101, (A,)), Target(102, (A,)), Target(201, (B,))]
    members = [
        Helper(1, 0, frozenset({B})),
        Helper(2, 0, frozenset({A})),
        Helper(3, 0, frozenset({A})),
    ]
    assert sorted(propose(rooms, members, 1).pairs) == [(101, 2), (102, 3), (201, 1)]


def test_the_nearest_wins_a_floor_before_its_academy() -> None:
    rooms = [Target(101, (FLOOR, A))]
    members = [Helper(1, 0, frozenset({A})), Helper(2, 0, frozenset({A, FLOOR}))]
    assert propose(rooms, members, 1).pairs == [(101, 2)]


def test_most_needs_are_served_first_and_the_rest_is_named() -> None:
    rooms = [Target(101, need=(0, 4)), Target(102, need=(2, 3)), Target(103, need=(0, 6))]
    made = propose(rooms, [Helper(1), Helper(2)], 1)
    assert {target for target, _member in made.pairs} == {102, 103}
    assert made.left == [101]


def test_who_has_fewest_links_comes_before_who_lives_next_door() -> None:
    rooms = [Target(101, (A,))]
    members = [Helper(1, 1, frozenset({A})), Helper(2, 0, frozenset({B}))]
    assert propose(rooms, members, 2).pairs == [(101, 2)]


def test_a_class_takes_several_members_but_first_every_class_has_one() -> None:
    classes = [Target(1, places=2), Target(2, places=2)]
    made = propose(classes, [Helper(n) for n in range(3)], 1)
    assert Counter(target for target, _member in made.pairs) == {1: 2, 2: 1}
    assert not made.left


def test_who_has_the_class_already_is_not_given_it_again() -> None:
    made = propose([Target(1, linked=frozenset({7}), places=1)], [Helper(7, 0), Helper(8, 0)], 2)
    assert made.pairs == [(1, 8)]


_near = st.sets(st.integers(1, 5), max_size=3)
_helpers = st.lists(st.tuples(st.integers(0, 3), _near), min_size=0, max_size=12)
_targets = st.lists(
    st.tuples(st.lists(st.integers(1, 5), unique=True, max_size=3), st.integers(0, 4),
              st.sets(st.integers(0, 11), max_size=2), st.integers(0, 3)),
    max_size=20,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_targets, _helpers, st.sampled_from([None, 0, 1, 2, 3, 5]))
def test_any_proposal_is_even_within_the_limit_and_links_nobody_twice(
    targets: list[tuple[list[int], int, set[int], int]],
    helpers: list[tuple[int, set[int]]],
    limit: int | None,
) -> None:
    places = [
        Target(100 + n, tuple(near), (need,), frozenset(linked), more)
        for n, (near, need, linked, more) in enumerate(targets)
    ]
    people = [Helper(n, load, frozenset(near)) for n, (load, near) in enumerate(helpers)]
    made = propose(places, people, limit)
    again = propose(places, people, limit)
    assert (made.pairs, made.left, made.idle) == (again.pairs, again.left, again.idle)

    assert len(set(made.pairs)) == len(made.pairs)
    by_target = {one.pk: one for one in places}
    for target, helper in made.pairs:
        assert helper not in by_target[target].linked
    for target, n in Counter(target for target, _helper in made.pairs).items():
        assert n <= by_target[target].places

    got = Counter(helper for _target, helper in made.pairs)
    after = {one.pk: one.load + got[one.pk] for one in people}
    if limit is not None:
        assert all(after[one.pk] <= max(limit, one.load) for one in people)
        assert made.idle == [pk for pk, n in after.items() if n < limit]
    # Whoever was given something never ends more than one above somebody who could have had it.
    for one in people:
        for other in people:
            if got[one.pk] and (limit is None or after[other.pk] < limit):
                assert after[one.pk] <= after[other.pk] + 1


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 15), st.integers(1, 10), st.integers(1, 4))
def test_rooms_that_nobody_has_are_all_shared_out_as_far_as_places_go(
    rooms: int, members: int, limit: int
) -> None:
    made = propose([Target(n) for n in range(rooms)], [Helper(n) for n in range(members)], limit)
    assert len(made.pairs) == min(rooms, members * limit)
    assert len(made.left) == rooms - len(made.pairs)
    got = Counter(helper for _target, helper in made.pairs)
    loads = [got[n] for n in range(members)]
    assert max(loads) - min(loads) <= 1
