"""Kinds of party organisation (rulebook 1.5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartyKind(models.TextChoices):
    COMMITTEE = "committee", _("party committee")
    GENERAL = "general", _("general branch")
    REGULAR = "regular", _("party branch")
    JOINT = "joint", _("joint branch")
    FUNCTIONAL = "functional", _("functional branch")
    TEMPORARY = "temporary", _("temporary branch")


# Only these hold membership relations, admit members, collect dues and elect.
RELATION_HOLDING = (PartyKind.REGULAR, PartyKind.JOINT)
