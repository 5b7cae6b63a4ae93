"""The doors that people and programs come through, each asked about rows of the campus.

A door names the object and action of the matrix whose cells it must agree with, and how it is
asked. ``found``: the row's own words stand in the answer; for doors that list. Else the status is
the answer: 200, 403, 404 (the API says 403 to somebody who reaches
nothing of the kind, and 401 to a closed account).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.permissions.matrix import OBJECTS, Cells, Line, places_of
from tests.permissions.positions import STUDENT, Positions

HX = {"HTTP_HX_REQUEST": "true"}
Ask = Callable[[Client, Any], Any]


@dataclass(frozen=True)
class Way:
    name: str
    kind: str
    object: str
    action: str
    ask: Ask
    shows: Callable[[Any], str] | None = None
    shelf: str = ""

    def answer(self, client: Client, row: Any) -> str:
        got = self.ask(client, row)
        if self.shows is not None:
            is_there = got.status_code == 200 and self.shows(row) in got.content.decode(
                errors="replace"
            )
            return "allow" if is_there else "404"
        if got.status_code == 302 and got["Location"].startswith("/login/"):
            return "404"  # the session of an account that is closed
        return {200: "allow", 302: "allow", 422: "allow"}.get(got.status_code, str(got.status_code))

    def expected(self, table: Mapping[Line, Cells], line: Line, position: str) -> tuple[str, ...]:
        """What the cell means here: a row that may not be seen is missing, whatever else is held."""
        see = OBJECTS[self.object][0].see_action
        signed = table[line][position]
        is_visible = table[(self.object, see, *line[2:])][position] == "allow"
        if self.shows is not None:
            return ("allow",) if signed == "allow" and is_visible else ("404",)
        if self.kind == "api":
            return ("allow",) if signed == "allow" else ("404", "403", "401")
        return (signed if is_visible else "404",)


def _api(name: str) -> Ask:
    return lambda client, row: client.get(f"/api/v1/{name}/{row.pk}/")


def _line(student: Any) -> str:
    return f'href="/students/{student.student_no}/"'


WAYS = [
    Way("portrait", "page", "student", "see_card",
        lambda c, s: c.get(f"/students/{s.student_no}/")),
    Way("picture", "page", "student", "see_record",
        lambda c, s: c.get(f"/students/{s.student_no}/picture/")),
    Way("list of students", "fragment", "student", "see_card",
        lambda c, s: c.get(f"/students/?q={s.student_no}", **HX), _line),
    Way("telephone on click", "fragment", "student", "see_phone",
        lambda c, s: c.post(f"/students/{s.student_no}/fields/phone/", **HX)),
    Way("who has seen", "page", "student", "see_readers",
        lambda c, s: c.get(f"/students/{s.student_no}/seen/")),
    Way("moving a student", "page", "student", "edit_student",
        lambda c, s: c.get(f"/students/{s.student_no}/move/")),
    Way("pick for the quick log", "typeahead", "student", "log_talk",
        lambda c, s: c.get(f"/log/students/?q={s.student_no}"), lambda s: s.student_no),
    Way("search", "search", "student", "see_card",
        lambda c, s: c.get(f"/search/?q={s.student_no}"), _line),
    Way("help from the study analysis", "page", "student", "see_results",
        lambda c, s: c.post("/analysis/help/", {"selected": s.pk}), lambda s: s.student_no),
    Way("students", "api", "student", "see_card", _api("students")),
    Way("case", "page", "case", "see_case", lambda c, case: c.get(f"/cases/{case.pk}/")),
    Way("cases", "api", "case", "see_case", _api("cases")),
    Way("talks", "api", "talk", "see_talks", _api("follow-ups")),
    Way("list of cases", "fragment", "case", "see_case",
        lambda c, case: c.get(f"/cases/?q={case.student.student_no}", **HX),
        lambda case: f'href="/cases/{case.pk}/'),
    Way("responsible person", "page", "case", "manage_case",
        lambda c, case: c.get(f"/cases/{case.pk}/assign/")),
    Way("glass", "page", "case", "break_glass", lambda c, case: c.get(f"/cases/{case.pk}/glass/")),
    Way("crisis", "page", "crisis", "see_crisis", lambda c, one: c.get(f"/crises/{one.pk}/")),
    Way("live part of a crisis", "fragment", "crisis", "see_crisis",
        lambda c, one: c.get(f"/crises/{one.pk}/live/", **HX)),
    Way("handing back", "page", "crisis", "close_crisis",
        lambda c, one: c.get(f"/crises/{one.pk}/hand-back/")),
    Way("list of crises", "page", "crisis", "see_crisis", lambda c, one: c.get("/crises/"),
        lambda one: f'href="/crises/{one.pk}/"'),
    Way("asked exports", "page", "export", "see_export", lambda c, one: c.get(f"/exports/{one.pk}/")),
    Way("list of exports", "page", "export", "approve_export", lambda c, one: c.get("/exports/"),
        lambda one: f'href="/exports/{one.pk}/"'),
    Way("units", "api", "unit", "see_unit", _api("units")),
    Way("unit", "page", "unit", "see_unit", lambda c, unit: c.get(f"/units/{unit.pk}/")),
    Way("posts", "api", "post", "see_unit", _api("appointments")),
    Way("post", "page", "post", "see_unit", lambda c, post: c.get(f"/posts/{post.pk}/")),
    Way("deputy", "page", "post", "appoint", lambda c, post: c.get(f"/posts/{post.pk}/deputy/")),
    Way("event of a branch", "page", "event", "see_branch_life",
        lambda c, event: c.get(f"/branch-events/{event.pk}/")),
    Way("event held together", "page", "joint event", "see_branch_life",
        lambda c, event: c.get(f"/branch-events/{event.pk}/")),
    Way("correcting an event of another branch", "page", "joint event", "write_branch_life",
        lambda c, event: c.get(f"/branch-events/{event.pk}/edit/")),
    Way("record of an event", "export", "event", "see_branch_life",
        lambda c, event: c.get(f"/branch-events/{event.pk}/record.docx")),
    Way("correcting an event", "page", "event", "write_branch_life",
        lambda c, event: c.get(f"/branch-events/{event.pk}/edit/")),
    Way("application about branches", "page", "change", "see_party_file",
        lambda c, one: c.get(f"/branches/changes/{one.pk}/")),
    Way("correcting an application", "page", "change", "write_party_file",
        lambda c, one: c.get(f"/branches/changes/{one.pk}/add/")),
    Way("approving an application", "page", "change", "approve_party_file",
        lambda c, one: c.get(f"/branches/changes/{one.pk}/approve/")),
    Way("payment of dues", "page", "payment", "write_dues",
        lambda c, payment: c.get(f"/dues/{payment.pk}/take-back/")),
    Way("end of a link", "page", "party link", "write_branch_life",
        lambda c, link: c.get(f"/party-links/{link.pk}/end/")),
    Way("letters in Word", "export", "post", "appoint",
        lambda c, letter: c.get(f"/posts/letters/print.docx?letter={letter.pk}"),
        lambda letter: "PK", shelf="letters"),
]  # fmt: skip


def samples(way: Way, table: Mapping[Line, Cells], shift: int) -> Iterator[tuple[Line, str]]:
    """One line for every answer, then one for every position; ``shift`` turns through the roles,
    so that the doors together meet every role."""
    lines = [one for one in table if one[:2] == (way.object, way.action) and one[2] != STUDENT]
    lines = lines[shift % len(lines) :] + lines[: shift % len(lines)]
    answers: set[str] = set()
    positions: set[str] = set()
    for number, line in enumerate(lines):
        turned = list(places_of(way.object))
        turned = turned[number % len(turned) :] + turned[: number % len(turned)]
        fresh = next(
            (p for p in turned if table[line][p] not in answers and table[line][p] != "-"), None
        ) or next((p for p in turned if p not in positions), None)
        if fresh is not None:
            answers.add(table[line][fresh])
            positions.add(fresh)
            yield line, fresh


def row_of(way: Way, campus: Positions, kind: str, place: str) -> Any:
    shelf = way.shelf or OBJECTS[way.object][1]
    return getattr(campus, shelf).get((kind, place))
