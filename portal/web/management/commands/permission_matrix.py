"""Print roles × actions as a Markdown table, from the data of this installation."""

from typing import Any

from django.core.management.base import BaseCommand

from cohorts.models import Role
from portal.core.access import actions


class Command(BaseCommand):
    help = "Print which role may do what, as a Markdown table."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(permission_matrix())


def permission_matrix() -> str:
    """One row per action, one column per role; ● where the role carries the action."""
    roles = list(Role.objects.prefetch_related("permissions"))
    held = {role.pk: {p.codename for p in role.permissions.all()} for role in roles}
    head = ["", *(role.name for role in roles)]
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    for one in actions():
        marks = ["●" if one.code in held[role.pk] else "" for role in roles]
        lines.append(" | ".join([f"`{one.code}`", *marks]))
    return "\n".join(f"| {line} |" for line in lines)
