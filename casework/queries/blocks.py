"""Blocks of the case page: each brings a value to the page's one statement and shows it.

    register_block(CaseBlock(
        code="crises", place="side", order=30,
        sql="SELECT json_agg(json_build_array(k.opened_at, k.ended_at) ORDER BY k.opened_at)"
            " FROM casework_crisis k WHERE k.case_id = c.id",
        template="casework/_block_crises.html",
        context=crises_shown,
    ))

The select stands inside the statement of ``case_file``: ``c`` is the case, ``s`` its student, and
``%(case)s``, ``%(day)s``, ``%(now)s`` and ``%(user)s`` are known. A block makes no statement of its
own, and reads nothing that the right to see the case does not open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# What a block gets: who reads, the case, the value of its select, the whole sheet, the rights.
Context = Callable[[Any, Any, Any, dict[str, Any], dict[str, bool]], dict[str, Any] | None]


@dataclass(frozen=True)
class CaseBlock:
    """``place`` is ``main`` (above the records) or ``side``; ``context`` None leaves it out."""

    code: str
    place: str
    order: int
    sql: str
    template: str
    context: Context


_blocks: dict[str, CaseBlock] = {}


def register_block(block: CaseBlock) -> None:
    _blocks[block.code] = block


def blocks() -> list[CaseBlock]:
    """In a fixed order: the columns of ``case_file`` follow it."""
    return sorted(_blocks.values(), key=lambda block: (block.place, block.order, block.code))


def shown_blocks(
    user: Any, case: Any, sheet: dict[str, Any], rights: dict[str, bool]
) -> dict[str, list[dict[str, Any]]]:
    """By place: the template of each block and its values under ``shown``."""
    found: dict[str, list[dict[str, Any]]] = {"main": [], "side": []}
    for block in blocks():
        values = block.context(user, case, sheet["blocks"][block.code], sheet, rights)
        if values is not None:
            found[block.place].append({"template": block.template, "values": values})
    return found
