"""Sharing out students among people by rule: pure arithmetic, nothing is read or written.

Same major first, then the lowest load; equal loads go by the order given, so the same question
has the same answer. A person's load is what counts against the limit.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

RULES = ("major", "load")


@dataclass(frozen=True)
class Wanting:
    """A student without somebody: entry year for limits counted by year, major for the rule."""

    pk: int
    year: int
    major: int | None


@dataclass
class Candidate:
    """``load`` counts students per entry year, key 0 holding the sum; ``majors`` looked after."""

    pk: int
    load: dict[int, int]
    majors: frozenset[int] = frozenset()


@dataclass
class Share:
    """``pairs`` of (student, person); ``left`` found nobody with a free place."""

    pairs: list[tuple[int, int]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    same_major: int = 0


def share_out(
    students: Sequence[Wanting],
    people: Sequence[Candidate],
    *,
    rule: str = "major",
    limit: int | None = None,
    per_year: bool = False,
) -> Share:
    """Give each student the least loaded person; with rule "major" first among those who look
    after the student's major already, and only whoever is left over among all."""
    load = {one.pk: dict(one.load) for one in people}
    place = {one.pk: n for n, one in enumerate(people)}
    done = Share()

    def weight(pk: int, year: int) -> int:
        return load[pk].get(year if per_year else 0, 0)

    def give(wanting: Sequence[Wanting], pool: Sequence[Candidate]) -> list[Wanting]:
        left = []
        heaps: dict[int, list[tuple[int, int, int, int]]] = {}
        for student in wanting:
            year = student.year if per_year else 0
            if year not in heaps:
                heaps[year] = [
                    (weight(p.pk, year), load[p.pk].get(0, 0), place[p.pk], p.pk) for p in pool
                ]
                heapq.heapify(heaps[year])
            heap = heaps[year]
            # Other years and passes changed some loads: bring the head up to date first.
            while heap:
                now = (weight(heap[0][3], year), load[heap[0][3]].get(0, 0), *heap[0][2:])
                if now == heap[0]:
                    break
                heapq.heapreplace(heap, now)
            if not heap or (limit is not None and heap[0][0] >= limit):
                left.append(student)
                continue
            person = heap[0][3]
            done.pairs.append((student.pk, person))
            for key in {student.year, 0}:
                load[person][key] = load[person].get(key, 0) + 1
        return left

    rest = list(students)
    if rule == "major":
        by_major: dict[int | None, list[Wanting]] = {}
        for student in rest:
            by_major.setdefault(student.major, []).append(student)
        rest = by_major.pop(None, [])
        for major, wanting in by_major.items():
            pool = [p for p in people if major in p.majors]
            rest += give(wanting, pool) if pool else wanting
        done.same_major = len(done.pairs)
        order = {student.pk: n for n, student in enumerate(students)}
        rest.sort(key=lambda student: order[student.pk])
    done.left = [student.pk for student in give(rest, people)]
    return done
