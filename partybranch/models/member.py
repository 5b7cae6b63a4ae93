"""Party members, students and staff alike, and the branches they belong to."""

import datetime as dt
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partybranch.enums import Entry
from portal.core.access import RestrictedManager, RestrictedQuerySet

from .organization import PartyOrganization


class PartyMemberQuerySet(RestrictedQuerySet):
    def on(self, day: dt.date) -> "PartyMemberQuerySet":
        """Members, on probation or full, on ``day``."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=day), joined_on__lte=day)

    def full(self, day: dt.date) -> "PartyMemberQuerySet":
        return self.on(day).filter(full_on__lte=day)

    def voters(self, day: dt.date) -> "PartyMemberQuerySet":
        """Full members who may vote: not suspended (rulebook 1.4, P19)."""
        suspended = Q(suspended_from__lte=day) & (
            Q(suspended_until=None) | Q(suspended_until__gte=day)
        )
        return self.full(day).exclude(suspended)


@pghistory.track()
class PartyMember(models.Model):
    """One membership of a person. ``joined_on`` is the day of the branch vote, from which the
    probation runs; ``full_on`` the day from which party age counts. Empty: still on probation.

    Standing on a day follows from these dates, and the student's political status from it.
    """

    see_action: ClassVar[str] = "see_party_file"

    student = models.ForeignKey(
        "students.Student", verbose_name=_("student"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="party_memberships",
    )  # fmt: skip
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("member of staff"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="party_memberships",
    )  # fmt: skip
    joined_on = models.DateField(_("joined on"))
    full_on = models.DateField(_("full member from"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    left_reason = models.CharField(_("reason"), max_length=200, blank=True)
    suspended_from = models.DateField(_("suspended from"), null=True, blank=True)
    suspended_until = models.DateField(_("suspended until"), null=True, blank=True)
    status_before = models.CharField(max_length=2, blank=True, editable=False)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)

    objects = RestrictedManager.from_queryset(PartyMemberQuerySet)()

    class Meta:
        verbose_name = _("party member")
        verbose_name_plural = _("party members")
        constraints = [
            models.CheckConstraint(
                name="partymember_one_person",
                condition=Q(student=None, person__isnull=False)
                | Q(student__isnull=False, person=None),
            ),
            models.CheckConstraint(
                name="partymember_dates_in_order",
                condition=(Q(full_on=None) | Q(full_on__gte=F("joined_on")))
                & (Q(left_on=None) | Q(left_on__gte=F("joined_on"))),
            ),
            models.UniqueConstraint(
                name="partymember_student_once", fields=["student"], condition=Q(left_on=None)
            ),
            models.UniqueConstraint(
                name="partymember_person_once", fields=["person"], condition=Q(left_on=None)
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_party_member", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Name of the student or of the member of staff."""
        one = self.student or self.person
        return one.name if one else ""

    def is_on(self, day: dt.date) -> bool:
        return self.joined_on <= day and (self.left_on is None or self.left_on > day)

    def is_full_on(self, day: dt.date) -> bool:
        return self.is_on(day) and self.full_on is not None and self.full_on <= day

    def is_suspended_on(self, day: dt.date) -> bool:
        start, end = self.suspended_from, self.suspended_until
        return start is not None and start <= day and (end is None or end >= day)


@pghistory.track()
class Membership(models.Model):
    """A member in a branch from a first to a last day. Exactly one holds the membership relation,
    any number of others (functional, temporary) stand beside it (rulebook 1.5).

    A first or last day of long ago was entered late, for the reason kept beside it.
    """

    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="branches"
    )
    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="memberships",
    )  # fmt: skip
    is_relation = models.BooleanField(_("holds the membership relation"))
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    how = models.CharField(_("how"), max_length=8, choices=Entry.choices)
    origin = models.CharField(_("from where"), max_length=80, blank=True)
    letter_no = models.CharField(
        pgettext_lazy("membership relation", "letter number"), max_length=40, blank=True
    )
    gone_to = models.CharField(_("to where"), max_length=80, blank=True)
    entry_reason = models.CharField(
        _("why entered late"), max_length=300, blank=True, default="", db_default=""
    )
    end_reason = models.CharField(
        _("why its end was entered late"), max_length=300, blank=True, default="", db_default=""
    )
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership in a branch")
        verbose_name_plural = _("memberships in branches")
        constraints = [
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                name="membership_one_relation",
                fields=["member"],
                condition=Q(until=None, is_relation=True),
            ),
            models.UniqueConstraint(
                name="membership_once", fields=["member", "branch"], condition=Q(until=None)
            ),
        ]
        indexes = [models.Index(name="membership_of_branch", fields=["branch", "until"])]

    def __str__(self) -> str:
        return f"{self.member_id} @ {self.branch_id} {self.since}–{self.until or ''}"
