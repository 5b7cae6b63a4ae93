"""Entries of a timeline and two-line items as markup: a page shows dozens, too many for a template
include each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from portal.core.ui.icons import icon_svg


def events_markup(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """The ``<li>`` of each item; keys as told in ``components/timeline.html``."""
    words = gettext("Correct")
    return mark_safe("".join([_event(item, words) for item in items]))


def _safe(value: Any) -> str:
    return escape(value) if type(value) is str else conditional_escape(value)


def _event(item: Mapping[str, Any], correct: str) -> str:
    sealed, tick = item.get("sealed"), item.get("tick")
    css = "p-event" + (" p-event-tick" if tick else "") + (" p-event-sealed" if sealed else "")
    ring = icon_svg(item.get("icon") or "circle", 14)
    inside = _sealed(sealed) if sealed else _told(item, correct)
    return f'<li class="{css}"><span class="p-event-ring">{ring}</span>{inside}</li>\n'


def _told(item: Mapping[str, Any], correct: str) -> str:
    kind, url, edit = _safe(item["kind"]), item.get("url"), item.get("edit_url")
    if url:
        kind = f'<a class="p-plainlink" href="{_safe(url)}">{kind}</a>'
    link = ""
    if edit:
        link = f'<a class="p-more p-no-print" href="{_safe(edit)}">{correct}</a>'
    meta = _safe(item.get("meta") or "")
    head = (
        f'<div class="p-event-head"><b>{kind}</b><span class="p-event-meta">{meta}</span>{link}'
        f'<time class="p-event-time">{_safe(item["time"])}</time></div>'
    )
    text = "" if item.get("tick") else item.get("text")
    return f'{head}<p class="p-event-text">{_lines(text)}</p>' if text else head


def _lines(text: str) -> str:
    # As ``normalize_newlines``, which takes a detour for texts that are still to be translated.
    return _safe(text.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", "<br>")


def _sealed(sealed: Mapping[str, Any]) -> str:
    last, text = sealed.get("last"), sealed.get("text")
    return (
        f'<div class="p-sealed"><div class="p-sealed-head"><b>{_safe(sealed["title"])}</b>'
        + (f"<span>{_safe(last)}</span>" if last else "")
        + "</div>"
        + (f"<p>{_safe(text)}</p>" if text else "")
        + "</div>"
    )


def items_markup(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """The ``<li>`` of each two-line item; keys as told in ``components/item_list.html``."""
    return mark_safe("".join([_item(item) for item in items]))


def _item(item: Mapping[str, Any]) -> str:
    title, url = _safe(item["title"]), item.get("url")
    if url:
        title = f'<a class="p-plainlink" href="{_safe(url)}">{title}</a>'
    side, act = item.get("side"), item.get("action_url")
    end = ""
    if side:
        tone = _safe(item.get("side_tone") or "plain")
        end = f'<span class="p-item-side p-text-{tone}">{_safe(side)}</span>'
    if act:
        label = _safe(item.get("action_label") or "")
        end += f'<a class="p-btn p-btn-s" href="{_safe(act)}">{label}</a>'
    return (
        f'<li class="p-item"><div class="p-item-main"><span class="p-item-title">{title}</span>'
        f'<span class="p-item-meta">{_safe(item.get("meta") or "")}</span></div>{end}</li>'
    )
