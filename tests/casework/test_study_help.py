"""Help for students chosen in the study analysis: preview, ledger and plan, or a task for each."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from casework.domain.lock_outs import lock_out
from casework.domain.study_help import MOST, give_help_tasks, plan_help
from casework.models import Case, CaseLevel, LedgerEntry, Plan, PlanStep, Seat
from cohorts.models import Task
from portal.core.domain.bulk import BulkOutcome
from portal.core.errors import DomainError
from students.models import Course, Student
from students.queries.analysis_people import Cell, ids_of
from tests.students.test_analysis import add_marks, now, scope
from tests.web.test_pages import client_of
from tests.world import World

WORDS = "化工热力学未通过，安排答疑与重修"


@pytest.fixture
def school(world: World) -> World:
    add_marks(world)
    return world


def due() -> dt.date:
    return timezone.localdate() + dt.timedelta(days=14)


def plan(world: World, actor: str, *students: Student, **more: Any) -> BulkOutcome:
    level = CaseLevel.objects.get(pk="YELLOW")
    return plan_help(
        actor=world.people[actor],
        students=students,
        level=level,
        words=WORDS,
        due_on=due(),
        **more,
    )


@pytest.mark.django_db
def test_a_preview_writes_nothing_and_the_act_does_what_it_showed(school: World) -> None:
    s = school
    trial = plan(s, "lin", s.gu, s.cheng, s.luo, is_trial=True)
    assert (len(trial.done), trial.refused) == (3, {})
    assert not Case.objects.exists()
    assert plan(s, "lin", s.gu, s.cheng, s.luo).done == trial.done
    entries = LedgerEntry.objects.filter(category="ACADEMIC", left_at=None)
    assert set(entries.values_list("case__student", flat=True)) == {s.gu.pk, s.cheng.pk, s.luo.pk}
    plans = Plan.objects.filter(case__in=entries.values("case"))
    assert plans.count() == 3
    assert all(one.template is not None for one in plans)
    steps = PlanStep.objects.filter(plan__in=plans)
    assert steps.filter(plan__case__student=s.gu, owner=s.zhou).exists()  # the counsellor's part
    # The tutor has no sight of the case: the step comes to whoever planned.
    assert not steps.filter(owner=s.wang).exists()
    assert not steps.filter(owner=None).exists()
    # Once more: everybody stands there with a plan.
    again = plan(s, "lin", s.gu, s.cheng, s.luo)
    assert len(again.refused) == 3
    assert not again.done


@pytest.mark.django_db
def test_the_teacher_of_the_course_gets_a_step_and_a_seat(school: World) -> None:
    td = Course.objects.get(code="TD")
    assert plan(school, "lin", school.gu, course=td, person=school.wang).done
    step = PlanStep.objects.get(owner=school.wang)
    assert td.name in step.text
    assert step.due_on == due()
    assert Seat.objects.filter(case__student=school.gu, person=school.wang).exists()


@pytest.mark.django_db
def test_one_without_the_right_to_cases_gives_tasks(school: World) -> None:
    s = school
    refused = plan(s, "lu", s.gu)
    assert not refused.done
    assert set(refused.refused) == {s.gu.pk}
    done = give_help_tasks(actor=s.lu, students=[s.gu, s.luo, s.ye], words=WORDS, due_on=due())
    assert set(done.done) == {s.gu.pk, s.luo.pk}
    assert set(done.refused) == {s.ye.pk}
    give_help_tasks(actor=s.lu, students=[s.gu], words=WORDS, due_on=due())
    assert Task.objects.filter(source="study_help", owner=s.lu).count() == 2
    text = client_of(s, "lu").get("/tasks/").content.decode()
    assert "顾言川" in text
    assert WORDS in text
    with pytest.raises(DomainError):
        give_help_tasks(actor=s.lu, students=[s.gu], words=WORDS, due_on=due(), person=s.zhou)
    with pytest.raises(DomainError):
        give_help_tasks(actor=s.lu, students=[s.gu] * (MOST + 1), words=WORDS, due_on=due())


@pytest.mark.django_db
def test_nobody_locked_out_learns_of_the_case(school: World) -> None:
    case = school.add_case("gu")
    lock_out(actor=None, case=case, person=school.lin, reason="与学生有亲属关系")
    mine = scope(school.lin)
    assert school.gu.pk in ids_of(mine, now(), Cell(also="unlisted"), school.lin)
    assert plan(school, "lin", school.gu).done == [school.gu.pk]
    assert not Plan.objects.filter(case=case).exists()
    assert LedgerEntry.objects.filter(case=case).count() == 1


@pytest.mark.django_db
def test_from_a_cell_over_the_unlisted_to_a_plan_for_them(school: World) -> None:
    school.add_case("cheng")
    client = client_of(school, "lin")
    everybody = client.get("/analysis/people/?figure=failed").content.decode()
    assert "程亦安" in everybody
    address = "/analysis/people/?figure=failed&also=unlisted"
    answer = client.get(address)
    shown = [row["name"] for row in answer.context["rows"]]
    assert set(shown) == {"顾言川", "罗嘉禾"}
    assert answer.context["total"] == 2
    assert 'formaction="/analysis/help/"' in answer.content.decode()
    chosen = {"selected": [school.gu.pk, school.luo.pk], "term": now().pk,
              "course": ""}  # fmt: skip
    form = client.post("/analysis/help/", chosen).context["form"]
    filled = chosen | {
        "way": "plan", "level": "YELLOW", "words": WORDS, "due_on": due().isoformat(), "person": "",
    }  # fmt: skip
    assert form.initial["words"]
    assert (
        len(client.post("/analysis/help/", filled | {"step": "try"}).context["outcome"].done) == 2
    )
    done = client.post("/analysis/help/", filled | {"step": "do"})
    assert done["Location"] == "/ledgers/ACADEMIC/"
    assert client.get(address).context["total"] == 0
    assert client.get("/ledgers/ACADEMIC/").content.decode().count("罗嘉禾") >= 1


@pytest.mark.django_db
def test_only_chosen_students_within_reach_are_offered(school: World) -> None:
    client = client_of(school, "lu")
    answer = client.post("/analysis/help/", {"selected": [school.gu.pk, school.cheng.pk]})
    assert "顾言川" in answer.content.decode()
    assert "程亦安" not in answer.content.decode()
    assert "level" not in answer.context["form"].fields
    assert client.post("/analysis/help/", {"selected": [school.song.pk]}).status_code == 404
    assert client_of(school, "gao").post("/analysis/help/", {}).status_code == 403
