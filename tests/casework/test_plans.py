"""Plans: made from templates, promised in the inbox, progressing from facts."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.domain.cases import seat_person
from casework.domain.follow_ups import log_follow_up
from casework.domain.force import unseat
from casework.domain.lock_outs import lock_out
from casework.domain.plan_tasks import end_plan
from casework.domain.plans import StepDraft, add_step, change_step, drop_step, edit_plan, make_plan
from casework.enums import Channel
from casework.models import (
    Case,
    CaseCategory,
    CaseLevel,
    Plan,
    PlanStep,
    PlanTemplate,
    Seat,
)
from casework.queries.plans import proposal, template_for
from cohorts.domain.task_acts import complete_task, postpone_task, reassign_task
from cohorts.models import Task
from cohorts.queries.tasks import box_rows, titles
from portal.core.errors import DomainError, StaleError
from tests.world import World

EN = {"Accept-Language": "en"}
GOAL = "第16周前重修并通过两门课程"


def day(ahead: int = 7) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=ahead)


def draft(world: World, owner: str = "zhou", **more: Any) -> StepDraft:
    values: dict[str, Any] = {"text": "宿舍走访", "due_on": day(), **more}
    return StepDraft(owner=world.people[owner], **values)


def planned(world: World, *steps: StepDraft, key: str = "gu", level: str = "ORANGE") -> Plan:
    case = world.add_case(key, level=level)
    return make_plan(
        actor=world.zhou, case=case, goal=GOAL, steps=steps or [draft(world)], seat_owners=True
    )


def enter(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def talk(world: World, key: str = "zhou", channel: Channel = Channel.VISIT, text: str = "") -> Any:
    return log_follow_up(
        actor=world.people[key], student=world.gu, channel=channel,
        content=text or "宿舍内务整洁，作息规律。",
    )  # fmt: skip


def test_every_category_in_use_has_a_template_for_every_level(world: World) -> None:
    for category in CaseCategory.objects.all():
        for level in CaseLevel.objects.all():
            one = PlanTemplate.objects.get(category=category, level=level)
            assert one.steps.count() >= 4, one
            assert all(step.wanted >= 1 for step in one.steps.all())


def test_a_plan_is_proposed_with_owners_by_their_part(world: World) -> None:
    case = world.add_case("gu", level="RED")
    template = template_for(case)
    assert template is not None
    assert (template.category_id, template.level_id) == ("ACADEMIC", "RED")
    proposed = {one["text"]: one["owner"] for one in proposal(case, template)["steps"]}
    assert proposed["导师学业谈话"] == str(world.wang.pk)
    assert proposed["班主任核对到课与作业"] == str(world.lu.pk)
    assert proposed["首次面谈，听取本人说法，商定目标"] == str(world.zhou.pk)
    assert proposed["召集专班碰头，核对分工与进展"] == str(world.lin.pk)


def test_a_plan_becomes_promises_and_the_stage_follows_the_fact(world: World) -> None:
    plan = planned(world, draft(world), draft(world, "wang", text="导师学业谈话"))
    case = Case.objects.get()
    assert case.stage == "planned"
    assert Task.objects.filter(source="plan_step").count() == 2
    # The tutor saw no case before; the step came with a seat.
    assert Seat.objects.get(case=case, person=world.wang)
    assert Task.objects.get(owner=world.wang).due_on == plan.steps.last().due_on
    with pytest.raises(DomainError, match="已有帮扶方案"):
        make_plan(actor=world.zhou, case=case, goal=GOAL, steps=[draft(world)])


def test_an_owner_who_left_or_sees_no_case_gets_no_step(world: World) -> None:
    case = world.add_case("gu")
    with pytest.raises(DomainError, match="王怀瑾"):
        make_plan(actor=world.zhou, case=case, goal=GOAL, steps=[draft(world, "wang")])
    world.lu.is_active = False
    world.lu.save()
    with pytest.raises(DomainError, match="陆怀远"):
        make_plan(
            actor=world.zhou, case=case, goal=GOAL, steps=[draft(world, "lu")], seat_owners=True
        )
    assert not Plan.objects.exists()
    assert not Seat.objects.exists()
    assert Case.objects.get().planned_at is None


@pytest.mark.parametrize(
    ("goal", "more"),
    [("", {}), (GOAL, {"text": " "}), (GOAL, {"wanted": 0}), (GOAL, {"due_on": day(-1)})],
)
def test_a_plan_without_goal_or_with_a_senseless_step_is_refused(
    world: World, goal: str, more: dict[str, Any]
) -> None:
    case = world.add_case("gu")
    with pytest.raises(DomainError):
        make_plan(actor=world.zhou, case=case, goal=goal, steps=[draft(world, **more)])
    with pytest.raises(DomainError):
        make_plan(actor=world.zhou, case=case, goal=GOAL, steps=[])
    assert not Plan.objects.exists()


def test_who_may_not_write_on_the_case_makes_no_plan(world: World) -> None:
    case = world.add_case("gu")
    seat_person(actor=None, case=case, person=world.lu, duty="班主任")
    Seat.objects.update(write_level="read")
    with pytest.raises(PermissionDenied):
        make_plan(actor=world.lu, case=case, goal=GOAL, steps=[draft(world)])


def test_a_template_changed_while_the_plan_runs_leaves_the_plan_alone(world: World) -> None:
    case = world.add_case("gu")
    template = template_for(case)
    assert template is not None
    plan = make_plan(
        actor=world.zhou, case=case, goal=template.goal, template=template, steps=[draft(world)]
    )
    template.goal, template.version = "新的目标", 2
    template.save()
    template.steps.all().delete()
    plan.refresh_from_db()
    assert plan.goal != "新的目标"
    assert plan.template_version == 1
    assert plan.steps.count() == 1


def test_records_of_the_right_kind_by_the_owner_count_and_close_the_step(world: World) -> None:
    planned(world, draft(world, wanted=2, counting="visit"))
    talk(world, channel=Channel.PHONE)
    talk(world, "lin")
    assert PlanStep.objects.get().done == 0
    talk(world)
    assert PlanStep.objects.get().done == 1
    assert Task.objects.get().state == "open"
    talk(world)
    step = PlanStep.objects.get()
    assert (step.done, step.done_on) == (2, timezone.localdate())
    assert Task.objects.get().state == "done"
    assert Case.objects.get().stage == "in_help"
    talk(world)
    assert PlanStep.objects.get().done == 2


def test_a_tick_without_content_is_no_progress(world: World) -> None:
    planned(world, draft(world, wanted=2, counting="visit"))
    talk(world, text="已到")
    assert PlanStep.objects.get().done == 0


def test_what_the_former_owner_did_is_kept_when_a_step_goes_over(world: World) -> None:
    planned(world, draft(world, wanted=3, counting="visit"))
    talk(world)
    reassign_task(actor=world.lin, task=Task.objects.get(), owner=world.lin)
    talk(world)
    assert PlanStep.objects.get().done == 1
    talk(world, "lin")
    step = PlanStep.objects.get()
    assert (step.owner, step.done) == (world.lin, 2)


def test_closing_in_the_inbox_finishes_the_step_and_begins_the_help(world: World) -> None:
    planned(world)
    complete_task(actor=world.zhou, task=Task.objects.get(), evidence="走访记录第3页")
    step = PlanStep.objects.get()
    assert (step.done, step.done_on) == (1, timezone.localdate())
    assert Case.objects.get().stage == "in_help"


def test_postponing_in_the_inbox_moves_the_step(world: World) -> None:
    planned(world)
    postpone_task(actor=world.zhou, task=Task.objects.get(), due_on=day(20), reason="学生实习")
    assert PlanStep.objects.get().due_on == day(20)


def test_the_title_with_the_name_is_told_to_those_who_see_the_case_only(world: World) -> None:
    planned(world)
    task = Task.objects.get()
    told = [(task.pk, task.source, task.source_id, task.text)]
    assert "顾言川" in titles(world.zhou, told)[task.pk].title
    for key in ("shen", "lu", "han", "psy", "nobody"):
        assert "顾" not in titles(world.people[key], told)[task.pk].title
        assert "走访" not in titles(world.people[key], told)[task.pk].title
    assert enter(world, "lu").get(f"/tasks/{task.pk}/").status_code == 404
    assert "顾言川" in enter(world, "zhou").get("/tasks/").content.decode()


def test_a_seat_that_ends_leaves_the_step_as_a_gap_and_the_inbox_without_it(world: World) -> None:
    plan = planned(world, draft(world, "wang"))
    client = enter(world, "wang")
    assert "顾言川" in client.get("/tasks/").content.decode()
    unseat(actor=world.zhou, seat=Seat.objects.get(), reason="不再担任导师")
    assert "顾言川" not in client.get("/tasks/").content.decode()
    assert not box_rows(world.wang, "mine").exists()
    step = plan.steps.get()
    assert step.owner is None
    text = enter(world, "zhou").get(
        reverse("casework:plan", args=[plan.case_id]), headers=EN
    ).content.decode()  # fmt: skip
    assert "cannot do it: reassign" in text
    change_step(actor=world.zhou, step=step, draft=draft(world, "zhou"))
    assert Task.objects.get().owner == world.zhou


def test_who_is_locked_out_keeps_no_promise_of_the_case(world: World) -> None:
    planned(world)
    task = Task.objects.get()
    lock_out(actor=world.lin, case=Case.objects.get(), person=world.zhou, reason="与学生有亲属关系")
    client = enter(world, "zhou")
    assert client.get(f"/tasks/{task.pk}/").status_code == 404
    assert client.get("/tasks/?box=given&state=open").content.decode().count("p-c-name") == 0
    assert f"/tasks/{task.pk}/" not in client.get("/notices/").content.decode()


def test_a_running_plan_is_edited_and_a_second_window_is_told(world: World) -> None:
    plan = planned(world)
    added = add_step(actor=world.lin, plan=plan, step=draft(world, text="告知家长重修安排"))
    assert Task.objects.filter(source_id=added.pk).exists()
    with pytest.raises(StaleError):
        edit_plan(actor=world.lin, plan=plan, goal="新的可衡量目标", version=1)
    edit_plan(actor=world.lin, plan=plan, goal="新的可衡量目标", version=2, check_dates=[day(30)])
    changed = change_step(
        actor=world.lin, step=added, draft=draft(world, "lin", text="家长面谈", due_on=day(9)),
        reason="家长来校",
    )  # fmt: skip
    task = Task.objects.get(source_id=added.pk)
    assert (task.owner, task.due_on, changed.text) == (world.lin, day(9), "家长面谈")
    drop_step(actor=world.lin, step=added, reason="家长已到校")
    task.refresh_from_db()
    assert task.state == "dropped"
    with pytest.raises(DomainError):
        drop_step(actor=world.lin, step=added, reason="再来一次")
    plan.refresh_from_db()
    assert plan.goal == "新的可衡量目标"


def test_the_end_of_the_case_ends_its_promises(world: World) -> None:
    planned(world, draft(world), draft(world, text="班会"))
    assert end_plan(world.lin, Case.objects.get(), "个案已销号") == 2
    assert not box_rows(world.zhou, "mine").filter(done_at=None, dropped_at=None).exists()


def test_the_page_proposes_makes_and_shows_the_plan(world: World) -> None:
    case = world.add_case("gu", level="ORANGE")
    client, url = enter(world, "zhou"), reverse("casework:plan", args=[case.pk])
    page = client.get(url, headers=EN)
    text = page.content.decode()
    assert "导师学业谈话" in text
    form, steps = page.context["form"], page.context["steps"]
    data: dict[str, Any] = {"seat_owners": "on", "version": case.version}
    data |= {name: form[name].value() or "" for name in form.fields if name != "version"}
    data |= {f"step-{k}": v for k, v in {"TOTAL_FORMS": len(steps), "INITIAL_FORMS": 0}.items()}
    for one in steps:
        data |= {one[name].html_name: one[name].value() or "" for name in one.fields}
    assert client.post(url, data | {"goal": ""}).status_code == 422
    assert client.post(url, data).status_code == 302
    assert PlanStep.objects.count() == len(proposal(case, template_for(case))["steps"])
    shown = client.get(url, headers=EN).content.decode()
    assert "导师学业谈话" in shown
    assert "version 1" in shown
    assert enter(world, "lu").get(url).status_code == 200  # seated with a step
    assert enter(world, "shen").get(url).status_code == 404


def test_the_pages_of_plan_and_inbox_ask_the_same_for_1_and_3_steps(world: World) -> None:
    plan = planned(world)
    client, counts = enter(world, "zhou"), []
    urls = [reverse("casework:plan", args=[plan.case_id]), "/tasks/", f"/cases/{plan.case_id}/"]
    for size in (1, 3):
        while plan.steps.count() < size:
            add_step(actor=world.zhou, plan=plan, step=draft(world))
        found = []
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]
