"""The dashboard: a number equals its list, and shows as much as the posts allow."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.domain.cases import assign_owner
from casework.domain.follow_ups import log_follow_up
from casework.enums import Channel
from casework.models import Case, Plan, PlanStep
from casework.queries.figures import cases
from portal.web.queries.dashboard import dashboard
from portal.web.queries.items import items, owners
from portal.web.queries.sight import sight
from portal.web.queries.snapshot import snapshot
from portal.web.queries.tiles import tiles
from students.models import Course, CourseResult
from students.queries.population import students_in
from tests.web.test_pages import client_of
from tests.world import World

pytestmark = pytest.mark.django_db


def tile(world: World, key: str, unit: str, code: str) -> dict | None:
    user, here = world.people[key], world.units[unit]
    seen = sight(user, here)
    now = snapshot(here, with_cases=seen.case_figures, with_results=seen.result_figures)
    return next((t for t in tiles(here, seen, now) if t["code"] == code), None)


def fail_course(
    world: World, key: str, credits: int, code: str = "K1", passed: bool = False
) -> None:
    course, _made = Course.objects.get_or_create(code=code, defaults={"name": "化工热力学"})
    CourseResult.objects.create(
        student=world.students[key], course=course, term_id="2025-2026-1", grade="40", score=40,
        passed=passed, credits=credits,
    )  # fmt: skip


def rows_of(client: Client, url: str) -> int:
    """Rows of the list behind a tile."""
    page = client.get(url)
    assert page.status_code == 200, url
    return len(re.findall(r"<tr[^>]*>(?:(?!</tr>).)*p-c-name", page.content.decode(), re.S))


def test_every_case_tile_counts_the_rows_of_its_list(world: World) -> None:
    world.add_case("gu", "RED")
    world.add_case("cheng")
    world.add_case("luo", "BLUE", at=timezone.now() - dt.timedelta(hours=1))
    world.add_case("song", "RED")
    client = client_of(world, "lin")
    for code, expected in (("open", 3), ("red", 1), ("overdue", 2)):
        shown = tile(world, "lin", "chem23", code)
        assert shown is not None
        assert int(shown["value"]) == expected, code
        assert cases(world.lin, world.chem23, code).count() == expected
        assert rows_of(client, shown["url"]) == expected


def test_the_student_tile_counts_the_rows_of_its_list(world: World) -> None:
    shown = tile(world, "lin", "chem23", "students")
    assert shown is not None
    assert shown["value"] == students_in(world.lin, world.chem23).count() == 3
    assert rows_of(client_of(world, "lin"), shown["url"]) == 3


def test_the_academic_tile_counts_the_rows_of_its_list(world: World) -> None:
    fail_course(world, "gu", 26)
    fail_course(world, "luo", 16)
    fail_course(world, "cheng", 3)
    shown = tile(world, "han", "chem23", "failed")
    assert shown is not None
    assert int(shown["value"]) == 2
    assert [(s["level"], s["value"]) for s in shown["split"]] == [("RED", "1"), ("YELLOW", "1")]
    assert rows_of(client_of(world, "han"), shown["url"]) == 2


def test_talk_coverage_counts_each_student_once_and_opens_its_list(world: World) -> None:
    for _again in range(2):
        log_follow_up(actor=world.zhou, student=world.gu, channel=Channel.FACE,
                      content="近况良好，按时上课")  # fmt: skip
    log_follow_up(actor=world.zhou, student=world.song, channel=Channel.FACE,
                  content="近况良好，按时上课")  # fmt: skip
    shown = tile(world, "lin", "chem23", "talked")
    assert shown is not None
    assert (shown["value"], shown["denominator"], shown["rate"]) == (1, 3, "33.3%")
    assert rows_of(client_of(world, "lin"), shown["url"]) == 1


def test_an_adviser_has_no_case_tile_and_no_names_of_cases(world: World) -> None:
    world.add_case("gu", "RED")
    for code in ("open", "red", "overdue"):
        assert tile(world, "lu", "c2301", code) is None
    page = client_of(world, "lu").get(f"/units/{world.c2301.pk}/").content.decode()
    assert "figure=open" not in page
    assert 'id="unrecorded"' not in page
    assert tile(world, "lu", "c2301", "students") is not None


def test_a_school_leader_sees_numbers_without_names_and_small_cells_hidden(world: World) -> None:
    world.add_case("gu", "RED")
    for unit, value in (("uni", "<3"), ("chem23", "<3")):
        shown = tile(world, "qian", unit, "open")
        assert shown is not None
        assert shown["value"] == value
        assert shown["url"] == ""
        assert not shown.get("rate")
    for key in ("cheng", "luo"):
        world.add_case(key)
    assert tile(world, "qian", "chem23", "open")["value"] == "3"  # type: ignore[index]
    assert tile(world, "qian", "chem23", "red")["value"] == "<3"  # type: ignore[index]
    client = client_of(world, "qian")
    for unit in ("uni", "chem", "chem23", "c2301"):
        page = client.get(f"/units/{world.units[unit].pk}/").content.decode()
        assert not any(name in page for name in ("顾言川", "程亦安", "罗嘉禾")), unit
        assert "/cases/?" not in page
    assert client.get(f"/units/{world.chem23.pk}/items/").status_code == 403


def test_an_organiser_sees_students_but_neither_cases_nor_results(world: World) -> None:
    fail_course(world, "gu", 26)
    world.add_case("gu")
    shown = {t["code"] for t in dashboard(world.gao, world.chem)["tiles"]}
    assert shown == {"students", "talked"}


def test_another_college_is_not_found(world: World) -> None:
    client = client_of(world, "jiang")
    assert client.get(f"/units/{world.mech.pk}/").status_code == 404
    assert client.get(f"/units/{world.mech23.pk}/items/").status_code == 404


def test_flagged_students_without_a_record_come_first_and_leave_with_a_real_record(
    world: World,
) -> None:
    world.add_case("gu")
    late = world.add_case("luo", "RED")
    page = dashboard(world.lin, world.chem23)
    assert [line.name for line in page["unrecorded"]] == ["罗嘉禾", "顾言川"]
    assert page["unrecorded_total"] == 2
    log_follow_up(
        actor=world.shen, student=world.luo, channel=Channel.FACE, content="一切正常。。。"
    )
    page = dashboard(world.lin, world.chem23)
    assert [line.name for line in page["unrecorded"]] == ["顾言川"]
    assert late.pk not in [line.pk for line in page["unrecorded"]]


def test_change_against_last_month_end_is_rebuilt_from_dated_facts(world: World) -> None:
    world.add_case("gu", at=timezone.now() - dt.timedelta(days=70))
    world.add_case("luo", at=timezone.now() - dt.timedelta(minutes=5))
    shown = tile(world, "lin", "chem23", "open")
    assert shown is not None
    assert shown["value"] == "2"
    assert "+1" in shown["delta_text"]
    assert shown["delta_tone"] == "worse"


def test_items_are_counted_as_they_are_listed(world: World) -> None:
    case = world.add_case("gu", at=timezone.now() - dt.timedelta(days=20))
    assign_owner(actor=None, case=case, owner=world.zhou)
    plan = Plan.objects.create(case=case, goal="补考通过两门", made_on=timezone.localdate())
    today = timezone.localdate()
    for days, owner in ((9, world.lu), (2, world.lu), (-3, world.zhou), (-30, world.zhou)):
        PlanStep.objects.create(plan=plan, text=f"步骤{days}", owner=owner,
                                due_on=today - dt.timedelta(days=days))  # fmt: skip
    world.add_case("luo", at=timezone.now() - dt.timedelta(days=1))
    found = {owner.name: owner.bands for owner in owners(world.chem23.pk)}
    assert found["陆怀远"] == [0, 1, 0, 1]
    assert found["周启文"] == [1, 0, 0, 1]
    assert found[""] == [1, 0, 0, 0]
    client = client_of(world, "lin")
    for owner in owners(world.chem23.pk):
        for band, n in enumerate(owner.bands):
            _rows, total = items(world.chem23.pk, owner=owner.pk or 0, band=band)
            assert total == n
            url = f"/units/{world.chem23.pk}/items/?owner={owner.pk or 0}&band={band}"
            assert rows_of(client, url) == n


def test_an_item_that_became_late_today_is_late(world: World) -> None:
    world.add_case("gu", "RED", at=timezone.now() - dt.timedelta(hours=3))
    rows, total = items(world.chem23.pk, late=True)
    assert total == 1
    assert rows[0].days == 1


def test_the_big_screen_names_nobody_and_hides_small_cells(world: World) -> None:
    world.add_case("gu", "RED")
    client = client_of(world, "lin")
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(f"/cohorts/{world.chem23.pk}/?screen=1", headers=headers)
        words = page.content.decode()
        assert page.status_code == 200
        assert not any(name in words for name in ("顾言川", "林致远", "周启文"))
        assert "&lt;3" in words
        assert ("<html" in words) is not bool(headers)


def test_a_higher_unit_ranks_the_units_below_instead_of_naming_people(world: World) -> None:
    world.add_case("gu")
    page = dashboard(world.jiang, world.chem)
    assert [row["label"] for row in page["below"]] == ["化工2023级", "化工2024级"]
    assert page["below"][0]["figures"][0]["text"] == "1"
    assert "unrecorded" not in page


def test_small_groups_are_hidden_in_the_heat_table(world: World) -> None:
    for number in range(12):
        student = world.add_student(f"x{number}", f"某{number}", f"99{number:04d}", "c2301",
                                    entry_year=2023, major=world.gu.major)  # fmt: skip
        world.students[f"x{number}"] = student
        fail_course(world, f"x{number}", 2, passed=number > 3)
    fail_course(world, "song", 2)
    world.add_student("solo", "独行", "880001", "c2302", entry_year=2023)
    fail_course(world, "solo", 2)
    page = client_of(world, "lin").get(f"/cohorts/{world.chem23.pk}/").content.decode()
    assert "<b>33.3%</b><span>4/12</span>" in page
    assert "1/1" not in page


@pytest.mark.parametrize(
    "path", ["cohorts/{chem23}/", "units/{chem}/", "contracts/{contract}/", ""]
)
def test_query_count_does_not_grow_with_the_items(world: World, path: str) -> None:
    ids = {"chem23": world.chem23.pk, "chem": world.chem.pk, "contract": world.contract.pk}  # type: ignore[union-attr]
    user = {"units/{chem}/": "jiang", "": "zhou"}.get(path, "lin")
    seen = []

    def count() -> int:
        cache.clear()
        client = client_of(world, user)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/" + path.format(**ids)).status_code == 200
        return len(queries)

    first = world.add_case("gu", "RED")
    assign_owner(actor=None, case=first, owner=world.zhou)
    seen.append(count())
    for key in ("cheng", "luo"):
        case = world.add_case(key, "RED")
        assign_owner(actor=None, case=case, owner=world.shen)
    seen.append(count())
    for number in range(9):
        world.add_student(f"y{number}", f"众{number}", f"77{number:04d}", "c2301", "mingde23",
                              entry_year=2023)  # fmt: skip
        case = world.add_case(f"y{number}", "RED")
        assign_owner(actor=None, case=case, owner=world.lin)
    seen.append(count())
    assert Case.objects.count() == 12
    assert len(set(seen)) == 1, seen
