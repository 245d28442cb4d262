"""The tour: what it tells, and how it is turned."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from recommender.importing.importer import import_source
from recommender.memo import Memo
from recommender.models import ARTICLE, PERCEPTUAL, available_models
from recommender.ui.parts import story
from recommender.ui.shared import resources
from tests.ui.browsing import Visit, parameters
from tests.ui.conftest import OpenPage
from tests.ui.reading import said, sent

SCREENS = 5


@pytest.mark.skipif(PERCEPTUAL not in available_models(), reason="there is no such model")
def test_the_demos_story_convinces(open_page: OpenPage) -> None:
    document = sent(open_page("tour", step="2"), "tour")
    slides = document["slides"]
    assert len(slides) == SCREENS
    assert document["at"] == 1
    photo, answer, why, overview, against = slides
    assert photo["groups"][0]["figures"][0]["src"].startswith("samples/")
    found = answer["groups"][1]["figures"]
    assert len(found) == story.N_MATCHES
    assert found[0]["caption"] == "The same one"
    rings = [group["figures"][0]["rings"] for group in why["groups"]]
    assert len(rings[0]) == len(rings[1]) >= story.LEAST_PARTS
    assert found[1]["caption"].split()[0] == why["title"].split()[0]  # one similarity
    assert len(overview["map"]["ids"]) == story.N_MATCHES
    ours, theirs = ([figure["mark"] for figure in group["figures"]] for group in against["groups"])
    assert ours == ["right"] * story.N_MATCHES
    assert theirs.count("wrong") >= story.CLEARLY_FEWER
    assert document["ways"][0]["label"] == "Try your own photo"


def test_a_catalogue_without_photos_or_kinds_has_a_story_too(
    open_page: OpenPage, shop: Path
) -> None:
    (shop / "plain.csv").write_text(
        "id,image\n" + "\n".join(f"{file.stem},{file.name}" for file in shop.glob("*.png")),
        encoding="utf-8",
    )
    import_source(shop / "plain.csv", "plain")
    slides = sent(open_page("tour", catalogue="plain", model=ARTICLE), "tour")["slides"]
    assert slides[0]["title"] == "It begins with a picture."
    assert {figure["mark"] for group in slides[4]["groups"] for figure in group["figures"]} == {""}


def test_a_story_is_the_same_at_every_start(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_source(shop, "shop", column_map={"image": "file", "category": "kind"})
    told = []
    for _ in range(2):
        monkeypatch.setattr(story, "_stories", Memo(1))
        told.append(
            story.tell(
                resources.recommender("shop", ARTICLE),
                resources.explainer("shop", ARTICLE),
                resources.colours("shop"),
            )
        )
    assert told[0].item == told[1].item
    assert told[0].matches == told[1].matches


def test_one_product_makes_no_story(open_page: OpenPage, shop: Path) -> None:
    (shop / "one.csv").write_text("id,image\na,disc-red-0.png\n", encoding="utf-8")
    import_source(shop / "one.csv", "one")
    text = said(open_page("tour", catalogue="one", model=ARTICLE))
    assert "no story to tell yet" in text


def test_arrow_keys_turn_the_screens(visit: Visit) -> None:
    page = visit("/tour", (1920, 1080))
    heading = page.locator(".tour h1")
    expect(heading).to_have_text("It begins with a photo.", timeout=60_000)
    for _ in range(SCREENS):  # once more than there are screens to turn to
        page.keyboard.press("ArrowRight")
    expect(heading).to_have_text("Colours alone see less.")
    expect(page.locator(".tour [aria-live]")).to_contain_text("Screen 5 of 5")
    page.wait_for_url("**step=5*")
    assert parameters(page)["step"] == ["5"]
    page.keyboard.press("ArrowLeft")
    expect(heading).to_have_text("Everything has its place.")
    expect(page.get_by_role("img", name="Map of")).to_be_visible()
    expect(page.locator(".tour .note")).to_have_count(0)
    bottom = page.locator(".tour .steps").evaluate("node => node.getBoundingClientRect().bottom")
    assert bottom <= 1080, "a screen of the tour is higher than the window"
