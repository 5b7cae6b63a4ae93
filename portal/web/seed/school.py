"""Builds the whole invented school and loads it in one transaction."""

import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from casework.models import (
    AfterCheck,
    Case,
    CaseReview,
    FollowUp,
    KeyRequest,
    KeyTurn,
    LedgerEntry,
    Plan,
    PlanStep,
    PlanTemplate,
    Seat,
)
from cohorts.domain.reconcile import reconcile
from cohorts.domain.tree import rebuild_tree
from cohorts.models import (
    Appointment,
    Contract,
    ContractPost,
    LinkKind,
    Major,
    Role,
    Task,
    Term,
    Unit,
    UnitTree,
)
from cohorts.models.appointment import Grant
from portal.core import audit
from portal.core.models import User
from students.models import (
    AidGrant,
    AidRecognition,
    Course,
    CourseGroup,
    CourseResult,
    FamilyContact,
    HealthNote,
    Placement,
    PlanCourse,
    Programme,
    StatusPeriod,
    Student,
    StudentLink,
)

from .campus import CHILD_TABLES, Campus, build_campus, child_rows
from .care import TALK_COLUMNS, open_files, talk_lines
from .case_rows import case_rows, entry_rows, plan_rows, seat_rows
from .cases import CASE_COLUMNS, CaseWriter, File
from .crises import seed_crises
from .indexes import bare_table
from .key_rows import (
    CHECK_COLUMNS,
    REQUEST_COLUMNS,
    REVIEW_COLUMNS,
    TURN_COLUMNS,
    KeyWriter,
    check_rows,
    review_rows,
)
from .load import (
    analyse,
    bulk_load,
    copy_lines,
    copy_rows,
    first_id,
    line,
    move_sequences,
    write_history,
)
from .party import seed_party
from .promises import load_tasks
from .pupils import STUDENT_COLUMNS, Pupil, enrol, placement_rows, status_rows, student_rows
from .records import load_records
from .results import RESULT_COLUMNS, Syllabus, result_lines
from .sealed import seed_sealed
from .staff import USER_COLUMNS, Staff, contract_rows, employ, user_rows
from .study import load_plans, seed_warnings
from .timeline import Timeline

