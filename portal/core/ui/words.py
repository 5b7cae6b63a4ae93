"""Sets of words that many pages show and no request changes: put together once per language."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from django.db.models import Choices
from django.utils.translation import get_language

T = TypeVar("T")


def per_language(make: Callable[[], T]) -> Callable[[], T]:
    """``make()`` as it was the first time in the active language. Who gets it only reads it."""

    @lru_cache(maxsize=8)
    def kept(_language: str | None) -> T:
        return make()

    @wraps(make)
    def of_now() -> T:
        return kept(get_language())

    return of_now


def choice_words(choices: type[Choices]) -> dict[str, str]:
    """The words of each value in the active language, to be read only."""
    return _choice_words(choices, get_language())


@lru_cache(maxsize=200)
def _choice_words(choices: type[Choices], _language: str | None) -> dict[str, str]:
    return {str(value): str(label) for value, label in choices.choices}
