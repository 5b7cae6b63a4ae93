"""Links that radiate from a branch: members to students, rooms and classes, branches to classes,
partners and leaders, posts and door signs (systems 21, 22, 69 to 71, 77, 80).

Kinds are rows of ``cohorts.LinkKind``. No such link opens a record: it shows a name (design 5.6).
"""

import datetime as dt
import uuid
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import DatedLink, LinkKind
from portal.core.access import RestrictedManager, RestrictedQuerySet
from students.enums import ENROLLED_STATUSES

from .development import _by
from .member import PartyMember
from .organization import PartyOrganization

_KEEP = pgtrigger.Delete


class LinkRound(models.Model):
    """Links made at once from a proposal that was looked at; taken back as a whole."""

    see_action: ClassVar[str] = "see_branch_life"

    key = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="link_rounds",
    )  # fmt: skip
    made_at = models.DateTimeField(_("at"), auto_now_add=True)
    made_by = _by()
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    links_made = models.PositiveIntegerField(_("links"), default=0)
    undone_at = models.DateTimeField(_("taken back at"), null=True, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("round of links")
        verbose_name_plural = _("rounds of links")
        ordering = ["-made_at", "-pk"]
        triggers = [pgtrigger.Protect(name="keep_link_round", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.made_at:%Y-%m-%d %H:%M}"


class PartyLinkQuerySet(RestrictedQuerySet):
    def standing(self, day: dt.date) -> "PartyLinkQuerySet":
        """Links that hold on ``day`` or will later: what numbers and limits count. A student who
        has left, or a unit that has closed, is linked no more."""
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=day),
            Q(student=None) | Q(student__status__in=ENROLLED_STATUSES),
            Q(unit=None) | Q(unit__closed_on=None) | Q(unit__closed_on__gte=day),
            revoked_at=None,
        )


@pghistory.track()
class PartyLink(DatedLink):
    """Who is linked follows from the kind: ``member`` (of the branch), ``person`` (a leader) or
    the branch itself; to what: ``student``, ``unit``, ``label`` (a place or partner outside, with
    the person there to talk to; the days are those of the agreement).

    Ended, never deleted. ``revoked_at`` cuts it off at that moment (a round taken back).
    """

    see_action: ClassVar[str] = "see_branch_life"

    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="party_links",
    )  # fmt: skip
    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="party_links",
    )  # fmt: skip
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("leader"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="party_links",
    )  # fmt: skip
    student = models.ForeignKey(
        "students.Student", verbose_name=_("student"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="party_links",
    )  # fmt: skip
    unit = models.ForeignKey(
        "cohorts.Unit", verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="linked_from",
    )  # fmt: skip
    label = models.CharField(_("place or partner"), max_length=80, blank=True)
    contact_name = models.CharField(
        _("contact person"), max_length=40, blank=True, default="", db_default=""
    )
    contact_phone = models.CharField(
        _("telephone"), max_length=30, blank=True, default="", db_default=""
    )
    goal = models.CharField(_("goal"), max_length=200, blank=True)
    result = models.CharField(_("result"), max_length=300, blank=True)
    revoked_at = models.DateTimeField(_("cut off at"), null=True, blank=True, editable=False)
    round = models.ForeignKey(
        LinkRound, null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="links",
    )  # fmt: skip
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()

    objects = RestrictedManager.from_queryset(PartyLinkQuerySet)()

    class Meta(DatedLink.Meta):
        verbose_name = _("link of a branch")
        verbose_name_plural = _("links of branches")
        constraints = [
            *DatedLink.Meta.constraints,
            models.CheckConstraint(
                name="partylink_one_holder", condition=Q(member=None) | Q(person=None)
            ),
            models.CheckConstraint(
                name="partylink_one_target", condition=Q(student=None) | Q(unit=None, label="")
            ),
        ]
        indexes = [
            models.Index(name="partylink_of_branch", fields=["branch", "ends_on"]),
            models.Index(name="partylink_of_student", fields=["student", "ends_on"],
                         condition=Q(student__isnull=False)),
            models.Index(name="partylink_of_unit", fields=["unit", "ends_on"],
                         condition=Q(unit__isnull=False)),
        ]  # fmt: skip
        triggers = [pgtrigger.Protect(name="keep_party_link", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.branch_id} {self.starts_on}–{self.ends_on or ''}"

    def is_running(self, day: dt.date) -> bool:
        """Whether it has begun, was not cut off, and holds on ``day``."""
        return (
            self.revoked_at is None
            and self.starts_on <= day
            and (self.ends_on is None or self.ends_on >= day)
        )

    @property
    def holder_name(self) -> str:
        """Who is linked: the member, the leader, or the branch."""
        if self.member is not None:
            return self.member.name
        return self.person.name if self.person else self.branch.label

    @property
    def target_name(self) -> str:
        """What is linked, as its card says it: a name, never more."""
        if self.student is not None:
            return str(self.student.name)
        if self.unit is not None:
            return str(self.unit.name)
        return self.label or self.branch.label


class LinkVisit(models.Model):
    """One contact by a link: the day, the minutes, what came of it. Written once."""

    link = models.ForeignKey(PartyLink, on_delete=models.PROTECT, related_name="visits")
    on = models.DateField(_("on"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=0)
    note = models.CharField(_("what was done"), max_length=300)
    problem = models.CharField(_("problem found"), max_length=200, blank=True)
    outcome = models.CharField(_("how it was solved"), max_length=200, blank=True)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("contact by a link")
        verbose_name_plural = _("contacts by links")
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="linkvisit_within_a_day", condition=Q(minutes__lte=24 * 60)
            )
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="keep_link_visit", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.on}"


@pghistory.track()
class LinkWish(models.Model):
    """Somebody who looks after a student asks a branch for a member to be linked. It says no
    reason; it is open until a member is linked or it is taken back."""

    see_action: ClassVar[str] = "see_record"

    kind = models.ForeignKey(
        LinkKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="+"
    )
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="link_wishes",
    )  # fmt: skip
    student = models.ForeignKey(
        "students.Student", verbose_name=_("student"), on_delete=models.PROTECT,
        related_name="link_wishes",
    )  # fmt: skip
    goal = models.CharField(_("goal"), max_length=200, blank=True)
    asked_on = models.DateField(_("asked on"))
    asked_by = _by()
    withdrawn_on = models.DateField(_("taken back on"), null=True, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("wish for a link")
        verbose_name_plural = _("wishes for links")
        ordering = ["asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="linkwish_once", fields=["kind", "student"], condition=Q(withdrawn_on=None)
            ),
            models.CheckConstraint(
                name="linkwish_in_order",
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("asked_on")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_link_wish", operation=_KEEP)]

    def __str__(self) -> str:
        return f"{self.kind_id} {self.student_id} {self.asked_on}"
