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
from portal.core import listing
from students.domain.placements import place_student
from students.models import Student
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
