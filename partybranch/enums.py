"""Fixed vocabularies of the party side (rulebook 1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartyKind(models.TextChoices):
    COMMITTEE = "committee", _("party committee")
    GENERAL = "general", _("general branch")
    REGULAR = "regular", _("party branch")
    JOINT = "joint", _("joint branch")
    FUNCTIONAL = "functional", _("functional branch")
    TEMPORARY = "temporary", _("temporary branch")


# Only these hold membership relations, admit members, collect dues and elect.
RELATION_HOLDING = (PartyKind.REGULAR, PartyKind.JOINT)
BRANCHES = (*RELATION_HOLDING, PartyKind.FUNCTIONAL, PartyKind.TEMPORARY)
# These stand beside the home branches of their members; a temporary one ends with its task.
BESIDE_KINDS = (PartyKind.FUNCTIONAL, PartyKind.TEMPORARY)
# These stand above branches and call their secretaries together.
ABOVE_BRANCHES = (PartyKind.COMMITTEE, PartyKind.GENERAL)


class Stage(models.IntegerChoices):
    """The five stages of the common chart of 25 steps (rulebook 1.2)."""

    APPLICATION = 1, _("Application")
    ACTIVIST = 2, _("Activist")
    TARGET = 3, _("Development target")
    ADMISSION = 4, _("Admission on probation")
    PROBATION = 5, _("Probation and full membership")


class Body(models.TextChoices):
    """Who decides a step by vote (rulebook 1.4)."""

    MEETING = "meeting", _("branch general meeting")
    BRANCH = "branch", _("branch committee")
    COMMITTEE = "committee", _("party committee")


class Outcome(models.TextChoices):
    """What a branch meeting may propose at the end of probation (P16)."""

    TRANSFER = "transfer", _("transfer to full member")
    EXTEND = "extend", _("extend the probation")
    CANCEL = "cancel", _("cancel probationary membership")


class Decision(models.TextChoices):
    """Recorded decisions that take steps back or end a development (P16, P18, P23)."""

    STOP = "stop", _("stop cultivation")
    TARGET_OFF = "target_off", _("cancel the development target")
    BACK = "back", _("take steps again")
    LAPSED = "lapsed", _("training repeated, the certificate had expired")
    EXTENDED = "extended", _("probation extended")
    CANCELLED = "cancelled", _("probationary membership cancelled")
    POSTPONED = "postponed", _("discussion postponed after a transfer")
    MOVED = "moved", _("moved to another party organisation")


class Ended(models.TextChoices):
    """How a development ended."""

    COMPLETE = "complete", pgettext_lazy("development", "complete")
    STOPPED = "stopped", pgettext_lazy("development", "stopped")
    CANCELLED = "cancelled", pgettext_lazy("development", "membership cancelled")
    MOVED = "moved", pgettext_lazy("development", "moved away")


class Talker(models.TextChoices):
    """Who may hold the talk of step 2 (P3) and of step 16 (P15)."""

    SECRETARY = "secretary", _("branch secretary")
    DEPUTY = "deputy", _("deputy secretary")
    ORGANISATION = "organisation", _("organisation member of the committee")
    COMMITTEE = "committee_member", _("member of the party committee")
    ORGANISER = "organiser", _("organiser")


FIRST_TALK = (Talker.SECRETARY, Talker.DEPUTY, Talker.ORGANISATION)
COMMITTEE_TALK = (Talker.COMMITTEE, Talker.ORGANISER)


class Recommendation(models.TextChoices):
    """From where an activist is proposed (P4)."""

    MEMBERS = "members", _("recommended by party members")
    LEAGUE = "league", _("recommended by the Youth League")


class Reply(models.TextChoices):
    """How the upper committee answers the report of step 8."""

    FILED = "filed", _("filed")
    CONSENT = "consent", _("consent")


class Duty(models.TextChoices):
    """What a full member does for a person under development."""

    CONTACT = "contact", _("cultivation contact")
    INTRODUCER = "introducer", _("introducer")


class Entry(models.TextChoices):
    """How a member came into a branch."""

    ADMITTED = "admitted", _("admitted here")
    TRANSFER = "transfer", _("transferred in")
    JOINED = "joined", _("joined beside the home branch")


class Look(models.TextChoices):
    """Entries of the cultivation book (P6, P21)."""

    ASSESSMENT = "assessment", _("half-yearly assessment")
    REPORT = "report", _("thought report")
    TALK = "talk", _("cultivation talk")


class Applies(models.TextChoices):
    """Branches to which the yearly number of a kind of event applies (rulebook 1.6)."""

    ALL = "all", _("every branch")
    COMMITTEE = "committee", _("branches with a committee")
    GROUPS = "groups", _("branches with party groups")


class Called(models.TextChoices):
    """Who should attend an event of a kind; the form begins with them."""

    MEMBERS = "members", _("all members")
    COMMITTEE = "committee", _("the branch committee")
    SOME = "some", _("those whom the form names")
    SECRETARIES = "heads", _("secretaries of the branches below (held by a committee)")


class Presence(models.TextChoices):
    PRESENT = "present", pgettext_lazy("attendance", "present")
    LEAVE = "leave", pgettext_lazy("attendance", "on leave")
    ABSENT = "absent", pgettext_lazy("attendance", "absent")


class Grade(models.TextChoices):
    """Result of the yearly democratic appraisal (rulebook 1.6)."""

    EXCELLENT = "excellent", _("excellent")
    GOOD = "good", pgettext_lazy("appraisal", "qualified")
    FAIR = "fair", pgettext_lazy("appraisal", "barely qualified")
    POOR = "poor", pgettext_lazy("appraisal", "not qualified")


class BranchPost(models.TextChoices):
    """Posts that a branch elects; each is the code of its role."""

    SECRETARY = "branch_secretary", _("branch secretary")
    DEPUTY = "branch_deputy", _("deputy secretary")
    ORGANISATION = "branch_organisation", _("organisation member of the committee")
    PUBLICITY = "branch_publicity", _("publicity member of the committee")
    DISCIPLINE = "branch_discipline", _("discipline member of the committee")


class Change(models.TextChoices):
    """What an application about branches comes to (rulebook 1.5); told by its proposal."""

    FOUND = "found", _("founding of branches")
    SPLIT = "split", _("splitting of a branch")
    MERGE = "merge", _("merging of branches")
    DISSOLVE = "dissolve", _("dissolving of branches")
    REGROUP = "regroup", _("regrouping of branches")
    BESIDE = "beside", _("a functional or temporary branch")
    CLOSE = "close", _("closing of a functional or temporary branch")


# Applications that move no membership relation.
ALONE = (Change.BESIDE, Change.CLOSE)


class ChangeState(models.TextChoices):
    """Told by the dated facts of an application; the database computes it."""

    DRAFT = "draft", pgettext_lazy("application", "draft")
    SENT = "sent", pgettext_lazy("application", "waits for the committee")
    APPLIED = "applied", pgettext_lazy("application", "approved and carried out")
    REFUSED = "refused", pgettext_lazy("application", "not approved")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "withdrawn")


class Grouping(models.TextChoices):
    """By what the people of the chosen branches are grouped anew."""

    MAJOR = "major", _("by major")
    GRADE = "grade", _("by entry year")
    CLASS = "class", _("by class")
    ACADEMY = "academy", _("by academy")
    COLLEGE = "college", _("by college")
    BALANCE = "balance", _("balanced: staff, students and stages evenly")
    ONE = "one", _("all in one")
    HAND = "hand", _("by hand, beginning as they stand")


class HonourLevel(models.TextChoices):
    """Who gives a prize or title."""

    COLLEGE = "college", pgettext_lazy("honour", "college or academy")
    SCHOOL = "school", pgettext_lazy("honour", "school")
    PROVINCE = "province", pgettext_lazy("honour", "city or province")
    NATION = "nation", pgettext_lazy("honour", "nation")


# Kinds of link that are flags on a member (双带头人, 领雁计划): their codes begin so.
FLAG = "flag_"
DUAL_LEADER = f"{FLAG}dual"

# The kind of event at which members are graded, and those that end with a certificate.
GRADED = "appraisal"
CERTIFIED = frozenset({"training", "secretary_forum"})
