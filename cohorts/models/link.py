"""Dated links between a person and somebody or something looked after."""

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.enums import LinkHolder, LinkTarget


class LinkKind(models.Model):
    """A kind of link, with the actions it carries and how many one person may hold."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    holder = models.CharField(
        _("whose link"), max_length=8, choices=LinkHolder.choices, default=LinkHolder.STAFF,
        db_default=LinkHolder.STAFF,
    )  # fmt: skip
    target = models.CharField(
        _("to what"), max_length=8, choices=LinkTarget.choices, default=LinkTarget.STUDENT,
        db_default=LinkTarget.STUDENT,
    )  # fmt: skip
    permissions = models.ManyToManyField(
        Permission, verbose_name=_("allowed actions"), blank=True, related_name="link_kinds"
    )
    load_limit = models.PositiveSmallIntegerField(
        _("at most per person"),
        null=True,
        blank=True,
        help_text=_("Empty: the number of the parameter below; without that, no limit."),
    )
    limit_parameter = models.ForeignKey(
        "cohorts.Parameter",
        verbose_name=_("limit by parameter"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="link_kinds",
    )
    is_limit_per_year = models.BooleanField(
        _("counted for each entry year"),
        default=False,
        help_text=_("The limit holds for the students of each entry year by themselves."),
    )
    is_single = models.BooleanField(
        _("one at a time"),
        default=False,
        help_text=_(
            "Whoever or whatever is linked has one of this kind at a time; stand-ins do not count."
        ),
    )
    roles = models.ManyToManyField(
        "cohorts.Role",
        verbose_name=_("who may be linked"),
        blank=True,
        related_name="link_kinds",
        help_text=_("Holders of one of these roles; empty means any member of staff."),
    )

    class Meta:
        verbose_name = _("kind of link")
        verbose_name_plural = _("kinds of link")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def limit(self) -> int | None:
        """Students one person may have, in all or of one entry year (``is_limit_per_year``)."""
        if self.load_limit is not None:
            return self.load_limit
        return int(self.limit_parameter.value) if self.limit_parameter else None


class DatedLink(models.Model):
    """Base of links: who, what kind, from when to when (``ends_on`` is the last day)."""

    kind = models.ForeignKey(
        LinkKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="%(class)ss",
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            )
        ]
