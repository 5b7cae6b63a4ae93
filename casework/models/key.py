"""Two keys: college and academy confirm entry, lowering and closing (rulebook 3.2; design 6)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.enums import KeyKind, KeySide, KeyState, KeyVerdict, Outcome
from portal.core.access import RestrictedManager

from .case import Case, LedgerEntry
from .catalogue import CaseLevel

# The database computes the state from dated facts, so that it can never contradict them.
_STATE = models.Case(
    models.When(withdrawn_at__isnull=False, then=models.Value("withdrawn")),
    models.When(settled_at__isnull=False, is_granted=True, then=models.Value("granted")),
    models.When(settled_at__isnull=False, then=models.Value("refused")),
    models.When(disagreed_at__isnull=False, then=models.Value("disagreed")),
    default=models.Value("waiting"),
)


@pghistory.track()
class KeyRequest(models.Model):
    """One thing that both sides have to confirm. ``sides``: whose key it needs, as the student
    stood when it was asked for. A student of one side only needs two people of that side: the one
    who asks and the one who confirms."""

    see_action: ClassVar[str] = "see_case"

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="key_requests"
    )
    entry = models.ForeignKey(
        LedgerEntry,
        verbose_name=_("ledger entry"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="key_requests",
    )
    kind = models.CharField(_("what"), max_length=5, choices=KeyKind.choices)
    to_level = models.ForeignKey(
        CaseLevel,
        verbose_name=_("new level"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    reason = models.TextField(_("reason"), max_length=1000)
    evidence = models.TextField(_("evidence"), max_length=1000, blank=True)
    sides = ArrayField(
        models.CharField(max_length=11, choices=KeySide.choices), verbose_name=_("keys needed")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="keys_asked",
    )
    asked_at = models.DateTimeField(_("asked at"))
    due_at = models.DateTimeField(_("answer due"))
    disagreed_at = models.DateTimeField(_("disagreement since"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    is_granted = models.BooleanField(_("confirmed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=9, choices=KeyState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("request for keys")
        verbose_name_plural = _("requests for keys")
        constraints = [
            models.UniqueConstraint(
                name="keyrequest_one_open",
                fields=["case", "kind", "entry"],
                condition=Q(settled_at=None, withdrawn_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="keyrequest_ends_once",
                condition=Q(settled_at=None, is_granted=None)
                | Q(settled_at__isnull=False, is_granted__isnull=False, withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="keyrequest_says_what",
                condition=Q(kind="enter", entry__isnull=False)
                | Q(kind="lower", entry__isnull=False, to_level__isnull=False)
                | Q(kind="close", outcome__gt=""),
            ),
        ]
        indexes = [
            models.Index(
                name="keyrequest_open",
                fields=["due_at", "id"],
                condition=Q(settled_at=None, withdrawn_at=None),
            ),
            models.Index(fields=["case", "-asked_at"]),
        ]
        triggers = [pgtrigger.Protect(name="keep_key_request", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"

    @property
    def is_open(self) -> bool:
        return self.settled_at is None and self.withdrawn_at is None

    @property
    def state_label(self) -> str:
        return str(KeyState(self.state).label)


@pghistory.track()
class KeyTurn(models.Model):
    """The word of one side. One person never speaks for two; a changed word is in the history."""

    request = models.ForeignKey(KeyRequest, on_delete=models.PROTECT, related_name="turns")
    side = models.CharField(_("side"), max_length=11, choices=KeySide.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="keys_turned",
    )
    verdict = models.CharField(_("verdict"), max_length=9, choices=KeyVerdict.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        constraints = [
            models.UniqueConstraint(name="keyturn_once_per_side", fields=["request", "side"]),
            models.UniqueConstraint(name="keyturn_once_per_person", fields=["request", "person"]),
            models.CheckConstraint(
                name="keyturn_no_says_why", condition=Q(verdict="agreed") | Q(note__gt="")
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_key_turn", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.request_id} {self.side} {self.verdict}"
