"""What higher apps do when a warning was confirmed: they register here, students names none."""

from collections.abc import Callable, Sequence

from portal.core.models import User
from students.models import AcademicWarning

# (who confirmed, warnings confirmed now) -> sentences for the one who confirmed.
Follow = Callable[[User | None, Sequence[AcademicWarning]], list[str]]
_follows: dict[str, Follow] = {}


def register_follow(code: str, follow: Follow) -> None:
    """``follow`` runs inside the transaction of the confirmation."""
    _follows[code] = follow


def follow_all(actor: User | None, warnings: Sequence[AcademicWarning]) -> list[str]:
    return [words for follow in _follows.values() for words in follow(actor, warnings)]
