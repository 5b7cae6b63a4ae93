"""Both ways to a page of a list lead to the rows of the rule, and no number outlives a write."""

import itertools
import re
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from casework.models import Case
from casework.queries.ledger import case_page
from casework.queries.ledger import order_of as case_order
from portal.core import listing, page_starts
from students.domain.placements import place_student
from students.models import Placement, Student
from students.queries.listing import SORTS, order_of, student_page
from students.queries.unit_words import unit_words
from tests.web.test_pages import client_of
from tests.world import World, build_world

CAST = ("lin", "zhou", "lu", "wang", "han", "he", "jiang", "qian", "nobody", "sys")


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone's reach counts as wide: pages are found by walking an index."""
    monkeypatch.setattr(listing, "_sizes", _Wide())


class _Wide(dict[Any, int]):
    def get(self, _key: Any, _default: Any = None) -> int:
        return 10**6


def read(user: Any, key: str, is_down: bool = False, number: int = 1) -> tuple[list[int], int]:
    found, _columns = student_page(user, None, order_of(key, is_down), number)
    return [row["pk"] for row in found.rows], found.total


@pytest.mark.parametrize("is_wide", [False, True])
def test_a_page_shows_whom_the_rule_names(
    world: World, is_wide: bool, request: pytest.FixtureRequest
) -> None:
    if is_wide:
        request.getfixturevalue("wide")
    world.add_case("gu", level="RED")
    world.add_case("song")
    for key in CAST:
        person = world.people[key]
        mine = Student.objects.restrict(person, "see_card")
        wanted = list(mine.order_by("pinyin", "id").values_list("pk", flat=True))
        assert read(person, "name") == (wanted, len(wanted)), key
        cases = Case.objects.restrict(person, "see_case")
        opened = cases.filter(closed_at=None)
        found, counts = case_page(person, None, True, case_order("level", False, True), 1)
        order = opened.order_by("level__rank", "contact_due_at", "id")
        assert [row["pk"] for row in found.rows] == list(order.values_list("pk", flat=True)), key
        assert (found.total, counts["open"]) == (opened.count(), opened.count())
        assert counts["closed"] == cases.exclude(closed_at=None).count()


def test_every_order_holds_everyone_both_ways(world: World, wide: None) -> None:
    for key, is_down in itertools.product(sorted(SORTS), (False, True)):
        rows, total = read(world.jiang, key, is_down)
        assert len(rows) == len(set(rows)) == total == 4, (key, is_down)


@pytest.mark.parametrize("is_wide", [False, True])
def test_a_page_beyond_the_last_shows_the_last(
    world: World, is_wide: bool, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_wide:
        request.getfixturevalue("wide")
    monkeypatch.setattr(listing, "PAGE_SIZE", 3)
    everyone = read(world.jiang, "name")[0] + read(world.jiang, "name", number=2)[0]
    assert len(everyone) == 4
    found, _columns = student_page(world.jiang, None, order_of("name", False), 99)
    assert (found.number, [row["pk"] for row in found.rows]) == (2, everyone[3:])


@pytest.mark.django_db(transaction=True)
def test_kept_totals_and_tabs_follow_a_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_sizes", _Wide())
    world = build_world()
    order = case_order("level", False, True)
    assert read(world.jiang, "name")[1] == read(world.jiang, "name")[1] == 4
    place_student(actor=None, student=world.song, unit=world.c2302, since=timezone.localdate())
    assert read(world.jiang, "name")[1] == 5
    world.add_case("gu")
    world.add_case("cheng", category="ECONOMIC")
    first = case_page(world.jiang, None, True, order, 1)[1]
    assert first == case_page(world.jiang, None, True, order, 1)[1]
    assert (first["open"], first["ACADEMIC"], first["ECONOMIC"]) == (2, 1, 1)
    world.add_case("luo")
    after = case_page(world.jiang, None, True, order, 1)[1]
    assert (after["open"], after["ACADEMIC"]) == (3, 2)


def test_a_renamed_class_is_called_by_its_new_name_at_once(world: World) -> None:
    client = client_of(world, "lu")
    assert "化工2301" in client.get("/students/").content.decode()
    world.c2301.name = "化工2301试点班"
    world.c2301.save()
    assert "化工2301试点班" in client.get("/students/").content.decode()


def test_words_of_units_are_read_once_per_state(world: World) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        for _turn in range(3):
            words = unit_words([world.c2301.pk, world.mingde23.pk, None], 10**9)
    assert len(asked) == 1
    assert words[world.mingde23.pk].academy == "明德"
    assert words[world.c2301.pk].own == "化工2301"


def test_what_one_reader_filtered_is_not_kept_for_another(world: World) -> None:
    """Parts of the page are shared by address; what was typed and who is meant are not."""
    world.add_case("gu", owner=world.zhou)
    url = f"/cases/?owner={world.zhou.pk}"
    assert "周启文" in client_of(world, "zhou").get(url).content.decode()
    page = client_of(world, "shen").get(url).content.decode()
    assert "周启文" not in re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL)


def test_pages_found_by_their_beginning_are_the_pages_of_the_rule_after_writes_too(
    world: World, wide: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turned forwards, opened again, with a rename and a move in between."""
    monkeypatch.setattr(listing, "PAGE_SIZE", 1)

    def wanted(key: str) -> list[int]:
        mine = Student.objects.restrict(world.jiang, "see_card")
        order = {"name": ("pinyin", "id"), "number": ("student_no",)}[key]
        return list(mine.order_by(*order).values_list("pk", flat=True))

    def pages(key: str) -> list[int]:
        numbers = range(1, len(wanted(key)) + 1)
        return [pk for number in numbers for pk in read(world.jiang, key, number=number)[0]]

    for key in ("name", "number"):
        assert len(wanted(key)) == 4
        for _turn in range(2):
            assert pages(key) == wanted(key)
    first = Student.objects.get(pk=wanted("name")[0])
    first.name = "左右"
    first.save()
    assert pages("name") == wanted("name")
    Placement.objects.filter(student_id=wanted("name")[1]).update(until="2024-01-01")
    assert len(wanted("name")) == 3
    for _turn in range(2):
        assert pages("name") == wanted("name")


def test_a_known_beginning_saves_the_walk(world: World, wide: None) -> None:
    start = page_starts.Start(("gu", 7), True, "5", 0.0)
    assert start.condition(("s.pinyin", "s.id")) == (
        "(s.pinyin, s.id) > (%(start0)s, %(start1)s)", {"start0": "gu", "start1": 7},
    )  # fmt: skip
    page_starts.note_page("reach", "order", 3, "5", ("gu", 7), ("he", 9))
    again, after = (page_starts.known_start("reach", "order", n) for n in (3, 4))
    assert again is not None
    assert after is not None
    assert (again.keys, again.is_after, after.keys, after.is_after) == (
        ("gu", 7), False, ("he", 9), True,
    )  # fmt: skip
    assert page_starts.known_start("reach", "order", 5) is None
    assert page_starts.known_start("other reach", "order", 3) is None
