"""Accessibility of every page by axe-core, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from recommender.ui.shell.page_list import PAGES
from tests.ui.browsing import Visit
from tests.ui.conftest import OUTPUT
from tools.visiting import DESKTOP, PHONE

ADDRESSES = {
    "lookalikes": "/lookalikes?item=mug-01-navy&via=teapot-03-teal",
    "why": "/why?item=mug-01-navy&to=mug-09-lilac",
    "photo": "/photo?sample=photo-000",
}
SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [entry.name for entry in PAGES])
def test_axe_finds_nothing_serious(visit: Visit, name: str, scheme: str) -> None:
    home = PAGES[0].name
    address = ADDRESSES.get(name, "/" if name == home else f"/{name}")
    check(visit(address, DESKTOP, scheme), f"{name}-{scheme}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_phone(visit: Visit, scheme: str) -> None:
    page = visit(ADDRESSES["lookalikes"], PHONE, scheme)
    expect(page.locator("ul.grid .card").first).to_be_visible()
    page.get_by_role("button", name="Menu").click()
    check(page, f"menu-{scheme}")


def check(page: Page, name: str) -> None:
    """Fail if axe finds something serious; keep what it found beside the screenshots."""
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.locator("[data-testid=stStatusWidget]")).to_have_count(0)
    page.wait_for_timeout(1_000)  # the last pictures, and what fades in
    found = Axe().run(page)
    OUTPUT.mkdir(exist_ok=True)
    found.save_to_file(OUTPUT / f"axe-{name}.json")
    serious = [
        f"{each['id']}: {each['help']}\n" + "\n".join(node["html"][:300] for node in each["nodes"])
        for each in found.response["violations"]
        if each["impact"] in SERIOUS
    ]
    assert not serious, "\n\n".join(serious)
