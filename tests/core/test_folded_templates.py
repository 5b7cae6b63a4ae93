"""A folded template says what the same template says when the engine takes it as it is written."""

import copy
import datetime as dt
from typing import Any

import pytest
from django.template import Context, Engine
from django.template.exceptions import TemplateSyntaxError
from django.utils import translation
from django.utils.safestring import mark_safe

OPTIONS: dict[str, Any] = {
    "libraries": {"rows": "portal.core.templatetags.rows", "ui": "portal.core.templatetags.ui",
                  "i18n": "django.templatetags.i18n", "static": "django.templatetags.static"},
}  # fmt: skip
LOAD = "{% load i18n ui rows static %}"
FILES = {
    "outer.html": LOAD + "<html>{% block title %}{% translate 'Save' %}{% endblock %}|{% block main %}-"
    "{% endblock %}|{{ leaked }}|{% if user %}{{ user }}{% endif %}</html>",
    "middle.html": "{% extends 'outer.html' %}{% block main %}<i>{{ block.super }}</i>{% endblock %}",
    "page.html": "{% extends 'outer.html' %}" + LOAD + "{% block main %}{% translate 'Save' as leaked %}"
    "{{ leaked }}{% include 'part.html' with a=n only %}{% include 'part.html' %}{{ a }}{% endblock %}",
    "below.html": "{% extends 'middle.html' %}{% block title %}<b>{{ block.super }}</b>{% endblock %}",
    "part.html": LOAD + "[{{ a }}{{ n }}{% icon 'eye' 14 %}{% tag _('Save') 'ok' %}]",
    "leaky.html": LOAD + "{% translate 'Save' as kept %}{{ kept }}",
    "tree.html": "{{ t.n }}{% for t in t.below %}({% include 'tree.html' %}){% endfor %}",
    "values.html": LOAD + "{{ text }}{{ safe }}{{ n }}{{ none }}{{ gone }}{{ gone.x }}{{ d.x.y }}{{ o.name }}"
    "{{ o.method }}{{ o.items }}{{ l.0 }}{{ l.count }}{{ d.items }}{{ text|upper }}{{ gone|default:'—' }}"
    "{% if d.x and not gone %}yes{% elif gone %}no{% else %}other{% endif %}{% firstof gone text %}"
    "{% if n > 3 %}more{% endif %}{{ f }}{{ big }}{{ True }}",
    "filters.html": LOAD + "{{ text|upper }}{{ html|lower }}{{ html|lower|upper }}{{ text|safe|lower }}{{ html|slice:':2' }}{{ l|join:text }}"
    "{{ text|linebreaksbr }}{{ n|add:n }}{{ none|default:text }}{{ gone|upper }}{{ o.name|upper }}"
    "{{ o.method|upper }}{{ at|date:'Y-m-d H:i' }}{{ at|time:'H:i' }}{{ at|cn_date:'full,time' }}{{ gone|cn_date }}"
    "{{ d.x.y|default:'—' }}{{ l.0|length }}{{ f|floatformat:1 }}{% if gone|default:n > 3 %}more{% endif %}"
    "{% for x in l|slice:':1' %}{{ x }}{% endfor %}{% autoescape off %}{{ text|upper }}{{ l|join:text }}{% endautoescape %}",
    "chosen.html": LOAD + "{% for w in several %}{% include w with a=text only %}{% include w with n=7 %}"
    "{% include w %}{{ a }}{{ kept }}{% endfor %}{% include which with a=safe only %}{{ n }}",
    "broken.html": "{{ o.broken }}{{ o.broken|upper }}",
    "broken_filter.html": "{{ o.broken|upper }}",
    "loops.html": LOAD + "{% for x in l %}{{ forloop.counter }}{{ x }}{% include 'part.html' with a=x %}"
    "{% empty %}{% translate 'Save' %}{% endfor %}{% for k, v in pairs %}{{ k }}={{ v }}{% endfor %}"
    "{% with a=text b=l.1 %}{{ a }}{{ b }}{% endwith %}{{ a }}{% each rows %}<td>{name}</td>{% endeach %}",
    "cards.html": LOAD + "{% translate 'Save' as heading %}{% card title=heading note=_('Save') %}"
    "{% include 'leaky.html' %}{{ kept }}{% endcard %}{% slot as s %}{{ text }}{% endslot %}{{ s }}"
    "{% blocktranslate trimmed with a=text %}Why visible: {{ a }}{% endblocktranslate %}"
    "{% blocktranslate count n=n %}{{ n }} seat{% plural %}{{ n }} seats{% endblocktranslate %}"
    "{% autoescape off %}{{ text }}{% translate 'Save' %}{% endautoescape %}{% comment %}x{% endcomment %}"
    "{% translate 'level' context 'x' %}{% url 'casework:log' %}{% url 'casework:case' 7 as u %}{{ u }}"
    "{% include which %}{% cycle 'a' 'b' %}{% csrf_token %}",
    "sheets.html": LOAD + "{% card text flush=True note=text tone='gap' %}{{ n }}{{ title }}{% endcard %}"
    "{% card title='x<y' flush=False id='i' level=n link_url='/a?b&c' link_label=_('Save') css=text as held %}"
    "{% card %}{{ text }}{% endcard %}{% endcard %}{{ held }}{{ held|length }}{{ title }}"
    "{% pagehead title=text why=none subline=safe meta=None %} {% endpagehead %}"
    "{% pagehead _('Save') back_url='/' back_label=text chips=safe %}<b>{% endpagehead %}"
    "{% dialog 'one' title=text %}{{ id }}{% enddialog %}{% dialog id=text %}{% enddialog %}",
    "known.html": LOAD + "{% include 'asks.html' with a='<x>' b='' n=2 only %}{% include 'asks.html' with a=text b=1 %}"
    "{% include 'asks.html' with c=None d=False %}{% include 'asks.html' with n=n text=True only %}",
    "asks.html": "{% if a and b %}both {{ a }}{% elif a or text %}one {{ a }}{{ text }}{% elif not n %}no n"
    "{% else %}none{% endif %}{% if not a %}-{% if n > 3 %}{{ n }}{% endif %}{% endif %}{{ n|add:1 }}{{ d }}{{ b }}"
    "{% if c is None or d == False %}c{% endif %}{% for x in l %}{{ a }}{% endfor %}",
}  # fmt: skip


