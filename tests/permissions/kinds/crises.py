"""Crises: by the right over the student's cases, by seat, by the call list while it runs, by what
one did in it, by the centre; never for whom is shut out of the case."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from casework.models import Crisis, CrisisHop
from tests.permissions.engine import Kind, ref
from tests.permissions.kinds.students import plain, seated, served

# Who is called in one of these parts may end the crisis; the others follow it.
LEADS = ("counsellor", "academy", "college", "centre")


def _crises() -> Iterator[tuple[int, dict[str, Any]]]:
    called: dict[int, list[Any]] = defaultdict(list)
    leading: dict[int, list[Any]] = defaultdict(list)
    acted: dict[int, list[Any]] = defaultdict(list)
    for hop in CrisisHop.objects.all():
        if hop.person_id:
            called[hop.crisis_id].append(ref("User", hop.person_id))
            if hop.part in LEADS:
                leading[hop.crisis_id].append(ref("User", hop.person_id))
        if hop.by_id:
            acted[hop.crisis_id].append(ref("User", hop.by_id))
    for row in Crisis.objects.all():
        found = {
            "student": ref("Student", row.student_id), "runs": row.handed_at is None,
            "called": called[row.pk], "leading": leading[row.pk], "acted": acted[row.pk],
        }  # fmt: skip
        if row.case_id:
            found["case"] = ref("Case", row.case_id)
        if row.handed_to_id:
            found["receiver"] = ref("User", row.handed_to_id)
        yield row.pk, found


def _allows(action: str) -> str:
    asked = {"see_crisis": "see_case", "close_crisis": "write_case"}[action]
    ways = [
        plain("resource.student", asked), served("resource.student"),
        f"resource has case && {seated('resource.case', asked)}",
        "resource has receiver && resource.receiver == principal",
    ]  # fmt: skip
    if action == "see_crisis":
        ways += ["resource.runs && resource.called.contains(principal)",
                 "resource.acted.contains(principal)"]  # fmt: skip
    else:
        ways.append("resource.runs && resource.leading.contains(principal)")
    return " || ".join(f"({way})" for way in ways)


KINDS = (
    Kind("Crisis", Crisis, ("see_crisis", "close_crisis"), _crises, _allows,
         forbids="resource has case && resource.case.shut.contains(principal)"),
)  # fmt: skip
