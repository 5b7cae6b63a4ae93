"""Links from a person to a student: tutor, party contact, helper."""

import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import DatedLink, LinkKind
from portal.core.access import RestrictedManager, RestrictedQuerySet

from .student import Student


class LinkRun(models.Model):
    """One bulk assignment: who ran it by which rule; the whole run can be taken back."""

    see_action: ClassVar[str] = "appoint"

    key = models.UUIDField(_("number"), default=uuid.uuid4, unique=True, editable=False)
    kind = models.ForeignKey(
        LinkKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="+"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    made_at = models.DateTimeField(_("at"), auto_now_add=True)
    rule = models.CharField(_("rule"), max_length=20)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    links_made = models.PositiveIntegerField(_("links"), default=0)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("bulk assignment")
        verbose_name_plural = _("bulk assignments")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d %H:%M}"


class StudentLinkQuerySet(RestrictedQuerySet):
    def in_force(self, day: object) -> "StudentLinkQuerySet":
        """Links that hold on ``day``; both end days are included."""
        return self.standing(day).filter(starts_on__lte=day)

    def standing(self, day: object) -> "StudentLinkQuerySet":
        """Links that hold on ``day`` or will hold later: what a limit counts."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), revoked_at=None)


@pghistory.track()
class StudentLink(DatedLink):
    """A current link carries the actions of its kind, for this student only.

    ``revoked_at`` cuts it at that moment, whatever the dates say. ``cover_of`` is the link for
    whose person this one stands in; a stand-in always has a last day.
    """

    see_action: ClassVar[str] = "see_record"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="links"
    )

    revoked_at = models.DateTimeField(_("cut off at"), null=True, blank=True, editable=False)
    run = models.ForeignKey(
        LinkRun, null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="links",
    )  # fmt: skip
    cover_of = models.ForeignKey(
        "self",
        verbose_name=_("stands in for"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="covers",
    )

    objects = RestrictedManager.from_queryset(StudentLinkQuerySet)()

    class Meta(DatedLink.Meta):
        verbose_name = _("link to a student")
        verbose_name_plural = _("links to students")
        constraints = [
            *DatedLink.Meta.constraints,
            models.CheckConstraint(
                name="studentlink_cover_has_an_end",
                condition=Q(cover_of=None) | Q(ends_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "ends_on"]),
            models.Index(fields=["student", "ends_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.student_id}"
