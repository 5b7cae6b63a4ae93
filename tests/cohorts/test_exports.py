"""Exports of persons (rulebook 8.2, 9.1; worked example 27): purpose, limit, watermark, consent of
another person, a file for a day, and a line for each step."""

import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from casework.domain.lock_outs import lock_out
from casework.models import Case, LedgerEntry
from cohorts.domain.appointments import end_appointment
from cohorts.domain.exports import (
    ask_export,
    decide_export,
    end_exports,
    hand_out,
    withdraw_export,
)
from cohorts.enums import ExportState
from cohorts.export_kinds import Making, export_kind
from cohorts.models import Export, Parameter
from portal.core.domain import jobs
from portal.core.errors import DomainError
from portal.core.exports import stamp_of
from portal.core.models import AuditEntry, Notification
from students.models import Placement
from tests.world import World

pytestmark = pytest.mark.django_db
PURPOSE = "学院双院联席会研判"


def client_of(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def ask(world: World, who: str = "jiang", unit: str = "chem", kind: str = "ledger", **more: Any) -> Export:  # fmt: skip
    more.setdefault("query", "")
    more.setdefault("reason", PURPOSE)
    one = export_kind(kind)
    assert one is not None
    return ask_export(actor=world.people[who], kind=one, unit=world.units[unit], **more)


def made(export: Export) -> Export:
    assert export.job_id is not None
    jobs.run(export.job_id)
    return Export.objects.get(pk=export.pk)


def ready(world: World) -> Export:
    export = ask(world)
    return made(decide_export(actor=world.qian, export=export, is_approved=True))


def acts(export: Export) -> list[str]:
    rows = AuditEntry.objects.filter(object_type="export", object_id=str(export.pk))
    return list(rows.order_by("pk").values_list("action", flat=True))


def test_a_deputy_secretary_exports_focus_students_by_the_whole_rule(world: World) -> None:
    case = world.add_case("gu", "RED")
    world.add_case("ye", "ORANGE", "PSYCH")
    LedgerEntry.objects.filter(case=case).update(reason='=HYPERLINK("x")')
    world.add_case("song")  # of the other college
    mine, leader = client_of(world, "jiang"), client_of(world, "qian")
    address = "/exports/new/ledger/"
    shown = mine.get(address).content.decode()
    assert "钱伯钧" in shown
    assert "顾言川" not in shown
    form = {"unit": world.chem.pk, "key": uuid.uuid4(), "query": ""}
    refused = mine.post(address, form | {"reason": "  "})
    assert refused.status_code == 422
    assert not Export.objects.exists()
    answer = mine.post(address, form | {"reason": PURPOSE})
    export = Export.objects.get()
    assert answer["Location"] == f"/exports/{export.pk}/"
    assert (export.state, export.persons, export.job_id) == (ExportState.ASKED, 2, None)
    assert mine.post(f"/exports/{export.pk}/decide/", {"act": "approve"}).status_code == 403
    assert mine.get(f"/exports/{export.pk}/file/").status_code == 302  # there is none yet
    page = leader.get(f"/exports/{export.pk}/").content.decode()
    assert PURPOSE in page
    assert "江映雪" in page
    assert "顾言川" not in page
    assert Notification.objects.filter(user=world.qian, url=f"/exports/{export.pk}/").exists()
    leader.post(f"/exports/{export.pk}/decide/", {"act": "approve"})
    export = made(Export.objects.get())
    assert export.state == ExportState.READY
    assert leader.get(f"/exports/{export.pk}/file/").status_code == 403
    got = mine.get(f"/exports/{export.pk}/file/")
    assert "%E5%8C%96%E5%B7%A5%E5%AD%A6%E9%99%A2" in got["Content-Disposition"]
    assert "no-store" in got["Cache-Control"]
    assert acts(export) == ["ask_export", "approve_export", "make_export", "download_export"]
    told = AuditEntry.objects.get(action="export_ledger")
    assert told.actor == world.jiang
    assert told.detail["reason"] == PURPOSE
    assert told.detail["ids"] == export.lines
    assert told.object_type == "case"
    # Whoever asks who has read gu finds it; who is locked out of the case does not.
    seen = f"/students/{world.gu.student_no}/seen/"
    assert PURPOSE in mine.get(seen).content.decode()
    lock_out(actor=None, case=case, person=world.he, reason="与学生有亲属关系")
    assert PURPOSE not in client_of(world, "he").get(seen).content.decode()
    _check_sheet(got.content)


def _check_sheet(content: bytes) -> None:
    sheet = load_workbook(io.BytesIO(content)).active
    now = timezone.localdate()
    assert sheet["A1"].value == f"化工学院四类重点关注学生台账（{now.year}年{now.month}月）"
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A1:W1", "A3:A4", "W3:W4"} <= merged
    assert sheet["A2"].value == "填报单位：化学工程学院"
    heads = [sheet.cell(4, n).value or sheet.cell(3, n).value for n in range(1, 24)]
    assert heads == [
        "序号", "姓名", "学号", "学院", "书院", "专业", "年级", "班级", "类别", "等级", "问题描述", "原因分析",
        "帮扶措施", "责任人", "联系人", "开始时间", "频次", "进展", "下一步", "完成时限", "状态", "销号时间", "备注",
    ]  # fmt: skip
    assert sheet["B3"].value == "学生基本情况"
    assert "B3:H3" in merged
    rows = {row[1].value: row for row in sheet.iter_rows(min_row=5)}
    gu, ye = rows["顾言川"], rows["叶知秋"]
    assert [gu[n].value for n in (0, 2, 3, 4, 6, 7, 9)] == [
        1, "2230514127", "化工学院", "明德", "2023级", "化工2301", "红色"
    ]  # fmt: skip
    assert gu[2].data_type == "s"
    assert gu[2].number_format == "@"
    assert isinstance(gu[15].value, dt.datetime)
    assert gu[15].number_format == "yyyy-mm-dd"
    assert gu[10].value == '\'=HYPERLINK("x")'
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    # Of the psychological category level and advice only.
    assert (ye[8].value, ye[9].value, ye[10].value) == ("心理", "橙色", None)
    assert [sheet.cell(7, n).value for n in (1, 2, 10)] == ["合计", "2人", "红色1\n橙色1"]
    assert str(sheet["A8"].value).startswith("填表人")
    band = str(sheet["A9"].value)
    assert "江映雪（jiang）" in band
    assert PURPOSE in band
    for part in (sheet.oddHeader.right.text, sheet.oddFooter.right.text):
        assert part.startswith("江映雪（jiang） ")
        assert str(now.year) in part
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A5", "$3:$4")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)


def test_the_limit_nobody_and_other_peoples_units_are_refused_in_words(world: World) -> None:
    with pytest.raises(DomainError, match="没有人符合"):
        ask(world)
    world.add_case("gu")
    world.add_case("ye")
    Parameter.objects.filter(key="export.max_persons").update(value=1)
    with pytest.raises(DomainError, match="超过一次导出的上限（1 人）"):
        ask(world)
    for who, unit in (("jiang", "mech"), ("zhou", "mingde23"), ("qian", "chem"), ("han", "chem")):
        with pytest.raises(PermissionDenied):
            ask(world, who, unit)
    assert not Export.objects.exists()
    assert client_of(world, "zhou").get("/exports/new/ledger/").status_code == 403
    assert client_of(world, "jiang").get("/exports/new/none/").status_code == 404


def test_nobody_consents_to_the_own_export_and_without_another_it_is_refused(world: World) -> None:
    world.add_case("gu")
    export = ask(world)
    with pytest.raises(PermissionDenied):
        decide_export(actor=world.jiang, export=export, is_approved=True)
    with pytest.raises(PermissionDenied):  # directs another unit
        decide_export(actor=world.he, export=export, is_approved=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(
            decided_by=world.jiang, decided_at=timezone.now(), is_approved=True
        )
    end_appointment(actor=None, post=world.posts["qian"])
    with pytest.raises(DomainError, match="目前没有其他人"):
        ask(world)
    # For a grade of the college the deputy secretary consents to the contract leader.
    lin = ask(world, "lin", "chem23")
    assert decide_export(actor=world.jiang, export=lin, is_approved=True).job_id


def test_a_refusal_gives_its_reason_and_the_first_answer_counts(world: World) -> None:
    world.add_case("gu")
    export = ask(world)
    with pytest.raises(DomainError):
        decide_export(actor=world.qian, export=export, is_approved=False)
    decide_export(actor=world.qian, export=export, is_approved=False, note="用途不够具体")
    assert Export.objects.get().state == ExportState.REFUSED
    assert Notification.objects.filter(user=world.jiang, key__endswith="refused").exists()
    with pytest.raises(DomainError) as stale:
        decide_export(actor=world.qian, export=export, is_approved=True)
    assert stale.value.code == "stale"
    assert (
        "用途不够具体" in client_of(world, "jiang").get(f"/exports/{export.pk}/").content.decode()
    )


def test_the_same_form_sent_twice_is_one_export_and_it_can_be_taken_back(world: World) -> None:
    world.add_case("gu")
    key = uuid.uuid4()
    export = ask(world, key=key)
    assert ask(world, key=key).pk == export.pk
    assert Export.objects.count() == 1
    with pytest.raises(PermissionDenied):
        withdraw_export(actor=world.qian, export=export)
    client_of(world, "jiang").post(f"/exports/{export.pk}/withdraw/")
    assert Export.objects.get().state == ExportState.WITHDRAWN
    with pytest.raises(DomainError):
        decide_export(actor=world.qian, export=export, is_approved=True)


def test_the_file_is_deleted_after_a_day_and_not_given_out_before_the_worker_wakes(
    world: World,
) -> None:
    world.add_case("gu")
    export, waiting = ready(world), ask(world)
    assert dt.timedelta(hours=23) < export.ends_at - timezone.now() <= dt.timedelta(hours=24)
    assert end_exports() == 0
    Export.objects.update(ends_at=timezone.now() - dt.timedelta(seconds=1))
    with pytest.raises(DomainError, match="已不存在"):
        hand_out(actor=world.jiang, export=export)
    assert (end_exports(), end_exports()) == (2, 0)
    for one in (export, waiting):
        kept = Export.objects.get(pk=one.pk)
        assert (kept.state, kept.content) == (ExportState.EXPIRED, None)
    answer = client_of(world, "jiang").get(f"/exports/{export.pk}/file/", follow=True)
    assert "已不存在" in answer.content.decode()


def test_a_line_that_is_no_longer_open_to_the_asker_stops_the_download(world: World) -> None:
    case = world.add_case("gu")
    world.add_case("ye")
    export = ready(world)
    lock_out(actor=None, case=case, person=world.jiang, reason="与学生有亲属关系")
    with pytest.raises(DomainError, match="1 行"):
        hand_out(actor=world.jiang, export=export)
    kept = Export.objects.get(pk=export.pk)
    assert (kept.content, kept.downloads) == (None, 0)
    assert acts(kept)[-1] == "stop_export"


def test_what_was_approved_is_the_most_that_the_file_holds(world: World) -> None:
    world.add_case("gu")
    export = ask(world)
    world.add_case("ye")  # entered after the question
    moved = Case.objects.get(student=world.gu)
    export = made(decide_export(actor=world.qian, export=export, is_approved=True))
    assert export.lines == [moved.pk]
    # Transferred away between consent and work: nothing is left to write.
    other = ask(world, query=f"selected={moved.pk}")
    decide_export(actor=world.qian, export=other, is_approved=True)
    Placement.objects.filter(student=world.gu).update(until=timezone.localdate() - dt.timedelta(1))
    late = made(Export.objects.get(pk=other.pk))
    assert late.content is None
    assert late.state == ExportState.MAKING
    page = client_of(world, "jiang").get(f"/exports/{late.pk}/").content.decode()
    assert "请重新申请" in page
    assert "未能生成" in page


def test_a_list_of_students_needs_no_consent_and_holds_no_focus_label(world: World) -> None:
    world.add_case("gu", "RED")
    export = made(ask(world, "lin", "chem23", "students", query="q=gyc"))
    assert (export.state, export.persons, export.needs_approval) == (ExportState.READY, 1, False)
    name, content = hand_out(actor=world.lin, export=export)
    assert name.startswith("化工2023级学生名单（")
    cells = [str(cell.value) for row in load_workbook(io.BytesIO(content)).active for cell in row]
    assert {"顾言川", "2230514127", "化工2301"} <= set(cells)
    assert not any("红色" in cell or "13800001234" in cell for cell in cells)
    assert AuditEntry.objects.get(action="export_students").detail["ids"] == [world.gu.pk]


def test_a_list_of_students_is_the_reach_of_the_asker_when_planned_and_when_written(
    world: World,
) -> None:
    kind = export_kind("students")
    assert kind is not None
    # Of the whole college lin's post reaches one cohort; ye is of the next one.
    going = kind.plan(world.lin, world.chem, "")
    assert set(going.lines) == {world.gu.pk, world.cheng.pk, world.luo.pk}
    both = [world.gu.pk, world.ye.pk]
    assert kind.allowed(world.lin, world.chem, both) == {world.gu.pk}
    making = Making(
        user=world.lin,
        unit=world.chem,
        title="名单",
        query="",
        lines=both,
        stamp=stamp_of(world.lin, PURPOSE),
    )
    sheet = load_workbook(io.BytesIO(kind.write(making, lambda *_told: None))).active
    names = {str(cell.value) for row in sheet for cell in row}
    assert "顾言川" in names
    assert "叶知秋" not in names
