"""What lies with units: common problems, requests (also protected ones), tasks, letters, exports."""

from collections.abc import Iterator
from typing import Any

from casework.models import CommonProblem, PlanStep, Request
from cohorts.models import Export, Letter, Task, Unit
from portal.core.crypto import decrypt
from tests.permissions.engine import Kind, ref
from tests.permissions.kinds.casework import case_allows
from tests.permissions.kinds.people import DWELLING_OR_PARTY

Rows = Iterator[tuple[int, dict[str, Any]]]


def _kinds() -> dict[int, str]:
    return dict(Unit.objects.values_list("pk", "kind"))


def _held(unit: str, action: str) -> str:
    """By a post on the unit or above it; a dwelling or branch by a post on such a one only."""
    return (f'({unit}_is_inner && {unit} in principal.getTag("inner {action}")'
            f' || !{unit}_is_inner && {unit} in principal.getTag("wide {action}"))')  # fmt: skip


def _problems() -> Rows:
    kinds = _kinds()
    for row in CommonProblem.objects.all():
        yield row.pk, {"unit": ref("Unit", row.unit_id), "owner": ref("User", row.owner_id),
                       "unit_is_inner": kinds[row.unit_id] in DWELLING_OR_PARTY}  # fmt: skip


def _problem_allows(action: str) -> str:
    own = " || resource.owner == principal" if action == "see_case" else ""
    return _held("resource.unit", action) + own


def _requests() -> Rows:
    kinds = _kinds()
    for row in Request.objects.all():
        found: dict[str, Any] = {
            "is_protected": row.is_protected,
            "is_open": row.closed_at is None and row.withdrawn_at is None,
        }
        if row.student_id:
            found["student"] = ref("Student", row.student_id)
        if row.sender_sealed:
            found["sender"] = ref("User", decrypt(row.sender_sealed))
        elif row.sent_by_id and not row.student_id:
            found["sender"] = ref("User", row.sent_by_id)
        for name in ("first_asked", "handler"):
            if getattr(row, f"{name}_id"):
                found[name] = ref("User", getattr(row, f"{name}_id"))
        if row.about_id:
            found["about"] = ref("Unit", row.about_id)
        if row.office_id:
            found["office"] = ref("Unit", row.office_id)
            found["office_is_inner"] = kinds[row.office_id] in DWELLING_OR_PARTY
        yield row.pk, found


_OWN = ("resource has sender && resource.sender == principal || resource has student"
        " && resource.student has account && resource.student.account == principal")  # fmt: skip
_FIRST = "resource.is_open && resource has first_asked && resource.first_asked == principal"
_OFFICE = (
    f"!resource.is_protected && resource has office && {_held('resource.office', 'handle_request')}"
)
_DESK = "!resource.is_protected && principal.sorts"
_GUARD = ("resource.is_protected && principal.guards"
          " && (!(resource has handler) || resource.handler == principal)")  # fmt: skip
_BY = {
    "see_request": (_OWN, _FIRST, _OFFICE, _DESK, _GUARD), "own_request": (_OWN,),
    "handle_request": (_OFFICE, _GUARD), "sort_requests": (_DESK,), "handle_protected": (_GUARD,),
}  # fmt: skip
# No independent eye: a post in the unit complained about, above it or (but for the university) below.
_TIED = ("principal.guards && resource has about"
         " && (principal in resource.about || resource.about in principal.low_posts)")  # fmt: skip


def _tasks() -> Rows:
    cases = dict(PlanStep.objects.values_list("pk", "plan__case_id"))
    for row in Task.objects.all():
        found: dict[str, Any] = {"is_taken": row.owner_id is not None}
        for name, key in (("owner", row.owner_id), ("giver", row.given_by_id),
                          ("verifier", row.verifier_id)):  # fmt: skip
            if key:
                found[name] = ref("User", key)
        if row.unit_id:
            found["unit"] = ref("Unit", row.unit_id)
        if row.source == "plan_step":
            found["case"] = ref("Case", cases[row.source_id])
        yield row.pk, found


def _task_allows(action: str) -> str:
    def unit(*codes: str) -> str:
        ways = " || ".join(f'resource.unit in principal.getTag("wide {code}")' for code in codes)
        return f"resource has unit && ({ways})"

    def person(name: str) -> str:
        return f"resource has {name} && resource.{name} == principal"

    if action == "do_task":
        return f"{person('owner')} || !resource.is_taken && {unit('do_task')}"
    if action == "direct_task":
        case = case_allows("resource.case", "manage_case")
        return f"{person('giver')} || {unit('direct_task')} || resource has case && ({case})"
    case = case_allows("resource.case", "see_case")
    return (f"{person('owner')} || {person('giver')} || {person('verifier')}"
            f" || {unit('do_task', 'direct_task', 'see_task')} || resource has case && ({case})")  # fmt: skip


def _letters() -> Rows:
    for row in Letter.objects.select_related("post"):
        yield row.pk, {"unit": ref("Unit", row.post.unit_id),
                       "person": ref("User", row.post.person_id)}  # fmt: skip


def _letter_allows(action: str) -> str:
    gives = " || ".join(
        f'resource.unit in principal.getTag("wide {code}")' for code in ("appoint", "grant_roles")
    )
    return f"{gives} || resource.person == principal" if action == "see_unit" else gives


def _exports() -> Rows:
    kinds = _kinds()
    for row in Export.objects.all():
        yield row.pk, {"unit": ref("Unit", row.unit_id), "asker": ref("User", row.asked_by_id),
                       "unit_is_inner": kinds[row.unit_id] in DWELLING_OR_PARTY,
                       "needs_consent": row.needs_approval}  # fmt: skip


def _export_allows(action: str) -> str:
    held = _held("resource.unit", "approve_export")
    consents = f"resource.needs_consent && resource.asker != principal && ({held})"
    return f"resource.asker == principal || {consents}" if action == "see_export" else consents


KINDS = (
    Kind("Problem", CommonProblem, ("see_case", "manage_case"), _problems, _problem_allows),
    Kind("Request", Request, tuple(_BY), _requests,
         lambda action: " || ".join(f"({way})" for way in _BY[action]), forbids=_TIED),
    Kind("Task", Task, ("see_task", "do_task", "direct_task"), _tasks, _task_allows,
         forbids="resource has case && resource.case.shut.contains(principal)"),
    Kind("Letter", Letter, ("see_unit", "appoint"), _letters, _letter_allows),
    Kind("Export", Export, ("see_export", "approve_export"), _exports, _export_allows),
)  # fmt: skip
# Actions of posts that only these ask about.
ASKED = ("do_task", "direct_task", "see_task", "appoint", "grant_roles", "handle_request",
         "sort_requests", "handle_protected")  # fmt: skip
