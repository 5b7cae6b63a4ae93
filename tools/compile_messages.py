"""Compile locale/*/LC_MESSAGES/*.po to .mo with polib: no GNU gettext needed.

Fuzzy entries are left out, as msgfmt does. Writes only what is older than its source, and
replaces it in one step, because a running server may be reading it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def compile_catalogue(source: Path) -> bool:
    """Whether a new .mo was written."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return False
    catalogue = polib.pofile(str(source), check_for_duplicates=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    catalogue.save_as_mofile(str(unfinished))
    unfinished.replace(target)
    return True


def main() -> None:
    for source in sorted(ROOT.glob("**/locale/*/LC_MESSAGES/*.po")):
        if {".venv", "node_modules", "var"} & set(source.relative_to(ROOT).parts):
            continue
        try:
            compile_catalogue(source)
        except (OSError, ValueError) as error:
            sys.exit(f"{source.relative_to(ROOT)}: {error}")


if __name__ == "__main__":
    main()