LOADED: list[type[Model]] = [
    User, Unit, Major, Appointment, Contract, ContractPost, Student, Placement, StatusPeriod,
    StudentLink, Course, Programme, CourseGroup, PlanCourse, CourseResult, Case, LedgerEntry, Seat, Plan, PlanStep, Task, FollowUp,
    KeyRequest, KeyTurn, CaseReview, AfterCheck, FamilyContact, HealthNote, AidRecognition,
    AidGrant,
]  # fmt: skip
LARGE = 10_000
_COURSE_COLUMNS = ("id", "code", "name", "credits", "college_id")
_CONTRACT_COLUMNS = (
    "id", "cohort_id", "academic_year", "matters", "starts_on", "ends_on", "signed_on", "letter_no",
)  # fmt: skip
_PLAN_COLUMNS = (
    "id", "case_id", "goal", "exit_condition", "made_on", "causes", "family_agreement",
    "resources", "check_dates", "made_by_id", "template_id", "template_version", "version",
)  # fmt: skip
_STEP_COLUMNS = (
    "id", "plan_id", "order", "text", "owner_id", "due_on", "wanted", "done", "done_on",
    "counting", "since", "done_before", "dropped_on", "drop_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What kind of school: numbers per student are averages over the four entry years."""

    students: int
    seed: int = 1
    staff: int | None = None
    results: float = 24
    follow_ups: float = 10
    open_share: float = 0.04
    cases_per_100: float = 12
    keep_history: bool = True
    today: dt.date | None = None


@dataclass
class Made:
    """What was written, by table, and how long each part took in seconds."""

    rows: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class School:
    def __init__(self, wish: Wish, today: dt.date, say: Callable[[str], None]) -> None:
        self.wish, self.say = wish, say
        self.times = Timeline(wish.today or today)
        self.made = Made()
        self._clock = time.monotonic()

    def rng(self, part: str) -> random.Random:
        """Parts draw on their own, so that more talks do not change anybody's name."""
        return random.Random(f"{self.wish.seed}/{self.wish.students}/{part}")

    def _done(self, part: str) -> None:
        now = time.monotonic()
        self.made.seconds[part] = now - self._clock
        self.say(f"  {part:<14}{now - self._clock:6.1f} s")
        self._clock = now

    def build(self) -> Made:
        with bulk_load(LOADED):
            self._plan_and_load()
            if self.wish.keep_history:
                write_history(LOADED)
                self._done("history")
        move_sequences(LOADED)
        analyse([*LOADED, UnitTree, Grant])
        self._done("statistics")
        seed_warnings()
        self._done("warnings")
        return self.made

    def _plan_and_load(self) -> None:
        wish, times = self.wish, self.times
        campus = build_campus(
            wish.students, times, self.rng("campus"), (first_id(Unit), first_id(Major))
        )
        pupils = enrol(campus, times, self.rng("students"), first_id(Student))
        staff = employ(
            campus, pupils, times, self.rng("staff"), wish.staff or round(wish.students / 12),
            first_id(User),
        )  # fmt: skip
        self._done("plan")
        self._load_campus(campus)
        self._load_people(campus, pupils, staff)
        self._load_results(campus, pupils)
        self._load_care(campus, pupils, staff)
        rebuild_tree()
        reconcile(None)
        seed_party(campus, pupils, staff, times, self.rng("party"))
        seed_sealed(staff.psychologists, times, self.rng("sealed"))
        seed_crises(times)
        audit.record(
            actor=None, action="seed_school", obj=Unit.objects.get(pk=campus.university),
            students=wish.students, seed=wish.seed,
        )  # fmt: skip
        self._done("tree, grants")

    def _copy(self, model: type[Model] | str, columns: tuple[str, ...], rows: Any) -> None:
        table = model if isinstance(model, str) else model._meta.db_table
        copy_rows(table, columns, rows)

    def _copy_large(
        self, model: type[Model], columns: tuple[str, ...], lines: Iterator[str]
    ) -> None:
        # In a small school dropping and making indexes takes longer than it saves.
        large = self.wish.students >= LARGE
        with bare_table(model) if large else nullcontext():
            copy_lines(model._meta.db_table, columns, lines)

    def _load_campus(self, campus: Campus) -> None:
        Term.objects.bulk_create(
            [Term(code=t.code, starts_on=t.starts_on, weeks=t.weeks) for t in self.times.terms],
            ignore_conflicts=True,
        )
        self._copy(
            Unit, ("id", "kind", "name", "short_name", "code", "parent_id", "opened_on", "closed_on"),
            ((n.id, n.kind, n.name, n.short, n.code, n.parent, n.opened_on, None)
             for n in campus.nodes),
        )  # fmt: skip
        majors = [(m.id, m.code, m.name, m.college) for m in campus.majors]
        # Classes name their major, majors their college: colleges come first.
        for kind, (table, columns) in CHILD_TABLES.items():
            if kind == "class":
                self._copy(Major, ("id", "code", "name", "college_id"), majors)
            self._copy(table, ("unit_ptr_id", *columns), child_rows(campus.nodes, kind))
        self._done("organisation")

    def _load_people(self, campus: Campus, pupils: list[Pupil], staff: Staff) -> None:
        times = self.times
        self._copy(User, USER_COLUMNS, user_rows(staff))
        roles = dict(Role.objects.values_list("code", "id"))
        first = first_id(Appointment)
        self._copy(
            Appointment,
            ("id", "person_id", "role_id", "unit_id", "starts_on", "ends_on", "revoked_at",
             "letter_no", "appointed_by_id"),
            ((first + n, p.person, roles[p.role], p.unit, p.starts_on, p.ends_on, None,
              p.letter_no, None) for n, p in enumerate(staff.posts)),
        )  # fmt: skip
        ids = (first_id(Contract), first_id(Contract.partners.through), first_id(ContractPost))
        contracts, partners, posts = contract_rows(campus, staff, times, ids)
        self._copy(Contract, _CONTRACT_COLUMNS, contracts)
        self._copy("cohorts_contract_partners", ("id", "contract_id", "unit_id"), partners)
        self._copy(ContractPost, ("id", "contract_id", "member_type", "wanted"), posts)
        move_sequences([Contract.partners.through])
        self._done("staff")
        self._copy(Student, STUDENT_COLUMNS, student_rows(campus, pupils, self.rng("numbers")))
        placements = placement_rows(campus, times, pupils, first_id(Placement))
        columns = ("id", "student_id", "unit_id", "tree", "since", "until")
        self._copy_large(Placement, columns, map(line, placements))
        self._copy(
            StatusPeriod, ("id", "student_id", "status", "since", "until", "reason"),
            status_rows(times, pupils, first_id(StatusPeriod)),
        )  # fmt: skip
        kind = LinkKind.objects.get(code="tutor").pk
        tutors = [(p, staff.tutor_of[p.id]) for p in pupils if p.id in staff.tutor_of]
        # A school with fewer teachers sets a wider limit of its own; some places stay free.
        shares = Counter((person.id, pupil.home.year) for pupil, person in tutors)
        LinkKind.objects.filter(pk=kind).update(load_limit=max(shares.values(), default=1) + 1)
        first = first_id(StudentLink)
        self._copy(
            StudentLink, ("id", "kind_id", "person_id", "student_id", "starts_on", "ends_on"),
            ((first + n, kind, person.id, pupil.id, times.entered_on(pupil.home.year), None)
             for n, (pupil, person) in enumerate(tutors)),
        )  # fmt: skip
        self._done("students")

    def _load_results(self, campus: Campus, pupils: list[Pupil]) -> None:
        per_term = max(0, min(8, round(self.wish.results / 3)))
        syllabus = Syllabus(campus, first_id(Course), per_term)
        self._copy(
            Course, _COURSE_COLUMNS,
            ((c.id, c.code, c.name, c.credits, c.college) for c in syllabus.courses),
        )  # fmt: skip
        load_plans(campus, syllabus, self.times)
        lines = result_lines(
            pupils, syllabus, self.times, self.rng("results"), first_id(CourseResult)
        )
        self._copy_large(CourseResult, RESULT_COLUMNS, lines)
        self._done("results")

    def _load_care(self, campus: Campus, pupils: list[Pupil], staff: Staff) -> None:
        wish, times = self.wish, self.times
        writer = CaseWriter(campus, staff, times, self.rng("cases"), first_id(Case))
        files = open_files(writer, pupils, self.rng("focus"), wish.open_share, wish.cases_per_100)
        self._copy(Case, CASE_COLUMNS, case_rows(files, times, self.rng("reviews")))
        self._copy(
            LedgerEntry,
            ("id", "case_id", "category_id", "level_id", "reason", "source", "entered_at", "left_at",
             "cause_id"),
            entry_rows(files, first_entry := first_id(LedgerEntry)),
        )  # fmt: skip
        self._load_keys(files, staff, first_entry)
        self._copy(
            Seat, ("id", "case_id", "person_id", "duty", "write_level", "starts_on", "ends_on",
                   "ended_at", "end_reason"),
            seat_rows(files, first_id(Seat)),
        )  # fmt: skip
        kept = PlanTemplate.objects.values_list("category_id", "level_id", "pk")
        templates = {(category, level): pk for category, level, pk in kept}
        plans, steps = plan_rows(files, staff, times, first_id(Plan), first_id(PlanStep), templates)
        self._copy(Plan, _PLAN_COLUMNS, plans)
        self._copy(PlanStep, _STEP_COLUMNS, steps)
        load_tasks(times.today)
        self._done("cases")
        lines = talk_lines(
            files, pupils, staff, times, self.rng("talks"), wish.follow_ups, first_id(FollowUp)
        )
        self._copy_large(FollowUp, TALK_COLUMNS, lines)
        load_records(pupils, files, staff, times, self.rng("records"))
        self._done("follow-ups")

    def _load_keys(self, files: list[File], staff: Staff, first_entry: int) -> None:
        times = self.times
        keys = KeyWriter(staff, times, (first_id(KeyRequest), first_id(KeyTurn), first_entry))
        keys.write(files)
        self._copy(KeyRequest, REQUEST_COLUMNS, keys.requests)
        self._copy(KeyTurn, TURN_COLUMNS, keys.turns)
        reviews = review_rows(files, times, staff, first_id(CaseReview))
        self._copy(CaseReview, REVIEW_COLUMNS, reviews)
        self._copy(AfterCheck, CHECK_COLUMNS, check_rows(files, times, first_id(AfterCheck)))


def count_rows(models: list[type[Model]]) -> dict[str, int]:
    """Rows of each table now, by table name."""
    found = {}
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
            found[model._meta.db_table] = int(cursor.fetchone()[0])
    return found
