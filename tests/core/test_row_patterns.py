"""`{% each %}`: rows filled from a pattern."""

import pytest
from django.template import Context, Engine, TemplateSyntaxError
from django.utils.safestring import mark_safe

ENGINE = Engine(libraries={"rows": "portal.core.templatetags.rows"}, builtins=[])


def filled(pattern: str, rows: list[dict]) -> str:
    source = "{% load rows %}{% each rows %}" + pattern + "{% endeach %}"
    return ENGINE.from_string(source).render(Context({"rows": rows}))


def test_each_row_fills_the_pattern_and_text_is_escaped() -> None:
    rows = [{"n": 1, "name": "<b>顾</b>"}, {"n": None, "name": mark_safe("<b>程</b>")}]
    expected = "<td>1</td><td>&lt;b&gt;顾&lt;/b&gt;</td><td></td><td><b>程</b></td>"
    assert filled("<td>{n}</td><td>{name}</td>", rows) == expected


def test_text_that_looks_like_a_place_in_a_value_stays_text() -> None:
    assert filled("<i>{name}</i>", [{"name": "{secret}", "secret": "x"}]) == "<i>{secret}</i>"


def test_a_name_that_a_row_lacks_is_an_error_not_an_empty_cell() -> None:
    with pytest.raises(KeyError):
        filled("{missing}", [{"name": "x"}])


def test_tags_inside_are_refused_when_the_template_is_read() -> None:
    with pytest.raises(TemplateSyntaxError):
        filled("{{ name }}", [])
