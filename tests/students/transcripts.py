"""Transcripts for tests of warning rules: the same one as rows of the portal and in plain Python."""

import datetime as dt
import random
from fractions import Fraction

from cohorts.models import Major, Term
from students.models import Course, CourseGroup, CourseResult, PlanCourse, Programme, Student
from tests.students.plain_warnings import Pupil, Sat

ENTRY = 2018
TERMS = {
    half: f"{ENTRY + (half - 1) // 2}-{ENTRY + (half - 1) // 2 + 1}-{2 - half % 2}"
    for half in range(1, 11)
}


def open_terms() -> None:
    for half, code in TERMS.items():
        year = ENTRY + (half - 1) // 2
        day = dt.date(year, 9, 1) if half % 2 else dt.date(year + 1, 2, 26)
        Term.objects.get_or_create(code=code, defaults={"starts_on": day})


def enter(number: str, pupil: Pupil, now: int, major: Major | None = None) -> Student:
    """A student whose half-year ``pupil.now`` ends with the half-year ``now`` of ``TERMS``."""
    year = ENTRY + (now - pupil.now) // 2
    student = Student.objects.create(student_no=number, name="学生", entry_year=year, major=major)
    code_of = {
        sat.course: f"{number}-{sat.course}" if major is None else sat.course for sat in pupil.sat
    }
    Course.objects.bulk_create(
        [Course(code=code, name=name) for name, code in code_of.items()], ignore_conflicts=True
    )
    courses = dict(Course.objects.filter(code__in=code_of.values()).values_list("code", "pk"))
    rows = [
        CourseResult(
            student=student, course_id=courses[code_of[sat.course]],
            term_id=TERMS[sat.half + now - pupil.now], grade="及格", passed=sat.passed,
            credits=_decimal(sat.credits), is_required=sat.required, attempt=sat.attempt,
            sequence=n, score=None if sat.score is None else _decimal(sat.score),
        )
        for n, sat in enumerate(pupil.sat, 1)
    ]  # fmt: skip
    CourseResult.objects.bulk_create(rows)
    return student


def _decimal(value: Fraction) -> str:
    return f"{float(value):.1f}"


def plan_of(pupil: Pupil, year: int, name: str) -> Major:
    """The plan of the pupil as a programme of a major of its own."""
    major = Major.objects.create(code=name, name=name)
    assert pupil.plan is not None
    programme = Programme.objects.create(major=major, entry_year=year, years=pupil.years)
    groups = {
        "required": CourseGroup.objects.create(programme=programme, name="必修", need="required"),
        "elective": CourseGroup.objects.create(programme=programme, name="选修", need="elective"),
    }
    for n, (credits, half) in enumerate(pupil.choose):
        CourseGroup.objects.create(programme=programme, name=f"选修{n}", need="elective",
                                   credits=_decimal(credits), due_term=half)  # fmt: skip
    Course.objects.bulk_create(
        [
            Course(code=code, name=code, credits=_decimal(one[0]))
            for code, one in pupil.plan.items()
        ],
        ignore_conflicts=True,
    )
    courses = dict(Course.objects.filter(code__in=pupil.plan).values_list("code", "pk"))
    PlanCourse.objects.bulk_create(
        PlanCourse(programme=programme, course_id=courses[code], group=groups[group],
                   credits=_decimal(credits), term_no=half)
        for code, (credits, half, group) in pupil.plan.items()
    )  # fmt: skip
    return major


def random_pupil(rng: random.Random, now: int) -> Pupil:
    """About as many credits a term as are real, half credits too, resits, retakes, and weak terms."""
    sat: list[Sat] = []
    plan: dict[str, tuple[Fraction, int, str]] = {}
    for half in range(1, now + 1):
        weak = rng.choice((0.1, 0.3, 0.6, 0.9))
        for n in range(rng.randint(2, 7)):
            code, worth = f"c{half}-{n}", Fraction(rng.choice((1, 3, 4, 5, 8, 10)), 2)
            required, group = rng.random() < 0.7, rng.choice(("required", "required", "elective"))
            plan[code] = (
                (worth, half, group) if rng.random() < 0.9 else plan.pop(code, (worth, half, group))
            )
            passed = rng.choice((None, True)) if rng.random() < 0.05 else rng.random() > weak
            sat.append(Sat(code, half, worth, passed, required))
            later = half
            while sat[-1].passed is False and sat[-1].course == code and rng.random() < 0.6:
                later = min(now, later + rng.randint(0, 2))
                kind = "resit" if later == half else "retake"
                other = worth if rng.random() < 0.9 else worth + Fraction(1, 2)
                sat.append(Sat(code, later, other, rng.random() < 0.5, required, kind))
    choose = [(Fraction(rng.randint(1, 6)), half) for half in (2, 4, 6) if rng.random() < 0.7]
    years = rng.choice((4, 4, 5))
    has_plan = rng.random() < 0.85
    return Pupil(now, sat, plan if has_plan else None, choose if has_plan else [], years)
