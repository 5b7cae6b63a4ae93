"""A crisis: a clock from the first minute, who is called, and every step with its time
(rulebook 3.7; design 6)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.crisis_enums import CrisisState, EndedAs, Hop, Part
from cohorts.models import Unit
from portal.core.access import RestrictedManager
from students.enums import Tree
from students.models import Student

from .case import Case
from .people import named_person

# Later facts win. The database computes the state, so it can never contradict them.
_STATE = models.Case(
    models.When(reviewed_at__isnull=False, then=models.Value("reviewed")),
    models.When(handed_at__isnull=False, then=models.Value("handed")),
    default=models.Value("open"),
)


@pghistory.track()
class CallLine(models.Model):
    """One line of the call list: a part filled by posts near the student, by a person, or a number.

    Without ``unit`` it holds for the whole school. For each part the lines of the nearest unit
    above the student's places replace those of units further up.
    """

    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="call_lines",
        help_text=_("Empty: for the whole school. A line of a unit replaces those of the same part "
                    "further up."),
    )  # fmt: skip
    part = models.CharField(_("part"), max_length=10, choices=Part.choices)
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    roles = ArrayField(
        models.CharField(max_length=40), verbose_name=_("roles"), default=list, blank=True,
        help_text=_("Codes of roles, separated by commas: whoever holds one above the student."),
    )  # fmt: skip
    tree = models.CharField(
        _("side"), max_length=8, choices=Tree.choices, blank=True,
        help_text=_("Only posts above the student's place in this tree; empty: in any."),
    )  # fmt: skip
    person = named_person(_("person"), "call_lines")
    label = models.CharField(_("name on the list"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    is_used = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("line of the call list")
        verbose_name_plural = _("call list of crises")
        ordering = ["part", "order", "id"]
        constraints = [
            models.CheckConstraint(
                name="callline_reaches_somebody",
                condition=~Q(roles=[]) | Q(person__isnull=False) | ~Q(label=""),
                violation_error_message=_("Name roles, a person, or a name with a phone."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.label}".strip()


@pghistory.track()
class Crisis(models.Model):
    """One alarm about one student, from the first minute to the review.

    ``case`` is the case that went to red with it. Nothing sealed or psychological stands here: only
    what whoever comes at night must know.
    """

    see_action: ClassVar[str] = "see_crisis"

    student = models.ForeignKey(
        Student, verbose_name=_("student"), on_delete=models.PROTECT, related_name="crises"
    )
    case = models.ForeignKey(
        Case, verbose_name=_("case"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="crises",
    )  # fmt: skip
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("raised by"), on_delete=models.PROTECT,
        related_name="crises_opened",
    )  # fmt: skip
    opened_at = models.DateTimeField(_("raised at"))
    place = models.CharField(_("where the student is"), max_length=80, blank=True)
    words = models.CharField(_("what happened"), max_length=500, blank=True)
    # By the clock, nights and weekends included (rulebook 3.2, example 21).
    first_due_at = models.DateTimeField(_("first action due"))
    first_action_at = models.DateTimeField(_("first action"), null=True, editable=False)
    handed_at = models.DateTimeField(_("handed back at"), null=True, blank=True)
    handed_by = named_person(_("handed back by"), "+")
    handed_to = named_person(_("handed to"), "crises_received")
    ended_as = models.CharField(
        _("how it stood"), max_length=8, choices=EndedAs.choices, blank=True
    )
    advice = models.TextField(_("advice"), max_length=1000, blank=True)
    review_on = models.DateField(_("review on"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = named_person(_("reviewed by"), "+")
    lessons = models.TextField(_("what is to be done better"), max_length=2000, blank=True)
    state = models.GeneratedField(
        expression=_STATE,
        output_field=models.CharField(max_length=8, choices=CrisisState.choices),
        db_persist=True,
        verbose_name=_("state"),
    )

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("crisis")
        verbose_name_plural = _("crises")
        constraints = [
            models.UniqueConstraint(
                name="crisis_one_open_per_student", fields=["student"], condition=Q(handed_at=None)
            ),
            models.CheckConstraint(
                name="crisis_handed_to_somebody",
                condition=Q(handed_at=None, handed_to=None, ended_as="", review_on=None)
                | (
                    Q(handed_at__gte=F("opened_at"), handed_to__isnull=False)
                    & Q(review_on__isnull=False) & ~Q(ended_as="") & ~Q(advice="")
                ),
            ),
            models.CheckConstraint(
                name="crisis_reviewed_after_it",
                condition=Q(reviewed_at=None)
                | (Q(reviewed_at__gte=F("handed_at")) & ~Q(lessons="")),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["-opened_at"]),
            models.Index(fields=["case"]),
            models.Index(
                name="crisis_review_due", fields=["review_on"],
                condition=Q(handed_at__isnull=False, reviewed_at=None),
            ),
        ]  # fmt: skip
        triggers = [pgtrigger.Protect(name="keep_crisis", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.student_id} {self.opened_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.handed_at is None


class CrisisHop(models.Model):
    """One step with its minute. Neither changed nor deleted, by nobody.

    ``person`` is the member of staff it is about; ``who`` names others (mother, guard, ward).
    ``by`` is empty for what the portal did itself.
    """

    crisis = models.ForeignKey(Crisis, on_delete=models.PROTECT, related_name="hops")
    kind = models.CharField(_("what"), max_length=10, choices=Hop.choices)
    part = models.CharField(_("part"), max_length=10, choices=Part.choices, blank=True)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    by = named_person(_("by"), "crisis_hops")
    person = named_person(_("person"), "crisis_parts")
    who = models.CharField(_("who"), max_length=60, blank=True)
    words = models.CharField(_("words"), max_length=500, blank=True)
    client_key = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("step of a crisis")
        verbose_name_plural = _("steps of crises")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["crisis", "at"]),
            models.Index(fields=["person", "crisis"]),
            models.Index(fields=["by", "crisis"]),
        ]
        triggers = [
            pgtrigger.Protect(name="keep_crisis_hop", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.crisis_id} {self.kind}"
