"""Bars for the report as pictures. Without a Chinese font on this machine labels are codes, which
the table below each picture explains: an empty box for every character would say nothing."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

_FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei", "Microsoft YaHei", "SimHei", "SimSun", "PingFang SC",
    "Noto Serif CJK SC",
)  # fmt: skip
_INK, _BAR, _GREY = "#1B2A30", "#0B6B82", "#B9C6CB"
_WIDTH, _LINE = 6.1, 0.3  # inches: the text area of A4, one bar
Bar = tuple[str, str, float, float | None]  # name, code, value, value of the term before


@cache
def chinese_font() -> str:
    """The name of a Chinese font of this machine; empty where there is none."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in _FONTS if name in known), "")


def bars(rows: Sequence[Bar], *, unit: str = "") -> bytes:
    """Lying bars as PNG, the first at the top; the term before as a grey mark on each."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    font = chinese_font()
    words: Any = FontProperties(family=font, size=10) if font else FontProperties(size=10)
    figure = Figure(figsize=(_WIDTH, 0.35 + _LINE * len(rows)), dpi=150)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.3 if font else 0.18, 0.04, 0.62 if font else 0.74, 0.92))
    places = range(len(rows))
    axes.barh(places, [row[2] for row in rows], height=0.62, color=_BAR)
    top = max((max(row[2], row[3] or 0) for row in rows), default=0) or 1
    for place, (_name, _code, value, before) in zip(places, rows, strict=True):
        axes.text(
            max(value, before or 0) + top * 0.015,
            place,
            f"{value:g}{unit}",
            va="center",
            size=9,
            color=_INK,
        )
        if before is not None:
            axes.plot([before, before], [place - 0.38, place + 0.38], color=_GREY, linewidth=3)
    axes.set_yticks(list(places))
    axes.set_yticklabels([row[0] if font else row[1] for row in rows], fontproperties=words)
    axes.set_xlim(0, top * 1.14)
    axes.set_xticks([])
    axes.invert_yaxis()
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.spines["left"].set_color(_GREY)
    axes.tick_params(length=0)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()
