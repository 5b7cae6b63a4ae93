"""The task: a promise with an owner and a last day, told by dated facts (system 32)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.enums import TaskAct, TaskState
from portal.core.access import RestrictedManager

from .unit import Unit

# Tasks that come from nothing else: somebody's own words.
OWN = "own"
# Later facts win. The database computes the state, so it can never contradict them.
_STATE = models.Case(
    models.When(dropped_at__isnull=False, then=models.Value("dropped")),
    models.When(done_at__isnull=True, then=models.Value("open")),
    models.When(verifier__isnull=False, verified_at__isnull=True, then=models.Value("reported")),
    default=models.Value("done"),
)


def _person(label: object, name: str) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, null=True, blank=True,
        on_delete=models.PROTECT, related_name=name,
    )  # fmt: skip


@pghistory.track()
class Task(models.Model):
    """``owner`` promised it; without one the ``unit`` did, and any of its holders takes it.

    ``source`` and ``source_id`` name what it comes from (a plan step, a resolution, a request);
    the source says what it is about, to those who may know. ``text`` is read by everybody who
    reads the task. ``key``: given once, however often it is sent.
    """

    see_action: ClassVar[str] = "see_task"

    text = models.CharField(_("task"), max_length=200, blank=True)
    source = models.CharField(_("comes from"), max_length=20, default=OWN)
    source_id = models.BigIntegerField(null=True, blank=True, editable=False)
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="tasks",
    )  # fmt: skip
    owner = _person(_("owner"), "tasks")
    given_by = _person(_("given by"), "tasks_given")
    given_at = models.DateTimeField(_("given at"))
    due_on = models.DateField(_("due"))
    first_due_on = models.DateField(_("first due"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = _person(_("done by"), "+")
    evidence = models.CharField(_("evidence"), max_length=1000, blank=True)
    verifier = _person(_("checked by"), "tasks_to_check")
    verified_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True, blank=True)
    drop_reason = models.CharField(_("reason"), max_length=300, blank=True)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=8, choices=TaskState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )
    key = models.CharField(max_length=120, null=True, blank=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                name="task_says_something", condition=~Q(text="") | Q(source_id__isnull=False)
            ),
            models.CheckConstraint(
                name="task_done_by_somebody_or_dropped_with_reason",
                condition=(Q(verified_at=None) | Q(done_at__isnull=False))
                & (Q(dropped_at=None) | ~Q(drop_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                name="task_open_by_owner", fields=["owner", "due_on"],
                condition=Q(done_at=None, dropped_at=None),
            ),
            models.Index(
                name="task_open_by_unit", fields=["unit", "due_on"],
                condition=Q(done_at=None, dropped_at=None),
            ),
            models.Index(
                name="task_open_by_giver", fields=["given_by", "due_on"],
                condition=Q(done_at=None, dropped_at=None),
            ),
            models.Index(name="task_by_owner", fields=["owner", "-done_at"]),
            models.Index(name="task_by_source", fields=["source", "source_id"]),
        ]  # fmt: skip
        triggers = [pgtrigger.Protect(name="keep_task", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        # Never what it is about: a log or a notice may show this to anybody.
        return f"{self.source} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None


class TaskNote(models.Model):
    """One line of the life of a task; written once, never changed. Read through its task."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="notes")
    act = models.CharField(_("what"), max_length=10, choices=TaskAct.choices)
    by = _person(_("by"), "+")
    at = models.DateTimeField(_("at"), auto_now_add=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    due_before = models.DateField(null=True, blank=True)
    due_after = models.DateField(null=True, blank=True)
    owner_before = _person(_("from"), "+")
    owner_after = _person(_("to"), "+")

    class Meta:
        verbose_name = _("line of a task")
        verbose_name_plural = _("lines of tasks")
        ordering = ["at", "pk"]
        triggers = [
            pgtrigger.Protect(name="keep_note", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.act}"