class Thing:
    name = "<thing>"

    def method(self) -> str:
        return "called"

    def items(self, needed: int) -> str:
        return "never"

    @property
    def broken(self) -> str:
        raise KeyError("silent or not")


def _values() -> dict[str, Any]:
    return {
        "text": "a<b", "safe": translation.gettext_lazy("Save"), "n": 4, "none": None, "f": 1234.5,
        "d": {"x": {"y": "&"}, "items": "own key"}, "o": Thing(), "l": ["<1>", 2], "user": "me",
        "pairs": [("k", "v")], "rows": [{"name": "<n>"}], "which": "part.html",
        "several": ["part.html", "leaky.html", "asks.html", "loops.html", "page.html"], "big": 12345,
        "html": mark_safe("<B>"), "at": dt.datetime(2026, 5, 28, 20, 30, tzinfo=dt.UTC),
        "t": {"n": 1, "below": [{"n": 2, "below": [{"n": 3, "below": []}]}, {"n": 4}]},
    }  # fmt: skip


def _engine(loader: str) -> Engine:
    plain = ("django.template.loaders.locmem.Loader", FILES)
    components = ("django.template.loaders.filesystem.Loader", ["templates"])
    return Engine(loaders=[(loader, [plain, components])], **copy.deepcopy(OPTIONS))


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    return (
        _engine("django.template.loaders.cached.Loader"),
        _engine("portal.core.ui.folding.Loader"),
    )


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", sorted(FILES))
def test_a_folded_template_reads_the_same(
    engines: tuple[Engine, Engine], name: str, language: str
) -> None:
    told = []
    for engine in (*engines, engines[1]):  # the second time from what is kept
        with translation.override(language):
            try:
                told.append(engine.get_template(name).render(Context(_values())))
            except KeyError as error:
                told.append(repr(error))
    assert told[0] == told[1] == told[2]
    assert told[0]


def test_constants_are_text_and_parents_are_in_place(engines: tuple[Engine, Engine]) -> None:
    with translation.override("en"):
        part = engines[1].get_template("part.html")
        assert [type(node).__name__ for node in part.nodelist] == [
            "TextNode", "Value", "Value", "TextNode",
        ]  # fmt: skip
        assert hasattr(engines[1].get_template("page.html"), "flat")
        assert not hasattr(engines[1].get_template("below.html"), "flat")


def test_a_wrong_template_is_wrong_in_the_same_way(engines: tuple[Engine, Engine]) -> None:
    for engine in engines:
        with pytest.raises(TemplateSyntaxError):
            engine.from_string("{% nothing %}")
