"""What belongs to cases: keys, reviews, moves, promises of plans; sealed records of a student."""

from collections.abc import Iterator
from typing import Any

from casework.models import (
    Booking,
    CaseReview,
    HelpFeedback,
    KeyRequest,
    Screening,
    SealedFile,
    SealedNote,
    Transition,
)
from tests.permissions.engine import Kind, ref
from tests.permissions.kinds.casework import case_allows, glass
from tests.permissions.kinds.students import reaches, served

Rows = Iterator[tuple[int, dict[str, Any]]]
SHUT = "resource.case.shut.contains(principal)"


def _of_case(model: Any) -> Any:
    def rows() -> Rows:
        for row in model.objects.all():
            yield row.pk, {"case": ref("Case", row.case_id)}

    return rows


def _keys() -> Rows:
    for row in KeyRequest.objects.all():
        waits = row.settled_at is None and row.withdrawn_at is None
        yield row.pk, {"case": ref("Case", row.case_id),
                       "asks_centre": waits and "counselling" in row.sides}  # fmt: skip


def _key_allows(action: str) -> str:
    by_case = case_allows("resource.case", action)
    if action != "see_case":
        return by_case
    return f"{by_case} || resource.asks_centre && principal.opines"


def _moves() -> Rows:
    for row in Transition.objects.all():
        found = {"case": ref("Case", row.case_id), "sender": ref("User", row.from_person_id),
                 "concerns": row.declined_at is None and row.revoked_at is None}  # fmt: skip
        if row.to_person_id:
            found["receiver"] = ref("User", row.to_person_id)
        if row.to_unit_id:
            found["office"] = ref("Unit", row.to_unit_id)
        yield row.pk, found


def _move_allows(action: str) -> str:
    answers = ('resource.concerns && (resource has receiver && resource.receiver == principal'
               ' || resource has office && resource.office in principal.getTag("wide do_task"))')  # fmt: skip
    if action == "answer_move":
        return answers
    if action == "manage_case":
        return case_allows("resource.case", "manage_case")
    return (
        f"{case_allows('resource.case', 'see_case')} || resource.sender == principal || {answers}"
    )


def _of_student(model: Any) -> Any:
    def rows() -> Rows:
        for row in model.objects.all():
            yield row.pk, {"student": ref("Student", row.student_id)}

    return rows


def _notes() -> Rows:
    for row in SealedNote.objects.all():
        found = {"student": ref("Student", row.student_id), "author": ref("User", row.author_id)}
        if row.case_id:
            found["case"] = ref("Case", row.case_id)
        yield row.pk, found


def _sealed_allows(_action: str) -> str:
    return served("resource.student")


def _note_allows(_action: str) -> str:
    own = f"resource.author == principal && {reaches('resource.student', 'log_sealed')}"
    return f"{served('resource.student')} || {own} || resource has case && {glass('resource.case')}"


def _hour_allows(action: str) -> str:
    if action == "see_own":
        return "resource.student has account && resource.student.account == principal"
    return served("resource.student")


_SHUT_FILE = "resource.student.shut.contains(principal)"
_SEALED = ("clear_psychological",)
KINDS = (
    Kind("Key", KeyRequest, ("see_case", "manage_case"), _keys, _key_allows, forbids=SHUT),
    *(Kind(name, model, ("see_case", "write_case"), _of_case(model),
           lambda action: case_allows("resource.case", action), forbids=SHUT)
      for name, model in (("Review", CaseReview), ("Feedback", HelpFeedback))),
    Kind("Move", Transition, ("see_move", "answer_move", "manage_case"), _moves, _move_allows,
         forbids=SHUT),
    *(Kind(name, model, _SEALED, _of_student(model), _sealed_allows, forbids=_SHUT_FILE)
      for name, model in (("SealedFile", SealedFile), ("Screening", Screening))),
    Kind("SealedNote", SealedNote, _SEALED, _notes, _note_allows, forbids=_SHUT_FILE),
    Kind("Hour", Booking, (*_SEALED, "see_own"), _of_student(Booking), _hour_allows,
         forbids=_SHUT_FILE),
)  # fmt: skip
