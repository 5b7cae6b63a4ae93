"""Marks that repeat in every row: level, tag, person, keys, progress, figures.

All functions take plain values and return safe markup, so a list of fifty rows costs
no template include. Words follow the active language.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, pgettext

from portal.core.ui.icons import icon_svg

DASH = "—"
MINUS = "−"
TONES = {"neutral", "accent", "late", "due", "ok", "plain"}
HEAT_STEPS = (5.0, 10.0, 15.0, 20.0)
_STATES = {True: "agreed", False: "disagreed", None: "waiting"}


def _level_words(code: str) -> tuple[str, str]:
    return {
        "RED": (gettext("Red"), pgettext("level, one character", "Red")),
        "ORANGE": (gettext("Orange"), pgettext("level, one character", "Orange")),
        "YELLOW": (gettext("Yellow"), pgettext("level, one character", "Yellow")),
        "BLUE": (gettext("Blue"), pgettext("level, one character", "Blue")),
    }[code]


@lru_cache(maxsize=256)
def _level_markup(code: str, small: bool, count: str, language: str | None) -> SafeString:
    word, short = _level_words(code)
    css = code.lower()
    if small:
        return format_html(
            '<span class="p-level-s p-level-{}"><i class="p-mark"></i>{} <b>{}</b></span>',
            css,
            short,
            count,
        )
    return format_html(
        '<span class="p-level p-level-{}"><i class="p-mark"></i>{}</span>', css, word
    )


def level_markup(level: object, *, small: bool = False, count: object = "") -> SafeString:
    """Level badge: mark + word + border; the small form is mark + one character + count.

    ``level`` is RED, ORANGE, YELLOW or BLUE (any case); anything else is an em dash.
    """
    code = str(level or "").upper()
    if code not in {"RED", "ORANGE", "YELLOW", "BLUE"}:
        return mark_safe(f'<span class="p-zero">{DASH}</span>')
    shown = "" if count is None else str(count)
    return _level_markup(code, bool(small), shown, get_language())


def tag_markup(text: object, tone: str = "neutral", icon: str = "") -> SafeString:
    """Status tag: words on a ground, no mark, no border."""
    tone = tone if tone in TONES else "neutral"
    picture = icon_svg(icon, 14) if icon else ""
    return format_html('<span class="p-tag p-tag-{}">{}{}</span>', tone, picture, text)


def ok_markup(words: object) -> SafeString:
    """Words in the colour of what is in order."""
    return format_html('<span class="p-text-ok">{}</span>', words)


def person_markup(name: object, role: object = "", size: int = 24, url: str = "") -> SafeString:
    """Person chip: a circle with the first character, the name and the role."""
    text = str(name or "").strip()
    if not text:
        return mark_safe(f'<span class="p-zero">{DASH}</span>')
    big = " p-face-32" if int(size) >= 32 else ""
    named = (
        format_html('<a class="p-link p-person-name" href="{}">{}</a>', url, text)
        if url
        else format_html('<span class="p-person-name">{}</span>', text)
    )
    tail = format_html(' <span class="p-person-role">{}</span>', role) if role else ""
    return format_html(
        '<span class="p-person"><span class="p-face{}" aria-hidden="true">{}</span>{}{}</span>',
        big,
        text[0].upper(),
        named,
        tail,
    )


def _half(side: str, state: object) -> SafeString:
    code = _STATES.get(state, "waiting") if state in (True, False, None) else str(state)
    word = {
        "agreed": gettext("agreed"),
        "waiting": gettext("waiting for confirmation"),
        "disagreed": gettext("disagrees"),
    }.get(code, code)
    shown = {"agreed": "✓", "waiting": pgettext("two keys, one character", "wait")}.get(
        code, pgettext("two keys, one character", "no")
    )
    return format_html(
        '<span class="p-key p-key-{}"><span>{}</span><span aria-hidden="true">{}</span>'
        '<span class="p-sr">{}</span></span>',
        code,
        side,
        shown,
        word,
    )


def two_key_markup(college: object, academy: object) -> SafeString:
    """Joined pair college | academy; each side is True/'agreed', None/'waiting', False/'disagreed'."""
    return format_html(
        '<span class="p-keys">{}{}</span>',
        _half(gettext("College"), college),
        _half(gettext("Academy"), academy),
    )


def progress_markup(
    done: object, total: object, label: str = "", *, figures: bool = True
) -> SafeString:
    """A 4-pixel line and ``n / N``; the line is a native <progress> so no style is needed."""
    n, whole = float(done or 0), float(total or 0)
    words = label or gettext("Progress")
    line = format_html(
        '<progress class="p-line" max="{}" value="{}" aria-label="{}">{} / {}</progress>',
        f"{whole or 1:g}",
        f"{min(n, whole or 1):g}",
        words,
        f"{n:g}",
        f"{whole:g}",
    )
    if not figures:
        return line
    return format_html(
        '<span class="p-progress">{}<span class="p-progress-n">{} / {}</span></span>',
        line,
        f"{n:g}",
        f"{whole:g}",
    )


def percent(n: object, total: object, digits: int = 1) -> str:
    """'72.1%' or an em dash when the whole is unknown or zero."""
    try:
        whole = float(total)  # type: ignore[arg-type]
        part = float(n)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return DASH
    return DASH if whole == 0 else f"{part / whole * 100:.{int(digits)}f}%"


def figure_markup(value: object) -> SafeString | str:
    """Zero in grey, unknown (None, '') as an em dash, anything else as it is."""
    if value is None or value == "":
        return mark_safe(f'<span class="p-zero">{DASH}</span>')
    if value == 0:
        return mark_safe('<span class="p-zero">0</span>')
    return format_html("{}", value)


def delta_words(value: object, good: str = "none", unit: str = "") -> tuple[str, str]:
    """('+3', 'worse') for a change; ``good`` says which direction is better: up, down or none."""
    if value is None or value == "":
        return DASH, ""
    number = float(value)  # type: ignore[arg-type]
    if number == 0:
        return "±0" + unit, ""
    sign = "+" if number > 0 else MINUS
    tone = ""
    if good in {"up", "down"}:
        tone = "better" if (number > 0) == (good == "up") else "worse"
    return f"{sign}{abs(number):g}{unit}", tone


def aging_markup(count: object, band: object, url: str = "") -> SafeString:
    """Cell of an ageing table; ``band`` 0 = not yet due, 1 = 1–3 days, 2 = 4–7, 3 = more."""
    if not count:
        return mark_safe('<span class="p-zero">0</span>')
    css = f"p-age p-age-{int(str(band) or 0)}"
    if url:
        return format_html('<a class="{}" href="{}">{}</a>', css, url, count)
    return format_html('<span class="{}">{}</span>', css, count)


def heat_class(rate: float, steps: Sequence[float] = HEAT_STEPS) -> int:
    """Which of the five grounds a percentage stands on (0 palest … 4 darkest)."""
    return sum(rate >= step for step in steps)


def heat_cell(
    n: object, total: object, steps: Sequence[float] = HEAT_STEPS, url: str = "", least: int = 3
) -> SafeString:
    """Cell of a heat table: rate and n/N. Unknown, or a group under ``least``, is an em dash."""
    if n is None or not total or int(str(total)) < least:
        return mark_safe(f'<td class="p-heat p-heat-none">{DASH}</td>')
    rate = float(str(n)) / float(str(total)) * 100
    inner = format_html("<b>{}</b><span>{}/{}</span>", f"{rate:.1f}%", n, total)
    if url:
        inner = format_html('<a href="{}">{}</a>', url, inner)
    return format_html('<td class="p-heat p-heat-{}">{}</td>', heat_class(rate, steps), inner)
