"""Every page at desk and phone size: fits, obeys the policy, is accessible, is in one language."""

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


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_a_page_fits_is_accessible_and_obeys_the_policy(
    window: Opener, site: Site, screens: Path, place: Place, phone: bool
) -> None:
    page = window(place.who, phone=phone)
    answer = page.goto(place.address(site))
    assert answer is not None
    assert answer.status == place.status
    page.wait_for_load_state("networkidle")
    size = "phone" if phone else "desktop"
    page.screenshot(path=screens / f"{place.name}-{size}.png", animations="disabled")
    page.screenshot(path=screens / f"{place.name}-{size}-full.png", full_page=True)
    assert page.evaluate(_WIDER) == []
    assert serious(page) == []
