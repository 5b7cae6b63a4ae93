"""Warnings: keyed, explained, confirmed by a person, followed by tasks, papers and the ledger."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from casework.models import Case, LedgerEntry
from cohorts.domain.task_acts import complete_task
from cohorts.models import Task, Term
from portal.core.errors import DomainError, StaleError
from portal.core.models import AuditEntry, Notification
from students.domain.warning_runs import run_warnings
from students.domain.warning_steps import finish_step, task_of
from students.domain.warnings import confirm_warnings, set_aside
from students.models import AcademicWarning, Course, CourseResult, WarningSet
from students.published_rules import GENERIC
from students.study_enums import StepKind
from students.warning_rules import read_rules
from students.warning_words import explain
from tests.world import World

TERM = "2025-2026-1"


def sit(student: Any, credits: float, passed: bool = False, name: str = "", **more: Any) -> None:
    name = name or f"{student.pk}-{credits}-{passed}"
    course, _made = Course.objects.get_or_create(
        code=name, defaults={"name": name, "credits": credits}
    )
    more.setdefault("grade", "85" if passed else "45")
    CourseResult.objects.create(
        student=student, course=course, term_id=more.pop("term", TERM), passed=passed,
        score=Decimal(more["grade"]), credits=Decimal(str(credits)), **more,
    )  # fmt: skip


@pytest.fixture
def campus(world: World) -> World:
    """The generic preset is on: yellow from 15 owed credits, red from 25, or few earned."""
    WarningSet.objects.filter(family="withdrawal").update(off_at=dt.datetime.now(dt.UTC))
    WarningSet.objects.filter(family="generic").update(on_at=dt.datetime.now(dt.UTC))
    for student in (world.gu, world.cheng, world.luo, world.ye, world.song):
        sit(student, 20, True, f"base-{student.pk}")
    return world


def run(**more: Any) -> Any:
    term = more.pop("term", TERM)
    return run_warnings(actor=None, term=Term.objects.get(pk=term), **more)


def test_nothing_is_found_twice_and_a_correction_clears_and_brings_back(campus: World) -> None:
    sit(campus.gu, 15)
    outcome = run()
    (one,) = outcome.sets
    assert (one.new, one.levels) == (1, {"黄色预警": 1})
    warning = AcademicWarning.objects.get()
    assert (warning.student, warning.state, warning.colour) == (campus.gu, "found", "YELLOW")
    (again,) = run().sets
    assert (again.new, again.same, again.changed) == (0, 1, 0)
    CourseResult.objects.filter(student=campus.gu, passed=False).update(passed=True, grade="60")
    (cleared,) = run().sets
    assert cleared.cleared == 1
    warning.refresh_from_db()
    assert (warning.state, warning.clear_reason) == ("cleared", "fact")
    CourseResult.objects.filter(student=campus.gu, grade="60").update(passed=False, grade="50")
    (back,) = run().sets
    assert (back.new, back.again) == (0, 1)
    warning.refresh_from_db()
    assert (warning.state, warning.again) == ("found", 1)
    assert AcademicWarning.objects.count() == 1


def test_the_words_carry_the_numbers(campus: World) -> None:
    sit(campus.gu, 17.5)
    run()
    warning = AcademicWarning.objects.get()
    words = "".join(explain(read_rules(warning.rules.body), warning.rule, warning.facts))
    assert "17.5" in words
    assert "15" in words
    assert "20" not in words  # the other half of the rule did not hold


def test_the_next_term_takes_over_and_an_old_run_changes_nothing_of_it(campus: World) -> None:
    Term.objects.create(code="2025-2026-2", starts_on=dt.date(2026, 3, 2))
    for student in (campus.gu, campus.cheng, campus.luo, campus.ye, campus.song):
        sit(student, 18, True, f"next-{student.pk}", term="2025-2026-2")
    sit(campus.gu, 15)
    sit(campus.cheng, 15)
    run()
    sit(campus.cheng, 15, True, term="2025-2026-2", name=f"{campus.cheng.pk}-15-False",
        attempt="retake")  # fmt: skip
    run(term="2025-2026-2")
    states = {(w.student.name, w.period): (w.state, w.clear_reason)
              for w in AcademicWarning.objects.select_related("student")}  # fmt: skip
    assert states == {
        ("顾言川", "2025-2026-1"): ("cleared", "later"),
        ("程亦安", "2025-2026-1"): ("cleared", "gone"),
        ("顾言川", "2025-2026-2"): ("found", ""),
    }
    run()
    assert states == {(w.student.name, w.period): (w.state, w.clear_reason)
                      for w in AcademicWarning.objects.select_related("student")}  # fmt: skip


def test_a_person_confirms_and_the_steps_become_tasks(campus: World) -> None:
    sit(campus.gu, 26)
    run()
    warning = AcademicWarning.objects.get()
    assert warning.colour == "RED"
    done = confirm_warnings(actor=campus.han, ids=[warning.pk])
    assert (done.done, done.promises) == ([warning.pk], 4)
    owners = {step.kind: task_of(step).owner for step in warning.steps.all()}  # type: ignore[union-attr]
    assert owners == {
        "notice": campus.han, "talk": campus.lu, "family": campus.zhou, "plan": campus.lu,
    }  # fmt: skip
    entry = LedgerEntry.objects.get(category_id="ACADEMIC", left_at=None)
    assert (entry.case.student, entry.level_id, entry.source) == (campus.gu, "RED", "rule")
    assert "26" in entry.reason
    again = confirm_warnings(actor=campus.han, ids=[warning.pk])
    assert (again.done, again.stale) == ([], 1)
    assert (Task.objects.count(), Case.objects.count()) == (4, 1)
    assert AuditEntry.objects.filter(action="confirm_warnings").count() == 1


def test_who_stands_in_the_ledger_joins_it_and_rises(campus: World) -> None:
    case = campus.add_case("gu", "YELLOW")
    sit(campus.gu, 26)
    run()
    done = confirm_warnings(actor=campus.han, ids=[AcademicWarning.objects.get().pk])
    case.refresh_from_db()
    assert (case.level_id, Case.objects.count()) == ("RED", 1)
    assert LedgerEntry.objects.get(case=case, left_at=None).level_id == "RED"
    assert done.notes


def test_the_student_sees_it_with_the_notice_and_not_before(campus: World) -> None:
    sit(campus.gu, 26)
    run()
    warning = AcademicWarning.objects.get()

    def seen(user: Any, action: str) -> bool:
        return AcademicWarning.objects.restrict(user, action).exists()

    assert seen(campus.han, "see_results")
    assert not any(seen(one, "see_results") for one in (campus.lu, campus.zhou, campus.wang))
    confirm_warnings(actor=campus.han, ids=[warning.pk])
    assert all(
        seen(one, "see_results") for one in (campus.lu, campus.zhou, campus.wang, campus.lin)
    )
    assert not any(seen(one, "see_results") for one in (campus.shen, campus.gao, campus.sys))
    assert not seen(campus.gu_account, "see_own")
    notice = warning.steps.get(kind=StepKind.NOTICE)
    finish_step(actor=campus.han, step=notice, note="当面送达并签收")
    assert seen(campus.gu_account, "see_own")
    assert Notification.objects.filter(user=campus.gu_account).count() == 1
    assert task_of(notice).state == "done"  # type: ignore[union-attr]
    client = Client()
    client.force_login(campus.gu_account)
    assert "红色预警" in client.get(reverse("students:my")).content.decode()
    paper = client.get(reverse("students:my_notice", args=[warning.pk]))
    assert paper.status_code == 200
    assert client.get(reverse("students:warning", args=[warning.pk])).status_code == 404


def test_what_is_done_in_the_inbox_is_done_with_the_warning(campus: World) -> None:
    sit(campus.gu, 26)
    run()
    warning = AcademicWarning.objects.get()
    confirm_warnings(actor=campus.han, ids=[warning.pk])
    talk = warning.steps.get(kind=StepKind.TALK)
    complete_task(actor=campus.lu, task=task_of(talk), evidence="已谈话，见谈话记录")  # type: ignore[arg-type]
    talk.refresh_from_db()
    assert (talk.done_by, talk.note) == (campus.lu, "已谈话，见谈话记录")
    CourseResult.objects.filter(student=campus.gu, passed=False).update(passed=True)
    run()
    states = {task.source_id: task.state for task in Task.objects.all()}
    assert states[talk.pk] == "done"
    assert sorted(states.values()) == ["done", "dropped", "dropped", "dropped"]
    assert warning.steps.exclude(dropped_at=None).count() == 3


def test_what_is_set_aside_stays_so_unless_it_becomes_graver(campus: World) -> None:
    sit(campus.gu, 15)
    run()
    warning = AcademicWarning.objects.get()
    with pytest.raises(DomainError):
        set_aside(actor=campus.han, warning=warning, reason=" ", version=warning.version)
    with pytest.raises(StaleError):
        set_aside(actor=campus.han, warning=warning, reason="交换学分尚未认定", version=99)
    AcademicWarning.objects.filter(pk=warning.pk).update(confirmed_at=warning.found_at)
    with pytest.raises(PermissionDenied):
        set_aside(actor=campus.lu, warning=warning, reason="交换学分尚未认定", version=1)
    AcademicWarning.objects.filter(pk=warning.pk).update(confirmed_at=None)
    set_aside(actor=campus.han, warning=warning, reason="交换学分尚未认定", version=warning.version)
    run()
    warning.refresh_from_db()
    assert warning.state == "dismissed"
    sit(campus.gu, 10)
    run()
    warning.refresh_from_db()
    assert (warning.state, warning.colour) == ("found", "RED")


def test_nobody_confirms_beyond_the_own_reach(campus: World) -> None:
    sit(campus.gu, 26)
    sit(campus.song, 26)
    run()
    by = {w.student_id: w.pk for w in AcademicWarning.objects.all()}
    for ids in ([by[campus.song.pk]], list(by.values())):
        with pytest.raises(PermissionDenied):
            confirm_warnings(actor=campus.han, ids=ids)
    with pytest.raises(PermissionDenied):
        confirm_warnings(actor=campus.lin, ids=[by[campus.gu.pk]])
    assert not AcademicWarning.objects.exclude(confirmed_at=None).exists()


def text_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in document.paragraphs), *cells])


def test_the_four_papers_say_whom_and_why(campus: World) -> None:
    sit(campus.gu, 26, name="化工热力学")
    run()
    warning = AcademicWarning.objects.get()
    client = Client()
    client.force_login(campus.han)
    address = reverse("students:warning_paper", args=[warning.pk, "notice"])
    assert client.get(address).status_code == 404  # not before it is confirmed
    confirm_warnings(actor=campus.han, ids=[warning.pk])
    for kind, title in (
        ("notice", "学业预警通知单"), ("talk", "学业预警谈话记录"), ("family", "学业情况家长告知书"),
        ("plan", "学业帮扶计划"),
    ):  # fmt: skip
        answer = client.get(reverse("students:warning_paper", args=[warning.pk, kind]))
        text = text_of(answer.content)
        assert title in text
        assert "顾言川" in text
        assert "26" in text
        assert ("化工热力学" in text) == (kind != "talk")
    assert AuditEntry.objects.filter(action="print_warning").count() == 4
    assert client.get(f"/warnings/{warning.pk}/oath.docx").status_code == 404


def test_the_clerk_confirms_many_after_a_preview(campus: World) -> None:
    for student in (campus.gu, campus.cheng, campus.luo):
        sit(student, 16)
    run()
    client = Client()
    client.force_login(campus.han)
    page = client.get(reverse("students:warnings")).content.decode()
    assert all(name in page for name in ("顾言川", "程亦安", "罗嘉禾"))
    ids = list(AcademicWarning.objects.values_list("pk", flat=True))
    preview = client.post(reverse("students:warning_confirm"), {"selected": ids})
    assert "陆怀远" in preview.content.decode()
    assert not AcademicWarning.objects.exclude(confirmed_at=None).exists()
    client.post(reverse("students:warning_confirm"), {"selected": ids, "step": "do"})
    assert AcademicWarning.objects.filter(state="confirmed").count() == 3
    assert Task.objects.count() == 3 * 2  # yellow: notice and talk
    adviser = Client()
    adviser.force_login(campus.lu)
    seen = adviser.get(reverse("students:warnings")).content.decode()
    assert ("顾言川" in seen, "罗嘉禾" in seen, "程亦安" in seen) == (True, True, False)
    for query in (
        "?state=cleared",
        "?colour=YELLOW&q=gu",
        "?q=%E9%A1%BE&period=all",
        "?unit=abc&page=99",
    ):
        assert adviser.get(reverse("students:warnings") + query).status_code == 200


def test_the_list_makes_the_same_number_of_queries_for_one_and_for_many(
    campus: World,
) -> None:
    sit(campus.gu, 16)
    run()
    client = Client()
    client.force_login(campus.han)
    client.get(reverse("students:warnings"))
    counted = []
    for more in ((campus.cheng, campus.luo), ()):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("students:warnings"))
        counted.append(len(queries))
        for student in more:
            sit(student, 16)
        run()
    assert counted[0] == counted[1]


def test_one_warning_page_does_every_act(campus: World) -> None:
    sit(campus.gu, 26)
    run()
    warning = AcademicWarning.objects.get()
    client = Client()
    client.force_login(campus.han)
    address = reverse("students:warning", args=[warning.pk])
    assert client.get(address).status_code == 200
    client.post(address, {"act": "confirm"})
    step = warning.steps.get(kind="notice")
    assert client.post(address, {"act": "step", "step": step.pk, "note": ""}).status_code == 422
    client.post(address, {"act": "step", "step": step.pk, "note": "当面送达"})
    step.refresh_from_db()
    assert step.note == "当面送达"
    assert client.post(address, {"act": "step", "step": "0", "note": "x"}).status_code == 404
    warning.refresh_from_db()
    bad = client.post(address, {"act": "aside", "reason": "", "version": warning.version})
    assert bad.status_code == 422
    client.post(address, {"act": "aside", "reason": "交换学分尚未认定", "version": warning.version})
    warning.refresh_from_db()
    assert warning.state == "dismissed"


def test_the_command_says_what_it_did(campus: World, capsys: pytest.CaptureFixture[str]) -> None:
    sit(campus.gu, 26)
    call_command("run_warnings", term=TERM, dry_run=True)
    assert "1" in capsys.readouterr().out
    assert not AcademicWarning.objects.exists()
    call_command("run_warnings", term=TERM)
    assert AcademicWarning.objects.count() == 1
    with pytest.raises(CommandError):
        call_command("run_warnings", term="1999-2000-1")
    Term.objects.create(code="2090-2091-1", starts_on=dt.date(2090, 9, 4))
    with pytest.raises(CommandError):
        call_command("run_warnings", term="2090-2091-1")


def test_the_preset_of_the_school_is_on_and_its_bodies_are_untouched(world: World) -> None:
    assert [one.family for one in WarningSet.objects.filter(on_at__isnull=False)] == ["withdrawal"]
    assert WarningSet.objects.get(family="generic").body == GENERIC


def test_the_study_page_tells_averages_rank_and_plan(campus: World) -> None:
    sit(campus.gu, 4, True, "X1", grade="90")
    client = Client()
    client.force_login(campus.lu)
    page = client.get(reverse("students:study", args=[campus.gu.student_no])).content.decode()
    assert "1" in page
    assert client.get(reverse("students:study", args=[campus.cheng.student_no])).status_code == 404
    client.force_login(campus.gao)
    assert client.get(reverse("students:study", args=[campus.gu.student_no])).status_code == 403
    own = Client()
    own.force_login(campus.gu_account)
    assert own.get(reverse("students:my_study")).status_code == 200
    client.force_login(campus.zhou)
    assert client.get(reverse("students:my_study")).status_code == 404
