"""Routes to a student: current placement, current link, and the student's own page."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import (
    granted_unit_ids,
    held_reach,
    in_force,
)
from cohorts.post_reasons import PostsTold, post_reasons, posts_asked
from portal.core.access import (
    Action,
    Reason,
    Route,
    carries,
    part_of,
    reached_keys,
    reaches_one,
    reasons,
    register_actions,
    register_companion,
    register_part,
    register_route,
    supporter_of,
)
from portal.core.asks import Ask
from portal.core.models import User
from portal.core.prepared import prepared
from portal.core.rows import fetch
from portal.core.scope import remembered, today
from portal.core.ui.dates import long_day
from students.enums import LEFT_STATUSES
from students.models import (
    AidGrant,
    AidRecognition,
    CourseResult,
    EarlyScore,
    FamilyContact,
    HealthNote,
    LinkRun,
    Movement,
    Placement,
    Student,
    StudentLink,
)

# Actions that everyone has on the record that is their own.
SELF_ACTIONS = frozenset({"see_own"})

register_actions(
    Action("see_card", gettext_lazy("see the card"),
           gettext_lazy("Name, number, class, academy, major: what a name badge tells.")),
    Action("see_record", gettext_lazy("see the full record"),
           gettext_lazy("Background, placements over time, links, activity.")),
    Action("see_masked", gettext_lazy("see masked particulars"),
           gettext_lazy("Telephone, e-mail and ID number with their middle hidden.")),
    Action("see_phone", gettext_lazy("open telephone and e-mail"),
           gettext_lazy("On click, for this page only, each opening logged."), sensitive=True),
    Action("see_contact", gettext_lazy("open family contacts"),
           gettext_lazy("Family and emergency contacts, with a reason, each opening logged."),
           sensitive=True),
    Action("see_identity", gettext_lazy("open the ID number"),
           gettext_lazy("With a reason, for this page only, each opening logged."),
           sensitive=True),
    Action("see_health", gettext_lazy("see health facts"),
           gettext_lazy("Illness and disability as far as the work with the student needs it."),
           sensitive=True),
    Action("see_aid_tier", gettext_lazy("see the hardship tier"),
           gettext_lazy("The tier alone, without grounds and sums.")),
    Action("see_aid", gettext_lazy("see aid and hardship"),
           gettext_lazy("Grounds, applications and sums of aid."), sensitive=True),
    Action("write_health", gettext_lazy("keep health notes"),
           gettext_lazy("Enter and correct what the work with a student has to heed."),
           sensitive=True),
    Action("write_aid", gettext_lazy("keep aid and hardship"),
           gettext_lazy("Enter and correct the recognised tier and what was granted."),
           sensitive=True),
    Action("import_aid", gettext_lazy("import lists of aid"),
           gettext_lazy("Read recognised tiers and grants of the post's unit from a file.")),
    Action("see_readers", gettext_lazy("see who has read a student's record"),
           gettext_lazy("Reads, openings of masked fields and exports, from the audit trail."),
           sensitive=True),
    Action("see_results", gettext_lazy("see course results"),
           gettext_lazy("Every attempt, averages and warnings.")),
    Action("edit_student", gettext_lazy("edit students"),
           gettext_lazy("Correct the record, change status and class.")),
    Action("import_roster", gettext_lazy("import rosters"),
           gettext_lazy("Read students of the post's unit from a file.")),
    Action("import_results", gettext_lazy("import results"),
           gettext_lazy("Read course results of the post's unit from a file.")),
    Action("import_courses", gettext_lazy("enter courses and plans"),
           gettext_lazy("Course catalogue and programme plans of the post's unit.")),
    Action("edit_warning_rules", gettext_lazy("edit warning rules"),
           gettext_lazy("Write rule sets of academic warnings and switch them on.")),
    Action("confirm_warnings", gettext_lazy("confirm academic warnings"),
           gettext_lazy("See what the rules found, confirm it or set it aside.")),
    Action("export_students", gettext_lazy("export students"),
           gettext_lazy("Take lists out of the portal, with a reason."), sensitive=True),
    Action("see_own", gettext_lazy("see one's own record"),
           gettext_lazy("Every student has it on the own record; it is never given to a role.")),
)  # fmt: skip


def standing(day: dt.date, prefix: str = "") -> Q:
    """Placements that hold on ``day``."""
    return Q(**{f"{prefix}since__lte": day}) & (
        Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day})
    )


def reached_placements(user: User, action: str) -> QuerySet[Any] | None:
    """Placements of today in the units on which ``user`` holds ``action``."""
    unit_ids = granted_unit_ids(user, action)
    if not unit_ids:
        return None
    rows: QuerySet[Any] = Placement.objects.filter(standing(today()), unit_id__any=unit_ids)
    return rows


register_part(
    "links",
    """
    SELECT json_agg(json_build_array(p.codename, l.student_id) ORDER BY l.student_id)
      FROM students_studentlink l
      JOIN cohorts_linkkind_permissions k ON k.linkkind_id = l.kind_id
      JOIN auth_permission p ON p.id = k.permission_id
     WHERE l.person_id = %(user)s AND l.revoked_at IS NULL
       AND l.starts_on <= %(day)s AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)
    """,
)
_LEFT = ", ".join(f"'{code}'" for code in LEFT_STATUSES)
register_part(
    "own",
    f"""
    SELECT to_json(s.id) FROM students_student s
     WHERE s.user_id = %(user)s AND s.status NOT IN ({_LEFT}) AND NOT EXISTS (
           SELECT 1 FROM students_statusperiod p
            WHERE p.student_id = s.id AND p.status IN ({_LEFT})
              AND p.since <= %(day)s AND (p.until IS NULL OR p.until >= %(day)s))
    """,
)


def linked_student_ids(user: User, action: str) -> list[int]:
    """Students to whom a current link of ``user`` carries ``action``."""
    return _links(user).get(action, []) if carries(user, action) else []


def _links(user: User) -> dict[str, list[int]]:
    """Students by action: all current links."""

    def read() -> dict[str, list[int]]:
        found: dict[str, dict[int, None]] = {}
        for codename, student_id in part_of(user, "links") or ():
            found.setdefault(codename, {})[student_id] = None
        return {codename: list(ids) for codename, ids in found.items()}

    return remembered(("links", user.pk, today()), read)


def own_student_id(user: User) -> int | None:
    """The student record that belongs to this account, if any; none after leaving for good, also
    where a post keeps the account open (design 5.10)."""
    found: int | None = part_of(user, "own")
    return found


def _placed(user: User, action: str) -> QuerySet[Any] | None:
    rows = reached_placements(user, action)
    return None if rows is None else rows.values("student_id")


def _linked(user: User, action: str) -> QuerySet[Any] | None:
    ids = linked_student_ids(user, action)
    return Student.objects.filter(pk__in=ids).values("pk") if ids else None


def _own(user: User, action: str) -> QuerySet[Any] | None:
    if action not in SELF_ACTIONS:
        return None
    pk = own_student_id(user)
    return None if pk is None else Student.objects.filter(pk=pk).values("pk")


_STANDS_IN = """
    SELECT unit_id FROM students_placement
     WHERE student_id = {row} AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
