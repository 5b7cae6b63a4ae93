"""What a student reads of the own studies: notices with the help that follows, debts, plan, rank."""

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.models import Term
from students.domain.warning_runs import run_warnings
from students.domain.warning_steps import finish_step
from students.domain.warnings import confirm_warnings
from students.models import AcademicWarning, WarningSet
from students.study_enums import StepKind
from tests.students.record_cast import EN, client
from tests.students.test_picture import TERMS, give, with_plan
from tests.world import World

OWN = reverse("students:my_study")
STAFF_NOTE = "与家长通话，父亲情绪激动"


def own_page(world: World) -> str:
    answer = client(world.gu_account).get(OWN, headers=EN)
    assert answer.status_code == 200
    return str(answer.content.decode())


def warned(world: World) -> AcademicWarning:
    """gu owes eight courses of four credits; the rules say so, the clerk confirmed it."""
    WarningSet.objects.filter(family="withdrawal").update(off_at=dt.datetime.now(dt.UTC))
    WarningSet.objects.filter(family="generic").update(on_at=dt.datetime.now(dt.UTC))
    for number in range(8):
        give(world.gu, 45, name=f"欠课{number}")
    run_warnings(actor=None, term=Term.objects.get(pk="2025-2026-1"))
    warning = AcademicWarning.objects.get(student=world.gu)
    confirm_warnings(actor=world.han, ids=[warning.pk])
    return warning


def test_a_notice_stands_there_once_it_was_given_with_what_follows_it(world: World) -> None:
    warning = warned(world)
    assert warning.level not in own_page(world)
    finish_step(
        actor=world.han, step=warning.steps.get(kind=StepKind.NOTICE), note="当面送达并签收"
    )
    finish_step(actor=world.zhou, step=warning.steps.get(kind=StepKind.FAMILY), note=STAFF_NOTE)
    text = own_page(world)
    assert warning.level in text
    assert "talk · 陆怀远 · by" in text
    assert "notice to the family · 周启文 · done" in text
    assert STAFF_NOTE not in text
    assert "签收" not in text


def test_debts_and_plan_say_what_is_missing(world: World) -> None:
    with_plan(world.gu, "线性代数", "大学物理", "欠课")
    give(world.gu, 80)
    give(world.gu, 40, name="欠课")
    text = own_page(world)
    debts, plan = text.index("Courses I still owe"), text.index("What counts against my plan")
    assert "欠课" in text[debts:plan]
    assert "线性代数" not in text[debts:plan]
    assert "8 credits to go" in text[plan:]
    assert "大学物理、欠课" in text[plan:]


def test_the_rank_is_told_without_anybody_elses_marks(world: World) -> None:
    give(world.gu, 80)
    give(world.cheng, 91)
    give(world.luo, 62)
    text = own_page(world)
    assert "<b>2</b><span> / 3" in text
    assert "91" not in text.split("</main>")[0].split("<main")[1]
    assert "程亦安" not in text


def test_nobody_reads_another_students_page(world: World) -> None:
    give(world.gu, 80)
    for key in ("zhou", "lin", "han", "sys", "nobody"):
        assert client(world.people[key]).get(OWN).status_code == 404, key
    cheng = world.add_person("cheng_account", "程亦安")
    world.cheng.user = cheng
    world.cheng.save()
    text = client(cheng).get(OWN, headers=EN).content.decode()
    assert "线性代数" not in text
    assert client(cheng).get(
        reverse("students:study", args=[world.gu.student_no])).status_code == 404  # fmt: skip


def test_focus_level_and_case_stay_out_of_it(world: World) -> None:
    world.add_case("gu", level="RED")
    text = own_page(world)
    for word in ("Red", "红色", "两门课程不及格"):
        assert word not in text


def test_more_terms_courses_and_notices_cost_no_more_statements(world: World) -> None:
    now, mine, counts = dt.datetime.now(dt.UTC), client(world.gu_account), []
    for numbers in ((0,), (1, 2)):
        for n in numbers:
            give(world.gu, 45, list(TERMS)[n], f"课{n}")
        AcademicWarning.objects.bulk_create(
            AcademicWarning(
                student=world.gu, rules=WarningSet.objects.get(family="generic"), family=f"f{n}",
                period="2025-2026-1", rule="yellow", level="黄色预警", colour="YELLOW",
                found_at=now, confirmed_at=now, told_at=now,
            )
            for n in numbers
        )  # fmt: skip
        mine.get(OWN)
        with CaptureQueriesContext(connection) as told:
            mine.get(OWN)
        counts.append(len(told))
    assert counts[0] == counts[1]
