"""An app is asked for the paths that begin with one of its words, and for no others."""

from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.core.first_words import FirstWords, app_addresses, first_words


def view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


ROOMS = [
    path("", view),
    path("rooms/", view),
    path("rooms/<int:pk>/keys/", view),
    path("rooms/<slug:code>.docx", view),
    path("", include([path("keys/lost/", view)])),
]


def test_the_words_before_the_first_slash_are_those_of_all_addresses() -> None:
    assert first_words(ROOMS) == {"", "rooms", "keys"}


def test_an_address_that_begins_with_a_value_is_refused_at_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="<slug:code>/"):
        first_words([path("<slug:code>/", view)])


@pytest.mark.parametrize("asked", ["", "rooms/", "rooms/7/keys/", "rooms/a.docx", "keys/lost/"])
def test_a_path_of_the_app_is_found_as_by_a_plain_include(asked: str) -> None:
    app = ModuleType("tests.rooms")
    app.urlpatterns = ROOMS  # type: ignore[attr-defined]
    found = app_addresses(app).resolve(asked)
    assert found is not None
    plain = path("", include(app)).resolve(asked)
    assert (found.func, found.kwargs, found.route) == (plain.func, plain.kwargs, plain.route)


def test_other_paths_are_not_looked_for_in_the_app() -> None:
    assert FirstWords(frozenset({"rooms"})).match("roomskeys/") is None
    assert FirstWords(frozenset({"rooms"})).match("rooms/1/") == ("rooms/1/", (), {})
