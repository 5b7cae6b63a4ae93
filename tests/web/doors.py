"""Switch off single calls of ``restrict`` and ``get_for``, to see whether somebody notices."""

import ast
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from portal.core import listing
from portal.core.access import queryset
from portal.core.access.queryset import RestrictedQuerySet
from portal.core.access.written import GATHERED
from portal.core.rows import named

ROOT = Path(__file__).resolve().parent.parent.parent
_RULE = str(ROOT / "portal" / "core" / "access")
# Reads inside a page that refine it further are watched beside their queries.
_ROOMS = ("views", "exporters", "api", "imports")
# Gone through by background work alone: tests/cohorts/test_exports.py opens these doors.
_BY_JOBS = {"students/exporters/student_list.py", "partybranch/exporters/lists.py"}

# Taken away alone they change nothing: another call of the same view, or its write, asks for as much.
SECOND_LOCKS = {
    "casework/views/case.py add_record 2",  # asked again by the write
    "casework/views/keys.py case_keys 2",  # requests of a case are seen with it
    "casework/views/keys.py key 2",
    "cohorts/views/handover.py handover 1",
    "partybranch/views/files.py review_page 1",
    "partybranch/views/life.py book_of 1",
    "portal/web/views/organisation.py unit_tree 2",
    "students/views/records.py confirm_one 1",
    "students/views/records.py edit_record 1",
    "students/views/records.py end_one 1",
    "students/views/records.py open_one 1",
}


def written_doors() -> set[str]:
    """``file function n`` of every call of the rule in the rooms that answer requests."""
    found = set()
    for app in ("portal/web", "students", "casework", "cohorts", "partybranch"):
        for path in sorted((ROOT / app).rglob("*.py")):
            inside = path.relative_to(ROOT / app)
            if inside.parts[0].removesuffix(".py") in _ROOMS:
                name = str(path.relative_to(ROOT))
                if name not in _BY_JOBS:
                    found |= {door for _first, _last, door in _calls(name)}
    return found


@cache
def _calls(file: str) -> list[tuple[int, int, str]]:
    """(first line, last line, door) of the calls of the rule; the n-th one of its function."""
    found: list[tuple[int, int, str]] = []
    counted: Counter[str] = Counter()

    def look(node: ast.AST, function: str) -> None:
        if isinstance(node, ast.FunctionDef):
            function = node.name
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("restrict", "get_for")
        ):
            counted[function] += 1
            door = f"{file} {function} {counted[function]}"
            found.append((node.func.end_lineno or 0, node.end_lineno or 0, door))
        for child in ast.iter_child_nodes(node):
            look(child, function)

    look(ast.parse((ROOT / file).read_text(encoding="utf-8")), "")
    return found


class Doors:
    """``seen`` collects the doors gone through; ``leave_open`` lets everybody through one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: set[str] = set()
        self._open = ""
        real = RestrictedQuerySet.restrict

        def restrict(rows: Any, user: Any, action: str, through: str = "", **within: Any) -> Any:
            door = _door()
            self.seen.add(door)
            if self._open in ("all", door):
                return rows.filter(**within)
            return real(rows, user, action, through=through, **within)

        asked = queryset.reaches_row

        def reaches_row(model: Any, user: Any, action: str, row: Any) -> bool:
            door = _door()
            self.seen.add(door)
            return self._open in ("all", door) or asked(model, user, action, row)

        asked_one = queryset.reaches_one

        def reaches_one(model: Any, user: Any, action: str, pk: Any) -> bool:
            return self._open in ("all", _door()) or asked_one(model, user, action, pk)

        written = listing.reach_statement

        def reach_statement(
            model: Any, user: Any, action: str, asked: Any = GATHERED, **within: Any
        ) -> Any:
            door = _door()
            self.seen.add(door)
            if self._open in ("all", door):
                rows = model._default_manager.filter(**within).order_by().values("pk")
                return named(*rows.query.sql_with_params(), "key")
            return written(model, user, action, asked, **within)

        # Wherever it was imported by name, the rule itself excepted.
        for name, module in list(sys.modules.items()):
            if name.startswith("portal.core.access") or not hasattr(module, "reach_statement"):
                continue
            if vars(module)["reach_statement"] is written:
                monkeypatch.setattr(module, "reach_statement", reach_statement)
        monkeypatch.setattr(RestrictedQuerySet, "restrict", restrict)
        monkeypatch.setattr(queryset, "reaches_row", reaches_row)
        monkeypatch.setattr(queryset, "reaches_one", reaches_one)

    def leave_open(self, door: str) -> None:
        self._open = door


def _door() -> str:
    """The call of ours that asked, outside the rule itself and Django."""
    frame = sys._getframe(2)
    while True:
        file = frame.f_code.co_filename
        if file.startswith(str(ROOT)) and not file.startswith((_RULE, str(ROOT / ".venv"))):
            return _door_at(str(Path(file).relative_to(ROOT)), frame)
        assert frame.f_back is not None
        frame = frame.f_back


def _door_at(file: str, frame: FrameType) -> str:
    """The innermost call that spans the line; the function alone where the rule is asked otherwise
    than by a call of its own."""
    over = [one for one in _calls(file) if one[0] <= frame.f_lineno <= one[1]]
    name = frame.f_code.co_name
    return min(over, key=lambda one: one[1] - one[0])[2] if over else f"{file} {name}"
