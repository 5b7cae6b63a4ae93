"""Switch off single calls of ``restrict`` and ``get_for``, to see whether somebody notices."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
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


def written_doors() -> set[str]:
    """``file function`` of every call of the rule in the rooms that answer requests."""
    found = set()
    for app in ("portal/web", "students", "casework", "cohorts", "partybranch"):
        for path in sorted((ROOT / app).rglob("*.py")):
            inside = path.relative_to(ROOT / app)
            if inside.parts[0].removesuffix(".py") in _ROOMS:
                name = str(path.relative_to(ROOT))
                if name not in _BY_JOBS:
                    found |= {f"{name} {caller}" for caller in _callers(path)}
    return found


def _callers(path: Path) -> Iterator[str]:
    for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(outer, ast.FunctionDef):
            for node in ast.walk(outer):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in ("restrict", "get_for")
                ):
                    yield outer.name


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

    def leave_open(self, door: str) -> None:
        self._open = door


def _door() -> str:
    """The function of ours that asked, outside the rule itself and Django."""
    frame = sys._getframe(2)
    while True:
        file = frame.f_code.co_filename
        if file.startswith(str(ROOT)) and not file.startswith((_RULE, str(ROOT / ".venv"))):
            return f"{Path(file).relative_to(ROOT)} {frame.f_code.co_name}"
        assert frame.f_back is not None
        frame = frame.f_back
