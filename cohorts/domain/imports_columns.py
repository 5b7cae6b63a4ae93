"""Columns of imports whose choices depend on who fills in the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from portal.core.models import User
from portal.core.sheets import Column


def _none(user: User) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class ReachColumn(Column):
    """A column whose drop-down in the template holds what is within reach of one person:
    ``choices_for`` takes the person and returns the words that the import understands."""

    choices_for: Callable[[User], Sequence[str]] = _none

    def offered_to(self, user: User) -> Column:
        """The column as ``user`` finds it in the template."""
        return replace(self, choices=tuple(self.choices_for(user)))
