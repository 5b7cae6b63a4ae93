"""Every page at desk and phone size: fits, obeys the policy, is accessible, is in one language."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.places import PLACES, Place
from tests.browser.site import Site

_WIDER = """
() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const out = [...document.querySelectorAll("body *")].filter(
    (one) => one.getBoundingClientRect().right > page.clientWidth + 1);
  return out.slice(0, 5).map((one) => one.outerHTML.slice(0, 120));
}
"""


def serious(page: Page) -> list[str]:
    """Findings of axe that keep somebody out: each with its rule and the elements."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['impact']} {one['id']}: "
        + " | ".join(
            f"{node['html'][:160]} {node.get('failureSummary', '')[:200]}"
            for node in one["nodes"][:4]
        )
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


# Words that stay as they are in a Chinese page.
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]{2,}")
_ALLOWED = {
    "counsellor", "english", "word", "xlsx", "csv", "excel", "django", "mb", "utf", "stu", "example", "edu", "ctrl",
}  # fmt: skip
_WORDS = """
() => {
  const out = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const host = walk.currentNode.parentElement;
    if (host.closest("script, style, template, noscript, [lang=en], .p-pick-meta, code")) continue;
    out.push(walk.currentNode.nodeValue);
  }
  document.body.querySelectorAll("[placeholder], [aria-label], [title]").forEach((one) => {
    if (!one.closest("[lang=en]")) for (const name of ["placeholder", "aria-label", "title"])
      out.push(one.getAttribute(name) || "");
  });
  return out.join("\\n");
}
"""


def foreign_words(page: Page) -> list[str]:
    """English left in a page shown in Chinese; addresses and numbers do not count."""
    text = re.sub(r"\S+@\S+|https?://\S+|\S+\.(xlsx|csv)\b", "", page.evaluate(_WORDS))
    return sorted({word for word in _LATIN.findall(text) if word.lower() not in _ALLOWED})


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_fits_is_accessible_and_obeys_the_policy(
    kept_window: Opener, site: Site, screens: Path, place: Place, phone: bool
) -> None:
    page = kept_window(place.who, phone=phone)
    answer = page.goto(place.address(site))
    assert answer is not None
    assert answer.status == place.status
    if place.awaits:
        page.locator(place.awaits).first.wait_for()
    name = f"{place.name}-{'phone' if phone else 'desktop'}"
    page.screenshot(path=screens / f"{name}.png", animations="disabled", caret="hide")
    assert page.evaluate(_WIDER) == []
    assert serious(page) == []
    assert set(foreign_words(page)) <= set(place.latin.split())
