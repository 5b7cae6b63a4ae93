"""Every address, asked by every person with hostile values: refused or answered, never broken."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from tests.world import World

HUGE = "9" * 30
# What scanners and curious people type: NUL, wildcards, emoji, right-to-left marks, overlong text.
VALUES = ("null", "-1", "9223372036854775808", "9" * 5000, "a\x00b", "%_%'", "😀\u202e", "１２")
NAMES = (
    "q", "page", "unit", "figure", "owner", "category", "level", "stage", "major", "entry_year",
    "status", "sort", "part", "kind", "all", "band", "late", "screen", "student", "chosen",
    "restore", "next", "o", "p", "e", "term", "state", "tab",
)  # fmt: skip
APPS = ("portal", "cohorts", "students", "partybranch", "casework")


def names_in_code() -> tuple[str, ...]:
    """NAMES, and all that some page reads out of a query."""
    found = set(NAMES)
    for app in APPS:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            found.update(re.findall(r"GET\.(?:get|getlist)\(\"(\w+)\"", path.read_text("utf-8")))
    return tuple(sorted(found))


pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.usefixtures("_no_copied_contexts", "_lasting_frames"),
]  # fmt: skip
CAST = ("zhou", "qian", "gu_account")
FINE = {200, 204, 301, 302, 400, 403, 404, 405, 410, 422}


def templates() -> list[str]:
    """Every route as text with ``<type:name>`` parts; the tools of Django itself included."""
    found: list[str] = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for one in patterns:
            here = prefix + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, here)
            else:
                found.append("/" + here)

    walk(get_resolver().url_patterns, "")
    return sorted({t for t in found if "(?P" not in t and "logout" not in t and "readyz" not in t})


def filled(template: str, value: str) -> str:
    """``template`` with every part replaced by ``value``, quoted as a browser would."""
    from urllib.parse import quote

    parts, rest = [], template
    while "<" in rest:
        head, _, tail = rest.partition("<")
        _name, _, rest = tail.partition(">")
        parts += [head, quote(value, safe="") or "x"]
    return "".join([*parts, rest]).replace("^", "").replace("$", "")


def signed_in(world: World, key: str | None) -> Client:
    client = Client(raise_request_exception=False)
    if key is not None:
        client.force_login(world.people[key])
    return client


def broken(client: Client, url: str, data: dict[str, str] | None = None) -> str:
    """Empty when the answer is one of FINE, else what was asked and what came."""
    answer = client.get(url, data)
    # A program without a token is told so; people are sent to the log-in.
    fine = {*FINE, 401} if url.startswith("/api/") else FINE
    return "" if answer.status_code in fine else f"{answer.status_code} {url[:80]} {str(data)[:80]}"


@pytest.fixture
def busy_world(world: World) -> World:
    world.add_case("gu", "RED")
    world.add_case("song")
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="近况良好，按时上课"
    )
    return world


@pytest.mark.parametrize("key", [*CAST, "sys", None])
def test_the_page_for_what_is_not_there_stands_every_value(
    busy_world: World, key: str | None
) -> None:
    client = signed_in(busy_world, key)
    found = [
        broken(client, filled(template, value))
        for template in ("/students/<str:number>/", "/files/<uuid:key>/", "/<path:anything>")
        for value in VALUES
    ]
    assert [words for words in found if words] == []


@pytest.mark.usefixtures("_plain_refusals")
@pytest.mark.parametrize("key", ["zhou", "sys", None])
def test_no_hostile_part_of_a_path_breaks_a_page(busy_world: World, key: str | None) -> None:
    """All values where this person has business, three, in turn, of the admin, which reads them
    alike for every model, and one where the way is shut anyway."""
    client = signed_in(busy_world, key)
    found = []
    for number, template in enumerate(templates()):
        some = [VALUES[(number + step) % len(VALUES)] for step in (0, 3, 6)]
        is_mine = key is not None and template.startswith("/admin/") == (key == "sys")
        values = (some if key == "sys" else VALUES) if is_mine else some[:1]
        for value in values if "<" in template else ("1",):
            found.append(broken(client, filled(template, value)))
    assert [words for words in found if words] == []


def test_no_hostile_value_in_a_query_breaks_a_page(busy_world: World) -> None:
    """All values by the first who may open the page, two by others who may, one by the rest."""
    clients = {key: signed_in(busy_world, key) for key in CAST}
    case = busy_world.gu.cases.get()
    addresses = [
        t for t in templates() if "<" not in t and not t.startswith(("/admin/", "/healthz"))
    ] + [f"/cases/{case.pk}/", f"/students/{busy_world.gu.student_no}/",
         f"/units/{busy_world.chem.pk}/", f"/units/{busy_world.chem23.pk}/items/"]  # fmt: skip
    found, every = [], names_in_code()
    for number, url in enumerate(addresses):
        may = [key for key, client in clients.items() if client.get(url).status_code == 200]
        for turn, (key, client) in enumerate(clients.items()):
            some = [VALUES[(number + turn + step) % len(VALUES)] for step in (0, 3)]
            if key not in may:  # refused before anything is read
                some = some[:1]
            for value in VALUES if key == (may or CAST)[0] else some:
                found += [
                    broken(client, url, dict.fromkeys(names, value))
                    for names in (every[::2], every[1::2])
                ]
    assert [words for words in found if words] == []


def test_no_single_name_breaks_a_list(busy_world: World) -> None:
    client = signed_in(busy_world, "zhou")
    case = busy_world.gu.cases.get()
    found = [
        broken(client, url, {name: value})
        for name in NAMES
        for url in ("/students/", "/cases/", "/log/", "/log/students/", "/log/next/", "/search/",
                    "/notices/", "/", f"/cases/{case.pk}/", f"/units/{busy_world.mingde23.pk}/items/")
        for value in (HUGE, "a\x00b")
    ]  # fmt: skip
    assert [words for words in found if words] == []
