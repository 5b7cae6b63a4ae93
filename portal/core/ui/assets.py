"""Links to our style sheets and scripts: written once per process, not once per page."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Tabler first, so that ours has the last word; print rules apply on paper only.
SHEETS = (
    "vendor/tabler/tabler.min.css",
    *(
        f"css/{name}.css"
        for name in (
            "tokens",
            "base",
            "layout",
            "controls",
            "cards",
            "tables",
            "records",
            "overlays",
            "phone",
        )
    ),
)
SCRIPTS = (
    "vendor/htmx/htmx.min.js",
    *(f"js/{name}.js" for name in ("core", "overlays", "search", "select", "drafts", "quicklog")),
)


def _build(kind: str) -> SafeString:
    if kind == "scripts":
        return format_html_join(
            "\n", '<script src="{}" defer></script>', ((static(name),) for name in SCRIPTS)
        )
    links = format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(name),) for name in SHEETS)
    )
    return format_html(
        '<link rel="icon" href="{}" type="image/svg+xml">\n{}\n'
        '<link rel="stylesheet" href="{}" media="print">\n<script src="{}"></script>',
        static("img/mark.svg"),
        links,
        static("css/print.css"),
        static("js/early.js"),
    )


_once = lru_cache(maxsize=2)(_build)


def asset_links(kind: str) -> SafeString:
    """Markup of the ``styles`` or of the ``scripts``; fresh each time while developing."""
    return _build(kind) if settings.DEBUG else _once(kind)
