"""``{% load ui %}``: the tags and filters of the design language.

The work is done in ``portal.core.ui``; this module only gives it template names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from portal.core.ui import dates, marks, records
from portal.core.ui.assets import asset_links
from portal.core.ui.icons import icon_svg

register = template.Library()


@register.simple_tag
def style_links() -> SafeString:
    """Everything the head of a page loads."""
    return asset_links("styles")


@register.simple_tag
def script_links() -> SafeString:
    """The scripts of every page, in order."""
    return asset_links("scripts")


@register.simple_tag
def icon(name: str, size: int = 20, css: str = "", label: str = "") -> SafeString:
    """``{% icon "search" %}``, ``{% icon "eye" size=16 label=_("Why visible") %}``."""
    return icon_svg(name, int(size), css, str(label))


@register.simple_tag
def level_badge(level: object, small: bool = False, count: object = "") -> SafeString:
    """``{% level_badge "RED" %}``, in a tile ``{% level_badge "RED" small=True count=3 %}``."""
    return marks.level_markup(level, small=small, count=count)


@register.simple_tag
def tag(text: object, tone: str = "neutral", icon: str = "") -> SafeString:
    """``{% tag "缺材料" "late" %}``; tones neutral, accent, late, due, ok, plain."""
    return marks.tag_markup(text, tone, icon)


@register.simple_tag
def person_chip(name: object, role: object = "", size: int = 24, url: str = "") -> SafeString:
    """``{% person_chip name role size=32 url=url %}``."""
    return marks.person_markup(name, role, size, url)


@register.simple_tag
def two_key(college: object = None, academy: object = None) -> SafeString:
    """``{% two_key True None %}``: True/'agreed', None/'waiting', False/'disagreed'."""
    return marks.two_key_markup(college, academy)


@register.simple_tag
def progress(done: object, total: object, label: str = "", figures: bool = True) -> SafeString:
    """``{% progress 5 8 %}`` -> line and 5 / 8; ``figures=False`` for the line alone."""
    return marks.progress_markup(done, total, str(label), figures=figures)


@register.simple_tag
def ratio(n: object, total: object, digits: int = 1) -> SafeString:
    """``{% ratio 297 412 %}`` -> 297 / 412 = 72.1%, unknown parts as em dash."""
    shown = [marks.DASH if value is None or value == "" else value for value in (n, total)]
    return format_html("<b>{}</b> / {} = {}", *shown, marks.percent(n, total, digits))


@register.simple_tag
def rate(n: object, total: object, digits: int = 1) -> str:
    """``{% rate 29 412 %}`` -> 7.0%."""
    return marks.percent(n, total, digits)


@register.simple_tag
def delta(value: object, good: str = "none", since: object = "", unit: str = "") -> SafeString:
    """``{% delta -5 good="down" since=_("since last month") %}``: better green, worse red."""
    words, tone = marks.delta_words(value, good, str(unit))
    lead = format_html("{} ", since) if since else ""
    return format_html('<span class="p-delta p-{}">{}{}</span>', tone or "same", lead, words)


@register.simple_tag
def aging(count: object, band: object = 0, url: str = "") -> SafeString:
    """``{% aging 3 1 url %}``: band 0 not due, 1 = 1–3 days late, 2 = 4–7, 3 = over 7."""
    return marks.aging_markup(count, band, url)


@register.simple_tag
def heat_td(n: object, total: object, url: str = "") -> SafeString:
    """``{% heat_td 21 178 %}`` -> a whole <td> of a heat table."""
    return marks.heat_cell(n, total, url=url)


@register.simple_tag
def events(items: Any) -> SafeString:
    """``{% events items %}``: the entries of a timeline, see ``components/timeline.html``."""
    return records.events_markup(items or ())


@register.simple_tag
def item_rows(items: Any) -> SafeString:
    """``{% item_rows items %}``: two-line items, see ``components/item_list.html``."""
    return records.items_markup(items or ())


@register.simple_tag
def due(value: date | datetime | None, soon: int = 3) -> SafeString:
    """``{% due task.due_on %}`` -> red '3 days overdue', amber 'due today', else the date."""
    words, tone = dates.due_words(value, soon=int(soon))
    return format_html('<span class="p-due-{}">{}</span>', tone or "far", words)


@register.filter
def figure(value: object) -> SafeString | str:
    """Zero in grey, unknown as an em dash."""
    return marks.figure_markup(value)


@register.filter
def cn_date(value: date | datetime | None, variant: str = "") -> str:
    """``{{ d|cn_date }}`` 5月28日; variants 'weekday', 'time', 'full', 'month', joined by commas."""
    return dates.format_day(value, variant)


@register.filter
def ago_days(value: date | datetime | None) -> str:
    """``{{ d|ago_days }}`` -> 3 天前."""
    return dates.format_ago(value)


@register.filter
def days(value: int | None) -> str:
    """``{{ 3|days }}`` -> 3 天."""
    if value is None:
        return marks.DASH
    return ngettext("%(n)s day", "%(n)s days", value) % {"n": value}


@register.filter
def attr(item: Any, name: str) -> Any:
    """``{{ row|attr:column.key }}``: key of a mapping, else attribute, else ''."""
    if isinstance(item, dict):
        return item.get(name, "")
    return getattr(item, name, "")


@register.simple_tag(takes_context=True)
def qs(context: template.Context, **changes: object) -> str:
    """``{% qs page=2 level=None %}`` -> '?…' of this page with keys set or (None) removed."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        elif isinstance(value, (list, tuple)):
            query.setlist(key, [str(item) for item in value])
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_qs(context: template.Context, key: str, param: str = "sort") -> str:
    """Query string that sorts by ``key``, or the other way round if it already does."""
    request = context.get("request")
    now = request.GET.get(param, "") if request is not None else ""
    return qs(context, **{param: f"-{key}" if now == key else key, "page": None})


