"""Branch life: kinds of events with their yearly numbers, events, attendance, votes (1.6)."""

from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partybranch.enums import Applies, Called, Grade, Presence
from portal.core.access import RestrictedManager

from .ballot import BallotCounts
from .development import _by
from .member import PartyMember
from .organization import PartyOrganization


@pghistory.track()
class EventKind(models.Model):
    """A kind of meeting or activity, edited as a row. ``every_months`` is the school's own rhythm
    in calendar months (1, 3, 12); ``months_max`` what the rule allows (``article``).

    With ``since`` and ``until`` it is a study at a great date (重大节点集中学习) of all branches of
    ``unit`` and below: offered in these days, and every member is asked for it once.
    """

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    every_months = models.PositiveSmallIntegerField(
        _("at least once in months"), null=True, blank=True,
        choices=[(n, str(n)) for n in (1, 2, 3, 4, 6, 12)],
        help_text=_("Counted by the calendar: month, quarter, year. Empty: no number is set."),
    )  # fmt: skip
    grace_months = models.PositiveSmallIntegerField(
        _("months of grace"), default=0,
        help_text=_("So long after the end of the period it may still be held for it."),
    )  # fmt: skip
    applies_to = models.CharField(
        _("applies to"), max_length=10, choices=Applies.choices, default=Applies.ALL
    )
    called = models.CharField(
        _("who should attend"), max_length=10, choices=Called.choices, default=Called.MEMBERS
    )
    is_active = models.BooleanField(_("offered"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    article = models.CharField(_("article"), max_length=40, blank=True)
    months_max = models.PositiveSmallIntegerField(_("months at most"), null=True, blank=True)
    since = models.DateField(_("held from"), null=True, blank=True)
    until = models.DateField(_("held until"), null=True, blank=True)
    unit = models.ForeignKey(
        PartyOrganization, verbose_name=_("asked of the branches of"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="studies",
    )  # fmt: skip

    class Meta:
        verbose_name = _("kind of branch event")
        verbose_name_plural = _("kinds of branch events")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="eventkind_within_the_rule",
                condition=Q(months_max=None)
                | Q(every_months__isnull=False, every_months__lte=models.F("months_max")),
            ),
            models.CheckConstraint(
                name="eventkind_study_is_whole",
                condition=Q(since=None, until=None, unit=None)
                | Q(
                    since__isnull=False,
                    until__gte=models.F("since"),
                    unit__isnull=False,
                    every_months=None,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A rhythm that the rule sets is not made slower; the refusal names the article."""
        found: dict[str, Any] = {}
        most = self.months_max
        if most is not None and (self.every_months is None or self.every_months > most):
            found["every_months"] = _("%(article)s asks for one in %(most)s months at least.") % {
                "article": self.article, "most": most,
            }  # fmt: skip
        # A year may end with the first quarter of the next one; what is missing shows at once otherwise.
        grace = 0 if most is None or most < 12 else 3
        if most is not None and self.grace_months > grace:
            found["grace_months"] = _("%(article)s allows %(n)s months of grace at most.") % {
                "article": self.article, "n": grace,
            }  # fmt: skip
        if most is not None and not self.is_active:
            found["is_active"] = _("%(article)s asks for this kind of event.") % {
                "article": self.article
            }
        study = (self.since, self.until, self.unit_id)
        if any(study) and not all(study):
            found["until"] = _("A study at a great date has a first day, a last day and a unit.")
        elif self.since and self.until and self.until < self.since:
            found["until"] = _("The last day lies before the first one.")
        elif all(study) and self.every_months:
            found["every_months"] = _("A study at a great date is held once: leave this empty.")
        if found:
            raise ValidationError(found)


@pghistory.track()
class BranchEvent(models.Model):
    """One meeting or activity of a branch; it may satisfy several kinds (rulebook 1.6).

    ``partners`` are branches that held it together: it stands once, and counts for each of them
    with its own members (``queries.joint``). ``audience``: people reached beside the members.
    Never deleted: one entered by mistake is withdrawn with a reason and counts no more.
    """

    see_action: ClassVar[str] = "see_branch_life"

    branch = models.ForeignKey(
        PartyOrganization, verbose_name=_("branch"), on_delete=models.PROTECT,
        related_name="life_events",
    )  # fmt: skip
    kinds = models.ManyToManyField(EventKind, verbose_name=_("kinds"), related_name="life_events")
    partners = models.ManyToManyField(
        PartyOrganization, verbose_name=_("held together with"), related_name="joint_events",
        blank=True,
    )  # fmt: skip
    on = models.DateField(_("on"))
    place = models.CharField(_("place"), max_length=60)
    topic = models.CharField(_("topic"), max_length=120)
    host = models.CharField(_("host"), max_length=40)
    recorder = models.CharField(_("recorder"), max_length=40)
    speaker = models.CharField(_("speaker"), max_length=40, blank=True)
    guests = models.CharField(_("guests"), max_length=200, blank=True)
    first_item = models.CharField(_("first item"), max_length=200, blank=True)
    self_study = models.PositiveSmallIntegerField(_("minutes of self-study"), default=0)
    group_study = models.PositiveSmallIntegerField(_("minutes of group study"), default=0)
    expert_study = models.PositiveSmallIntegerField(_("minutes with an expert"), default=0)
    audience = models.PositiveIntegerField(_("audience"), default=0, db_default=0)
    agenda = models.TextField(
        _("agenda"), max_length=2000, blank=True, default="", db_default="",
        help_text=_("One item on each line."),
    )  # fmt: skip
    content = models.TextField(_("content"), max_length=6000)
    decisions = models.TextField(_("resolutions"), max_length=2000, blank=True)
    entry_reason = models.CharField(_("why entered late"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    version = models.PositiveIntegerField(default=1, editable=False)
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("event of a branch")
        verbose_name_plural = _("events of branches")
        ordering = ["-on", "-pk"]
        indexes = [
            models.Index(
                name="event_of_branch", fields=["branch", "-on"], condition=Q(withdrawn_at=None)
            )
        ]
        triggers = [pgtrigger.Protect(name="keep_branch_event", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.topic} {self.on}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Attendance(models.Model):
    """One member who should attend an event, and whether he did. Members who were not called have
    no row."""

    event = models.ForeignKey(BranchEvent, on_delete=models.PROTECT, related_name="attendance")
    member = models.ForeignKey(
        PartyMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="attendance"
    )
    presence = models.CharField(_("attendance"), max_length=8, choices=Presence.choices)
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    entry_reason = models.CharField(
        _("why entered late"), max_length=300, blank=True, default="", db_default="",
        help_text=_("Of a branch that is named in the event of another one."),
    )  # fmt: skip
    grade = models.CharField(
        pgettext_lazy("appraisal", "grade"), max_length=9, choices=Grade.choices, blank=True, default="", db_default="",
        help_text=_("Only at a democratic appraisal."),
    )  # fmt: skip
    certificate_no = models.CharField(
        _("certificate number"), max_length=40, blank=True, default="", db_default=""
    )
    certificate_on = models.DateField(_("certificate of"), null=True, blank=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [
            models.UniqueConstraint(name="attendance_once", fields=["event", "member"]),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.presence}"


class Motion(BallotCounts):
    """A vote held at an event, about any matter but the steps of a development."""

    event = models.ForeignKey(BranchEvent, on_delete=models.PROTECT, related_name="motions")
    matter = models.CharField(_("matter"), max_length=120)
    entered_at = models.DateTimeField(_("entered at"), auto_now_add=True)
    entered_by = _by()
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta(BallotCounts.Meta):
        abstract = False
        verbose_name = _("vote at an event")
        verbose_name_plural = _("votes at events")
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="keep_motion", operation=pgtrigger.Update | pgtrigger.Delete)
        ]