"""


def unit_ids_of(student_id: int) -> list[int]:
    """Units in which the student stands today: one read for the whole request."""
    asked = {"student": student_id, "day": today()}

    def read() -> list[int]:
        statement = prepared(_STANDS_IN.replace("{row}", "%(student)s"))
        return [pk for (pk,) in fetch(statement, asked)]

    return remembered(_standing_key(student_id), read)


def _standing_key(student_id: int) -> Any:
    return ("stands in", student_id, today())


def read_standing_with(model: type[models.Model], column: str) -> None:
    """Where the student of a row (``column``) stands comes with the row that is asked for."""

    def keep(student_id: int, unit_ids: list[int]) -> None:
        remembered(_standing_key(student_id), lambda: unit_ids)

    register_companion(model, column, f"ARRAY({_STANDS_IN})", keep)


read_standing_with(Student, "pk")


def _placed_reasons(user: User, action: str, student: Student) -> list[Reason]:
    reach = granted_unit_ids(user, action)
    if not reach:
        return []
    here = set(unit_ids_of(student.pk)).intersection(reach)
    return post_reasons(user, action, here) if here else []


def why_asked(user: User, action: str, student_id: int) -> tuple[Ask | None, PostsTold]:
    """The posts through which ``user`` reaches the student, asked in the statement of a page; the
    second value takes the rows, and ``reasons`` then knows them."""
    here = set(unit_ids_of(student_id)).intersection(granted_unit_ids(user, action))
    return posts_asked(user, action, here) if here else (None, lambda _rows: None)


def _linked_reasons(user: User, action: str, student: Student) -> list[Reason]:
    if student.pk not in linked_student_ids(user, action):
        return []
    links = StudentLink.objects.filter(
        in_force(today()),
        revoked_at=None,
        person=user,
        student=student,
        kind__permissions__codename=action,
    ).select_related("kind")
    return [
        Reason(
            "link",
            _("%(kind)s of this student since %(since)s")
            % {"kind": link.kind.name, "since": long_day(link.starts_on)},
        )
        for link in links
    ]


def _own_reasons(user: User, action: str, student: Student) -> list[Reason]:
    if action in SELF_ACTIONS and own_student_id(user) == student.pk:
        return [Reason("own", _("This is your own record"))]
    return []


def _own_reach(user: User, action: str) -> list[int]:
    pk = own_student_id(user) if action in SELF_ACTIONS else None
    return [] if pk is None else [pk]


def _stands_within(user: User, action: str, student_id: int) -> bool:
    # Actions held on the same units share one answer.
    units = held_reach(user, action)

    def read() -> bool:
        reach = granted_unit_ids(user, action)
        return not set(unit_ids_of(student_id)).isdisjoint(reach)

    name = ("stands within", user.pk, supporter_of(user) is None, tuple(units), student_id)
    return bool(units) and remembered(name, read)


def _is_linked(user: User, action: str, student_id: int) -> bool:
    return student_id in linked_student_ids(user, action)


def _is_own(user: User, action: str, student_id: int) -> bool:
    return student_id in _own_reach(user, action)


register_route(Student, Route("post", _placed, _placed_reasons, held_reach, holds=_stands_within))
register_route(
    Student, Route("link", _linked, _linked_reasons, linked_student_ids, holds=_is_linked)
)
register_route(Student, Route("own", _own, _own_reasons, _own_reach, holds=_is_own))


def through_student(model: type[Any], name: str) -> Route:
    """A record that follows its student: visible exactly when the student is, for the action."""

    def keys(user: User, action: str) -> QuerySet[Any] | None:
        students = reached_keys(Student, user, action)
        if students is None:
            return None
        rows: QuerySet[Any] = model.objects.filter(student_id__in=students).values("pk")
        return rows

    def why(user: User, action: str, record: Any) -> list[Reason]:
        return reasons(user, action, record.student)

    def within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
        return {} if reaches_one(Student, user, action, parent["student_id"]) else None

    return Route(name, keys, why, within=within)


for _model in (Placement, StudentLink, Movement, CourseResult, EarlyScore, FamilyContact,
               HealthNote, AidRecognition, AidGrant):  # fmt: skip
    register_route(_model, through_student(_model, "student"))


def _run_keys(user: User, action: str) -> QuerySet[Any] | None:
    """A bulk assignment is seen by whoever may assign all students it touched."""
    students = reached_keys(Student, user, action)
    if students is None:
        return None
    beyond = StudentLink.objects.filter(run=OuterRef("pk")).exclude(student_id__in=students)
    rows: QuerySet[Any] = LinkRun.objects.filter(~Exists(beyond)).values("pk")
    return rows


def _run_reasons(user: User, action: str, run: LinkRun) -> list[Reason]:
    link = run.links.select_related("student").first()
    return reasons(user, action, link.student) if link else []


register_route(LinkRun, Route("students", _run_keys, _run_reasons))