@register.simple_tag
def field_error_ids(bound_field: Any) -> str:
    """Value of aria-describedby for a field: its help text and its error, if any."""
    ids = []
    if bound_field.help_text:
        ids.append(f"{bound_field.id_for_label}-help")
    if bound_field.errors:
        ids.append(f"{bound_field.id_for_label}-error")
    return " ".join(ids)


@register.simple_tag
def field_input(bound_field: Any, css: str = "") -> SafeString:
    """The widget of a form field with our classes and the accessibility attributes."""
    kind = getattr(bound_field.field.widget, "input_type", "") or bound_field.widget_type
    classes = {"checkbox": "p-check", "radio": "", "select": "p-input p-select"}.get(
        kind, "p-input"
    )
    if bound_field.widget_type in {"checkboxselectmultiple", "radioselect"}:
        classes = "p-choices"
    attrs: dict[str, Any] = {"class": f"{classes} {css}".strip()}
    described = field_error_ids(bound_field)
    if described:
        attrs["aria-describedby"] = described
    if bound_field.errors:
        attrs["aria-invalid"] = "true"
    own = bound_field.field.widget.attrs
    if own.get("class"):
        attrs["class"] += f" {own['class']}"
    return bound_field.as_widget(attrs=attrs)


@register.simple_block_tag(end_name="endslot")
def slot(content: str) -> str:
    """``{% slot as aside %}…{% endslot %}``: keep a piece of markup for a component below."""
    return content


def _render(context: template.Context, name: str, values: dict[str, Any]) -> SafeString:
    with context.push(**values):
        return context.template.engine.get_template(name).render(context)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Component:
    """What a block tag renders around its content: ``template`` gets the content as ``content``,
    the parameters given, in their ``order`` where they have no name, and else what is ``known``."""

    template: str
    content: str
    order: tuple[str, ...]
    known: dict[str, Any]


COMPONENTS = {
    "card": Component("components/card.html", "content", ("title",), {
        "title": "", "note": "", "aside": "", "foot": "", "flush": False, "link_url": "",
        "link_label": "", "id": "", "tone": "", "level": 2, "css": "",
    }),
    "pagehead": Component("components/page_header.html", "actions_html", ("title",), {
        "title": "", "chips": "", "subline": "", "why": "", "meta": "", "back_url": "",
        "back_label": "",
    }),
    "dialog": Component("components/dialog.html", "content", ("id", "title"), {"title": ""}),
}  # fmt: skip


def _around(
    name: str, context: template.Context, content: str, given: Sequence[Any], values: dict[str, Any]
) -> SafeString:
    one = COMPONENTS[name]
    named = dict(zip(one.order, given, strict=False)) | values
    return _render(context, one.template, one.known | named | {one.content: content})


@register.simple_block_tag(takes_context=True, end_name="endcard")
def card(context: template.Context, content: str, *given: Any, **values: Any) -> SafeString:
    """White sheet. Parameters: see ``components/card.html``."""
    return _around("card", context, content, given, values)


@register.simple_block_tag(takes_context=True, end_name="endpagehead")
def pagehead(context: template.Context, content: str, *given: Any, **values: Any) -> SafeString:
    """Page header; the block holds the buttons. Parameters: ``components/page_header.html``."""
    return _around("pagehead", context, content, given, values)


@register.simple_block_tag(takes_context=True, end_name="enddialog")
def dialog(context: template.Context, content: str, *given: Any, **values: Any) -> SafeString:
    """Native <dialog>; open it with a button ``data-dialog-open="id"``."""
    return _around("dialog", context, content, given, values)


@register.simple_tag
def person_count(n: object) -> str:
    """``{% person_count 5 %}`` -> 5 人."""
    return gettext("%(n)s people") % {"n": n}


@register.filter
def at(values: Any, index: int) -> Any:
    """``{{ columns|at:2 }}``: item by position, None when there is none."""
    try:
        return values[index]
    except (IndexError, TypeError, KeyError):
        return None


@register.filter
def break_bar(text: object) -> SafeString:
    """Break a name where the author put a bar: '化工 | 热力学' becomes two lines."""
    parts = [part.strip() for part in str(text or "").split("|")]
    return format_html_join(mark_safe("<br>"), "{}", ((part,) for part in parts))


@register.filter
def page_window(paginator: Any, number: int) -> list[int | None]:
    """Page numbers around ``number`` with the first and last; None stands for a gap."""
    last = paginator.num_pages
    wanted = sorted({1, last, *range(max(1, number - 2), min(last, number + 2) + 1)})
    shown: list[int | None] = []
    for page in wanted:
        if shown and shown[-1] is not None and page - shown[-1] > 1:
            shown.append(None)
        shown.append(page)
    return shown


@register.filter
def chart_rows(data: dict[str, Any]) -> list[list[str]]:
    """Rows of the table twin of a chart: the label, then one cell per series."""
    unit = data.get("unit", "")
    rows = []
    for index, label in enumerate(data.get("x", [])):
        cells = [str(label)]
        for series in data.get("series", []):
            value = at(series.get("values", []), index)
            part, whole = at(series.get("n"), index), at(series.get("total"), index)
            text = marks.DASH if value is None else f"{value}{unit}"
            if value is not None and part is not None and whole is not None:
                text += f" ({part}/{whole})"
            cells.append(text)
        rows.append(cells)
    return rows
