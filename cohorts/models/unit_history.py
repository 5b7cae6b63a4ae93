"""What units were before: earlier names and places, successors; and the rings of groups."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.enums import Ring, Succession, UnitKind

from .unit import Unit


class UnitPast(models.Model):
    """Up to and including ``until`` the unit had this name and stood under this parent.

    One row for each rename or move; what holds today is on the unit itself, so a unit that was
    never changed has no row. Written by cohorts.domain only, never changed afterwards.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="past")
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    parent = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    until = models.DateField(_("until"))
    order_no = models.CharField(_("order number"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("earlier name and place")
        verbose_name_plural = _("earlier names and places")
        ordering = ["unit_id", "until"]
        constraints = [models.UniqueConstraint(fields=["unit", "until"], name="unitpast_once")]

    def __str__(self) -> str:
        return f"{self.name} … {self.until}"


class UnitSuccession(models.Model):
    """From ``on`` the successor goes on in place of the unit (merge), or beside it (split)."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="predecessions")
    how = models.CharField(_("how"), max_length=8, choices=Succession.choices)
    on = models.DateField(_("from"))
    order_no = models.CharField(_("order number"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("successor")
        verbose_name_plural = _("successors")
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_how_display()} {self.successor}"


@pghistory.track()
class GroupMember(models.Model):
    """A person in the inner or outer ring of a standing group or studio. It grants nothing:
    rights come from posts."""

    group = models.ForeignKey(
        Unit,
        verbose_name=_("standing group"),
        on_delete=models.PROTECT,
        related_name="group_members",
        limit_choices_to={"kind__in": [UnitKind.GROUP, UnitKind.STUDIO]},
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="group_places",
    )
    ring = models.CharField(_("ring"), max_length=8, choices=Ring.choices, default=Ring.INNER)
    duty = models.CharField(_("duty"), max_length=60, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True, help_text=_("Last day."))

    class Meta:
        verbose_name = _("member of a group")
        verbose_name_plural = _("members of groups")
        ordering = ["group__code", "ring", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="groupmember_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day is before the first day."),
            ),
            models.UniqueConstraint(
                name="groupmember_once", fields=["group", "person"], condition=Q(ends_on=None),
                violation_error_message=_("This person is in the group already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person.name} · {self.group}"
