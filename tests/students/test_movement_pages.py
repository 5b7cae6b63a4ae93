"""Pages of orders: one student, a pasted list with preview, what lies ahead."""

import datetime as dt
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cohorts.models import Major
from students.models import Movement, Placement, Student
from tests.sheets import xlsx_file
from tests.world import World

TODAY = timezone.localdate()
ORDER = {"on": TODAY.isoformat(), "reason": "大类分流", "order_no": "教字〔2026〕40号"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(world: World) -> Client:
    client = Client()
    client.force_login(world.han)
    return client


def hidden(page: str) -> dict[str, str]:
    """What the preview sends back when it is confirmed."""
    page = page[page.index('name="step"') - 40 :].split("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    rows = re.search(r'<textarea name="rows" hidden>(.*?)</textarea>', page, re.S)
    assert rows is not None
    return {**found, "rows": rows[1]}


def test_a_transfer_is_entered_and_stands_on_the_portrait(clerk: Client, world: World) -> None:
    url = reverse("students:move", args=[world.gu.student_no])
    form = {**ORDER, "what": "transfer", "school_class": " 化工2302 ", "reason": "调整班级"}
    assert clerk.post(url, form).status_code == 302
    page = clerk.get(reverse("students:portrait", args=[world.gu.student_no])).content.decode()
    assert "调整班级" in page
    assert "教字〔2026〕40号" in page
    assert "化工2301 → 化工2302" in page


@pytest.mark.parametrize(
    "change",
    [
        {"school_class": "机械2301"}, {"school_class": "不存在"}, {"academy": "C1-2023"},
        {"on": "2026-02-30"}, {"reason": ""}, {"what": "exile"}, {"school_class": "化工2301"},
        {"major": "999999"},
    ],
)  # fmt: skip
def test_a_wrong_order_is_refused_and_keeps_what_was_typed(
    clerk: Client, world: World, change: dict[str, str]
) -> None:
    url = reverse("students:move", args=[world.gu.student_no])
    form = {**ORDER, "what": "transfer", "school_class": "化工2302", "order_no": "留号", **change}
    answer = clerk.post(url, form)
    assert answer.status_code == 422
    assert 'value="留号"' in answer.content.decode()
    assert not Movement.objects.exists()


def test_majors_are_divided_from_a_pasted_list_after_a_preview(clerk: Client, world: World) -> None:
    Major.objects.create(code="081304T", name="能源化学工程", college_id=world.chem.pk)
    rows = "2230514127\t化工2302\t能源化学工程\n2230514160\t化工2301\t081304T"
    url = reverse("students:split")
    preview = clerk.post(url, {**ORDER, "rows": rows})
    assert preview.status_code == 200
    assert not Movement.objects.exists()
    confirmed = hidden(preview.content.decode())
    assert clerk.post(url, confirmed).status_code == 302
    gu = Student.objects.get(pk=world.gu.pk)
    assert gu.major is not None
    assert gu.major.code == "081304T"
    assert Placement.objects.get(student=gu, tree="class", until=None).unit_id == world.c2302.pk
    assert Movement.objects.filter(kind="split").count() == 2
    assert clerk.post(url, confirmed).status_code == 422


def test_a_preview_that_is_out_of_date_moves_nobody(clerk: Client, world: World) -> None:
    url = reverse("students:split")
    preview = clerk.post(url, {**ORDER, "rows": "2230514127 化工2302"})
    Placement.objects.filter(student=world.gu, tree="class").update(unit=world.c2401)
    answer = clerk.post(url, hidden(preview.content.decode()))
    assert answer.status_code == 422
    assert not Movement.objects.exists()


def test_a_workbook_with_bad_rows_names_each_and_moves_nobody(clerk: Client, world: World) -> None:
    table = [
        ["学号", "姓名", "班级", "专业"],
        ["2230514127", "顾言川", "化工2302", ""],
        ["2230514160", "张冠李", "化工2301", ""],
        ["2230710008", "宋远", "化工2301", ""],
        ["2230515042", "罗嘉禾", "", "没有的专业"],
        ["2230514127", "顾言川", "化工2302", ""],
    ]
    file = SimpleUploadedFile("分流.xlsx", xlsx_file(table))
    page = clerk.post(reverse("students:split"), {**ORDER, "file": file})
    assert page.status_code == 422
    text = page.content.decode()
    for cell in ("2230514160", "2230710008", "没有的专业"):
        assert cell in text
    assert "宋远" not in text
    assert not Movement.objects.exists()


@pytest.mark.parametrize("rows", ["", "学号\n", "\x00\x01", "没有表头的一行", "学号\n" + "9" * 40])
def test_a_list_that_cannot_be_read_gets_a_sentence(clerk: Client, world: World, rows: str) -> None:
    assert clerk.post(reverse("students:split"), {**ORDER, "rows": rows}).status_code == 422


def test_a_cohort_graduates_after_a_preview(clerk: Client, world: World) -> None:
    url = reverse("students:graduation")
    form = {**ORDER, "status": "07", "unit": "化工2023级", "reason": "2027届毕业"}
    preview = clerk.post(url, form)
    assert preview.status_code == 200
    text = preview.content.decode()
    assert "顾言川" in text
    assert "叶知秋" not in text
    assert clerk.post(url, hidden(text)).status_code == 302
    left = set(Student.objects.filter(status="07").values_list("name", flat=True))
    assert left == {"顾言川", "程亦安", "罗嘉禾"}
    assert not Placement.objects.filter(student=world.gu, until=None).exists()


def test_an_order_ahead_is_withdrawn_on_the_list(clerk: Client, world: World) -> None:
    soon = (TODAY + dt.timedelta(days=12)).isoformat()
    url = reverse("students:move", args=[world.gu.student_no])
    clerk.post(url, {**ORDER, "on": soon, "what": "leave"})
    made = Movement.objects.get()
    page = clerk.get(reverse("students:movements")).content.decode()
    assert "顾言川" in page
    assert clerk.post(reverse("students:withdraw", args=[made.pk])).status_code == 302
    assert "顾言川" not in clerk.get(reverse("students:movements")).content.decode()
    assert Placement.objects.filter(student=world.gu, tree="room", until=None).exists()
