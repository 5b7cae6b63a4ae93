"""Sentences of an explanation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """One sentence of an explanation: ``text`` is shown as it is, in the reader's language."""

    route: str
    text: str
