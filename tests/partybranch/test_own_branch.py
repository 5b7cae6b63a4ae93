"""A member finds the own dues and studies by way of the navigation, with an account of either kind."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partybranch.queries.links_own import has_branch
from tests.partybranch.linked import add_links
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def campus(world: World) -> World:
    return add_links(world)


def test_members_of_the_staff_and_students_find_their_dues_and_studies(
    campus: World, client: Client
) -> None:
    for key in ("m1", "luo_account"):
        client.force_login(campus.people[key])
        start = client.get("/my/links/" if key == "m1" else "/my/").content.decode()
        assert 'href="/my/links/"' in start, key
        text = client.get("/my/links/").content.decode()
        for url in ("/my/dues/", "/my/studies/"):
            assert f'href="{url}"' in text, (key, url)
            assert client.get(url).status_code == 200
    # Whoever is no member is offered neither, and has no entry in the navigation without a link.
    client.force_login(campus.zhou)
    assert "/my/dues/" not in client.get("/my/links/").content.decode()
    assert not has_branch(campus.zhou)


def test_the_door_of_the_navigation_is_one_statement(campus: World) -> None:
    for key in ("m1", "luo_account", "zhou"):
        with CaptureQueriesContext(connection) as seen:
            has_branch(campus.people[key])
        assert len(seen) <= 2, key  # with the own student number, known to a page already
    assert timezone.localdate()
