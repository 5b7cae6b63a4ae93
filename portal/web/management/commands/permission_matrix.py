"""Print roles × actions and field groups × roles as Markdown tables, from this installation."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from cohorts.models import LinkKind, Role
from portal.core.access import actions
from students.fields import GROUPS, groups_of


class Command(BaseCommand):
    help = "Print which role may do what and see which fields, as Markdown tables."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{permission_matrix()}\n\n{field_matrix()}")


def permission_matrix() -> str:
    """One row per action, one column per role; ● where the role carries the action."""
    held = _held(Role.objects.prefetch_related("permissions"))
    rows = [
        [f"`{one.code}`", *("●" if one.code in codes else "" for codes in held.values())]
        for one in actions()
    ]
    return _table(["", *held], rows)


def field_matrix() -> str:
    """One row per group of fields, one column per role or link that sees a student at all:
    ● in clear (opened singly where it is masked by default), ◐ masked, empty: not at all."""
    kinds = [*_rows(Role), *_rows(LinkKind)]
    held = {name: codes for name, codes in _held(kinds).items() if "see_card" in codes}
    marks = {"clear": "●", "masked": "◐", "": ""}
    rows = [
        [f"{code}", *(marks[groups_of(codes).sight(code)] for codes in held.values())]
        for code in GROUPS
    ]
    return _table(["", *held], rows)


def _rows(model: Any) -> Iterable[Any]:
    return model.objects.prefetch_related("permissions")


def _held(rows: Iterable[Any]) -> dict[str, set[str]]:
    return {row.name: {p.codename for p in row.permissions.all()} for row in rows}


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
