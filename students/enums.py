"""Fixed vocabularies of the student record (rulebook 3.4, 6.1, 6.4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    """GB/T 2261.1-2003."""

    UNKNOWN = "0", _("unknown")
    MALE = "1", _("male")
    FEMALE = "2", _("female")
    NOT_STATED = "9", _("not stated")


class PoliticalStatus(models.TextChoices):
    """GB/T 4762-1984. Members' codes follow the party record only."""

    MEMBER = "01", _("CPC member")
    PROBATIONARY = "02", _("CPC probationary member")
    LEAGUE = "03", _("Communist Youth League member")
    RCCK = "04", _("RCCK member")
    CDL = "05", _("CDL member")
    CNDCA = "06", _("CNDCA member")
    CAPD = "07", _("CAPD member")
    CPWDP = "08", _("CPWDP member")
    CZGP = "09", _("CZGP member")
    JIUSAN = "10", _("Jiusan Society member")
    TDSL = "11", _("TDSL member")
    NON_AFFILIATED = "12", _("non-affiliated personage")
    MASSES = "13", _("none of the above")


class StudentStatus(models.TextChoices):
    """The sixteen codes of enrolment status."""

    ENROLLED = "01", _("enrolled")
    ON_LEAVE = "02", _("on leave of absence")
    WITHDRAWN = "03", _("withdrawn")
    SUSPENDED = "04", _("suspended from study")
    RETURNED = "05", _("returned from leave")
    LOST = "06", _("lost contact")
    GRADUATED = "07", _("graduated")
    COMPLETED = "08", _("completed without graduation")
    PARTIAL = "09", _("left with partial study")
    TRANSFERRED = "10", _("transferred out")
    DECEASED = "11", _("deceased")
    KEPT_ADMISSION = "12", _("admission place kept")
    ABROAD = "13", _("sent abroad")
    EXPELLED = "14", _("expelled")
    WHEREABOUTS_UNKNOWN = "15", _("whereabouts unknown")
    OTHER = "99", _("other status")


# Counted in the headcount of enrolled students / present on campus (student_status table).
ENROLLED_STATUSES = ("01", "02", "04", "05", "13", "15", "99")
ON_CAMPUS_STATUSES = ("01", "05")
# Gone for good: the account opens nothing any more (design 5.10).
LEFT_STATUSES = ("03", "07", "08", "09", "10", "11", "14")


class Tree(models.TextChoices):
    """A student stands in one unit of each tree at a time."""

    CLASS = "class", _("class")
    ACADEMY = "academy", _("academy")
    ROOM = "room", _("room")
    BRANCH = "branch", _("party branch")


class MovementKind(models.TextChoices):
    """What an order about a student's place or status did."""

    CLASS = "class", _("transfer of class")
    COLLEGE = "college", _("transfer of college")
    ACADEMY = "academy", _("transfer of academy")
    ROOM = "room", _("transfer of room")
    SPLIT = "split", _("major allocation")
    LEAVE = "leave", _("leave of absence")
    RETURN = "return", _("return to study")
    LOWER = "lower", _("move to a lower cohort")
    GRADUATION = "graduation", _("graduation")
    LEFT = "left", _("leaving the university")
    UNIT = "unit", _("merging or splitting of the unit")


class AttemptKind(models.TextChoices):
    FIRST = "first", _("first sitting")
    RESIT = "resit", _("resit")
    RETAKE = "retake", _("retake")


class SpecialGrade(models.TextChoices):
    """Values without a number (rulebook 6.4)."""

    DEFERRED = "deferred", _("deferred")
    ABSENT = "absent", _("absent")
    CHEATED = "cheated", _("cheated")
    EXEMPT = "exempt", _("exempt")
    NOT_ENTERED = "not_entered", _("not entered")


class Relation(models.TextChoices):
    """What a family contact is to the student."""

    FATHER = "father", _("father")
    MOTHER = "mother", _("mother")
    GRANDPARENT = "grand", _("grandparent")
    SIBLING = "sibling", _("brother or sister")
    SPOUSE = "spouse", _("spouse")
    GUARDIAN = "guardian", _("other guardian")
    OTHER = "other", _("other")


class HealthKind(models.TextChoices):
    """What a health note is about; the words are for those who work with the student."""

    CHRONIC = "chronic", _("long illness")
    ALLERGY = "allergy", _("allergy")
    DISABILITY = "disability", _("disability")
    INJURY = "injury", _("injury or operation")
    OTHER = "other", _("other")


class AidGroup(models.TextChoices):
    """Special groups of 教财〔2018〕16号."""

    OUT_OF_POVERTY = "out_poverty", _("family lifted out of poverty")
    MONITORED = "monitored", _("family watched against falling back into poverty")
    ALLOWANCE = "allowance", _("family on subsistence allowance")
    SUPPORTED = "supported", _("supported as person in special need")
    ORPHAN = "orphan", _("orphan")
    DISABLED = "disabled", _("disabled student")
    OF_DISABLED = "of_disabled", _("child of disabled parents")
    OF_MARTYR = "of_martyr", _("child of a martyr")
    SUDDEN = "sudden", _("sudden hardship")


class AidKindGroup(models.TextChoices):
    """奖、贷、助、勤、补、免、绿色通道 (rulebook 4)."""

    AWARD = "award", _("scholarship")
    LOAN = "loan", _("loan")
    GRANT = "grant", _("grant")
    WORK = "work", _("work-study")
    SUBSIDY = "subsidy", _("subsidy")
    WAIVER = "waiver", _("waiver")
    GREEN = "green", _("green channel")
