"""Student list, portrait and own page: who sees what, field by field."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from cohorts.models import Term
from portal.core.models import AuditEntry
from students.models import Course, CourseResult, Student
from tests.world import World


def signed_in(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.people[key])
    return client


def page(world: World, key: str, url: str, status: int = 200) -> str:
    response = signed_in(world, key).get(url)
    assert response.status_code == status
    return response.content.decode()


def portrait(student: Student) -> str:
    return reverse("students:portrait", args=[student.student_no])


def give_result(student: Student, grade: str, score: str | None, passed: bool | None) -> None:
    course, _made = Course.objects.get_or_create(
        code=f"C{grade}", defaults={"name": f"课程{grade}", "credits": 3}
    )
    CourseResult.objects.create(
        student=student, course=course, term=Term.objects.get(pk="2025-2026-1"), grade=grade,
        score=score, passed=passed, credits=3,
    )  # fmt: skip


def test_the_list_shows_ones_own_students_and_nobody_else(world: World) -> None:
    text = page(world, "zhou", "/students/")
    assert "顾言川" in text
    assert "宋远" in text
    assert "叶知秋" not in text
    assert "程亦安" not in text
    assert "明德" in text
    assert "化工2301" in text


@pytest.mark.parametrize("query", ["顾", "gu yan", "guyanch", "gyc", "2230514127", "4127"])
def test_the_search_takes_name_pinyin_initials_and_number(world: World, query: str) -> None:
    text = page(world, "zhou", f"/students/?q={query}")
    assert "顾言川" in text
    assert "宋远" not in text


@pytest.mark.parametrize("query", ["%", "_", "a%00b", "' or 1=1", "x" * 500, "😀", "%E0%A4"])
def test_odd_search_words_find_nobody_and_break_nothing(world: World, query: str) -> None:
    assert signed_in(world, "zhou").get(f"/students/?q={query}").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["unit=abc", "unit=99999999999999999999", "status=zz", "figure=none", "page=x", "sort=-nope",
     "page=999", "entry_year=-1", "major=0"],
)  # fmt: skip
def test_an_address_typed_wrongly_still_shows_the_list(world: World, query: str) -> None:
    assert "顾言川" in page(world, "zhou", f"/students/?{query}")


def test_filters_narrow_and_can_be_taken_off_one_by_one(world: World) -> None:
    unit = world.c2301.pk
    text = page(world, "lin", f"/students/?unit={unit}&entry_year=2023")
    assert "顾言川" in text
    assert "程亦安" not in text
    assert "?entry_year=2023" in text


def test_a_filter_by_unit_never_widens_the_reach(world: World) -> None:
    assert "叶知秋" not in page(world, "zhou", f"/students/?unit={world.uni.pk}")


def test_the_number_of_a_figure_is_the_number_of_its_list(world: World) -> None:
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="谈了近况与学习安排"
    )
    text = page(world, "zhou", "/students/?figure=untalked")
    assert "宋远" in text
    assert "顾言川" not in text


@pytest.mark.parametrize("key", ["nobody", "sys", "aud", "psy", "qian", "gu_account"])
def test_who_has_no_students_is_told_so(world: World, key: str) -> None:
    page(world, key, "/students/", 403)


@pytest.mark.parametrize("key", ["nobody", "sys", "gu_account", "shen", "qian"])
def test_a_portrait_out_of_reach_is_not_found(world: World, key: str) -> None:
    page(world, key, portrait(world.gu), 404)


def test_what_each_post_reads_on_the_portrait(world: World) -> None:
    """Field by field: card only for the organiser, record and results for the adviser, the
    telephone in clear for nobody before the click."""
    give_result(world.gu, "55", "55", False)
    world.add_case("gu", category="PSYCH")
    log_follow_up(
        actor=world.zhou, student=world.gu, channel=Channel.FACE, content="按时上课，精神不错"
    )
    seen = {}
    for key in ("zhou", "lin", "lu", "wang", "han", "gao"):
        text = page(world, key, portrait(world.gu))
        assert "13800001234" not in text, key
        seen[key] = {
            "room": "东12舍412" in text,
            "phone": "138****1234" in text,
            "button": "/fields/phone/" in text,
            "results": "课程55" in text,
            "case": "心理" in text,
            "talks": "按时上课" in text,
            "log": "/log/?student=" in text,
        }
    every = dict.fromkeys(seen["zhou"], True)
    closed = dict.fromkeys(("case", "talks"), False)
    masked = closed | {"button": False}
    assert seen["zhou"] == every
    assert seen["lin"] == every
    assert seen["lu"] == every | closed
    assert seen["wang"] == every | closed
    assert seen["han"] == every | masked | {"log": False}
    assert seen["gao"] == dict.fromkeys(every, False) | {"log": True, "phone": True}


def test_the_portrait_says_why_it_is_visible(world: World) -> None:
    assert "明德书院2023级" in page(world, "zhou", portrait(world.gu))


def test_a_look_at_a_portrait_leaves_one_line(world: World) -> None:
    page(world, "zhou", portrait(world.gu))
    rows = AuditEntry.objects.filter(action="read_student", object_id=str(world.gu.pk))
    assert [row.actor for row in rows] == [world.zhou]


def test_the_telephone_opens_on_a_click_and_leaves_a_line(world: World) -> None:
    url = reverse("students:field", args=[world.gu.student_no, "phone"])
    answer = signed_in(world, "zhou").post(url, headers={"HX-Request": "true"})
    assert "13800001234" in answer.content.decode()
    assert AuditEntry.objects.filter(action="unmask", actor=world.zhou).count() == 1


def test_the_telephone_stays_masked_for_those_without_the_right(world: World) -> None:
    url = reverse("students:field", args=[world.gu.student_no, "phone"])
    assert signed_in(world, "han").post(url).status_code == 403
    assert signed_in(world, "shen").post(url).status_code == 404
    assert not AuditEntry.objects.filter(action="unmask").exists()


def test_levels_stand_in_the_list_for_those_who_see_cases_only(world: World) -> None:
    world.add_case("gu", level="RED")
    assert "p-level-red" in page(world, "zhou", "/students/")
    assert "p-level-red" not in page(world, "lu", "/students/")
    assert "p-level" not in page(world, "gao", "/students/")


def test_results_are_summed_by_term(world: World) -> None:
    give_result(world.gu, "80", "80", True)
    give_result(world.gu, "50", "50", False)
    text = page(world, "zhou", portrait(world.gu))
    assert "65.0" in text


def test_a_student_sees_the_own_page_and_no_label(world: World) -> None:
    world.add_case("gu", level="RED", category="PSYCH")
    give_result(world.gu, "80", "80", True)
    # The centre's open door is offered to every student alike and says nothing of this one.
    text = page(world, "gu_account", "/my/").replace(">心理咨询</a>", "")
    assert "顾言川" in text
    assert "课程80" in text
    assert "周启文" in text
    assert "王怀瑾" in text
    for word in ("心理", "红色", "个案", "p-level"):
        assert word not in text
    for url in ("/cases/", "/log/", "/students/"):
        page(world, "gu_account", url, 403)


def test_staff_have_no_own_student_page(world: World) -> None:
    page(world, "zhou", "/my/", 404)


@pytest.mark.parametrize("url", ["/students/", "/students/?q=w&sort=-number"])
def test_the_list_asks_the_same_number_of_queries_for_1_3_and_50(world: World, url: str) -> None:
    client, counts = signed_in(world, "lu"), []
    client_zhou = signed_in(world, "zhou")
    made = 0
    for size in (1, 3, 50):
        add_students = size - made
        for at in range(made, made + add_students):
            world.add_student(
                f"s{at}", f"王小{chr(0x4E00 + at)}", f"22309{at:05d}", "c2301", "mingde23",
                entry_year=2023,
            )  # fmt: skip
        made = size
        pair = []
        for one in (client, client_zhou):
            one.get(url)  # the counts of the navigation are kept for a minute
            with CaptureQueriesContext(connection) as queries:
                assert one.get(url).status_code == 200
            pair.append(len(queries))
        counts.append(pair)
    assert counts[0] == counts[1] == counts[2]


def test_names_are_paged_and_the_second_page_goes_on(world: World) -> None:
    for at in range(52):
        world.add_student(f"p{at}", f"赵{chr(0x4E00 + at)}", f"22308{at:05d}", "m2301", "mingde23",
                          entry_year=2023)  # fmt: skip
    first, second = (page(world, "zhou", f"/students/?page={n}&sort=number") for n in (1, 2))
    assert first.count('class="p-c-name"') == 50
    assert second.count('class="p-c-name"') == 4
