"""The party file: through the student, or as contact or introducer; members also through the
branch in which they stand; reviews by an action of their own."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from partybranch.models import (
    BranchEvent,
    Development,
    DuesPayment,
    Election,
    Honour,
    Membership,
    Nomination,
    PartyMember,
    PoliticalReview,
    Sponsorship,
)
from tests.permissions.engine import Kind, ref
from tests.permissions.kinds.people import covers
from tests.permissions.kinds.students import plain, reaches

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


def _of_branch(model: Any) -> Any:
    def rows() -> Iterator[tuple[int, dict[str, Any]]]:
        for key, branch in model.objects.values_list("pk", "branch_id"):
            yield key, {"keeper": ref("Unit", branch)}

    return rows


def _honours() -> Iterator[tuple[int, dict[str, Any]]]:
    for key, student in Honour.objects.values_list("pk", "student_id"):
        yield key, {"student": ref("Student", student)}


def _keeper_allows(action: str) -> str:
    return f'resource.keeper in principal.getTag("wide {action}")'


KINDS = (
    Kind("Event", BranchEvent, LIFE, _of_branch(BranchEvent), _keeper_allows),
    Kind("Election", Election, (*LIFE, "approve_party_file"), _of_branch(Election), _keeper_allows),
    Kind("Nomination", Nomination, (*LIFE, "approve_party_file"), _of_branch(Nomination),
         _keeper_allows),
    Kind("Honour", Honour, ("see_card", "see_record", "write_party_file"), _honours,
         lambda action: reaches("resource.student", action)),
    Kind("Dues", DuesPayment, DUES, _of_branch(DuesPayment), _keeper_allows),
    Kind("File", Development, FILE, _files, _file_allows),
    Kind("Political", PoliticalReview, ("see_political_review",), _reviews,
         lambda action: plain("resource.student", action)),
    Kind("Member", PartyMember, FILE, _members, _member_allows),
)  # fmt: skip
