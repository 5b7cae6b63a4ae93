"""What students ask for or complain about: sent, sorted, answered, confirmed, asked again."""

import secrets
from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from casework.request_enums import Move, RequestState
from cohorts.models import Unit
from portal.core.access import RestrictedManager
from students.models import Student

_PERSON = settings.AUTH_USER_MODEL
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_code() -> str:
    """Ten letters that cannot be guessed and are not taken for one another."""
    return "".join(secrets.choice(_LETTERS) for _n in range(10))


class GoesTo(models.TextChoices):
    OFFICE = "office", _("the named office or unit")
    COLLEGE = "college", _("the student's college")
    ACADEMY = "academy", _("the student's academy, or that of the building")


@pghistory.track()
class RequestKind(models.Model):
    """What can be asked for, and by when it is answered; the school's own rows."""

    code = models.SlugField(_("code"), max_length=20, primary_key=True)
    name = models.CharField(_("name"), max_length=40)
    help = models.CharField(_("examples"), max_length=120, blank=True)
    answer_days = models.PositiveSmallIntegerField(_("answered within (working days)"), default=5)
    office = models.ForeignKey(
        Unit, verbose_name=_("office"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+", help_text=_("Proposed when no line of the duty list fits."),
    )  # fmt: skip
    is_protected = models.BooleanField(
        _("protected"),
        default=False,
        help_text=_("The sender is shown to the independent handler only."),
    )
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("kind of request")
        verbose_name_plural = _("kinds of request")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class OfficeDuty(models.Model):
    """部门责任清单: which office answers for which matter, by whom, within how many working days.

    ``words`` are found in the text of a request; more of them found, the earlier it is proposed.
    """

    kind = models.ForeignKey(
        RequestKind, verbose_name=_("kind of request"), on_delete=models.PROTECT,
        related_name="duties",
    )  # fmt: skip
    matter = models.CharField(_("matter"), max_length=60)
    words = models.CharField(
        _("words in the text"), max_length=200, blank=True, help_text=_("Separated by spaces.")
    )
    goes_to = models.CharField(
        _("goes to"), max_length=8, choices=GoesTo.choices, default=GoesTo.OFFICE
    )
    unit = models.ForeignKey(
        Unit, verbose_name=_("office"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="duties",
    )  # fmt: skip
    owner = models.ForeignKey(
        _PERSON, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    answer_days = models.PositiveSmallIntegerField(
        _("answered within (working days)"), null=True, blank=True,
        help_text=_("Empty: as the kind of request says."),
    )  # fmt: skip
    is_used = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("office duty")
        verbose_name_plural = _("office duties")
        ordering = ["kind", "order", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="officeduty_names_its_office",
                condition=~Q(goes_to="office") | Q(unit__isnull=False),
                violation_error_message=_("Name the office, or choose college or academy."),
            )
        ]

    def __str__(self) -> str:
        return self.matter


@pghistory.track()
class Request(models.Model):
    """One request. ``state`` follows from its dates; each move is a row of ``RequestStep``.

    A protected one names no student and no sender: ``sender_sealed`` is the encrypted account,
    ``sender_mark`` a keyed digest by which the sender finds it again. ``first_asked`` took it first
    and keeps sight until it is closed. ``due_on`` lies ``answer_days`` working days after
    ``due_from``, the day it was sent or reopened; ``is_due_provisional`` where the holiday table was missing.
    """

    see_action: ClassVar[str] = "see_request"

    kind = models.ForeignKey(RequestKind, on_delete=models.PROTECT, related_name="requests")
    text = models.TextField(_("text"), max_length=2000)
    place = models.CharField(_("place"), max_length=80, blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    student = models.ForeignKey(
        Student, null=True, on_delete=models.PROTECT, related_name="requests"
    )
    sent_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    is_protected = models.BooleanField(default=False)
    sender_sealed = models.BinaryField(null=True)
    sender_mark = models.CharField(max_length=64, blank=True)
    about = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    first_asked = models.ForeignKey(
        _PERSON, null=True, on_delete=models.PROTECT, related_name="first_asked_requests"
    )
    office = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    handler = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    due_from = models.DateField()
    answer_days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    is_due_provisional = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    routed_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    first_answered_at = models.DateTimeField(null=True)
    is_in_time = models.BooleanField(null=True)
    closed_at = models.DateTimeField(null=True)
    has_lapsed = models.BooleanField(default=False)
    is_solved = models.BooleanField(null=True)
    is_satisfied = models.BooleanField(null=True)
    recheck_on = models.DateField(null=True)
    is_still_fine = models.BooleanField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    client_key = models.UUIDField(null=True, unique=True)
    version = models.PositiveIntegerField(default=1)
    state = models.GeneratedField(
        expression=models.Case(
            models.When(withdrawn_at__isnull=False, then=Value("withdrawn")),
            models.When(closed_at__isnull=False, then=Value("closed")),
            models.When(answered_at__isnull=False, then=Value("answered")),
            models.When(taken_at__isnull=False, then=Value("in_progress")),
            models.When(routed_at__isnull=False, then=Value("routed")),
            default=Value("sent"),
            output_field=models.CharField(max_length=12, choices=RequestState.choices),
        ),
        output_field=models.CharField(max_length=12, choices=RequestState.choices),
        db_persist=True,
    )

    is_open = models.GeneratedField(
        expression=models.Case(
            models.When(closed_at=None, withdrawn_at=None, then=True),
            default=False,
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-sent_at", "-id"]
        indexes = [
            models.Index(fields=["state", "due_on"]),
            models.Index(fields=["office", "state", "due_on"]),
            models.Index(fields=["student", "-sent_at"]),
            models.Index(fields=["first_asked", "is_open"]),
            models.Index(fields=["sender_mark"], name="request_mark", condition=~Q(sender_mark="")),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="request_closed_after_answer",
                condition=Q(closed_at=None)
                | Q(answered_at__isnull=False, answered_at__lte=F("closed_at")),
            ),
            models.CheckConstraint(
                name="request_answered_by_an_office",
                condition=Q(answered_at=None) | (Q(office__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="request_routed_to_an_office",
                condition=Q(routed_at=None) | Q(office__isnull=False),
            ),
            models.CheckConstraint(
                name="request_protected_hides_its_sender",
                condition=Q(is_protected=False)
                | Q(student=None, sent_by=None, first_asked=None, sender_sealed__isnull=False),
            ),
            models.CheckConstraint(
                name="request_not_to_whom_it_is_about",
                condition=Q(about=None) | Q(office=None) | ~Q(about=F("office")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="keep_request", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"SQ{self.pk:06d}"

    @property
    def state_words(self) -> str:
        return str(RequestState(self.state).label)


class RequestStep(models.Model):
    """One dated move; written once, never changed. ``person`` is empty for the clock and for the
    sender of a protected request."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="steps")
    move = models.CharField(max_length=10, choices=Move.choices)
    at = models.DateTimeField()
    person = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=2000, blank=True)
    client_key = models.UUIDField(null=True, unique=True)

    class Meta:
        verbose_name = _("step of a request")
        verbose_name_plural = _("steps of a request")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["request", "at"])]
        triggers = [
            pgtrigger.Protect(
                name="keep_request_step", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.get_move_display()


@pghistory.track()
class ReportCode(models.Model):
    """The address on the sheet that hangs in a building; revoked, never deleted."""

    unit = models.ForeignKey(
        Unit, verbose_name=_("building"), on_delete=models.PROTECT, related_name="report_codes"
    )
    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    made_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("code of a building")
        verbose_name_plural = _("codes of buildings")
        ordering = ["unit", "-made_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                name="reportcode_one_in_force", fields=["unit"], condition=Q(revoked_at=None)
            )
        ]
        triggers = [pgtrigger.Protect(name="keep_report_code", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.code
