"""Where the pages of a long list begin, so that a later page need not be walked to.

Whoever turns the pages of a list sends for one after the other. Page 20 of a list in index order is
found by testing a thousand rows, unless it is known with which row it begins. A beginning is known
from showing the page itself or the one before, holds for one reach and order, as long as nothing
that the order or the reach depends on was written, and for a minute at most.
"""

import time
from dataclasses import dataclass
from typing import Any

_SECONDS = 60
_MOST = 5_000


@dataclass(frozen=True)
class Start:
    """The page begins with the row of these ``keys``, or right after it; true in this ``state``."""

    keys: tuple[Any, ...]
    is_after: bool
    state: str
    until: float

    def condition(self, columns: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
        places = {f"start{at}": key for at, key in enumerate(self.keys)}
        asked = ", ".join(f"%({place})s" for place in places)
        sign = ">" if self.is_after else ">="
        return f"({', '.join(columns)}) {sign} ({asked})", places


_starts: dict[tuple[str, str, int], Start] = {}


def known_start(reach: str, order: str, number: int) -> Start | None:
    found = _starts.get((reach, order, number))
    return found if found is not None and found.until > time.monotonic() else None


def note_page(
    reach: str, order: str, number: int, state: str, first: tuple[Any, ...], last: tuple[Any, ...]
) -> None:
    """This page was shown from the row ``first`` to the row ``last``."""
    if len(_starts) >= _MOST:
        _starts.clear()
    until = time.monotonic() + _SECONDS
    _starts[reach, order, number] = Start(first, False, state, until)
    _starts[reach, order, number + 1] = Start(last, True, state, until)
