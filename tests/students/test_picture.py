"""The picture of a student: strengths first, each block by right, one look is one line."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from cohorts.models import Term
from portal.core.models import AuditEntry
from students.models import Course, CourseGroup, CourseResult, PlanCourse, Programme, Student
from tests.students.record_cast import EN, NUMBER, client
from tests.world import World

# Older ones than the campus has.
TERMS = {
    "2024-2025-1": dt.date(2024, 9, 2),
    "2024-2025-2": dt.date(2025, 2, 24),
    "2025-2026-1": dt.date(2025, 9, 1),
}
FIRST, SECOND, LAST = TERMS


def address(student: Student) -> str:
    return reverse("students:picture", args=[student.student_no])


def page(world: World, key: str, student: Student, status: int = 200) -> str:
    answer = client(world.people[key]).get(address(student), headers=EN)
    assert answer.status_code == status
    return str(answer.content.decode())


def give(student: Student, score: int, term: str = LAST, name: str = "线性代数") -> None:
    course, _made = Course.objects.get_or_create(code=name, defaults={"name": name, "credits": 4})
    in_term, _made = Term.objects.get_or_create(code=term, defaults={"starts_on": TERMS[term]})
    CourseResult.objects.create(
        student=student, course=course, term=in_term, grade=str(score), score=score,
        passed=score >= 60, credits=4,
    )  # fmt: skip


def with_plan(student: Student, *courses: str) -> None:
    assert student.major is not None
    plan = Programme.objects.create(major=student.major, entry_year=student.entry_year, years=4)
    group = CourseGroup.objects.create(programme=plan, name="必修", need="required", order=1)
    for number, name in enumerate(courses, 1):
        course, _made = Course.objects.get_or_create(
            code=name, defaults={"name": name, "credits": 4}
        )
        PlanCourse.objects.create(
            programme=plan, group=group, course=course, credits=4, term_no=number
        )


def test_the_first_block_names_what_speaks_for_the_student(school: World) -> None:
    give(school.gu, 70, SECOND)
    give(school.gu, 91, LAST, "大学物理")
    text = page(school, "zhou", school.gu)
    strengths = text.index("Strengths")
    assert strengths < text.index("Studies over the terms")
    assert "Best courses: 大学物理 91" in text[strengths:]
    assert "21.0 points better than the term before" in text
    assert "No course failed in 2 terms" in text


def test_a_student_without_records_is_not_called_weak(school: World) -> None:
    assert "Ask a teacher or the student what goes well" in page(school, "zhou", school.song)


def test_each_reader_gets_the_blocks_of_the_own_right(school: World) -> None:
    give(school.gu, 55)
    school.add_case("gu", category="PSYCH")
    log_follow_up(
        actor=school.zhou, student=school.gu, channel=Channel.FACE, content="按时上课，精神不错"
    )
    seen = {}
    for key in ("zhou", "lin", "lu", "wang", "han", "zi"):
        text = page(school, key, school.gu)
        seen[key] = {
            "results": "Studies over the terms" in text,
            "case": "Ledger and case" in text,
            "contacts": "Contacts this term" in text,
            "family": "139****2222" in text,
            "tier": "2026-2027 · 特别困难" in text,
            "sums": "3700" in text,
        }
    every = dict.fromkeys(seen["zhou"], True)
    closed = dict.fromkeys(("case", "contacts", "sums"), False)
    assert seen["zhou"] == every
    assert seen["lin"] == every
    assert seen["lu"] == every | closed
    assert seen["wang"] == every | closed
    assert seen["han"] == every | closed | {"tier": False}
    assert seen["zi"] == every | {"results": False, "case": False, "contacts": False}


def test_no_number_of_the_family_stands_there_in_clear(school: World) -> None:
    text = page(school, "zhou", school.gu)
    assert NUMBER not in text
    assert "顾明远" in text
    assert "顾明远" not in page(school, "lu", school.gu)


@pytest.mark.parametrize(
    ("key", "status"),
    [("gao", 403), ("shen", 404), ("nobody", 404), ("gu_account", 404), ("sys", 404), ("psy", 404)],
)
def test_the_picture_belongs_to_those_who_read_the_record(
    school: World, key: str, status: int
) -> None:
    page(school, key, school.gu, status)


def test_the_line_of_the_class_appears_from_three_class_mates_on(school: World) -> None:
    give(school.gu, 80)
    mates = [
        school.add_student(f"m{n}", f"同学{n}", f"22305199{n}", "c2301", entry_year=2023)
        for n in range(3)
    ]
    for mate in mates[:2]:
        give(mate, 60)
    assert "class average" not in page(school, "zhou", school.gu)
    give(mates[2], 63)
    text = page(school, "zhou", school.gu)
    assert '"values": [61.0]' in text
    assert "Average of 80.0 in 2025-2026-1, above the class average of 61.0" in text


def test_the_plan_names_what_is_still_to_pass(school: World) -> None:
    with_plan(school.gu, "线性代数", "大学物理")
    give(school.gu, 80)
    text = page(school, "lu", school.gu)
    assert "4 credits to go：大学物理" in text
    assert "= 50%" in text


def test_a_look_at_the_picture_leaves_one_line(school: World) -> None:
    page(school, "zhou", school.gu)
    rows = AuditEntry.objects.filter(action="read_student", object_id=str(school.gu.pk))
    assert [(row.actor, row.detail["parts"][0]) for row in rows] == [(school.zhou, "picture")]


def test_more_terms_contacts_and_people_cost_no_more_statements(school: World) -> None:
    def fill(n: int) -> None:
        give(school.gu, 70 + n, list(TERMS)[n], f"课程{n}")
        log_follow_up(
            actor=school.zhou,
            student=school.gu,
            channel=list(Channel)[n],
            content="按时上课，精神不错",
        )

    school.add_case("gu")
    reader = client(school.zhou)
    fill(0)
    reader.get(address(school.gu))
    counts = []
    for more in ((), (1, 2)):
        for n in more:
            fill(n)
        with CaptureQueriesContext(
            connection,
        ) as one:
            reader.get(address(school.gu))
        counts.append(len(one))
    assert counts[0] == counts[1]
    assert counts[0] <= 25
