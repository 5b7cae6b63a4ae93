"""Around posts: letters of appointment, blocks, and the posts that a unit must have."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.enums import BlockedPost, UnitKind
from portal.core.access import RestrictedManager

from .appointment import Appointment, Role


@pghistory.track()
class Letter(models.Model):
    """One line of the register of letters (聘书): a number is given once and never again.

    The words are kept as they were signed, so that a copy years later reads the same.
    """

    see_action: ClassVar[str] = "see_unit"

    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    post = models.OneToOneField(
        Appointment, verbose_name=_("appointment"), on_delete=models.PROTECT, related_name="letter"
    )
    person_name = models.CharField(_("name"), max_length=80)
    role_name = models.CharField(_("role"), max_length=120)
    issuer_name = models.CharField(_("issued by"), max_length=80)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT,
        related_name="+", verbose_name=_("entered by"),
    )  # fmt: skip

    objects = RestrictedManager()

    class Meta:
        verbose_name = _("letter of appointment")
        verbose_name_plural = _("letters of appointment")
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="letter_number_once_a_year",
                fields=["year", "number"],
                violation_error_message=_("This letter number is already given in that year."),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """〔2026〕17号."""
        return f"〔{self.year}〕{self.number}号"


@pghistory.track()
class PostBlock(models.Model):
    """A person may not be appointed to these posts for a time. Lifted, never deleted."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT,
        related_name="post_blocks",
    )  # fmt: skip
    covers = ArrayField(
        models.CharField(max_length=20, choices=BlockedPost.choices),
        verbose_name=_("keeps from"),
    )
    reason = models.CharField(_("reason"), max_length=300)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True, help_text=_("Last day."))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("set by"), null=True, editable=False,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    set_at = models.DateTimeField(_("set at"), auto_now_add=True)

    class Meta:
        verbose_name = _("block of posts")
        verbose_name_plural = _("blocks of posts")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="postblock_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day is before the first day."),
            )
        ]
        indexes = [models.Index(fields=["person", "starts_on"])]

    def __str__(self) -> str:
        return f"{self.person.name}: {self.words}"

    @property
    def words(self) -> str:
        return "、".join(str(BlockedPost(code).label) for code in self.covers)


@pghistory.track()
class RequiredPost(models.Model):
    """Every open unit of this kind must have this post; where it is empty, it is a vacancy."""

    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="required"
    )
    unit_kind = models.CharField(_("kind of unit"), max_length=12, choices=UnitKind.choices)
    parent_kind = models.CharField(
        _("only below"), max_length=12, choices=UnitKind.choices, blank=True,
        help_text=_("For cohorts: those of colleges and those of academies need other posts."),
    )  # fmt: skip
    wanted = models.PositiveSmallIntegerField(_("how many"), default=1)
    or_below = models.BooleanField(
        _("posts below count too"), default=False,
        help_text=_("A counsellor of a class also serves its cohort."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("required post")
        verbose_name_plural = _("required posts")
        ordering = ["role__order", "unit_kind"]
        constraints = [
            models.UniqueConstraint(
                name="requiredpost_once", fields=["role", "unit_kind", "parent_kind"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} · {self.get_unit_kind_display()}"
