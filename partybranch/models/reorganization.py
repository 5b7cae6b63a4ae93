"""Applications to found, split, merge or dissolve branches (rulebook 1.5)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partybranch.enums import BESIDE_KINDS, Change, ChangeState, Grouping, PartyKind
from portal.core.access import RestrictedManager

from .development import _by
from .organization import PartyOrganization

# Later facts win. The database computes the state, so it can never contradict them.
_STATE = models.Case(
    models.When(withdrawn_at__isnull=False, then=models.Value("withdrawn")),
    models.When(decided_on__isnull=False, is_approved=True, then=models.Value("applied")),
    models.When(decided_on__isnull=False, then=models.Value("refused")),
    models.When(sent_at__isnull=False, then=models.Value("sent")),
    default=models.Value("draft"),
)


@pghistory.track()
class Reorganization(models.Model):
    """An application with its proposal. Nothing of the branches changes before it is approved;
    then all of it does in one transaction, from ``effective_on``.

    ``committee`` approves: that of the branches concerned, never a general branch (P14).
    """

    see_action: ClassVar[str] = "see_party_file"

    committee = models.ForeignKey(
        PartyOrganization, verbose_name=_("approving committee"), on_delete=models.PROTECT,
        related_name="reorganizations",
    )  # fmt: skip
    sources = models.ManyToManyField(
        PartyOrganization, verbose_name=_("branches concerned"), related_name="changes"
    )
    title = models.CharField(_("title"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=Change.choices)
    grouping = models.CharField(_("grouped"), max_length=8, choices=Grouping.choices)
    reason = models.CharField(_("why"), max_length=1000, blank=True)
    # Why a rule that says "generally" is not kept; asked for only where one is not.
    override_reason = models.CharField(_("why nevertheless"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("drafted at"), auto_now_add=True)
    made_by = _by()
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), null=True, editable=False,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True)
    is_approved = models.BooleanField(_("approved"), default=False)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decision_no = models.CharField(_("number of the decision"), max_length=40, blank=True)
    decision_note = models.CharField(_("note of the committee"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), null=True, editable=False,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    effective_on = models.DateField(_("in force from"), null=True, blank=True)
    # Of a branch beside the others: the last day of its task; on the day after it closes by itself.
    task_until = models.DateField(_("the task ends on"), null=True, blank=True)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=9, choices=ChangeState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("application about branches")
        verbose_name_plural = _("applications about branches")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="reorganization_decided_with_number",
                condition=Q(decided_on=None, effective_on=None, is_approved=False)
                | Q(decided_on__isnull=False, sent_at__isnull=False)
                & (Q(is_approved=False, effective_on=None)
                   | Q(is_approved=True, effective_on__isnull=False) & ~Q(decision_no="")),
            ),
        ]  # fmt: skip
        triggers = [pgtrigger.Protect(name="keep_reorganization", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    @property
    def state_label(self) -> str:
        return str(ChangeState(self.state).label)


@pghistory.track()
class ProposedBranch(models.Model):
    """A branch as it will be: a new one, or an open one (``existing``) that goes on."""

    change = models.ForeignKey(Reorganization, on_delete=models.PROTECT, related_name="proposed")
    existing = models.ForeignKey(
        PartyOrganization, verbose_name=_("open branch"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    party_kind = models.CharField(
        _("kind"), max_length=10, choices=[(one, one.label) for one in (
            PartyKind.REGULAR, PartyKind.JOINT, *BESIDE_KINDS)], default=PartyKind.JOINT,
    )  # fmt: skip
    parent = models.ForeignKey(
        PartyOrganization, verbose_name=_("belongs to"), on_delete=models.PROTECT, related_name="+"
    )
    # Once it was carried out: the branch that came of it.
    made = models.ForeignKey(
        PartyOrganization, null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="proposals",
    )  # fmt: skip

    class Meta:
        verbose_name = _("proposed branch")
        verbose_name_plural = _("proposed branches")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ProposedPlace(models.Model):
    """Who goes where: a member or an applicant of ``source``. Without ``target``: stays there."""

    change = models.ForeignKey(Reorganization, on_delete=models.PROTECT, related_name="places")
    source = models.ForeignKey(PartyOrganization, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(
        ProposedBranch, null=True, blank=True, on_delete=models.PROTECT, related_name="places"
    )
    student = models.ForeignKey(
        "students.Student", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("proposed place")
        verbose_name_plural = _("proposed places")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="proposedplace_one_person",
                condition=Q(student=None, person__isnull=False)
                | Q(student__isnull=False, person=None),
            ),
            models.UniqueConstraint(
                name="proposedplace_student_once", fields=["change", "student"],
                condition=Q(student__isnull=False),
            ),
            models.UniqueConstraint(
                name="proposedplace_person_once", fields=["change", "person"],
                condition=Q(person__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.student_id or self.person_id} → {self.target_id or '—'}"
