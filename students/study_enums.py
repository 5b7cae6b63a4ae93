"""Fixed vocabularies of study: plans, grade points, warnings (rulebook 3.3, 6.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Need(models.TextChoices):
    """Whether the courses of a group have to be taken, or some of them chosen."""

    REQUIRED = "required", _("required")
    ELECTIVE = "elective", _("elective")


class Formula(models.TextChoices):
    """How a number becomes a grade point; words and letters have points of their own."""

    BANDS = "bands", _("bands of scores")
    CURVE = "curve", _("4 − 3 × (100 − score)² ÷ 1600, from 60")
    LINEAR = "linear", _("score ÷ 10 − 5, from 60")


class Sitting(models.TextChoices):
    """Which of several attempts at one course counts."""

    BEST = "best", _("the best attempt")
    LAST = "last", _("the last attempt")
    FIRST = "first", _("the first attempt")
    ALL = "all", _("every attempt")


class Colour(models.TextChoices):
    """Colours of warning levels; their codes are those of the levels of the ledger."""

    RED = "RED", _("red")
    ORANGE = "ORANGE", _("orange")
    YELLOW = "YELLOW", _("yellow")
    BLUE = "BLUE", _("blue")


class WarningState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    FOUND = "found", _("to be confirmed")
    CONFIRMED = "confirmed", _("confirmed")
    CLEARED = "cleared", _("cleared")
    DISMISSED = "dismissed", _("not a warning")


class StepKind(models.TextChoices):
    """What follows a confirmed warning (rulebook 3.3)."""

    NOTICE = "notice", _("notice to the student")
    TALK = "talk", _("talk")
    FAMILY = "family", _("notice to the family")
    PLAN = "plan", _("help plan")
