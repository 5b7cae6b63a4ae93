"""Frame, style guide and bare pages render in both languages; only allowed libraries are served."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from portal.core import finders
from portal.core.ui.samples import sample_context

BAD = re.compile(r"\sstyle=|\son[a-z]+=|<script(?![^>]*(?:src=|application/json))", re.IGNORECASE)


def render(name: str, language: str, values: dict[str, object] | None = None) -> str:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with translation.override(language):
        return render_to_string(name, {"user": request.user} | (values or {}), request=request)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", ["403.html", "404.html", "500.html", "registration/login.html"])
def test_bare_pages_render_and_obey_the_content_policy(name: str, language: str, db: None) -> None:
    shown = render(name, language)
    assert not BAD.search(shown)
    assert "<h1" in shown


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_style_guide_draws_every_component_without_inline_code(language: str, db: None) -> None:
    shown = render("styleguide.html", language, sample_context())
    assert not BAD.search(shown)
    for part in ("p-tiles", "p-stages", "p-timeline", "p-composer", "p-bulk", "p-board", "p-steps"):
        assert part in shown


def test_single_sign_on_is_offered_only_where_it_exists(db: None) -> None:
    assert "/sso" not in render("registration/login.html", "en")
    assert "/sso" in render("registration/login.html", "en", {"has_cas": True})


def test_only_listed_library_files_are_found(tmp_path: Path) -> None:
    target = tmp_path / "htmx.org/dist/htmx.min.js"
    target.parent.mkdir(parents=True)
    target.write_text("x")
    (target.parent / "other.js").write_text("x")
    finder = finders.NodeModulesFinder()
    finder.root = tmp_path
    assert finder.find("vendor/htmx/htmx.min.js") == str(target)
    assert finder.find("vendor/htmx/other.js") == []
    assert finder.find("../settings.py") == []
    assert [name for name, _ in finder.list([])] == ["vendor/htmx/htmx.min.js"]


def test_every_linked_sheet_and_script_of_ours_exists() -> None:
    from portal.core.ui.assets import SCRIPTS, SHEETS

    for name in (*SHEETS, *SCRIPTS, "css/print.css", "js/early.js", "js/charts.js"):
        if name.startswith("vendor/"):
            assert name in finders.ALLOWED
        else:
            assert (Path(settings.BASE_DIR) / "static" / name).is_file(), name


def test_text_colours_reach_the_contrast_that_the_language_promises() -> None:
    sheet = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text("utf-8")
    tokens = dict(re.findall(r"--p-([\w-]+): (#[0-9A-Fa-f]{6})", sheet))

    def light(code: str) -> float:
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    def contrast(first: str, second: str) -> float:
        high, low = sorted((light(tokens[first]), light(tokens[second])), reverse=True)
        return (high + 0.05) / (low + 0.05)

    for text, ground in [
        ("ink", "bg"), ("ink-2", "bg"), ("ink-3", "bg"), ("ink-3", "sunk"), ("ink-3", "accent-tint"),
        ("accent", "surface"), ("accent-strong", "accent-tint"), ("red", "red-ground"),
        ("orange", "orange-ground"), ("yellow", "yellow-ground"), ("blue", "blue-ground"),
        ("ok", "ok-ground"), ("age-2", "age-2-ground"), ("surface", "heat-3"), ("surface", "heat-4"),
    ]:  # fmt: skip
        assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast("control", "bg") >= 3
