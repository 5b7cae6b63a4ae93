"""Resolutions of a meeting become tasks: promises with an owner and a last day (systems 17, 32)."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.domain.tasks import give_task, holds_a_post
from cohorts.models import Task
from cohorts.task_sources import TaskLine, TaskSource, register_source
from partybranch.access import book_action
from partybranch.domain.rights import check_still
from partybranch.models import BranchEvent
from partybranch.queries.resolutions import SOURCE
from portal.core.access import reached_keys
from portal.core.errors import DomainError
from portal.core.models import User


@transaction.atomic
def give_resolution(
    *, actor: User, event: BranchEvent, text: str, owner: User, due_on: dt.date
) -> Task:
    """A resolution of ``event`` as a task of ``owner``; the same one to the same person once.

    Raises DomainError for an event that was withdrawn, an owner without a post, a last day that
    has passed; PermissionDenied for whoever does not keep the book.
    """
    kept = BranchEvent.objects.select_for_update(of=("self",)).select_related("branch").get(
        pk=event.pk
    )  # fmt: skip
    if kept.withdrawn_at is not None:
        raise DomainError(_("This event was withdrawn; enter it anew."))
    if not text.strip():
        raise DomainError(_("Write in one sentence what is to be done."))
    if not holds_a_post(owner):
        raise DomainError(
            _("%(name)s holds no post today. Choose somebody who does.") % {"name": owner.name}
        )
    words = " ".join(text.split())
    mark = hashlib.sha256(words.encode()).hexdigest()[:16]
    made = give_task(
        actor=actor, source=SOURCE, source_id=kept.pk, text=words, owner=owner, due_on=due_on,
        key=f"{SOURCE}:{kept.pk}:{owner.pk}:{mark}",
    )  # fmt: skip
    check_still(actor, kept.branch, book_action(kept.branch))
    return made


def _lines(user: User, ids: Sequence[int]) -> Mapping[int, TaskLine]:
    mine = BranchEvent.objects.restrict(user, "see_branch_life").filter(pk__in=list(ids))
    return {
        pk: TaskLine(_("%(topic)s, %(branch)s") % {"topic": topic, "branch": branch},
                     reverse("party:event", args=[pk]))
        for pk, topic, branch in mine.values_list("pk", "topic", "branch__name")
    }  # fmt: skip


def _reach(user: User, action: str) -> "QuerySet[Any] | None":
    """Whoever reads the book by a post sees what became of its resolutions."""
    if action != "see_task":
        return None
    return reached_keys(BranchEvent, user, "see_branch_life", through="branch")


register_source(
    TaskSource(SOURCE, gettext_lazy("resolution"), "calendar", lines=_lines, reach=_reach)
)
