"""Modules stay readable: a warning above 300 lines, a failure above 400; templates 60.

Migrations are exempt, as they are written by a program.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULE_WARNS, MODULE_FAILS, TEMPLATE_FAILS = 300, 400, 60


def files(*patterns: str) -> Iterator[Path]:
    """Files of the project: known to git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            yield path


def main() -> int:
    failures = 0
    for path in files("*.py", "*.html"):
        name = path.relative_to(ROOT)
        if "migrations" in name.parts:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        limit = TEMPLATE_FAILS if path.suffix == ".html" else MODULE_FAILS
        if lines > limit:
            print(f"{name}: {lines} lines, at most {limit}")
            failures += 1
        elif path.suffix == ".py" and lines > MODULE_WARNS:
            print(f"warning: {name}: {lines} lines, split at {MODULE_WARNS}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
