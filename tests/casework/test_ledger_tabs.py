"""A tab read from the reach shows what the rule and the tab's own condition name, by every way."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone

from casework.domain.cases import open_case
from casework.domain.finishing import finish_case
from casework.enums import Outcome, Source
from casework.filters_ledger import ledger_conditions, ledger_rows
from casework.models import Case, CaseCategory, CaseLevel, LedgerEntry
from casework.queries.ledger import SORTS
from casework.queries.ledger_columns import chosen
from casework.queries.ledger_page import ledger_page
from casework.queries.ledger_tabs import CLOSED, MULTIPLE, categories_of, ledger_order
from portal.core import listing
from tests.world import World

PEOPLE = ("jiang", "lin", "zhou", "wang", "he", "qian", "han", "nobody")
TABS = ("", "ACADEMIC", "REPEAT", "PSYCH", "ECONOMIC", "SPECIAL", MULTIPLE, CLOSED)
QUERIES = ("more=serious", "figure=multiple", "level=YELLOW", "q=gu", "entry_year=2023",
           "source=screening", "selected=0", "more=week&level=RED")  # fmt: skip


@pytest.fixture(params=["few", "many", "too many to test"])
def reach_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How many rows everybody is taken to reach: by that a page is found in another way."""
    size = {"few": 1, "many": 1_000, "too many to test": 10**6}[request.param]

    class Sizes(dict[Any, int]):
        def get(self, _key: Any, _default: Any = None) -> int:
            return size

    monkeypatch.setattr(listing, "_sizes", Sizes())
    return str(request.param)


@pytest.fixture
def ledgers(world: World) -> World:
    """Several levels, a category with a part of it, two difficulties at once, one closed."""
    CaseCategory.objects.create(
        code="REPEAT", name="重修", short_name="重修", parent_id="ACADEMIC", order=90
    )
    world.add_case("gu", "ORANGE", owner=world.zhou)
    enter(world, "gu", "PSYCH", "YELLOW")
    world.add_case("cheng", "YELLOW", "ECONOMIC")
    enter(world, "cheng", "REPEAT", "RED")
    enter(world, "cheng", "ACADEMIC", "BLUE")
    world.add_case("luo", "BLUE")
    enter(world, "luo", "REPEAT", "BLUE")
    world.add_case("song", "RED")
    old = world.add_case("ye", "BLUE", at=timezone.now() - dt.timedelta(days=70))
    finish_case(None, old, Outcome.SOLVED)
    return world


def enter(world: World, student: str, category: str, level: str) -> None:
    open_case(
        actor=world.jiang, student=world.students[student], reason="导师反映",
        category=CaseCategory.objects.get(pk=category), level=CaseLevel.objects.get(pk=level),
        source=Source.SCREENING,
    )  # fmt: skip


def page(user: Any, tab: str, key: str, is_down: bool, query: str = "") -> tuple[list[int], int]:
    codes = categories_of(tab) or []
    narrowed = ledger_conditions(user, tab, QueryDict(query))[1]
    order = ledger_order(key, is_down, tab, codes, tab != CLOSED)
    found, counts = ledger_page(user, narrowed, tab, order, 1, chosen([]), codes)
    assert narrowed is not None or counts.get(tab or "open", 0) == found.total, (tab, key)
    return [row["pk"] for row in found.rows], found.total


def every_order() -> Iterator[tuple[str, bool]]:
    return ((key, is_down) for key in sorted(SORTS) for is_down in (False, True))


def test_a_tab_shows_the_cases_that_the_rule_and_its_condition_name(
    ledgers: World, reach_size: str
) -> None:
    sizes = set()
    for person in PEOPLE:
        user = ledgers.people[person]
        for tab in TABS:
            wanted = set(ledger_rows(user, tab, QueryDict())[1].values_list("pk", flat=True))
            sizes.add(len(wanted))
            for key, is_down in every_order() if person == "jiang" else [("level", False)]:
                rows, total = page(user, tab, key, is_down)
                assert len(rows) == len(set(rows)) == total, (person, tab, key, is_down)
                assert set(rows) == wanted, (person, tab, key, is_down)
    assert {0, 1, 2, 3} <= sizes


def test_conditions_narrow_the_reach_and_never_widen_it(ledgers: World, reach_size: str) -> None:
    shown = 0
    for person in ("jiang", "wang", "qian"):
        user = ledgers.people[person]
        for at, tab in enumerate(TABS):
            for query in QUERIES if person == "jiang" else QUERIES[at % 2 :: 2]:
                wanted = ledger_rows(user, tab, QueryDict(query))[1]
                rows, total = page(user, tab, "level", False, query)
                assert set(rows) == set(wanted.values_list("pk", flat=True)), (person, tab, query)
                assert total == len(rows)
                shown += total
    assert shown > 20


def test_within_a_ledger_the_highest_of_its_own_entries_leads(
    ledgers: World, reach_size: str
) -> None:
    """cheng stands in a part of it as red and in the whole as blue, gu as orange, luo as blue."""
    user, named = ledgers.jiang, {s.pk: key for key, s in ledgers.students.items()}
    students = dict(Case.objects.values_list("pk", "student_id"))

    def names(tab: str, is_down: bool = False) -> list[str]:
        return [named[students[pk]] for pk in page(user, tab, "level", is_down)[0]]

    assert names("ACADEMIC") == ["cheng", "gu", "luo"]
    assert names("ACADEMIC", is_down=True) == ["luo", "gu", "cheng"]
    assert names("REPEAT") == ["cheng", "luo"]
    LedgerEntry.objects.filter(category="REPEAT", level="RED").update(left_at=timezone.now())
    assert names("ACADEMIC")[0] == "gu"
    assert set(names("ACADEMIC")[1:]) == {"cheng", "luo"}
