"""Every text of code and templates has a Chinese translation, and none is in doubt.

xgettext reads the texts out of copies in a temporary directory (Django's makemessages, which
would otherwise rewrite the catalogue), and they are compared with the kept one. Placeholders
must be the same in both languages.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
CODE = ("portal", "cohorts", "students", "partybranch", "casework", "templates")
LOCALE = "zh_Hans"
KEPT = ROOT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sdf]|(?<!%)%[sd]|\{(\w*)\}")
SHOWN = 40
_CALLS = {"_", "gettext", "ngettext", "pgettext", "npgettext"}

Key = tuple[str, str]


def key_of(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def extracted() -> polib.POFile:
    """The texts as they are in code and templates now."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        for name in CODE:
            if (ROOT / name).is_dir():
                ignore = shutil.ignore_patterns("__pycache__", "migrations", "locale")
                shutil.copytree(ROOT / name, copy / name, ignore=ignore)
        (copy / "locale").mkdir()
        subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "-l", LOCALE, "--no-obsolete"],
            cwd=copy,
            check=True,
            stdout=subprocess.DEVNULL,
            env={
                **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
                "PYTHONPATH": "",
            },
        )
        made = copy / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
        return polib.pofile(str(made)) if made.exists() else polib.POFile()


def problem_of(entry: polib.POEntry) -> str | None:
    """What is wrong with one entry of the kept catalogue."""
    if entry.fuzzy:
        return "in doubt (fuzzy)"
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not texts or not all(text.strip() for text in texts):
        return "not translated"
    wanted = placeholders(entry.msgid_plural or entry.msgid)
    for text in texts:
        # The plural of a language without plurals may leave out no placeholder either.
        if placeholders(text) != wanted:
            return f"placeholders differ in {text!r}"
    return None


def placeholders(text: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(text)}


def hidden() -> list[str]:
    """Calls inside an f-string, where xgettext finds no text: it would stay English."""
    found = []
    for path in sorted(one for name in CODE for one in (ROOT / name).rglob("*.py")):
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(text, ast.JoinedStr):
                found += [
                    f"{path.relative_to(ROOT)}:{call.lineno}: {call.func.id}() inside an f-string"
                    for call in ast.walk(text)
                    if isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Name)
                    and call.func.id in _CALLS
                ]
    return found


def main() -> int:
    if not shutil.which("xgettext"):
        print("xgettext (GNU gettext) is missing and could not be installed.")
        return 1
    kept = {}
    if KEPT.exists():
        kept = {key_of(entry): entry for entry in polib.pofile(str(KEPT)) if not entry.obsolete}
    problems = hidden()
    wanted = extracted()
    for entry in wanted:
        where = ", ".join(f"{path}:{line}" for path, line in entry.occurrences[:2])
        translated = kept.get(key_of(entry))
        problem = problem_of(translated) if translated else "not in the catalogue"
        if problem:
            problems.append(f"{where}: {entry.msgid!r}: {problem}")
    for line in problems[:SHOWN]:
        print(line)
    if len(problems) > SHOWN:
        print(f"... and {len(problems) - SHOWN} more")
    unused = len(set(kept) - {key_of(entry) for entry in wanted})
    if unused:
        print(f"note: {unused} translations are no longer used")
    print(f"{len(wanted)} texts, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
