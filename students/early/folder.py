"""A folder in the OULAD format, and the part of it that is known on a day.

``known`` is the one place where time is cut. What computes columns is given ``Known`` only, which
has no place for an outcome, a later submission or a later unregistration.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

from portal.core.errors import DomainError

from .cells import number, rows, table_path, text

# Outcomes that count as "needed help": did not reach a pass (README of the data set).
NEEDED_HELP = frozenset({"Fail", "Withdrawn"})
OUTCOMES = NEEDED_HELP | {"Pass", "Distinction"}


class Key(NamedTuple):
    """One student on one presentation of a module."""

    module: str
    presentation: str
    student: str

    @property
    def course(self) -> tuple[str, str]:
        return self.module, self.presentation


class Work(NamedTuple):
    """A piece of coursework; examinations are never among them."""

    id: str
    due: float
    weight: float


class Handed(NamedTuple):
    day: float
    score: float | None
    is_banked: bool


@dataclass(slots=True)
class Enrolment:
    """Who is registered. Only what the portal may use: no sex, region, age, deprivation, disability
    or schooling is read from the file at all."""

    previous: float
    credits: float
    registered: float | None = None
    unregistered: float | None = None
    outcome: str = ""


Course = tuple[str, str]


@dataclass(slots=True)
class Folder:
    path: Path
    enrolments: dict[Key, Enrolment]
    works: dict[Course, dict[str, Work]]
    handed: dict[Key, dict[str, Handed]]
    # Days with activity and clicks on them; empty when the folder has no studentVle.
    clicks: dict[Key, dict[float, float]]
    notes: list[str] = field(default_factory=list)

    @property
    def has_clicks(self) -> bool:
        return bool(self.clicks)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known on the evening of ``day``."""

    day: int
    keys: list[Key]
    previous: dict[Key, float]
    credits: dict[Key, float]
    registered: dict[Key, float | None]
    due: dict[Course, list[Work]]
    handed: dict[Key, dict[str, Handed]]
    ahead: dict[Key, int]
    clicks: dict[Key, dict[float, float]] | None


def known(folder: Folder, day: int) -> Known:
    """Cut ``folder`` at ``day``: who is registered then, what was due and handed in by then."""
    keys = sorted(
        key
        for key, one in folder.enrolments.items()
        if (one.unregistered is None or one.unregistered > day)
        and (one.registered is None or one.registered <= day)
    )
    due = {
        course: sorted((w for w in works.values() if w.due <= day), key=lambda w: (w.due, w.id))
        for course, works in folder.works.items()
    }
    handed: dict[Key, dict[str, Handed]] = {}
    ahead: dict[Key, int] = {}
    for key in keys:
        by_then = {w: h for w, h in folder.handed.get(key, {}).items() if h.day <= day}
        was_due = {work.id for work in due.get(key.course, ())}
        handed[key] = {work: h for work, h in by_then.items() if work in was_due}
        ahead[key] = len(by_then) - len(handed[key])
    clicks = None
    if folder.has_clicks:
        clicks = {
            key: {at: n for at, n in folder.clicks.get(key, {}).items() if at <= day}
            for key in keys
        }
    people = folder.enrolments
    return Known(
        day, keys,
        {key: people[key].previous for key in keys},
        {key: people[key].credits for key in keys},
        {key: people[key].registered for key in keys},
        due, handed, ahead, clicks,
    )  # fmt: skip


def outcomes(folder: Folder) -> dict[Key, bool]:
    """Whether help was needed, for those whose outcome the folder tells."""
    return {
        key: one.outcome in NEEDED_HELP for key, one in folder.enrolments.items() if one.outcome
    }


def read_folder(path: Path) -> Folder:
    """The tables of ``path``. Raises DomainError that names file, line and column of a fault."""
    if not path.is_dir():
        raise DomainError(_("There is no folder %(folder)s.") % {"folder": path})
    works, course_of = _works(path)
    folder = Folder(path, _enrolments(path), works, {}, {})
    _registrations(folder)
    _handed(folder, course_of)
    _clicks(folder)
    if not folder.enrolments:
        raise DomainError(_("%(folder)s lists nobody in studentInfo.") % {"folder": path})
    return folder


def _key(where: str, row: dict[str, str]) -> Key:
    return Key(
        text(where, row, "code_module"),
        text(where, row, "code_presentation"),
        text(where, row, "id_student"),
    )


_KEY = ("code_module", "code_presentation", "id_student")


def _enrolments(path: Path) -> dict[Key, Enrolment]:
    found: dict[Key, Enrolment] = {}
    for where, row in rows(path, "studentInfo", _KEY):
        key = _key(where, row)
        if key in found:
            raise DomainError(
                _("%(where)s: %(student)s stands twice in %(module)s %(presentation)s.")
                % {"where": where, **key._asdict()}
            )
        outcome = (row.get("final_result") or "").strip()
        found[key] = Enrolment(
            number(where, row, "num_of_prev_attempts") or 0.0,
            number(where, row, "studied_credits") or 0.0,
            outcome=outcome if outcome in OUTCOMES else "",
        )
    return found


def _registrations(folder: Folder) -> None:
    for where, row in rows(folder.path, "studentRegistration", _KEY):
        one = folder.enrolments.get(_key(where, row))
        if one is not None:
            one.registered = number(where, row, "date_registration")
            one.unregistered = number(where, row, "date_unregistration")


def _works(path: Path) -> tuple[dict[Course, dict[str, Work]], dict[str, Course]]:
    works: dict[Course, dict[str, Work]] = {}
    course_of: dict[str, Course] = {}
    needed = ("code_module", "code_presentation", "id_assessment", "assessment_type", "date")
    for where, row in rows(path, "assessments", needed):
        course = text(where, row, "code_module"), text(where, row, "code_presentation")
        due = number(where, row, "date")
        # An examination, and work due at an unknown end, is never due on a day within the term.
        if due is None or text(where, row, "assessment_type").lower() == "exam":
            continue
        work = Work(text(where, row, "id_assessment"), due, number(where, row, "weight") or 0.0)
        works.setdefault(course, {})[work.id] = work
        course_of[work.id] = course
    return works, course_of


def _handed(folder: Folder, course_of: dict[str, Course]) -> None:
    needed = ("id_assessment", "id_student", "date_submitted", "score")
    for where, row in rows(folder.path, "studentAssessment", needed):
        work = text(where, row, "id_assessment")
        day = number(where, row, "date_submitted")
        course = course_of.get(work)
        if course is None or day is None:
            continue
        key = Key(*course, text(where, row, "id_student"))
        banked = (row.get("is_banked") or "").strip().lower() in ("1", "true")
        score = number(where, row, "score")
        folder.handed.setdefault(key, {})[work] = Handed(day, score, banked)


def _clicks(folder: Folder) -> None:
    if table_path(folder.path, "studentVle") is None:
        return
    for where, row in rows(folder.path, "studentVle", (*_KEY, "date", "sum_click")):
        day, clicks = number(where, row, "date"), number(where, row, "sum_click")
        key = _key(where, row)
        if day is not None and clicks and key in folder.enrolments:
            days = folder.clicks.setdefault(key, {})
            days[day] = days.get(day, 0.0) + clicks
