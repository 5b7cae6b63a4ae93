"""The party file: through the student, or as contact or introducer; members also through the
branch in which they stand; reviews by an action of their own."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from cohorts.models import Unit
from partybranch.models import (
    Attendance,
    BranchEvent,
    Development,
    DuesPayment,
    Election,
    Honour,
    LeagueRate,
    LeagueTransfer,
    LinkRound,
    LinkWish,
    Membership,
    Nomination,
    PartyLink,
    PartyMember,
    PoliticalReview,
    Reorganization,
    Sponsorship,
)
from students.enums import Tree
from students.models import Placement
from tests.permissions.engine import Kind, ref
from tests.permissions.kinds.people import DWELLING_OR_PARTY, covers
from tests.permissions.kinds.students import own_accounts, plain, reaches

FILE = ("see_party_file", "write_party_file", "approve_party_file")


def _files() -> Iterator[tuple[int, dict[str, Any]]]:
    vouching: dict[int, list[Any]] = defaultdict(list)
    for one in Sponsorship.objects.select_related("member"):
        if one.member.person_id is not None and covers(one.since, one.until):
            vouching[one.development_id].append(ref("User", one.member.person_id))
    for file in Development.objects.all():
        yield file.pk, {
            "student": ref("Student", file.student_id), "is_running": file.ended_on is None,
            "vouching": vouching[file.pk],
        }  # fmt: skip


def _file_allows(action: str) -> str:
    ways = plain("resource.student", action)
    if action != "see_party_file":
        return ways
    return f"{ways} || (resource.is_running && resource.vouching.contains(principal))"


def _reviews() -> Iterator[tuple[int, dict[str, Any]]]:
    for key, student in PoliticalReview.objects.values_list("pk", "development__student_id"):
        yield key, {"student": ref("Student", student)}


def _members() -> Iterator[tuple[int, dict[str, Any]]]:
    branch = {
        one.member_id: ref("Unit", one.branch_id)
        for one in Membership.objects.all()
        if covers(one.since, one.until)
    }
    for key, student in PartyMember.objects.values_list("pk", "student_id"):
        found = {"student": ref("Student", student)} if student else {}
        if key in branch:
            found["branch"] = branch[key]
        yield key, found


def _member_allows(action: str) -> str:
    return (
        f'resource has branch && resource.branch in principal.getTag("inner {action}")'
        f" || resource has student && {plain('resource.student', action)}"
    )


LIFE, DUES = ("see_branch_life", "write_branch_life"), ("see_dues", "write_dues")


def _of_branch(model: Any, keeper: str = "branch_id") -> Any:
    def rows() -> Iterator[tuple[int, dict[str, Any]]]:
        for key, branch in model.objects.values_list("pk", keeper):
            yield key, {"keeper": ref("Unit", branch)}

    return rows


def _events() -> Iterator[tuple[int, dict[str, Any]]]:
    """Staff and students whom a committee called read that meeting, and the committee meetings of a
    branch to which they were called; other events of a branch are not read by coming to them. A
    branch that is named in an event of another one reads it."""
    called: dict[int, list[Any]] = defaultdict(list)
    accounts = own_accounts()
    sat = set(BranchEvent.objects.filter(kinds__called="committee").values_list("pk", flat=True))
    rows = Attendance.objects.values_list(
        "event_id", "event__branch__party_kind", "member__person_id", "member__student_id"
    )
    for event, kind, person, student in rows:
        account = person or accounts.get(student)
        if account and (kind in ("committee", "general") or event in sat):
            called[event].append(ref("User", account))
    named: dict[int, list[Any]] = defaultdict(list)
    above = dict(Unit.objects.values_list("pk", "parent_id"))
    for key, branch in BranchEvent.objects.exclude(partners=None).values_list("pk", "partners"):
        while branch is not None:  # a set has no "in": the units above are written out
            named[key].append(ref("Unit", branch))
            branch = above[branch]
    for key, branch in BranchEvent.objects.values_list("pk", "branch_id"):
        yield key, {"keeper": ref("Unit", branch), "summoned": called[key], "named": named[key]}


def _event_allows(action: str) -> str:
    ways = _keeper_allows(action)
    if action != LIFE[0]:
        return ways
    partner = f'principal.getTag("wide {action}").containsAny(resource.named)'
    return f"{ways} || resource.summoned.contains(principal) || {partner}"


def _honours() -> Iterator[tuple[int, dict[str, Any]]]:
    for key, student in Honour.objects.values_list("pk", "student_id"):
        yield key, {"student": ref("Student", student)}


def _keeper_allows(action: str) -> str:
    return f'resource.keeper in principal.getTag("wide {action}")'


def _links() -> Iterator[tuple[int, dict[str, Any]]]:
    today = timezone.localdate()
    for one in PartyLink.objects.select_related("member"):
        person = one.person_id or (one.member.person_id if one.member else None)
        own = one.member.student_id if one.member else None
        is_running = one.revoked_at is None and (one.ends_on is None or one.ends_on >= today)
        found: dict[str, Any] = {"keeper": ref("Unit", one.branch_id), "is_running": is_running}
        found |= {"student": ref("Student", one.student_id)} if one.student_id else {}
        found |= {"person": ref("User", person)} if person else {}
        found |= {"member": ref("Student", own)} if own else {}
        yield one.pk, found


def _link_allows(action: str) -> str:
    """By the branch, by the student's record, as the student, or as whoever is linked now."""
    if action in LIFE:
        return _keeper_allows(action)
    if action == "see_record":
        return f"resource has student && {reaches('resource.student', action)}"
    return (
        "resource has student && resource.student has account"
        " && resource.student.account == principal"
        " || resource.is_running && (resource has person && resource.person == principal"
        " || resource has member && resource.member has account"
        " && resource.member.account == principal)"
    )


