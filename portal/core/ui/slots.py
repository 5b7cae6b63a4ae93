"""Markup that is rendered once and kept, with places that are filled for each request.

A template writes ``slot("name")`` like any other value; ``cut`` takes the finished markup apart at
these places; ``fill`` puts it together again with the values of the moment.
"""

import re
from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe

# Control characters: nobody types them, and escaping leaves them alone.
_PLACE = re.compile("\x01([a-z0-9:_-]+)\x02")


def slot(name: str) -> SafeString:
    """What to write into a template where ``fill`` shall put the value of this name."""
    return mark_safe(f"\x01{name}\x02")


def cut(markup: str) -> list[str]:
    """Fixed text and slot names by turns, beginning and ending with text."""
    return _PLACE.split(markup)


def fill(pieces: list[str], values: Mapping[str, str]) -> SafeString:
    """The markup again. ``values`` are markup themselves: the caller escapes. A slot without a
    value stays empty."""
    out = list(pieces)
    for at in range(1, len(out), 2):
        out[at] = values.get(out[at], "")
    return mark_safe("".join(out))
