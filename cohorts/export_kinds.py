"""Kinds of exports of persons: what goes out, by which right, and whether somebody else consents.

A higher app registers its kind once; asking, approving, making, downloading and deleting are the
same for all (``cohorts.domain.exports``).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise

from cohorts.models import Unit
from portal.core.exports import Stamp
from portal.core.models import User

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Going:
    """What would go out now: keys of the lines, how many persons they are, how the file is called,
    and the conditions in words."""

    lines: list[int]
    persons: int
    title: str
    conditions: str = ""


@dataclass(frozen=True)
class Making:
    """For whom, for which unit and conditions, and which lines a file is written."""

    user: User
    unit: Unit
    title: str
    query: str
    lines: Sequence[int]
    stamp: Stamp


@dataclass(frozen=True)
class ExportKind:
    """``action`` is held on the unit; ``act`` is the code of the download in the audit trail.

    ``unit_kinds``: the kinds of unit for which it is made; empty for teaching units and academies.
    ``plan(user, unit, query)`` restricts by the rule and says what would go out;
    ``allowed(user, unit, lines)`` gives those of the lines that this person may export now;
    ``subjects(lines)`` names the records under which a download is found by those who ask who has
    read them; ``persons(lines)`` counts people; ``write(making, progress)`` gives the workbook.
    """

    code: str
    label: "str | Promise"
    action: str
    act: str
    needs_approval: bool
    columns: "Promise | str"
    back: str
    plan: Callable[[User, Unit, str], Going]
    allowed: Callable[[User, Unit, Collection[int]], set[int]]
    subjects: Callable[[Collection[int]], tuple[type[models.Model], list[int]]]
    persons: Callable[[Collection[int]], int]
    write: Callable[[Making, Progress], bytes]
    unit_kinds: tuple[str, ...] = ()


_kinds: dict[str, ExportKind] = {}


def register_export(kind: ExportKind) -> None:
    _kinds[kind.code] = kind


def export_kind(code: str) -> ExportKind | None:
    return _kinds.get(code)


def export_kinds() -> list[ExportKind]:
    return list(_kinds.values())
