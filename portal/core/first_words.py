"""The addresses of an app, looked through only where the first word of the path is one of theirs.

Django tries one pattern after the other, and a page of the last app would pass some two hundred of
the others'. An include names its first words by itself, so the addresses are written as ever.
"""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, include
from django.urls.resolvers import RoutePattern


class FirstWords(RoutePattern):
    """An empty prefix that matches paths with one of these first words."""

    def __init__(self, words: frozenset[str]) -> None:
        super().__init__("", is_endpoint=False)
        self.words = words

    def match(self, path: str) -> Any:
        return super().match(path) if path.partition("/")[0] in self.words else None


def app_addresses(module: str | ModuleType) -> URLResolver:
    """As ``path("", include(module))``. Raises ImproperlyConfigured for an address that begins with
    a value instead of a word."""
    urls, app_name, namespace = include(module)
    pattern = FirstWords(first_words(urls.urlpatterns))
    return URLResolver(pattern, urls, app_name=app_name, namespace=namespace)


def first_words(patterns: Iterable[URLPattern | URLResolver]) -> frozenset[str]:
    """What stands before the first slash of these addresses; nothing for the start page."""
    found: set[str] = set()
    for one in patterns:
        word = str(one.pattern).partition("/")[0]
        if "<" in word:
            raise ImproperlyConfigured(f"The address {one.pattern} has no first word of its own.")
        if not word and isinstance(one, URLResolver):
            found |= first_words(one.url_patterns)
        else:
            found.add(word)
    return frozenset(found)
