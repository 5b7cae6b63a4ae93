"""Moves of a case between people and offices, told by dated facts (design 6)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.enums import Move, MoveState
from cohorts.models import Unit
from portal.core.access import RestrictedManager

from .case import Case
from .people import named_person

# Later facts win. The database computes the state, so it can never contradict them.
_STATE = models.Case(
    models.When(revoked_at__isnull=False, then=models.Value("revoked")),
    models.When(declined_at__isnull=False, then=models.Value("declined")),
    models.When(done_at__isnull=False, then=models.Value("done")),
    models.When(accepted_at__isnull=False, then=models.Value("accepted")),
    default=models.Value("waiting"),
)


@pghistory.track()
class Transition(models.Model):
    """One move, to a person, to a unit (any of its holders takes it) or outside the school.

    ``words`` are read by the receiver, who may not see the case: what is asked and what must be
    known for it. Ownership of the case moves on acceptance of an assignment or transfer only.
    """

    see_action: ClassVar[str] = "see_move"

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="transitions"
    )
    kind = models.CharField(_("what"), max_length=8, choices=Move.choices)
    from_person = named_person(_("from"), "moves_sent")
    to_person = named_person(_("to"), "moves_received")
    to_unit = models.ForeignKey(
        Unit, verbose_name=_("to office"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="moves_received",
    )  # fmt: skip
    to_outside = models.CharField(_("outside the school"), max_length=60, blank=True)
    words = models.TextField(_("what is asked"), max_length=1000)
    asked_at = models.DateTimeField(_("sent at"))
    due_at = models.DateTimeField(_("answer due"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = named_person(_("accepted by"), "+")
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    declined_by = named_person(_("declined by"), "+")
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    end_words = models.CharField(_("reason"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    return_note = models.TextField(_("return note"), max_length=2000, blank=True)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=8, choices=MoveState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("move of a case")
        verbose_name_plural = _("moves of cases")
        constraints = [
            models.CheckConstraint(
                name="transition_to_one",
                condition=(
                    Q(to_person__isnull=False, to_unit=None, to_outside="")
                    | Q(to_person=None, to_unit__isnull=False, to_outside="")
                    | (Q(to_person=None, to_unit=None) & ~Q(to_outside=""))
                ),
            ),
            models.CheckConstraint(
                name="transition_ends_one_way",
                condition=Q(declined_at=None, revoked_at=None)
                | Q(declined_at=None, accepted_at=None, done_at=None)
                | Q(revoked_at=None, accepted_at=None, done_at=None),
            ),
            models.CheckConstraint(
                name="transition_done_with_note",
                condition=Q(done_at=None) | (Q(done_at__gte=F("accepted_at")) & ~Q(return_note="")),
            ),
            models.UniqueConstraint(
                name="transition_one_owner_move",
                fields=["case"],
                condition=Q(kind__in=["assign", "transfer"], accepted_at=None, declined_at=None,
                            revoked_at=None),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["case", "-asked_at"]),
            models.Index(
                name="transition_to_person", fields=["to_person", "due_at"],
                condition=Q(done_at=None, declined_at=None, revoked_at=None),
            ),
            models.Index(
                name="transition_to_unit", fields=["to_unit", "due_at"],
                condition=Q(done_at=None, declined_at=None, revoked_at=None),
            ),
            models.Index(fields=["from_person", "-asked_at"]),
        ]  # fmt: skip
        triggers = [pgtrigger.Protect(name="keep_transition", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"

    @property
    def state_label(self) -> str:
        return str(MoveState(self.state).label)

    @property
    def receiver(self) -> str:
        """Name of the person, office or place it goes to."""
        if self.to_person is not None:
            return str(self.to_person.name)
        return self.to_unit.label if self.to_unit is not None else self.to_outside