def _wishes() -> Iterator[tuple[int, dict[str, Any]]]:
    for key, branch, student in LinkWish.objects.values_list("pk", "branch_id", "student_id"):
        yield key, {"keeper": ref("Unit", branch), "student": ref("Student", student)}


def _wish_allows(action: str) -> str:
    return _keeper_allows(action) if action in LIFE else reaches("resource.student", action)


def _transfers() -> Iterator[tuple[int, dict[str, Any]]]:
    for key, unit, student in LeagueTransfer.objects.values_list("pk", "unit_id", "student_id"):
        yield key, {"keeper": ref("Unit", unit), "student": ref("Student", student)}


def _rates() -> Iterator[tuple[int, dict[str, Any]]]:
    """Of a class where students stand today, beside its own unit, the units above all places of
    these students: dwellings and party organisations, and the others."""
    kinds, above = {}, {}
    for pk, parent, kind in Unit.objects.values_list("pk", "parent_id", "kind"):
        kinds[pk], above[pk] = kind, parent
    places: dict[int, set[int]] = defaultdict(set)
    classes: dict[int, set[int]] = defaultdict(set)
    for stay in Placement.objects.all():
        if covers(stay.since, stay.until):
            places[stay.student_id].add(stay.unit_id)
            if stay.tree == Tree.CLASS:
                classes[stay.unit_id].add(stay.student_id)
    for key, unit in LeagueRate.objects.values_list("pk", "unit_id"):
        near: dict[str, set[int]] = {"near_outer": set(), "near_inner": set()}
        for place in {place for student in classes[unit] for place in places[student]}:
            way, at = "near_inner" if kinds[place] in DWELLING_OR_PARTY else "near_outer", place
            while at is not None:
                near[way].add(at)
                at = above[at]
        found = {way: [ref("Unit", pk) for pk in sorted(units)] for way, units in near.items()}
        yield key, {"keeper": ref("Unit", unit)} | found


def _rate_allows(action: str) -> str:
    ways = (f'principal.getTag("{way} {action}").containsAny(resource.near_{place})'
            for way, place in (("wide", "outer"), ("inner", "inner")))  # fmt: skip
    return " || ".join((_keeper_allows(action), *ways))


KINDS = (
    Kind("Rate", LeagueRate, ("see_unit", "approve_party_file"), _rates, _rate_allows),
    Kind("Transfer", LeagueTransfer, (*FILE, "see_record"), _transfers,
         lambda action: f"{_keeper_allows(action)} || {reaches('resource.student', action)}"),
    Kind("Event", BranchEvent, (*LIFE, "approve_party_file"), _events, _event_allows),
    Kind("Election", Election, (*LIFE, "approve_party_file"), _of_branch(Election), _keeper_allows),
    Kind("PartyLink", PartyLink, (*LIFE, "see_record", "see_own"), _links, _link_allows),
    Kind("Round", LinkRound, LIFE, _of_branch(LinkRound), _keeper_allows),
    Kind("Wish", LinkWish, (*LIFE, "see_record", "log_talk"), _wishes, _wish_allows),
    Kind("Nomination", Nomination, (*LIFE, "approve_party_file"), _of_branch(Nomination),
         _keeper_allows),
    Kind("Honour", Honour, ("see_card", "see_record", "write_party_file"), _honours,
         lambda action: reaches("resource.student", action)),
    Kind("Dues", DuesPayment, DUES, _of_branch(DuesPayment), _keeper_allows),
    Kind("Change", Reorganization, FILE, _of_branch(Reorganization, "committee_id"),
         lambda action: f'resource.keeper in principal.getTag("inner {action}")'),
    Kind("File", Development, FILE, _files, _file_allows),
    Kind("Political", PoliticalReview, ("see_political_review",), _reviews,
         lambda action: plain("resource.student", action)),
    Kind("Member", PartyMember, FILE, _members, _member_allows),
)  # fmt: skip
