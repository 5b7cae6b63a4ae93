"""The small marks of the design language say the right words and never fail on odd input."""

import datetime as dt

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from portal.core.ui import dates, marks
from portal.core.ui.icons import ICONS, icon_svg

TODAY = dt.date(2026, 5, 28)


def draw(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("variant", "written"),
    [
        ("", "5月28日"),
        ("weekday", "5月28日 周四"),
        ("full", "2026年5月28日"),
        ("month", "5月"),
    ],
)
def test_dates_are_written_as_chinese_offices_write_them(variant: str, written: str) -> None:
    with translation.override("zh-hans"):
        assert dates.format_day(TODAY, variant, TODAY) == written


def test_another_year_is_named_and_english_has_its_own_order() -> None:
    with translation.override("zh-hans"):
        assert dates.format_day(dt.date(2025, 3, 5), "", TODAY) == "2025年3月5日"
    with translation.override("en"):
        assert dates.format_day(TODAY, "weekday", TODAY) == "Thu 28 May"
        assert dates.format_day(dt.date(2025, 3, 5), "", TODAY) == "5 Mar 2025"


def test_a_moment_is_shown_in_school_time() -> None:
    late = dt.datetime(2026, 5, 28, 16, 30, tzinfo=dt.UTC)
    with translation.override("zh-hans"):
        assert dates.format_day(late, "time", TODAY) == "5月29日 00:30"


def test_something_due_today_is_not_late() -> None:
    with translation.override("en"):
        assert dates.due_words(TODAY, today=TODAY) == ("due today", "due")
        assert dates.due_words(TODAY - dt.timedelta(days=1), today=TODAY)[1] == "late"
        assert dates.due_words(TODAY + dt.timedelta(days=3), today=TODAY)[1] == "due"
        assert dates.due_words(TODAY + dt.timedelta(days=4), today=TODAY) == ("1 Jun", "")


def test_a_level_always_carries_its_word() -> None:
    with translation.override("en"):
        assert "Orange" in marks.level_markup("orange")
        assert "3" in marks.level_markup("RED", small=True, count=3)
    assert "—" in marks.level_markup(None)


def test_a_level_badge_follows_the_language() -> None:
    with translation.override("en"):
        assert "Red" in marks.level_markup("RED")
    with translation.override("zh-hans"):
        assert "红色" in marks.level_markup("RED")


def test_unknown_is_a_dash_and_never_zero() -> None:
    assert "—" in str(marks.figure_markup(None))
    assert ">0<" in str(marks.figure_markup(0))
    assert marks.percent(3, 0) == "—"
    assert marks.percent(297, 412) == "72.1%"


def test_better_and_worse_depend_on_the_indicator() -> None:
    assert marks.delta_words(-5, "down") == ("−5", "better")
    assert marks.delta_words(-5, "up") == ("−5", "worse")
    assert marks.delta_words(3, "none") == ("+3", "")


def test_heat_hides_small_groups() -> None:
    assert "—" in marks.heat_cell(1, 2)
    assert "p-heat-4" in marks.heat_cell(25, 118)
    assert "21/178" in marks.heat_cell(21, 178)


def test_names_are_escaped() -> None:
    assert "<b>" not in marks.person_markup("<b>x", role="<i>")
    assert "<script>" not in marks.tag_markup("<script>")


def test_an_unknown_icon_does_not_break_a_page() -> None:
    assert ICONS["circle"] in icon_svg("no such picture")
    assert 'aria-label="Why"' in icon_svg("eye", label="Why")


def test_the_query_string_keeps_what_is_not_changed() -> None:
    request = RequestFactory().get("/?level=RED&page=4&sort=name")
    shown = draw("{% qs page=None %} {% sort_qs 'name' %}", request=request)
    assert shown == "?level=RED&amp;sort=name ?level=RED&amp;sort=-name"


def test_the_pager_shows_both_ends_and_the_neighbours() -> None:
    class Paginator:
        num_pages = 20

    shown = draw("{% for n in p|page_window:9 %}{{ n|default:'…' }} {% endfor %}", p=Paginator())
    assert shown.split() == ["1", "…", "7", "8", "9", "10", "11", "…", "20"]


def test_a_card_shows_its_head_and_escapes_its_title() -> None:
    shown = draw("{% card title=t note='n' %}<p>body</p>{% endcard %}", t="<x>")
    assert "&lt;x&gt;" in shown
    assert "<p>body</p>" in shown
