"""What a kind of file consists of."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise

_BRACKETS = re.compile(r"[(\[【〔{][^)\]】〕}]*[)\]】〕}]")
_NOISE = re.compile(r"[\s*_:.,;、·\-/'\"“”‘’]+")


def heading_key(raw: Any) -> str:
    """Comparable form of a heading: 「 学 号*（必填）」 and 「学号」 are the same."""
    if not isinstance(raw, str):
        return ""
    text = unicodedata.normalize("NFKC", raw)
    bare = _BRACKETS.sub("", text)
    return _NOISE.sub("", bare or text).casefold()


@dataclass(frozen=True)
class Column:
    """One column: how it is headed, how its cells are read, how the template explains it.

    ``read`` takes the raw cell and returns text ("" when blank) or a Fault. ``choices`` become
    the drop-down of the template, as do those that ``choices_for`` gives one person: what is within
    reach, in words that the import understands. ``is_secret`` values are masked in reports.
    """

    code: str
    heading: str
    read: Callable[[Any], Any]
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    choices: tuple[str, ...] = ()
    help: "str | Promise" = ""
    example: str = ""
    width: int = 12
    is_secret: bool = False
    choices_for: Callable[[Any], Sequence[str]] | None = None

    def offered_to(self, user: Any) -> "Column":
        """The column as ``user`` finds it in the template."""
        if self.choices_for is None:
            return self
        return replace(self, choices=tuple(self.choices_for(user)))

    def match_keys(self) -> set[str]:
        return {heading_key(text) for text in (self.heading, self.code, *self.aliases)}


@dataclass(frozen=True)
class RowFault:
    """One cell that cannot be taken over: where, what stood there, why, and what to do."""

    row: int
    heading: str
    value: str
    reason: str

    def as_list(self) -> list[Any]:
        return [self.row, self.heading, self.value, self.reason]
