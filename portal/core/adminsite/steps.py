"""What to do first: the numbered list on the admin's first page, handed in by each app."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Step:
    """``state()`` says in a few words how far it is: "12 colleges", "3 posts vacant"."""

    duty: str
    order: int
    title: Words
    help: Words
    url_name: str
    query: str = ""
    state: Callable[[], Words] | None = None


_steps: dict[tuple[str, int], Step] = {}


def register_step(*steps: Step) -> None:
    for step in steps:
        _steps[(step.duty, step.order)] = step


def steps_for(duty: str) -> list[dict[str, Any]]:
    """The steps of one duty in order; a step whose page does not exist is left out."""
    found = []
    for step in sorted((s for s in _steps.values() if s.duty == duty), key=lambda s: s.order):
        try:
            url = reverse(step.url_name) + step.query
        except NoReverseMatch:
            continue
        state = step.state() if step.state else ""
        found.append({"title": step.title, "help": step.help, "url": url, "state": state})
    return found
