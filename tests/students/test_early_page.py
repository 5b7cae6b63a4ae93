"""“Look first at these”: the school's own ranking, its list, and who reads it."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.models import Parameter, Term
from portal.core.errors import DomainError
from portal.core.models import AuditEntry
from students.domain.early import fit_early, renew, score_early
from students.early.linear import Line, line_of
from students.early.linear import Term as Fact
from students.early.own import fit_line
from students.enums import StudentStatus
from students.models import Course, CourseResult, EarlyModel, EarlyScore, Placement, Student
from students.queries import early
from students.queries.early_facts import SIGNS, facts_before, failed_in, terms_before
from students.tasks import renew_early
from tests.web.test_pages import client_of
from tests.world import World

PAST = ("2025-2026-1", "2025-2026-2", "2026-2027-1")
NOW = "2026-2027-2"
PEOPLE = 90


def add_past(world: World) -> None:
    """Three past terms of ninety students of class 2301, every third one weak; the fourth runs."""
    Term.objects.all().delete()
    first = timezone.localdate() - dt.timedelta(days=500)
    Term.objects.bulk_create(
        Term(code=code, starts_on=first + dt.timedelta(days=160 * n))
        for n, code in enumerate((*PAST, NOW))
    )
    people = Student.objects.bulk_create(
        Student(name=f"学生{n}", student_no=f"22309{n:05d}", entry_year=2023, major=world.gu.major)
        for n in range(PEOPLE)
    )
    Placement.objects.bulk_create(
        Placement(student=one, unit=world.units[unit], tree=tree, since=dt.date(2023, 9, 4))
        for one in people
        for unit, tree in (("c2301", "class"), ("mingde23", "academy"))
    )
    courses = Course.objects.bulk_create(
        Course(code=f"C{n}", name=f"课程{n}", credits=3) for n in range(3)
    )
    CourseResult.objects.bulk_create(
        CourseResult(student=one, course=course, term_id=term, grade=str(score), score=score,
                     passed=score >= 60, credits=3)
        for t, term in enumerate(PAST)
        for n, one in enumerate(people)
        for c, course in enumerate(courses)
        # One in eight does otherwise than usual, so that nothing is certain.
        for score in (72 + (n * 7 + c * 5 + t) % 20 - 25 * ((n % 3 == 0) != ((n + t) % 8 == 0)),)
    )  # fmt: skip


@pytest.fixture
def school(world: World) -> World:
    add_past(world)
    return world


def student(n: int) -> Student:
    return Student.objects.get(student_no=f"22309{n:05d}")


@pytest.mark.django_db
def test_facts_before_a_term_read_only_terms_before_it(school: World) -> None:
    known = terms_before(Term.objects.get(pk=PAST[2]))
    assert known == list(PAST[:2])
    before = dict(facts_before(known, enrolled_only=True))
    CourseResult.objects.filter(term__in=PAST[2:]).delete()
    assert dict(facts_before(known, enrolled_only=True)) == before
    # Number 3 is weak and did as usual in both terms; all three courses of each are still open.
    mine = CourseResult.objects.filter(student=student(3), term=PAST[1])
    weak = before[student(3).pk]
    assert weak["failed"] == mine.filter(passed=False).count() > 0
    assert weak["average"] == pytest.approx(sum(float(r.score or 0) for r in mine) / 3, abs=0.01)
    assert weak["gap"] < 0
    assert weak["earlier"] < 0
    failed = {r.course_id for r in CourseResult.objects.filter(student=student(3), passed=False)}
    assert weak["open"] == len(failed)
    CourseResult.objects.create(
        student=student(3), course_id=min(failed), term_id=PAST[1], attempt="resit", grade="70",
        score=70, passed=True, credits=3,
    )  # fmt: skip
    assert dict(facts_before(known, enrolled_only=True))[student(3).pk]["open"] == len(failed) - 1


@pytest.mark.django_db
def test_weights_come_from_earlier_terms_and_add_up_to_the_score(school: World) -> None:
    model = fit_early(actor=None, term=Term.objects.get(pk=NOW))
    assert model.evaluation["terms"] == list(PAST[1:])
    cut = model.evaluation["cut"]
    assert cut["term"] == PAST[2]
    assert cut["auc"] > 0.75
    assert cut["people"] == PEOPLE
    line = line_of(model.weights)
    assert all(fact.weight * SIGNS[fact.name] >= 0 for fact in line.facts)
    for _student, numbers in list(facts_before(list(PAST), enrolled_only=True))[:5]:
        score, parts = line.weigh(numbers)
        odds = line.bias + sum(weight for _name, weight in parts)
        assert score == pytest.approx(1 / (1 + 2.718281828459045**-odds))
    # What came in the term itself does not change what was fitted for it.
    again = fit_early(actor=None, term=Term.objects.get(pk=PAST[2]))
    CourseResult.objects.filter(term=PAST[2]).update(passed=True)
    assert fit_early(actor=None, term=again.term).weights == again.weights
    assert EarlyModel.objects.filter(term=again.term).count() == 2


def test_a_fact_that_would_count_the_wrong_way_is_left_out() -> None:
    cases = [({"a": n % 5, "b": -(n % 5) + (n % 2) / 9}, n % 5 + n % 3 > 3) for n in range(200)]
    line = fit_line({"a": 1, "b": 1}, cases)
    assert [fact.name for fact in line.facts] == ["a"]
    assert line_of(line.as_json()) == line
    with pytest.raises(DomainError):
        fit_line({"a": 1}, cases[:20])
    flat = Line(0.0, (Fact("a", 2.0, 1.0, 0.5),))
    assert flat.weigh({"a": 2})[0] == 0.5


@pytest.mark.django_db
def test_the_list_is_cut_to_its_capacity_and_held_against_what_came(school: World) -> None:
    assert renew_early() == {PAST[2]: PEOPLE, NOW: PEOPLE}
    Parameter.objects.filter(key=early.CAPACITY).update(value=7)
    now, last = Term.objects.get(pk=NOW), Term.objects.get(pk=PAST[2])
    people = early.look_first(school.lu, now, early.capacity())
    scores = [one.score.score for one in people]
    assert len(people) == 7
    assert scores == sorted(scores, reverse=True)
    assert max(EarlyScore.objects.filter(term=now).values_list("score", flat=True)) == scores[0]
    assert all(len(one.reasons) == 3 and all(one.reasons) for one in people)
    back = early.look_back(school.lu, last, 7)
    assert back is not None
    came = failed_in(PAST[2])
    shown = early.looked_first(school.lu, last, 7)
    assert [one.came for one in shown] == [came[one.score.student_id] for one in shown]
    assert back.right == sum(bool(one.came) for one in shown)
    assert (back.listed, back.people, back.failed) == (7, PEOPLE, sum(came.values()))
    assert back.right / back.listed > back.failed / back.people


@pytest.mark.django_db
def test_renewing_again_changes_nothing_until_results_do(school: World) -> None:
    renew()
    rows = list(EarlyScore.objects.order_by("pk").values_list("student", "term", "score"))
    renew()
    assert list(EarlyScore.objects.order_by("pk").values_list("student", "term", "score")) == rows
    assert EarlyModel.objects.filter(term=NOW).count() == 1
    Student.objects.filter(pk=student(0).pk).update(status=StudentStatus.WITHDRAWN)
    CourseResult.objects.filter(student=student(6), term=PAST[2]).delete()
    renew()
    left = EarlyScore.objects.filter(term=NOW)
    assert left.count() == PEOPLE - 2
    assert EarlyModel.objects.filter(term=NOW).count() == 2
    # The list of the term that is over stays as it stood.
    assert EarlyScore.objects.filter(term=PAST[2]).count() == PEOPLE
    entries = AuditEntry.objects.filter(action="score_early").order_by("pk")
    assert entries.last().detail["count"] == PEOPLE - 2  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_school_without_a_past_is_told_so(world: World) -> None:
    assert renew() == {}
    with pytest.raises(DomainError, match="不足两个"):
        fit_early(actor=None, term=Term.objects.get(pk="2026-2027-1"))
    with pytest.raises(CommandError):
        call_command("fit_early", "--term", "2030-2031-1")
    page = client_of(world, "lu").get("/early/")
    assert "暂无排序" in page.content.decode()


@pytest.mark.django_db
def test_the_page_shows_the_own_reach_and_never_the_student(school: World) -> None:
    said = io.StringIO()
    call_command("fit_early", "--term", PAST[2], stdout=said)
    call_command("fit_early", stdout=said)
    assert "time cut" in said.getvalue()
    page = client_of(school, "lu").get("/early/")
    first = early.look_first(school.lu, Term.objects.get(pk=NOW), 20)
    assert page.status_code == 200
    assert first[0].score.student.student_no in page.content.decode()
    assert "低于本专业同年级" in page.content.decode()
    over = client_of(school, "lu").get("/early/?last=1").content.decode()
    assert "有不及格" in over
    # Zhiyuan's counsellor reaches none of them, and a student no list at all.
    assert first[0].score.student.student_no not in client_of(school, "shen").get("/early/").content.decode()  # fmt: skip
    Student.objects.filter(pk=school.gu.pk).update(user=None)
    Student.objects.filter(pk=student(3).pk).update(user=school.gu_account)
    assert client_of(school, "gu_account").get("/early/").status_code == 403
    assert not EarlyScore.objects.restrict(school.gu_account, "see_results").exists()


@pytest.mark.django_db
def test_the_page_asks_as_often_for_many_as_for_few(school: World) -> None:
    renew()
    counts = []
    for limit in (1, 3, 50):
        Parameter.objects.filter(key=early.CAPACITY).update(value=limit)
        client = client_of(school, "lu")
        client.get("/early/")
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/early/").context["people"]) == limit
        counts.append(len(queries))
    assert len(set(counts)) == 1


@pytest.mark.django_db
def test_scoring_asks_as_often_for_many_as_for_few(school: World) -> None:
    model = fit_early(actor=None, term=Term.objects.get(pk=NOW))
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            score_early(actor=None, model=model)
        counts.append(len(queries))
        CourseResult.objects.filter(term=PAST[2], student__student_no__gt="2230900002").delete()
    assert EarlyScore.objects.filter(term=NOW).count() == 3
    assert counts[0] == counts[1]
