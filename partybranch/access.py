"""Actions of the party side, and the ways to a development, a member and a political review.

Branch roles see the card and the party file only (design 5.6). The text of a political review is
read by the committee and the organiser (rulebook 8.3).
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.access import granted_unit_ids, held_reach
from cohorts.models import Unit
from cohorts.post_reasons import post_reasons
from partybranch.enums import ABOVE_BRANCHES, Duty
from partybranch.models import (
    Development,
    DuesPayment,
    Election,
    Honour,
    Nomination,
    PartyMember,
    PartyOrganization,
    PoliticalReview,
    Reorganization,
)
from portal.core.access import (
    Action,
    Reason,
    Route,
    part_of,
    reach_of,
    reached_keys,
    reaches_one,
    reasons,
    register_actions,
    register_part,
    register_route,
)
from portal.core.files import FileOwner, register_owner
from portal.core.models import User
from portal.core.scope import today
from students.access import SELF_ACTIONS, read_standing_with, through_student
from students.models import Student

register_actions(
    Action("see_party_file", gettext_lazy("see the party file"),
           gettext_lazy("Steps of development, talks and papers of applicants and members.")),
    Action("write_party_file", gettext_lazy("write the party file"),
           gettext_lazy("Record the branch's steps, papers and the cultivation book.")),
    Action("approve_party_file", gettext_lazy("record the committee's decisions"),
           gettext_lazy("Steps of the upper committee: filing, pre-review, talk, approval.")),
    Action("see_political_review", gettext_lazy("read political reviews"),
           gettext_lazy("The text of the conclusion; others see only that it passed."),
           sensitive=True),
    Action("see_branch_life", gettext_lazy("see branch life"),
           gettext_lazy("Meetings and activities of a branch with attendance and minutes.")),
    Action("write_branch_life", gettext_lazy("keep branch life"),
           gettext_lazy("Enter meetings, attendance and votes of the branch; withdraw with a reason.")),
    Action("see_dues", gettext_lazy("see party dues"),
           gettext_lazy("Which months each member of a branch has paid, and how much.")),
    Action("write_dues", gettext_lazy("keep party dues"),
           gettext_lazy("Enter payments and the monthly dues of a member.")),
)  # fmt: skip

# What reaches a development besides the file itself. The card alone never does.
FILE_ACTIONS = frozenset({"see_party_file", "write_party_file", "approve_party_file"})


def _by_student(user: User, action: str) -> QuerySet[Any] | None:
    if action not in FILE_ACTIONS | SELF_ACTIONS:
        return None
    students = reached_keys(Student, user, action)
    if students is None:
        return None
    rows: QuerySet[Any] = Development.objects.filter(student_id__in=students).values("pk")
    return rows


def _by_student_reasons(user: User, action: str, one: Development) -> list[Reason]:
    if action not in FILE_ACTIONS | SELF_ACTIONS:
        return []
    return reasons(user, action, one.student)


# Contacts and introducers of today. Students who vouch for others have no staff route (design 5).
register_part(
    "sponsored",
    """
    SELECT json_agg(DISTINCT s.development_id)
      FROM partybranch_partymember m
      JOIN partybranch_sponsorship s ON s.member_id = m.id
      JOIN partybranch_development d ON d.id = s.development_id
     WHERE m.person_id = %(user)s AND d.ended_on IS NULL
       AND s.since <= %(day)s AND (s.until IS NULL OR s.until >= %(day)s)
    """,
)


def sponsored_ids(user: User) -> list[int]:
    """Developments of which a member of staff is contact or introducer today."""
    return part_of(user, "sponsored") or []


def _by_sponsor(user: User, action: str) -> QuerySet[Any] | None:
    ids = _sponsor_reach(user, action)
    if not ids:
        return None
    rows: QuerySet[Any] = Development.objects.filter(pk__in=ids).values("pk")
    return rows


def _by_sponsor_reasons(user: User, action: str, one: Development) -> list[Reason]:
    if action != "see_party_file" or one.pk not in sponsored_ids(user):
        return []
    duty = one.sponsorships.filter(until=None, member__person_id=user.pk).first()
    label = Duty(duty.duty).label if duty else Duty.CONTACT.label
    return [Reason("sponsor", _("%(duty)s of this person") % {"duty": label})]


def _student_reach(actions: frozenset[str]) -> Callable[[User, str], Sequence[Any]]:
    def reach(user: User, action: str) -> Sequence[Any]:
        return reach_of(Student, user, action) if action in actions else ()

    return reach


def _within_student(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
    if action not in FILE_ACTIONS | SELF_ACTIONS:
        return None
    return {} if reaches_one(Student, user, action, parent["student_id"]) else None


def _sponsor_reach(user: User, action: str) -> list[int]:
    return sponsored_ids(user) if action == "see_party_file" else []


def _is_sponsored(user: User, action: str, pk: int) -> bool:
    return pk in _sponsor_reach(user, action)


_OF_STUDENT = _student_reach(FILE_ACTIONS | SELF_ACTIONS)
read_standing_with(Development, "student_id")
register_route(
    Development,
    Route("student", _by_student, _by_student_reasons, _OF_STUDENT, within=_within_student),
)
register_route(
    Development,
    Route("sponsor", _by_sponsor, _by_sponsor_reasons, _sponsor_reach, holds=_is_sponsored),
)


def _reviews(user: User, action: str) -> QuerySet[Any] | None:
    students = reached_keys(Student, user, action) if action == "see_political_review" else None
    if students is None:
        return None
    rows: QuerySet[Any] = PoliticalReview.objects.filter(
        development__student_id__in=students
    ).values("pk")
    return rows


def _review_reasons(user: User, action: str, one: PoliticalReview) -> list[Reason]:
    if action != "see_political_review":
        return []
    return reasons(user, action, one.development.student)


def _reviews_within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
    if action != "see_political_review":
        return None
    student = parent.get("development__student_id")
    if student is None:
        files = Development.objects.filter(pk=parent["development_id"])
        student = files.values_list("student_id", flat=True).first()
    return {} if student and reaches_one(Student, user, action, student) else None


_OF_REVIEWED = _student_reach(frozenset({"see_political_review"}))
register_route(
    PoliticalReview,
    Route("student", _reviews, _review_reasons, _OF_REVIEWED, within=_reviews_within),
)


def current_branches(day: Any, prefix: str = "") -> Q:
    """Memberships that hold on ``day``."""
    return Q(**{f"{prefix}since__lte": day}) & (
        Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gte": day})
    )


def _members(user: User, action: str) -> QuerySet[Any] | None:
    """Members of the branches on which the file may be read: students and staff alike."""
    units = granted_unit_ids(user, action) if action in FILE_ACTIONS else []
    if not units:
        return None
    rows: QuerySet[Any] = PartyMember.objects.filter(
        current_branches(today(), "branches__"), branches__branch_id__in=units
    ).values("pk")
    return rows


def _member_reasons(user: User, action: str, one: PartyMember) -> list[Reason]:
    if action not in FILE_ACTIONS:
        return []
    units = one.branches.filter(current_branches(today())).values_list("branch_id", flat=True)
    held = set(units).intersection(granted_unit_ids(user, action))
    return post_reasons(user, action, held) if held else []


def _students_members(user: User, action: str) -> QuerySet[Any] | None:
    if action not in FILE_ACTIONS | SELF_ACTIONS:
        return None
    students = reached_keys(Student, user, action)
    if students is None:
        return None
    rows: QuerySet[Any] = PartyMember.objects.filter(student_id__in=students).values("pk")
    return rows


def _students_member_reasons(user: User, action: str, one: PartyMember) -> list[Reason]:
    if one.student is None or action not in FILE_ACTIONS | SELF_ACTIONS:
        return []
    return reasons(user, action, one.student)


def _members_reach(user: User, action: str) -> Sequence[int]:
    return held_reach(user, action) if action in FILE_ACTIONS else []


register_route(PartyMember, Route("branch", _members, _member_reasons, _members_reach))
register_route(
    PartyMember, Route("student", _students_members, _students_member_reasons, _OF_STUDENT)
)

# What a branch keeps about itself: by a post on the branch or above it.
LIFE_ACTIONS = frozenset({"see_branch_life", "write_branch_life"})
DUES_ACTIONS = frozenset({"see_dues", "write_dues"})


def by_branch(model: Any, actions: frozenset[str]) -> Route:
    """By a post on the branch that keeps the row, or above it."""

    def rows(user: User, action: str) -> QuerySet[Any] | None:
        units = reached_keys(Unit, user, action) if action in actions else None
        if units is None:
            return None
        found: QuerySet[Any] = model.objects.filter(branch_id__in=units).values("pk")
        return found

    def because(user: User, action: str, one: Any) -> list[Reason]:
        return post_reasons(user, action, [one.branch_id]) if action in actions else []

    def reach(user: User, action: str) -> Sequence[int]:
        return held_reach(user, action) if action in actions else []

    def within(user: User, action: str, parent: dict[str, Any]) -> dict[str, Any] | None:
        if action not in actions or not reaches_one(Unit, user, action, parent["branch_id"]):
            return None
        return {}

    return Route("branch", rows, because, reach, within=within)


COMMITTEE_ACTION = "approve_party_file"


def book_action(branch: PartyOrganization) -> str:
    """Who writes the book: of a branch its officers; of a committee or general branch, which calls
    the secretaries together, those who record the committee's decisions."""
    return COMMITTEE_ACTION if branch.party_kind in ABOVE_BRANCHES else "write_branch_life"


register_route(Election, by_branch(Election, LIFE_ACTIONS | {"approve_party_file"}))
register_route(DuesPayment, by_branch(DuesPayment, DUES_ACTIONS))
register_route(Nomination, by_branch(Nomination, LIFE_ACTIONS | {"approve_party_file"}))
register_route(Honour, through_student(Honour, "student"))


def _changes(user: User, action: str) -> QuerySet[Any] | None:
    """Applications about branches name members: they are drafted, read and decided by posts on the
    committee that approves them or on a party organisation above it, as the roll of a branch is."""
    units = granted_unit_ids(user, action) if action in FILE_ACTIONS else []
    if not units:
        return None
    rows: QuerySet[Any] = Reorganization.objects.filter(committee_id__in=units).values("pk")
    return rows


def _change_reasons(user: User, action: str, one: Reorganization) -> list[Reason]:
    if action not in FILE_ACTIONS or one.committee_id not in granted_unit_ids(user, action):
        return []
    return post_reasons(user, action, [one.committee_id])


register_route(Reorganization, Route("committee", _changes, _change_reasons))
# Papers of a development, scanned or photographed: by whoever reads the file.
register_owner(FileOwner("party_file", Development, "see_party_file"))
