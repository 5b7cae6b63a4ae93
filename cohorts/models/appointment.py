"""Posts with dates, the roles they carry, and the grants that project them onto units."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from cohorts.enums import Side, UnitKind
from portal.core.access import RestrictedManager, RestrictedQuerySet


@pghistory.track()
class Role(models.Model):
    """A kind of post: what it may do, and on which kinds of unit it can be held."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("duty"), max_length=200, blank=True)
    side = models.CharField(_("side"), max_length=8, choices=Side.choices, default=Side.COLLEGE)
    unit_kinds = ArrayField(
        models.CharField(max_length=12, choices=UnitKind.choices),
        verbose_name=_("kinds of unit"),
        help_text=_("A post of this role can be held on units of these kinds only."),
    )
    permissions = models.ManyToManyField(
        Permission,
        verbose_name=_("allowed actions"),
        blank=True,
        related_name="unit_roles",
    )
    is_single = models.BooleanField(
        _("one holder per unit"), default=False, help_text=_("Two people cannot hold it at once.")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    load_limit = models.ForeignKey(
        "cohorts.Parameter",
        verbose_name=_("load limit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="roles",
        help_text=_("At most so many students per person; the number stands in the parameters."),
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(RestrictedQuerySet):
    def in_force(self, day: object) -> "AppointmentQuerySet":
        """Posts held on ``day``; both end days are included."""
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, revoked_at=None
        )


@pghistory.track()
class Appointment(models.Model):
    """A person holds a role on a unit from one day to another. Ended, never deleted.

    ``ends_on`` is the last day (a letter says 至2027年8月31日). ``revoked_at`` cuts the post at
    that moment, whatever the dates say. The dates are tested in every query; writing goes
    through cohorts.domain.appointments only.
    """

    see_action: ClassVar[str] = "see_unit"

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.PROTECT, related_name="appointments"
    )
    unit = models.ForeignKey(
        "cohorts.Unit",
        verbose_name=_("unit"),
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True, help_text=_("Last day of the post."))
    revoked_at = models.DateTimeField(_("cut off at"), null=True, blank=True, editable=False)
    letter_no = models.CharField(_("letter number"), max_length=40, blank=True)
    appointed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("appointed by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    stands_in_for = models.ForeignKey(
        "self",
        verbose_name=_("stands in for"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deputies",
        help_text=_("The post whose holder is away. A deputy's post always has an end."),
    )

    objects = RestrictedManager.from_queryset(AppointmentQuerySet)()

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["unit__code", "role__order", "-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="appointment_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day is before the first day."),
            ),
            models.UniqueConstraint(
                name="appointment_once",
                fields=["person", "role", "unit", "starts_on"],
                condition=Q(revoked_at=None),
                violation_error_message=_("This person already holds this post from that day."),
            ),
            models.CheckConstraint(
                name="appointment_deputy_has_an_end",
                condition=Q(stands_in_for=None) | Q(ends_on__isnull=False),
                violation_error_message=_("A deputy's post needs a last day."),
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"])]

    def __str__(self) -> str:
        return f"{self.person.name} · {self.role} · {self.unit}"

    def clean(self) -> None:
        if self.role_id and self.unit_id and self.unit.kind not in self.role.unit_kinds:
            raise ValidationError(
                {
                    "unit": _("%(role)s cannot be held on a unit of this kind (%(kind)s).")
                    % {"role": self.role, "kind": self.unit.get_kind_display()}
                }
            )


class Grant(UserObjectPermissionBase):
    """Projection of appointments: person may do the action on the unit and all below it.

    Written only by cohorts.domain.reconcile. Dates are tested in the query, so an expired row
    opens nothing even if the nightly clean-up never runs (design 5.2).
    """

    content_object = models.ForeignKey(
        "cohorts.Unit", on_delete=models.CASCADE, related_name="grants"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        unique_together: ClassVar[list[list[str]]] = []
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission", "content_object", "starts_on", "ends_on"],
                name="grant_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.permission_id} @{self.content_object_id}"
