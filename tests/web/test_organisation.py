"""Tree, college × academy, column and row: every number is the length of its list."""

import datetime as dt
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cohorts.domain.tree import move_unit
from tests.world import World

pytestmark = pytest.mark.django_db


def enter(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def linked_numbers(page: str) -> list[tuple[str, int]]:
    """(address, number) of every link to the list of students that reads as a number."""
    found = re.findall(r'href="(/students/\?[^"]*)">(\d+)</a>', page)
    return [(unescape(url), int(n)) for url, n in found]


def listed(client: Client, url: str) -> int:
    return client.get(url).context["page"].paginator.count


@pytest.mark.parametrize(
    ("key", "name", "query"),
    [
        ("jiang", "web:matrix", ""), ("zhou", "web:matrix", ""), ("he", "web:matrix", "?year=2023"),
        ("wang", "web:matrix", ""), ("jiang", "web:tree", ""), ("he", "web:tree", ""),
        ("lin", "web:crossing", ""), ("zhou", "web:crossing", ""),
    ],
)  # fmt: skip
def test_each_number_opens_a_list_of_that_length(
    world: World, key: str, name: str, query: str
) -> None:
    client = enter(world.people[key])
    numbers = linked_numbers(client.get(reverse(name) + query).content.decode())
    assert numbers
    for url, n in numbers:
        assert listed(client, url) == n, url


def test_who_sees_counts_only_gets_no_links_and_no_small_cells(world: World) -> None:
    page = enter(world.qian).get(reverse("web:matrix")).content.decode()
    assert linked_numbers(page) == []
    assert "&lt;3" in page
    assert "顾言川" not in page


def test_the_tree_opens_level_by_level_and_on_an_earlier_day(world: World) -> None:
    move_unit(actor=None, unit=world.c2301, parent=world.chem24)
    client = enter(world.jiang)
    url = reverse("web:tree")
    now = client.get(url, {"at": world.chem24.pk}, headers={"HX-Request": "true"})
    assert "化工2301" in now.content.decode()
    assert "<html" not in now.content.decode()
    before = (timezone.localdate() - dt.timedelta(days=2)).isoformat()
    assert "化工2301" not in client.get(url, {"at": world.chem24.pk, "on": before}).content.decode()
    page = client.get(url, {"at": world.c2301.pk, "on": before}).content.decode()
    assert "化工学院2023级" in page


@pytest.mark.parametrize(
    "query", ["?on=2026-13-77", "?on=9999-01-01", "?at=abc", "?year=99999999999"]
)
def test_nonsense_in_the_address_is_ignored(world: World, query: str) -> None:
    client = enter(world.jiang)
    for name in ("web:tree", "web:matrix"):
        assert client.get(reverse(name) + query).status_code == 200


def test_column_and_row_go_down_to_the_students(world: World) -> None:
    client = enter(world.jiang)
    page = client.get(reverse("web:crossing"), {"line": world.chem23.pk, "block": world.east12.pk})
    text = page.content.decode()
    assert "化工2301" in text
    assert "东12舍412" in text
    assert "东12舍411" not in text
    leaf = client.get(reverse("web:crossing"), {"block": world.room412.pk}).content.decode()
    assert "顾言川" in leaf
    assert client.get(reverse("web:crossing"), {"line": world.mech23.pk}).status_code == 404
