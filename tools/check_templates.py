"""Every template compiles and obeys the Content-Security-Policy.

No inline script, style or event handler, no address of another host: the browser would refuse
them, and only the person in front of it would notice. A script block of a data type
(application/json) is no script.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
APPS = ("templates", "portal", "cohorts", "students", "partybranch", "casework")
TAG = re.compile(r"<[a-zA-Z][^<>]*(?:\{[{%].*?[}%]\}[^<>]*)*>", re.DOTALL)
HANDLER = re.compile(r"\son[a-z]+\s*=|\shx-on[:=-]", re.IGNORECASE)
STYLE = re.compile(r"\sstyle\s*=", re.IGNORECASE)
ADDRESS = re.compile(
    r"\s(?:src|href|action)\s*=\s*[\"'](?:javascript:|(?:https?:)?//)", re.IGNORECASE
)
DATA_SCRIPT = re.compile(r"\stype\s*=\s*[\"']application/(?:ld\+)?json[\"']", re.IGNORECASE)
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?%\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)


def blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def findings(text: str) -> list[tuple[int, str]]:
    """(line, what is wrong) for one template's text."""
    found = []
    text = COMMENT.sub(blank, text)
    for tag in TAG.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        words, name = tag[0], re.split(r"[\s>/]", tag[0][1:], maxsplit=1)[0].lower()
        if HANDLER.search(words):
            found.append((line, "event handler attribute"))
        if STYLE.search(words):
            found.append((line, "style attribute"))
        if name == "style":
            found.append((line, "style element"))
        if name == "script" and " src" not in words and not DATA_SCRIPT.search(words):
            found.append((line, "inline script"))
        if name in ("script", "link", "img", "iframe", "form") and ADDRESS.search(words):
            found.append((line, "address of another host"))
    return found


def main() -> int:
    import django
    from django.template import TemplateSyntaxError, engines

    django.setup()
    failures = 0
    engine = engines["django"]
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.html")):
        name = path.relative_to(ROOT)
        text = path.read_text(encoding="utf-8")
        for line, problem in findings(text):
            print(f"{name}:{line}: {problem}")
            failures += 1
        try:
            engine.from_string(text)
        except TemplateSyntaxError as error:
            print(f"{name}: {error}")
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
