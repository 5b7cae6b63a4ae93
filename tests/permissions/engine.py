"""Cedar, an access engine by other hands, asked about the rows of the portal.

Nothing in this package's exporter (``kinds``) calls the portal's access code. It reads the tables
into which people enter things (appointments, placements, links, seats, exceptions), never grants,
so a fault of ``reconcile`` shows as well. What a row allows is said once more, in Cedar's language.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import cedarpy
from django.db.models import Model

# (key of the person, action, kind, key of the row)
Question = tuple[int, str, str, int]


@dataclass(frozen=True)
class Kind:
    """One restricted model. ``attributes`` gives (key, attributes) of its rows for Cedar, and
    ``allows(action)`` the condition under which ``principal`` may do it to ``resource``.
    ``forbids`` holds whatever allows."""

    name: str
    model: type[Model]
    actions: tuple[str, ...]
    attributes: Callable[[], Iterable[tuple[int, dict[str, Any]]]]
    allows: Callable[[str], str]
    forbids: str = ""


@dataclass
class Entities:
    """What Cedar knows: entities with attributes, tags and the entities they stand below."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    _read: Any = None

    def read(self) -> Any:
        """As the engine holds them: read once, for any number of rules."""
        if self._read is None:
            self._read = cedarpy.Entities.from_json_str(json.dumps(self.rows))
        return self._read

    def add(
        self, uid: dict[str, Any], attrs: dict[str, Any], *, tags: dict[str, Any] | None = None,
        below: Iterable[dict[str, Any]] = (),
    ) -> None:  # fmt: skip
        parents = [one["__entity"] for one in below]
        self.rows.append(
            {"uid": uid["__entity"], "attrs": attrs, "parents": parents, "tags": tags or {}}
        )


def ref(kind: str, key: object) -> dict[str, Any]:
    """How entities name each other."""
    return {"__entity": {"type": kind, "id": str(key)}}


def policies(kinds: Iterable[Kind]) -> str:
    lines = ["forbid (principal, action, resource) unless { principal.is_alive };"]
    for kind in kinds:
        lines += [
            f'permit (principal, action == Action::"{action}", resource is {kind.name})\n'
            f"when {{ {kind.allows(action)} }};"
            for action in kind.actions
        ]
        if kind.forbids:
            lines.append(
                f"forbid (principal, action, resource is {kind.name})\nwhen {{ {kind.forbids} }};"
            )
    return "\n".join(lines)


class Engine:
    def __init__(self, rule: str, entities: Entities) -> None:
        self.rule = cedarpy.PolicySet.from_str(rule)
        self.entities = entities.read()

    def answers(self, questions: Iterable[Question]) -> list[bool]:
        """Raises when a condition could not be computed: an unknown name must not pass for no."""
        requests = [
            {"principal": {"type": "User", "id": str(person)},
             "action": {"type": "Action", "id": action},
             "resource": {"type": kind, "id": str(row)}}
            for person, action, kind, row in questions
        ]  # fmt: skip
        found = []
        for result in cedarpy.is_authorized_batch(requests, self.rule, self.entities):
            if result.diagnostics.errors:
                raise ValueError(f"Cedar: {result.diagnostics.errors}")
            found.append(result.allowed)
        return found
