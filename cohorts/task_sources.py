"""Where tasks come from. Higher apps register what they hand out; nothing here names them.

    register_source(TaskSource(
        code="resolution", label=_("resolution"), icon="calendar",
        lines=resolution_lines, can_act=resolutions_open_to, reach=resolutions_reached,
        changed=follow_resolution,
    ))

and in a domain function, inside its own transaction:

    give_task(actor=actor, source="resolution", source_id=row.pk, key=f"resolution:{row.pk}",
              owner=person, due_on=row.due_on)
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from portal.core.models import User

Words = str | Promise


@dataclass(frozen=True)
class TaskLine:
    """What a task is about, for a reader who may know: its title, where it is done, a note."""

    title: str
    url: str = ""
    note: str = ""


def _nothing(_user: User, _ids: Sequence[int]) -> Mapping[int, TaskLine]:
    return {}


@dataclass(frozen=True)
class TaskSource:
    """One kind of origin.

    ``lines(user, ids)``: those of the ids that this reader may see, in one statement; of the
    others only ``label`` is shown. ``can_act(person, ids)``: those on which the person could do
    the work now; None: whoever holds a post can. ``reach(user, action)``: ids whose tasks the
    user may see or direct although neither owner nor giver; None: none. ``changed(task, act,
    actor)`` runs inside the transaction of each act on a task, after it. ``moves_by_itself``: the
    source has its own kind of work in a hand-over, which takes its tasks along.
    ``lock(task)`` takes the locks of the source before those of its task. ``bell(task)``: words and
    address of the new owner's notice, where the work is done elsewhere. ``how_to_close``: words shown instead of "close" where the inbox must not close it.
    """

    code: str
    label: Words
    icon: str = "task"
    lines: Callable[[User, Sequence[int]], Mapping[int, TaskLine]] = _nothing
    can_act: Callable[[User, Collection[int]], set[int]] | None = None
    reach: "Callable[[User, str], QuerySet[Any] | None] | None" = None
    changed: Callable[[Any, str, User | None], None] | None = None
    moves_by_itself: bool = False
    how_to_close: Words = ""
    lock: Callable[[Any], None] | None = None
    bell: Callable[[Any], tuple[str, str]] | None = None


_sources: dict[str, TaskSource] = {}


def register_source(*sources: TaskSource) -> None:
    for one in sources:
        _sources[one.code] = one


def source_of(code: str) -> TaskSource:
    """The registered source; one that is gone shows its code and opens nothing."""
    return _sources.get(code) or TaskSource(code, code)


def sources() -> list[TaskSource]:
    return list(_sources.values())
