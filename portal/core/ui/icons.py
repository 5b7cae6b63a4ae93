"""The icon set: our own strokes on a 24-unit grid, drawn inline so that no font is loaded.

``icons.json`` beside this file maps a name to the inside of an ``<svg viewBox="0 0 24 24">``.
``icon_svg(name, size, label)`` returns safe markup. Without a label the picture is
decoration and hidden from assistive technology; with one it is an image with that name.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

ICONS: dict[str, str] = json.loads((Path(__file__).parent / "icons.json").read_text("utf-8"))
FALLBACK = "circle"


@lru_cache(maxsize=512)
def icon_svg(name: str, size: int = 20, css: str = "", label: str = "") -> SafeString:
    """Markup of one icon; an unknown name draws a plain ring instead of failing a page."""
    body = ICONS.get(name, ICONS[FALLBACK])
    classes = f"p-icon {escape(css)}" if css else "p-icon"
    if label:
        access = f'role="img" aria-label="{escape(label)}"'
    else:
        access = 'aria-hidden="true" focusable="false"'
    return mark_safe(
        f'<svg class="{classes}" width="{int(size)}" height="{int(size)}" '
        f'viewBox="0 0 24 24" {access}>{body}</svg>'
    )
