"""Staffing ratios: the rulebook's numbers, live counts, and a post that is only planned."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cohorts.enums import RatioShape
from cohorts.models import Parameter, Ratio, RatioRole, Role
from students.queries.population import students_in
from students.queries.ratios import Figure, holders, lines, planned
from tests.web.test_pages import client_of
from tests.world import World


def per_head(students: int, have: str, limit: int = 200, at_least: int = 0) -> Figure:
    return Figure(RatioShape.PER_HEAD, Decimal(limit), at_least, students, Decimal(have), 1)


@pytest.mark.parametrize(
    ("students", "have", "limit", "at_least", "needed", "missing"),
    [
        (412, "3", 200, 0, 3, 0),  # the account's picture: one to 137
        (200, "1", 200, 0, 1, 0),  # exactly 1:200 holds
        (201, "1", 200, 0, 2, 1),  # one student more asks for a second person
        (600, "2", 200, 0, 3, 1),
        (600, "2.5", 200, 0, 3, 1),  # half a post short is a head short
        (0, "0", 200, 0, 0, 0),
        (4000, "1", 4000, 2, 2, 1),  # psychology: 1:4000 and never under two a school
        (8001, "2", 4000, 2, 3, 1),
        (3500, "10", 350, 0, 10, 0),  # ideology courses 1:350
    ],
)
def test_needed_and_missing_heads(
    students: int, have: str, limit: int, at_least: int, needed: int, missing: int
) -> None:
    figure = per_head(students, have, limit, at_least)
    assert (figure.needed, figure.missing) == (needed, missing)
    assert figure.is_short == (missing > 0)


def test_the_ratio_is_written_as_offices_write_it() -> None:
    assert per_head(412, "3").per_head == 137
    assert per_head(412, "0").per_head is None


def test_political_staff_are_a_share_of_teachers_and_students() -> None:
    figure = Figure(RatioShape.SHARE, Decimal("0.01"), 0, 9_500, Decimal(99), 99, staff=501)
    assert (figure.base, figure.needed, figure.missing) == (10_001, 101, 2)
    assert figure.share == pytest.approx(0.9899, abs=1e-4)


def row(world: World, who: str, unit: str) -> Figure:
    rows = lines(world.people[who], Ratio.objects.get(code="counsellor"))
    return next(one.figure for one in rows if one.unit.pk == world.units[unit].pk)


@pytest.mark.django_db
def test_counts_equal_their_lists_and_reach_no_other_unit(world: World) -> None:
    ratio = Ratio.objects.get(code="counsellor")
    rows = lines(world.he, ratio)
    assert [one.unit.name for one in rows] == ["明德书院", "明德书院2023级"]
    for one in rows:
        assert one.figure.students == students_in(world.he, one.unit).count()
        assert one.figure.people == len({post.person_id for post in holders(one.unit, ratio)})
    assert lines(world.nobody, ratio) == []
    assert row(world, "qian", "uni").students == 5


@pytest.mark.django_db
def test_part_time_and_stand_in_posts_do_not_count_and_a_person_counts_once(world: World) -> None:
    assert row(world, "he", "mingde").have == 1
    world.add_post("nobody", "part_counsellor", "mingde23")
    figure = row(world, "he", "mingde")
    assert (figure.have, figure.people) == (1, 2)
    RatioRole.objects.filter(role__code="part_counsellor").update(weight=Decimal("0.5"))
    assert row(world, "he", "mingde").have == Decimal("1.5")
    whole = world.posts["zhou"]
    world.add_post("zhou", "counsellor", "east12")
    assert row(world, "he", "mingde").have == Decimal("1.5")
    whole.ends_on = timezone.localdate() - dt.timedelta(days=1)
    whole.save()
    assert row(world, "he", "mingde23").have == Decimal("0.5")


@pytest.mark.django_db
def test_a_planned_post_shows_what_it_would_change_and_changes_nothing(world: World) -> None:
    Parameter.objects.filter(key="staff.counsellor").update(value=1)
    counsellor = Role.objects.get(code="counsellor")
    before = row(world, "he", "mingde23")
    assert before.missing == 1
    effects = planned(world.he, counsellor.pk, world.mingde23)
    assert {(e.line.unit.name, e.line.figure.missing, e.after.missing) for e in effects} == {
        ("明德书院", 1, 0), ("明德书院2023级", 1, 0)
    }  # fmt: skip
    # zhou counts there already: one more post of his adds nothing.
    again = planned(world.he, counsellor.pk, world.east12, world.zhou.pk)
    assert [e.saved for e in again] == [0]
    assert row(world, "he", "mingde23") == before
    page = client_of(world, "he").get(
        f"/ratios/?plan_role=counsellor&plan_unit={world.mingde23.pk}"
    )
    assert len(page.context["effects"]) == 2
    wrong = client_of(world, "he").get(
        f"/ratios/?plan_role=counsellor&plan_unit={world.mingde23.pk}&plan_person=x9"
    )
    assert wrong.context["problem"]


@pytest.mark.django_db
def test_a_number_set_by_rule_stays_inside_the_rule(world: World) -> None:
    counsellor = Parameter.objects.get(key="staff.counsellor")
    counsellor.value = Decimal(250)
    with pytest.raises(ValidationError):
        counsellor.full_clean()
    counsellor.value = Decimal(180)
    counsellor.full_clean()
    tutor = Parameter.objects.get(key="tutor.max_per_grade")
    tutor.value = Decimal(5)
    tutor.full_clean()


@pytest.mark.django_db
def test_the_page_asks_as_often_for_many_units_as_for_few(world: World) -> None:
    counts = []
    for who in ("he", "qian"):
        client = client_of(world, who)
        client.get("/ratios/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/ratios/")
        counts.append(sum("cohorts_ratio" in q["sql"] or "unittree" in q["sql"] for q in queries))
    assert counts[1] <= counts[0]
