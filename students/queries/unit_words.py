"""How units are called in the columns "class" and "academy" of long lists.

A list of fifty students names some fifty units with what they belong to. The words are kept in the
process, named by the newest row of the units' history, which the list's statement brings along.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from cohorts.enums import UnitKind
from portal.core.rows import array_of, fetch

# A rename under way while the words were read could commit below the state that names them.
_SECONDS = 60
STATE = "(SELECT max(pgh_id) FROM cohorts_unitevent)"


@dataclass(frozen=True)
class UnitWords:
    """``own`` short name of the unit; ``academy`` and ``college`` it belongs to (else the own
    name)."""

    own: str
    academy: str
    college: str = ""


@dataclass
class _Shelf:
    state: int | None = None
    until: float = 0.0
    words: dict[int, UnitWords] = field(default_factory=dict)


_shelf = _Shelf()
_READ = """
    SELECT u.id, coalesce(nullif(u.short_name, ''), u.name), u.kind,
           a.kind, coalesce(nullif(a.short_name, ''), a.name),
           b.kind, coalesce(nullif(b.short_name, ''), b.name)
      FROM cohorts_unit u LEFT JOIN cohorts_unit a ON a.id = u.parent_id
      LEFT JOIN cohorts_unit b ON b.id = a.parent_id
     WHERE u.id = ANY(%s::bigint[])
"""


def unit_words(ids: Iterable[int | None], state: int | None) -> dict[int, UnitWords]:
    """Words of these units at least; one statement when some are not known in this state."""
    global _shelf
    shelf = _shelf
    if state is None or shelf.state != state or shelf.until < time.monotonic():
        shelf = _Shelf(state, time.monotonic() + _SECONDS)
        _shelf = shelf
    missing = {pk for pk in ids if pk is not None and pk not in shelf.words}
    if missing:
        for pk, own, kind, above, above_words, top, top_words in fetch(_READ, [array_of(missing)]):
            chain = ((kind, own), (above, above_words), (top, top_words))
            academy, college = (
                next((words for have, words in chain if have == wanted), own)
                for wanted in (UnitKind.ACADEMY, UnitKind.COLLEGE)
            )
            shelf.words[pk] = UnitWords(own, academy, college)
    return shelf.words
