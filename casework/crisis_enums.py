"""Fixed vocabularies of a crisis (rulebook 3.7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Part(models.TextChoices):
    """Who is called, in the order of the chain; who that is stands in ``CallLine``."""

    COUNSELLOR = "counsellor", _("counsellor on duty")
    ACADEMY = "academy", _("leader of the academy")
    COLLEGE = "college", _("leader of the college")
    CENTRE = "centre", _("counselling centre")
    FAMILY = "family", pgettext_lazy("call list", "family")
    SECURITY = "security", _("security")
    AFFAIRS = "affairs", _("student affairs")
    HOSPITAL = "hospital", _("hospital and emergency numbers")


class Hop(models.TextChoices):
    """What happened, each with its minute; nothing is taken back, a mistake gets a further line."""

    OPENED = "opened", _("alarm raised")
    TOLD = "told", _("told")
    NO_ANSWER = "no_answer", _("no answer")
    TAKEN = "taken", _("is acting on it")
    REACHED = "reached", _("student reached")
    ARRIVED = "arrived", _("arrived at the student")
    STAYS = "stays", _("stays with the student")
    LEFT = "left", _("left the student")
    FAMILY = "family", _("family told")
    HOSPITAL = "hospital", _("in hospital")
    SAFE = "safe", _("student is safe")
    NOTE = "note", pgettext_lazy("crisis", "note")
    HANDED = "handed", _("handed back")
    REVIEWED = "reviewed", _("reviewed")


# What people tap on the page; the others are written by the act itself.
TAPPED = (
    Hop.TOLD, Hop.NO_ANSWER, Hop.TAKEN, Hop.REACHED, Hop.ARRIVED, Hop.STAYS, Hop.LEFT, Hop.FAMILY,
    Hop.HOSPITAL, Hop.SAFE, Hop.NOTE,
)  # fmt: skip
# Somebody does something about it: the clock of the first action stops (rulebook 3.2: 2 hours).
FIRST_ACTIONS = frozenset(
    {Hop.TAKEN, Hop.REACHED, Hop.ARRIVED, Hop.STAYS, Hop.FAMILY, Hop.HOSPITAL, Hop.SAFE}
)
# Never left alone: whoever stays, until somebody else does, the hospital does, or nobody does.
COMPANY = (Hop.STAYS, Hop.ARRIVED, Hop.HOSPITAL, Hop.LEFT)


class CrisisState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    OPEN = "open", pgettext_lazy("crisis", "running")
    HANDED = "handed", _("handed back")
    REVIEWED = "reviewed", _("reviewed")


class EndedAs(models.TextChoices):
    """How it stood when it was handed back; no finding of a doctor."""

    SAFE = "safe", _("calm again, looked after on campus")
    HOSPITAL = "hospital", _("looked after in hospital")
    FAMILY = "family", _("at home with the family")
    ALARM = "alarm", _("no crisis: the alarm was not needed")
