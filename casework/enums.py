"""Fixed vocabularies of casework (rulebook 3.5, 3.6; design 6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Rank of the most serious level.
RED_RANK = 1


class Stage(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    REPORTED = "reported", _("reported")
    TRIAGED = "triaged", _("triaged")
    OPENED = "opened", _("file opened")
    PLANNED = "planned", _("plan made")
    IN_HELP = "in_help", _("in help")
    TRACKING = "tracking", _("tracking")
    ASSESSED = "assessed", _("assessed")
    CLOSED = "closed", _("closed out")
    REFERRED = "referred", _("referred")


class Outcome(models.TextChoices):
    SOLVED = "solved", _("solved")
    REFERRED = "referred", _("referred")
    LEFT = "left", _("left the school")
    UNFOUNDED = "unfounded", _("entry not confirmed")


class Source(models.TextChoices):
    RULE = "rule", _("data rule")
    COUNSELLOR = "counsellor", _("counsellor")
    ADVISER = "adviser", _("class adviser")
    TUTOR = "tutor", _("tutor")
    DORM = "dorm", _("dormitory staff")
    STUDENT = "student", _("student report")
    FAMILY = "family", _("family")
    SCREENING = "screening", _("screening")
    HOSPITAL = "hospital", _("hospital")
    SECURITY = "security", _("security office")
    CRISIS = "crisis", _("crisis")


class Channel(models.TextChoices):
    """How the contact took place."""

    FACE = "face", _("face to face")
    PHONE = "phone", _("by phone")
    VISIT = "visit", _("visit")
    FAMILY = "family", _("with the family")
    ONLINE = "online", _("online")


class Risk(models.TextChoices):
    NONE = "none", _("nothing unusual")
    ORDINARY = "ordinary", _("ordinary")
    RAISED = "raised", _("raised")
    HIGH = "high", _("high")


class Confidentiality(models.TextChoices):
    """Psychological and sealed text has a storage of its own; it is never kept here."""

    GENERAL = "general", _("general")
    RESTRICTED = "restricted", _("task force only")


class WriteLevel(models.TextChoices):
    READ = "read", _("may read")
    WRITE = "write", _("may write")


class KeyKind(models.TextChoices):
    """What both sides have to confirm; raising needs nobody's consent (rulebook 3.2)."""

    ENTER = "enter", _("entry")
    LOWER = "lower", _("lowering")
    CLOSE = "close", _("closing")


class KeySide(models.TextChoices):
    COLLEGE = "college", _("college")
    ACADEMY = "academy", _("academy")
    COUNSELLING = "counselling", _("counselling centre")


class KeyVerdict(models.TextChoices):
    AGREED = "agreed", _("agreed")
    DISAGREED = "disagreed", _("disagreed")


class KeyState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    WAITING = "waiting", _("waiting")
    DISAGREED = "disagreed", _("goes to the next joint meeting")
    GRANTED = "granted", _("confirmed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("taken back")


class Helped(models.TextChoices):
    """What the student says; no word of why anybody was there."""

    MUCH = "much", _("very helpful")
    SOME = "some", _("somewhat helpful")
    LITTLE = "little", _("of little help")
    NOT = "not", _("not helpful")


# A contact with fewer characters than this is a tick, not a contact (design 6).
REAL_CONTACT_CHARS = 6
# A record about more students than one room holds is an event, not a contact with each of them.
GROUP_CONTACT_MAX = 6
# Fewer characters than this are no reason for an exception from the rule.
MIN_REASON_CHARS = 6


class ProblemState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    OPEN = "open", _("being fixed")
    FIXED = "fixed", _("fixed, to be looked at again")
    CHECKED = "checked", _("looked at again")
    DROPPED = "dropped", _("dropped")


class Effect(models.TextChoices):
    """Whether new cases of the same cause fell after a general fix."""

    FELL = "fell", _("fewer new cases")
    SAME = "same", _("as many new cases")
    ROSE = "rose", _("more new cases")


class Move(models.TextChoices):
    """Kinds of move. Only the first two change who is responsible."""

    ASSIGN = "assign", pgettext_lazy("case", "assign")
    TRANSFER = "transfer", pgettext_lazy("case", "transfer")
    REQUEST = "request", _("ask for help")
    REFER = "refer", _("refer")


OWNER_MOVES = (Move.ASSIGN, Move.TRANSFER)


class MoveState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    WAITING = "waiting", _("waiting for an answer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    DONE = "done", _("done")
    REVOKED = "revoked", _("taken back")


class Counting(models.TextChoices):
    """Which records count as a time done of a plan step."""

    ANY = "any", _("any contact")
    FACE = "face", _("face to face")
    PHONE = "phone", _("by phone")
    VISIT = "visit", _("visit")
    FAMILY = "family", _("with the family")
    ONLINE = "online", _("online")


class Helper(models.TextChoices):
    """People around a student by what they are to him; who it is follows from posts and links."""

    RESPONSIBLE = "responsible", _("responsible person of the case")
    COUNSELLOR = "counsellor", _("counsellor")
    ADVISER = "adviser", _("class adviser")
    TUTOR = "tutor", _("tutor")
    LEADER = "leader", _("contracting leader")
    ORGANISER = "organiser", _("organiser")
