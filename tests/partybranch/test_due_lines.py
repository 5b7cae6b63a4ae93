"""What of files waits for whoever keeps them: lines of digests with the number of the list behind."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from partybranch.queries import reminders
from portal.core.dues import due_lines
from tests.partybranch.party import DAY, add_party, apply, bring_to
from tests.world import World

pytestmark = pytest.mark.django_db
CODES = ("files_late", "files_soon")


@pytest.fixture
def campus(world: World) -> World:
    return add_party(world)


def lines(world: World, key: str) -> dict[str, int]:
    found = due_lines(world.people[key], is_brief=False)
    return {one.code: one.number for one in found if one.code in CODES}


def test_whoever_keeps_files_is_told_how_many_are_overdue_and_how_many_fall_due(
    campus: World, client: Client
) -> None:
    apply(campus, "gu", timezone.localdate() - 60 * DAY)  # the talk is a month late
    bring_to(campus, "cheng", 3, shift=955)  # filing and contacts are due within the month
    for key in ("gao", "qin"):
        assert lines(campus, key) == {"files_late": 1, "files_soon": 1}, key
    # Whoever only reads the file, the committee that approves, and applicants are not told.
    for key in ("fang", "yan", "zhou", "gu_account"):
        assert lines(campus, key) == {}, key
    client.force_login(campus.qin)
    for line in due_lines(campus.qin, is_brief=False):
        if line.code in CODES:
            assert "顾言川" not in line.words
            files = re.findall(r'href="/development/(\d+)/"', client.get(line.url).content.decode())
            assert len(set(files)) == line.number, line.code


def test_nobody_is_asked_while_no_file_falls_due(campus: World) -> None:
    assert file_keepers() == set()
    apply(campus, "gu", timezone.localdate())
    assert {campus.gao.pk, campus.qin.pk} <= file_keepers()


def file_keepers() -> set[int]:
    return reminders._file_keepers()
