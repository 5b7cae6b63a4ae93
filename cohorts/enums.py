"""Fixed vocabularies of the organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UnitKind(models.TextChoices):
    UNIVERSITY = "university", _("university")
    COLLEGE = "college", _("college")
    ACADEMY = "academy", _("academy")
    OFFICE = "office", _("office")
    COHORT = "cohort", _("cohort")
    CLASS = "class", _("class")
    BUILDING = "building", _("building")
    FLOOR = "floor", _("floor")
    ROOM = "room", _("room")
    GROUP = "group", _("standing group")
    STUDIO = "studio", _("studio")
    PARTY = "party", _("party organisation")


# Rooms are many: a post reaches people through their rooms only when it is held on one of these.
DWELLING_KINDS = (UnitKind.BUILDING, UnitKind.FLOOR, UnitKind.ROOM)
# The same holds for party organisations: a joint branch gathers students of several colleges, and
# a college's posts must not reach the others' through it.
INNER_KINDS = (*DWELLING_KINDS, UnitKind.PARTY)

# Which kind may stand under which (parent kind → child kinds). The tree checks against it.
CHILD_KINDS: dict[str, frozenset[str]] = {
    UnitKind.UNIVERSITY: frozenset(
        {
            UnitKind.COLLEGE, UnitKind.ACADEMY, UnitKind.OFFICE, UnitKind.GROUP, UnitKind.STUDIO,
            UnitKind.PARTY,
        }
    ),
    UnitKind.COLLEGE: frozenset(
        {
            UnitKind.COHORT, UnitKind.OFFICE, UnitKind.GROUP, UnitKind.STUDIO, UnitKind.COLLEGE,
            UnitKind.PARTY,
        }
    ),
    UnitKind.ACADEMY: frozenset(
        {
            UnitKind.COHORT, UnitKind.BUILDING, UnitKind.OFFICE, UnitKind.GROUP, UnitKind.STUDIO,
            UnitKind.PARTY,
        }
    ),
    UnitKind.OFFICE: frozenset({UnitKind.OFFICE, UnitKind.GROUP, UnitKind.STUDIO}),
    UnitKind.COHORT: frozenset({UnitKind.CLASS, UnitKind.GROUP}),
    UnitKind.CLASS: frozenset({UnitKind.GROUP}),
    UnitKind.BUILDING: frozenset({UnitKind.FLOOR, UnitKind.ROOM, UnitKind.GROUP}),
    UnitKind.FLOOR: frozenset({UnitKind.ROOM}),
    UnitKind.ROOM: frozenset(),
    UnitKind.GROUP: frozenset({UnitKind.GROUP}),
    UnitKind.STUDIO: frozenset({UnitKind.GROUP}),
    UnitKind.PARTY: frozenset({UnitKind.PARTY}),
}  # fmt: skip


class Side(models.TextChoices):
    """Which parent a post speaks for (rulebook 10)."""

    COLLEGE = "college", _("college side")
    ACADEMY = "academy", _("academy side")
    SCHOOL = "school", _("school")


class MemberType(models.TextChoices):
    """The five role types of a contracting group (system 14)."""

    LEADER = "leader", _("contracting leader")
    COUNSELLOR = "counsellor", _("counsellor")
    ADVISER = "adviser", _("class adviser")
    ORGANISER = "organiser", _("organiser")
    PARTY_TUTOR = "party_tutor", _("party-building tutor")


class LinkHolder(models.TextChoices):
    """Whose link it is. Links of staff to students open records; the others open nothing."""

    STAFF = "staff", _("member of staff")
    MEMBER = "member", _("party member")
    BRANCH = "branch", _("party branch")
    LEADER = "leader", pgettext_lazy("link", "leader")


class LinkTarget(models.TextChoices):
    """What is linked (systems 21, 22, 69, 70, 71, 80)."""

    STUDENT = "student", _("student")
    ROOM = "room", _("room")
    CLASS = "class", _("class")
    UNIT = "unit", pgettext_lazy("link", "another unit of the school")
    DOOR = "door", pgettext_lazy("link", "the door of one's own room")
    PLACE = "place", pgettext_lazy("link", "a place or partner by name")
    BRANCH = "branch", pgettext_lazy("link", "the branch itself")


class RatioShape(models.TextChoices):
    """How a staffing ratio is written (rulebook 2.4)."""

    PER_HEAD = "per_head", _("students for each person")
    SHARE = "share", _("share of all teachers and students")


class Ring(models.TextChoices):
    """Where a person stands in a standing group or studio."""

    INNER = "inner", _("inner ring")
    OUTER = "outer", _("outer ring")


class Succession(models.TextChoices):
    """How one unit followed another."""

    MERGE = "merge", _("merged into")
    SPLIT = "split", _("split into")


class BlockedPost(models.TextChoices):
    """What a block can keep a person from; the codes of roles and of kinds of link."""

    CLASS_ADVISER = "class_adviser", _("class adviser")
    TUTOR = "tutor", _("tutor")
    PARTY_TUTOR = "party_tutor", _("party-building tutor")


class HandoverState(models.TextChoices):
    PROPOSED = "proposed", _("waiting for signatures")
    DONE = "done", _("handed over")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("hand-over", "withdrawn")


class TaskState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    OPEN = "open", pgettext_lazy("task", "open")
    REPORTED = "reported", pgettext_lazy("task", "done, to be checked")
    DONE = "done", pgettext_lazy("task", "done")
    DROPPED = "dropped", pgettext_lazy("task", "dropped")


class TaskAct(models.TextChoices):
    """What happened to a promise after it was given."""

    TAKEN = "taken", pgettext_lazy("task", "taken on")
    REASSIGNED = "reassigned", pgettext_lazy("task", "given to somebody else")
    POSTPONED = "postponed", pgettext_lazy("task", "postponed")
    DONE = "done", pgettext_lazy("task", "reported done")
    VERIFIED = "verified", pgettext_lazy("task", "checked")
    RETURNED = "returned", pgettext_lazy("task", "sent back")
    DROPPED = "dropped", pgettext_lazy("task", "dropped")


class ExportState(models.TextChoices):
    """Computed from dated facts, never set by hand."""

    ASKED = "asked", _("waiting for approval")
    REFUSED = "refused", _("refused")
    MAKING = "making", _("being made")
    READY = "ready", pgettext_lazy("export", "ready")
    EXPIRED = "expired", pgettext_lazy("export", "expired")
    WITHDRAWN = "withdrawn", _("taken back")
