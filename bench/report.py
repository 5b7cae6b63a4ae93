"""The table on the screen and `var/bench/latest.json`."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path

from bench.measure import Result

COLUMNS = (
    "",
    "students",
    "ms",
    "CPU ms",
    "web",
    "db",
    "queries",
    "floor",
    "ratio",
    "of CPU",
    "bar",
    "",
    "lean",
    "ratio",
    "of CPU",
)


def table(results: list[Result]) -> str:
    """Plain text, columns aligned; `no` marks a bar that does not hold. The last three
    columns are about the lean floor, which no bar is on."""
    lines = [COLUMNS, *(_line(one) for one in results)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    texts = []
    for line in lines:
        cells = [cell.ljust(w) if i == 0 else cell.rjust(w)
                 for i, (cell, w) in enumerate(zip(line, widths, strict=True))]  # fmt: skip
        texts.append("  ".join(cells).rstrip())
    texts.insert(1, "-" * len(texts[0]))
    texts += [f"* {one.name} ({one.students:,}): {one.note}" for one in results if one.note]
    return "\n".join(texts)


def _line(one: Result) -> tuple[str, ...]:
    def ms(value: float) -> str:
        return f"{value:.1f}" if value else "–"

    return (
        one.name,
        f"{one.students:,}",
        ms(one.median_ms),
        ms(one.cpu_ms),
        ms(one.web_ms),
        ms(one.db_ms),
        str(one.queries) if one.queries is not None else "–",
        f"{one.floor} {one.floor_ms:.1f}" if one.floor_ms else one.floor,
        f"{one.ratio:.2f}" if one.ratio else "–",
        f"{one.cpu_ratio:.2f}" if one.cpu_ratio else "–",
        f"{one.bar:g}",
        "holds" if one.holds else "NO",
        ms(one.lean_ms),
        f"{one.lean_ratio:.2f}" if one.lean_ratio else "–",
        f"{one.lean_cpu_ratio:.2f}" if one.lean_cpu_ratio else "–",
    )


def machine() -> str:
    """One line about where the numbers come from."""
    model = platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} × {model}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.release()}, load {load:.1f}"
    )


def write(results: list[Result], path: Path) -> None:
    """Replace the file in one step: a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    text = json.dumps([one.as_json() for one in results], ensure_ascii=False, indent=1)
    new.write_text(text + "\n", encoding="utf-8")
    new.replace(path)
