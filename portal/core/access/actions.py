"""Actions: what a role may do. Registered by each app; kept as permissions of Unit."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Action:
    """``code`` is the permission codename; ``sensitive`` ones are shown with a warning."""

    code: str
    label: "str | Promise"
    help: "str | Promise"
    sensitive: bool = False


_actions: dict[str, Action] = {}


def register_actions(*new: Action) -> None:
    for one in new:
        _actions[one.code] = one


def action(code: str) -> Action | None:
    """The registered action, or None: an unknown action is denied everywhere."""
    return _actions.get(code)


def carries(user: Any, action: str) -> bool:
    """Whether the key by which ``user`` came carries the action: an API token carries some of its
    account's actions, never more; a session carries all of them."""
    narrowed = getattr(user, "only_actions", None)
    return narrowed is None or action in narrowed


def actions() -> list[Action]:
    return list(_actions.values())
