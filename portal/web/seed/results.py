"""Courses, and every result of the terms that are over."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

from . import catalogue
from .campus import Campus
from .catalogue import CourseIdea
from .pupils import Pupil
from .timeline import Timeline

RESULT_COLUMNS = (
    "id", "student_id", "course_id", "term_id", "attempt", "sequence", "grade", "score", "special",
    "passed", "credits", "is_required",
)  # fmt: skip
# Spread of marks: what a student is able to, and what the day brings.
ABILITY, DAY = 6.5, 7.5


@dataclass(frozen=True, slots=True)
class CoursePlan:
    id: int
    code: str
    name: str
    credits: float
    college: int | None
    mean: float
    is_required: bool


class Syllabus:
    """Courses by major and term of study."""

    def __init__(self, campus: Campus, first_id: int, per_term: int) -> None:
        self.courses: list[CoursePlan] = []
        self._first_id = first_id
        self._per_term = per_term
        common = [[self._add(one, None, "GE") for one in term] for term in catalogue.COMMON]
        self.by_major: dict[int, list[list[CoursePlan]]] = {}
        made: dict[tuple[int, str], CoursePlan] = {}
        for major in campus.majors:
            own = catalogue.CHEMICAL if major.college == campus.colleges[0] else catalogue.PATTERNS
            plan = []
            for n, term in enumerate(own):
                courses = list(common[n])
                for idea in term:
                    key = (major.college, idea.name.format(major.short))
                    if key not in made:
                        code = campus.by_id[major.college].code
                        made[key] = self._add(idea, major.college, code, major.short)
                    courses.append(made[key])
                plan.append(self._fit(courses))
            self.by_major[major.id] = plan

    def _fit(self, courses: list[CoursePlan]) -> list[CoursePlan]:
        """Own courses first when fewer are wanted, repeated under a number when more are."""
        ordered = courses[4:] + courses[:4]
        return ordered[: self._per_term]

    def _add(
        self, idea: CourseIdea, college: int | None, prefix: str, stem: str = ""
    ) -> CoursePlan:
        # The mean at which the wanted share of a normal spread falls below 60.
        spread = (ABILITY**2 + DAY**2) ** 0.5
        mean = 60 - NormalDist().inv_cdf(idea.fail_rate) * spread
        number = len(self.courses) + 1
        course = CoursePlan(
            self._first_id + len(self.courses), f"{prefix}{number:04d}", idea.name.format(stem),
            idea.credits, college, mean, idea.is_required,
        )  # fmt: skip
        self.courses.append(course)
        return course


def result_lines(
    pupils: list[Pupil], syllabus: Syllabus, times: Timeline, rng: random.Random, first_id: int
) -> Iterator[str]:
    """COPY lines: a first sitting for every course, a resit of most failed ones in that term."""
    noise = [rng.gauss(0, DAY) for _n in range(8192)]
    resit = [rng.gauss(3, DAY) for _n in range(1024)]
    terms = {year: times.finished_terms(year) for year in times.entry_years}
    row, draw = first_id, rng.randrange(8192)
    for pupil in pupils:
        lift, own, plan = pupil.ability * ABILITY, pupil.id, syllabus.by_major[pupil.home.major.id]
        for term, courses in zip(terms[pupil.home.year], plan, strict=False):
            if pupil.on_leave_since and term.ends_on > pupil.on_leave_since:
                break
            for course in courses:
                draw += 1
                mark = int(course.mean + lift + noise[draw * 5 & 8191])
                mark = 100 if mark > 100 else mark if mark > 20 else 20
                needed = "t" if course.is_required else "f"
                tail = f"{course.credits}\t{needed}\n"
                head = f"{own}\t{course.id}\t{term.code}"
                if draw % 331 == 0:
                    yield f"{row}\t{head}\tfirst\t1\t缓考\t\\N\tdeferred\t\\N\t{tail}"
                elif mark < 36:
                    yield f"{row}\t{head}\tfirst\t1\t缺考\t\\N\tabsent\tf\t{tail}"
                else:
                    passed = "t" if mark >= 60 else "f"
                    yield f"{row}\t{head}\tfirst\t1\t{mark}\t{mark}\t\t{passed}\t{tail}"
                row += 1
                if mark < 60 and draw % 8:
                    again = min(95, max(30, int(64 + lift / 2 + resit[draw & 1023])))
                    passed = "t" if again >= 60 else "f"
                    yield f"{row}\t{head}\tresit\t1\t{again}\t{again}\t\t{passed}\t{tail}"
                    row += 1
