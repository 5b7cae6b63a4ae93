"""Who links whom: an even proposal, pure arithmetic, nothing is read or written.

Members with the fewest links come first, so that loads stay within one of each other as long as
the limit and what is left to link allow it. Among them the nearest gets a target: same floor before
same building, same class before same college. Targets with most needs are served first. The same
question has the same answer.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """A student, room or class to be linked. ``near``: units it stands in, the nearest first;
    ``need``: more is served first; ``linked``: members who have it already; ``places``: how many
    more members it may have."""

    pk: int
    near: tuple[int, ...] = ()
    need: tuple[int, ...] = ()
    linked: frozenset[int] = frozenset()
    places: int = 1


@dataclass(frozen=True)
class Helper:
    """A member: links of this kind held already, and the units he stands in."""

    pk: int
    load: int = 0
    near: frozenset[int] = frozenset()


@dataclass
class Proposal:
    """``pairs`` of (target, member); ``left`` targets for which nobody was free; ``idle`` members
    who still have a free place."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)


def propose(targets: Sequence[Target], helpers: Sequence[Helper], limit: int | None) -> Proposal:
    """Share the targets out. ``limit``: links one member may have, None without one."""
    done = Proposal()
    load = {one.pk: one.load for one in helpers}
    has = {one.pk: set(one.linked) for one in targets}
    queue = _queue(targets)
    while queue:
        free = [one for one in helpers if limit is None or load[one.pk] < limit]
        if not free:
            break
        low = min(load[one.pk] for one in free)
        pool = [one for one in free if load[one.pk] == low]
        now, queue = queue[: len(pool)], queue[len(pool) :]
        served = _match(now, pool, has)
        if not served:
            # Each of them has all of these already: whoever comes next may take something else.
            done.left += [one.pk for one in now]
            continue
        for place, target in enumerate(now):
            if place not in served:
                done.left.append(target.pk)
                continue
            helper = served[place]
            done.pairs.append((target.pk, helper))
            has[target.pk].add(helper)
            load[helper] += 1
    done.left += [one.pk for one in queue]
    # A class that somebody has is not left over because a second member was looked for.
    taken = {target for target, _helper in done.pairs} | {one.pk for one in targets if one.linked}
    done.left = [pk for pk in dict.fromkeys(done.left) if pk not in taken]
    done.idle = [one.pk for one in helpers if limit is not None and load[one.pk] < limit]
    return done


def _queue(targets: Sequence[Target]) -> list[Target]:
    """Every place of every target: first what nobody has, by need, then second places."""
    order = sorted(range(len(targets)), key=lambda n: (_less(targets[n].need), n))
    slots = [
        (len(targets[n].linked) + copy, rank, targets[n])
        for rank, n in enumerate(order)
        for copy in range(targets[n].places)
    ]
    slots.sort(key=lambda slot: slot[:2])
    return [target for _held, _rank, target in slots]


def _less(need: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(-part for part in need)


def _match(
    targets: Sequence[Target], pool: Sequence[Helper], has: dict[int, set[int]]
) -> dict[int, int]:
    """Place in ``targets`` → member, nearest first, each member once."""
    waiting = {one.pk: one for one in pool}
    found: dict[int, int] = {}
    given: dict[int, set[int]] = {}

    def give(place: int, candidates: Collection[Helper]) -> None:
        target = targets[place]
        held = has[target.pk] | given.get(target.pk, set())
        one = next((one for one in candidates if one.pk not in held), None)
        if one is not None:
            found[place] = one.pk
            given.setdefault(target.pk, set()).add(one.pk)
            del waiting[one.pk]

    for depth in range(max((len(one.near) for one in targets), default=0)):
        for place, target in enumerate(targets):
            if place not in found and depth < len(target.near):
                give(place, [one for one in waiting.values() if target.near[depth] in one.near])
    for place in range(len(targets)):
        if place not in found:
            give(place, list(waiting.values()))
    return found
