"""From cases alike to a general fix, its proof, and the later look (system 15)."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.cases import open_case
from casework.domain.lock_outs import lock_out
from casework.domain.problems import (
    change_problem,
    check_effect,
    drop_problem,
    open_problem,
    record_fix,
)
from casework.enums import Effect, ProblemState, Source
from casework.models import CaseCategory, CaseLevel, CauseCode, CommonProblem, LedgerEntry
from casework.queries.problems import alike, cases_alike
from portal.core.errors import DomainError, StaleError
from tests.world import World

FIX = "大二秋季学期化工热力学增设每周答疑与过关测验"
PROOF = "教务处第12号通知，10月起每周三晚答疑，共8次签到"


def cause() -> CauseCode:
    found = CauseCode.objects.filter(category="ACADEMIC").first()
    assert found is not None
    return found


def listed(world: World, *keys: str, at: dt.datetime | None = None) -> None:
    """Cases of one cause, entered a week ago unless said otherwise."""
    for key in keys:
        case = world.add_case(key, at=at or timezone.now() - dt.timedelta(days=7))
        LedgerEntry.objects.filter(case=case).update(cause=cause())


def fix(world: World, actor: str = "lin", **changed: Any) -> CommonProblem:
    asked = {
        "cause": cause(), "unit": world.chem23, "title": "化工热力学不及格集中", "fix": FIX,
        "owner": world.jiang, "due_on": timezone.localdate() + dt.timedelta(days=20),
    }  # fmt: skip
    return open_problem(actor=world.people[actor], **asked | changed)


def browser(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def test_three_open_cases_alike_propose_a_general_fix_and_two_do_not(world: World) -> None:
    listed(world, "gu", "cheng")
    assert alike(world.lin) == []
    listed(world, "luo")
    (found,) = alike(world.lin)
    assert (found.cause, found.unit_id, found.number) == (cause().pk, world.chem23.pk, 3)
    # The number opens the list that it counts.
    assert cases_alike(world.lin, found.cause, found.unit_id).count() == 3
    page = browser(world, "lin").get(f"/cases/?unit={found.unit_id}&cause={found.cause}")
    assert page.context["shown"] == 3


def test_only_cases_within_ones_own_sight_are_counted(world: World) -> None:
    listed(world, "gu", "cheng", "luo")
    assert alike(world.zhou) == []
    assert alike(world.lu) == []
    case = world.gu.cases.get()
    lock_out(actor=world.zhou, case=case, person=world.lin, reason="与该生有亲属关系，须回避")
    assert alike(world.lin) == []


def test_what_is_being_fixed_is_not_proposed_again_until_it_is_dropped(world: World) -> None:
    listed(world, "gu", "cheng", "luo")
    made = fix(world)
    assert alike(world.lin) == []
    assert made.links.count() == 3
    with pytest.raises(DomainError):
        fix(world)
    drop_problem(actor=world.lin, problem=made, reason="与学院教改项目合并办理")
    assert len(alike(world.lin)) == 1


def test_the_same_form_sent_twice_makes_one_entry(world: World) -> None:
    listed(world, "gu", "cheng", "luo")
    key = uuid.uuid4()
    assert fix(world, client_key=key).pk == fix(world, client_key=key).pk


@pytest.mark.parametrize("key", ["lu", "gao", "qian", "zhou", "nobody"])
def test_who_leads_no_cases_of_the_unit_sets_up_no_fix(world: World, key: str) -> None:
    with pytest.raises(PermissionDenied):
        fix(world, key)
    assert not CommonProblem.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [{"due_on": dt.date(2020, 1, 1)}, {"fix": "  "}, {"owner": "gu_account"}],
    ids=["past", "empty", "student"],
)
def test_a_fix_that_nobody_can_keep_is_refused(world: World, changed: dict[str, Any]) -> None:
    if "owner" in changed:
        changed = {"owner": world.people[changed["owner"]]}
    with pytest.raises(DomainError):
        fix(world, **changed)


def test_the_effect_is_counted_from_new_cases_before_and_after(world: World) -> None:
    now = timezone.now()
    listed(world, "gu", "cheng", "luo", at=now - dt.timedelta(days=20))
    made = fix(world)
    with pytest.raises(DomainError):
        check_effect(actor=world.lin, problem=made, note="")
    made = record_fix(actor=world.jiang, problem=made, proof=PROOF)
    assert made.state == "open" or CommonProblem.objects.get(pk=made.pk).state == "fixed"
    with pytest.raises(DomainError):
        check_effect(actor=world.lin, problem=made, note="")
    with time_machine.travel(now + dt.timedelta(days=91), tick=False):
        case = open_case(
            actor=world.jiang, student=world.ye, category=CaseCategory.objects.get(pk="ACADEMIC"),
            level=CaseLevel.objects.get(pk="BLUE"), reason="热力学不及格", source=Source.TUTOR,
        )  # fmt: skip
        LedgerEntry.objects.filter(case=case).update(cause=cause())  # another cohort: not counted
        done = check_effect(actor=world.lin, problem=made, note="新增减少")
    assert (done.seen_before, done.seen_after, done.effect) == (3, 0, Effect.FELL)
    assert CommonProblem.objects.get(pk=made.pk).state == ProblemState.CHECKED
    with pytest.raises(DomainError):
        drop_problem(actor=world.lin, problem=made, reason="不再需要这项整改")


def test_the_owner_proves_but_does_not_judge_and_does_not_see_foreign_cases(world: World) -> None:
    listed(world, "gu", "cheng", "luo")
    made = fix(world, owner=world.nobody)
    page = browser(world, "nobody").get(f"/problems/{made.pk}/")
    assert page.status_code == 200
    assert "顾言川" not in page.content.decode()
    assert set(page.context["forms"]) == {"proof"}
    record_fix(actor=world.nobody, problem=made, proof=PROOF)
    later = timezone.now() + dt.timedelta(days=91)
    with time_machine.travel(later, tick=False), pytest.raises(PermissionDenied):
        check_effect(actor=world.nobody, problem=made, note="")
    with pytest.raises(Http404):
        CommonProblem.objects.get_for(world.shen, "see_case", made.pk)


def test_of_two_people_who_change_it_at_once_the_second_is_told(world: World) -> None:
    made = fix(world)
    later = timezone.localdate() + dt.timedelta(days=40)
    change = {"problem": made, "owner": world.jiang, "due_on": later, "version": made.version}
    change_problem(actor=world.lin, reason="课程安排顺延一个月", **change)
    with pytest.raises(StaleError):
        change_problem(actor=world.jiang, reason="课程安排顺延一个月", **change)


def test_a_fix_is_set_up_proven_and_read_in_the_browser(world: World) -> None:
    listed(world, "gu", "cheng", "luo")
    client = browser(world, "lin")
    page = client.get("/problems/")
    assert page.context["alike"][0].number == 3
    form = {
        "cause": cause().pk, "unit": world.chem23.pk, "title": "化工热力学不及格集中", "fix": FIX,
        "owner": "jiang", "due_on": "2020-01-01", "client_key": str(uuid.uuid4()),
    }  # fmt: skip
    refused = client.post("/problems/new/", form)
    assert refused.status_code == 422
    assert FIX in refused.content.decode()
    soon = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    made = client.post("/problems/new/", form | {"due_on": soon})
    assert made.status_code == 302
    shown = client.get(made.url)
    assert "顾言川" in shown.content.decode()
    short = client.post(made.url, {"act": "proof", "proof": "好", "version": 1})
    assert short.status_code == 422
    assert client.post(made.url, {"act": "proof", "proof": PROOF, "version": 1}).status_code == 302
    assert client.get("/problems/?state=fixed").context["items"][0]["url"] == made.url


def test_the_list_makes_as_many_statements_for_three_as_for_one(world: World) -> None:
    client = browser(world, "lin")
    causes = list(CauseCode.objects.all()[:3])
    counts = []
    fix(world, cause=causes[0])
    for more in (causes[1:], []):
        client.get("/problems/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/problems/")
        counts.append(len(asked))
        for one in more:
            fix(world, cause=one)
    assert counts[0] == counts[1]
