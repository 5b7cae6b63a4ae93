"""The ledger of focus students: tabs, columns, conditions, saved filters, several at once."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.bulk import assign_cases, transfer_cases
from casework.domain.cases import open_case
from casework.domain.finishing import finish_case
from casework.domain.keys import turn_key
from casework.domain.lock_outs import lock_out
from casework.domain.reviews import record_review
from casework.enums import Outcome, Source
from casework.filters_ledger import MORE, ledger_rows
from casework.models import (
    Case,
    CaseCategory,
    CaseLevel,
    CauseCode,
    KeyRequest,
    LedgerEntry,
    Plan,
    PlanStep,
    Transition,
)
from casework.queries.ledger import tab_counts
from casework.queries.ledger_columns import COLUMNS, sheet_columns
from portal.core.models import AuditEntry, SavedFilter
from portal.core.saved_filters import plain_query
from tests.world import World

pytestmark = pytest.mark.django_db
SECRET = "近期情绪低落，夜间失眠"
ALL = ",".join(COLUMNS)


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def add_entry(world: World, student: str, category: str, level: str, reason: str) -> None:
    open_case(
        actor=world.jiang, student=world.students[student],
        category=CaseCategory.objects.get(pk=category), level=CaseLevel.objects.get(pk=level),
        reason=reason, source=Source.SCREENING, cause=CauseCode.objects.get(pk="adaptation"),
    )  # fmt: skip


def level_of(page: str, name: str) -> str:
    """The word on the badge in the row of this student."""
    row = re.search(rf"<tr>(?:(?!</tr>).)*{name}(?:(?!</tr>).)*</tr>", page, re.S)
    assert row is not None
    return "".join(re.findall(r"p-level p-level-(\w+)", row[0]))


@pytest.fixture
def several(world: World) -> World:
    """gu: academic orange and psychological yellow; cheng: economic yellow; ye: a closed one."""
    world.add_case("gu", "ORANGE", owner=world.zhou)
    add_entry(world, "gu", "PSYCH", "YELLOW", SECRET)
    world.add_case("cheng", "YELLOW", "ECONOMIC")
    old = world.add_case("ye", "BLUE", at=timezone.now() - dt.timedelta(days=70))
    finish_case(None, old, Outcome.SOLVED)
    return world


def test_every_tab_counts_what_its_list_shows(several: World) -> None:
    client = client_of(several, "jiang")
    counts = tab_counts(several.jiang)
    shown = {}
    for tab, key in (("", "open"), ("ACADEMIC", "ACADEMIC"), ("PSYCH", "PSYCH"),
                     ("ECONOMIC", "ECONOMIC"), ("SPECIAL", "SPECIAL"), ("multiple", "multiple"),
                     ("closed", "closed")):  # fmt: skip
        answer = client.get(f"/ledgers/{tab}/" if tab else "/ledgers/")
        shown[key] = answer.context["page"].paginator.count
        assert len(answer.context["rows"]) == shown[key] == counts.get(key, 0), tab
        assert next(t["count"] for t in answer.context["tabs"] if t["active"]) == shown[key]
    assert shown == {"open": 2, "ACADEMIC": 1, "PSYCH": 1, "ECONOMIC": 1, "SPECIAL": 0,
                     "multiple": 1, "closed": 1}  # fmt: skip
    assert client.get("/ledgers/NOTHING/").status_code == 404
    assert client_of(several, "lu").get("/ledgers/").status_code == 403


def test_a_ledger_shows_the_level_of_its_own_entries(several: World) -> None:
    client = client_of(several, "jiang")
    assert level_of(client.get("/ledgers/").content.decode(), "顾言川") == "orange"
    assert level_of(client.get("/ledgers/PSYCH/").content.decode(), "顾言川") == "yellow"
    assert client.get("/ledgers/PSYCH/?level=ORANGE").context["shown"] == 0
    assert client.get("/ledgers/PSYCH/?level=YELLOW").context["shown"] == 1
    assert client.get("/ledgers/?level=ORANGE").context["shown"] == 1
    for sort in ("level", "-level", "due", "-owner", "entered", "student", "contact", "stage"):
        assert client.get(f"/ledgers/PSYCH/?sort={sort}").status_code == 200


def test_of_the_psychological_category_level_and_advice_only(several: World) -> None:
    case = Case.objects.get(student=several.gu)
    Case.objects.filter(pk=case.pk).update(advice_do="留意作息，约饭时听他说")
    plan = Plan.objects.create(case=case, goal="通过两门课程", made_on=timezone.localdate())
    PlanStep.objects.create(
        plan=plan, text="每周陪同心理咨询", owner=several.zhou, due_on=timezone.localdate()
    )
    client = client_of(several, "jiang")
    for tab in ("", "PSYCH/", "ACADEMIC/", "multiple/"):
        page = client.get(f"/ledgers/{tab}?columns={ALL}").content.decode()
        more = client.get(
            f"/ledgers/{tab}?columns=problem,cause,measures,advice,next,progress,until"
        ).content.decode()
        for text in (SECRET, "环境适应困难", "每周陪同心理咨询"):
            assert text not in page + more, (tab, text)
        assert "留意作息" in more
    academic = client.get("/ledgers/ACADEMIC/?columns=problem").content.decode()
    assert "两门课程不及格" in academic
    assert "两门课程不及格" not in client.get("/ledgers/PSYCH/?columns=problem").content.decode()
    # Where no psychological entry stands, the steps of the plan are told.
    LedgerEntry.objects.filter(category="PSYCH").update(left_at=timezone.now())
    assert "每周陪同心理咨询" in client.get("/ledgers/?columns=measures").content.decode()


def test_conditions_narrow_together_and_stand_as_chips(several: World) -> None:
    client = client_of(several, "jiang")
    gu = Case.objects.get(student=several.gu)
    request = KeyRequest.objects.get(case=gu, entry__category="ACADEMIC")
    turn_key(actor=several.lin, request=request, side="college", verdict="agreed")
    for query, names in {
        "q=gyc": ["顾言川"], f"owner={several.zhou.pk}": ["顾言川"], "source=screening": ["顾言川"],
        "cause=adaptation": ["顾言川"], "figure=multiple": ["顾言川"], "figure=unassigned": ["程亦安"],
        "more=serious": ["顾言川"], "more=month": ["程亦安", "顾言川"], "stage=reported": ["程亦安"],
        f"unit={several.c2302.pk}": ["程亦安"], "entry_year=2024": [], "more=academy_key": ["顾言川"],
        "more=college_key": ["程亦安"],
        f"selected={gu.pk}": ["顾言川"], "q=gyc&figure=unassigned": [],
    }.items():  # fmt: skip
        rows = client.get(f"/ledgers/?{query}").context["rows"]
        assert sorted(row["name"] for row in rows) == sorted(names), query
    page = client.get(f"/ledgers/?more=serious&owner={several.zhou.pk}")
    assert [(c["field"], c["value"]) for c in page.context["active"]] == [
        ("责任人", "周启文"), ("条件", "橙色及以上")
    ]  # fmt: skip
    nonsense = client.get("/ledgers/?more=x&owner=x&level=x&sort=x&page=x&columns=x&selected=x")
    assert nonsense.status_code == 200
    for code in MORE:
        assert ledger_rows(several.jiang, "", QueryDict(f"more={code}"))[1] is not None
    dialog = client.get("/ledgers/?part=filter").content.decode()
    assert "周启文" in dialog
    assert "林致远" not in dialog


def test_columns_are_those_of_the_rulebook_and_the_choice_stays_in_the_address(
    several: World,
) -> None:
    headings = [column.sheet.heading for column in sheet_columns() if column.sheet]
    assert headings == [
        "学院", "书院", "专业", "年级", "班级", "类别", "等级", "问题描述", "原因分析", "帮扶措施", "责任人",
        "联系人", "开始时间", "频次", "进展", "下一步", "完成时限", "状态", "销号时间",
    ]  # fmt: skip
    client = client_of(several, "jiang")
    answer = client.get("/ledgers/?columns=college&columns=entered,often")
    assert [head["label"] for head in answer.context["heads"]] == [
        "学生",
        "学院",
        "开始时间",
        "频次",
    ]
    page = answer.content.decode()
    assert "化工学院" in page
    assert "每周" in page
    assert "columns=college" in page  # kept by tabs and sorting
    assert (
        'value="often" checked'
        in client.get("/ledgers/?part=columns&columns=often").content.decode()
    )
    # Only what tells of focus stays off the paper.
    usual = client.get("/ledgers/").content.decode()
    assert re.search(r'<th scope="col" class="p-c-level p-no-print"', usual)
    told = [column.code for column in COLUMNS.values() if not column.is_label]
    assert told == ["college", "academy", "major", "cohort", "class", "owner"]


def test_filters_are_saved_with_their_numbers_renamed_and_deleted_by_their_owner(
    several: World,
) -> None:
    client = client_of(several, "jiang")
    form = {
        "act": "save",
        "path": "/ledgers/ACADEMIC/",
        "query": "page=2&level=ORANGE&q=",
        "name": "橙色",
    }
    answer = client.post("/filters/", form)
    assert answer["Location"] == "/ledgers/ACADEMIC/?level=ORANGE"
    client.post("/filters/", form | {"name": "橙色学业"})  # the same conditions: renamed
    kept = SavedFilter.objects.get()
    assert (kept.name, kept.query, kept.page) == ("橙色学业", "level=ORANGE", "ledgers")
    row = client.get("/ledgers/?part=saved").content.decode()
    assert re.search(r"橙色学业 <span>1</span>", row)
    assert re.search(r"橙色及以上 <span>1</span>", row)
    assert "未指派责任人 <span>1</span>" in row
    assert 'hx-get="?part=saved"' in client.get("/ledgers/").content.decode()
    other = client_of(several, "he")
    assert "橙色学业" not in other.get("/ledgers/").content.decode()
    for act in ("rename", "delete"):
        assert other.post("/filters/", {"act": act, "pk": kept.pk, "name": "x"}).status_code == 404
    for wrong in ({"name": ""}, {"name": "长" * 21}, {"path": "/students/x/"}, {"query": "page=3"}):
        assert client.post("/filters/", form | {"name": "另一个"} | wrong).status_code == 422, wrong
    client.post(
        "/filters/", {"act": "rename", "pk": kept.pk, "name": "学业橙色", "path": "/ledgers/"}
    )
    assert SavedFilter.objects.get().name == "学业橙色"
    client.post("/filters/", {"act": "delete", "pk": kept.pk, "path": "/ledgers/"})
    assert not SavedFilter.objects.exists()
    done = AuditEntry.objects.filter(actor=several.jiang, object_type="savedfilter")
    assert [e.action for e in done.order_by("pk")] == [
        "save_filter", "save_filter", "rename_filter", "delete_filter"
    ]  # fmt: skip
    assert plain_query("b=2&a=&part=x&b=1&page=3") == "b=1&b=2"


def test_the_number_of_statements_does_not_grow_with_the_rows(world: World) -> None:
    def asked(query: str) -> int:
        client = client_of(world, "jiang")
        client.get(f"/ledgers/{query}")
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(f"/ledgers/{query}")
        return len(found)

    world.add_case("gu", "RED")
    queries = ("", "ACADEMIC/", "?figure=overdue", f"?columns={ALL}", "?part=saved")
    one = {query: asked(query) for query in queries}
    for student in ("cheng", "luo", "ye"):
        world.add_case(student, "ORANGE")
    assert {query: asked(query) for query in queries} == one


def bulk(client: Client, act: str, cases: list[Case], **form: Any) -> Any:
    return client.post(
        f"/ledgers/bulk/{act}/", {"selected": [str(case.pk) for case in cases], **form}
    )


def test_several_are_assigned_after_a_preview_that_writes_nothing(world: World) -> None:
    cases = [world.add_case("gu"), world.add_case("cheng")]
    client = client_of(world, "jiang")
    first = bulk(client, "assign", cases)
    assert first.status_code == 200
    assert "顾言川" in first.content.decode()
    shown = bulk(client, "assign", cases, step="try", owner="zhou").content.decode()
    # zhou looks after Mingde: cheng lives elsewhere.
    assert "周启文不能办理这个个案" in shown
    assert Case.objects.filter(owner=None).count() == 2
    bulk(client, "assign", cases, step="do", owner="zhou")
    assert list(Case.objects.filter(owner=world.zhou)) == [cases[0]]
    assert bulk(client, "assign", cases, step="try", owner="谁也不是").status_code == 422
    other = client_of(world, "shen")  # sees cheng alone
    assert "顾言川" not in bulk(other, "assign", cases).content.decode()
    assert bulk(client_of(world, "lu"), "assign", cases).status_code == 302


def test_naming_and_handing_over_ask_as_much_for_three_cases_as_for_one(world: World) -> None:
    cases = [world.add_case(key) for key in ("gu", "song", "ye")]
    acts = {
        "assign": lambda some, trial: assign_cases(
            actor=world.jiang, cases=some, owner=world.zhou, is_trial=trial),
        "transfer": lambda some, trial: transfer_cases(
            actor=world.jiang, cases=some, to=world.he, words="换岗，请接手每周面谈",
            is_trial=trial),
    }  # fmt: skip

    def asked(name: str, some: list[Case], trial: bool) -> int:
        with CaptureQueriesContext(connection) as made, transaction.atomic():
            outcome = acts[name](some, trial)
            transaction.set_rollback(True)
        assert len(outcome.done) + len(outcome.refused) == len(some)
        return len(made)

    for name in acts:
        for trial in (True, False):
            counts = [asked(name, some, trial) for some in (cases[:1], cases[:1], cases)]
            assert counts[1] == counts[2], (name, trial)


def test_several_are_handed_over_and_their_lowering_is_asked_for(world: World) -> None:
    gu, ye = world.add_case("gu", "ORANGE"), world.add_case("ye", "BLUE")
    lock_out(actor=None, case=ye, person=world.he, reason="与学生有亲属关系")
    client, words = (
        client_of(world, "jiang"),
        {"to": "he", "words": "学生转入贵院宿舍，请接手每周面谈"},
    )
    shown = bulk(client, "transfer", [gu, ye], step="try", **words).content.decode()
    assert f"{world.he.name}须回避本个案" in shown
    assert not Transition.objects.exists()
    bulk(client, "transfer", [gu, ye], step="do", **words)
    assert [move.case for move in Transition.objects.all()] == [gu]
    why = {"reason": "连续四周到课，作业按时"}
    shown = bulk(client, "lower", [gu, ye], step="try", **why).content.decode()
    assert "降级须先评估" in shown
    assert "已是最低等级" in shown
    record_review(
        actor=world.zhou, case=gu, held_on=timezone.localdate(),
        level=CaseLevel.objects.get(pk="BLUE"), findings="到课稳定，情绪平稳",
    )  # fmt: skip
    bulk(client, "lower", [gu, ye], step="do", **why)
    assert KeyRequest.objects.get(kind="lower").case == gu
    answer = bulk(client, "export", [gu, ye])
    assert answer["Location"] == f"/exports/new/ledger/?selected={gu.pk}&selected={ye.pk}"
    assert bulk(client, "export", []).status_code == 302
    assert bulk(client, "nothing", [gu]).status_code == 404
