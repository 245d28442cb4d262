"""The list of pages, and the masthead drawn from it."""

from importlib import import_module

from recommender.ui.shared import words
from recommender.ui.shell.page_list import PAGES
from tests.ui.conftest import OpenPage
from tests.ui.reading import sent


def test_every_page_is_a_module_and_the_masthead_leads_to_it(open_page: OpenPage) -> None:
    for entry in PAGES:
        assert callable(import_module(f"recommender.ui.pages.{entry.name}").show)
    ways = sent(open_page("photo", n_neighbors="7"), "navigation")["ways"]
    assert [way["label"] for way in ways] == [page.label for page in PAGES if page.in_masthead]
    assert [way["label"] for way in ways if way["is_current"]] == ["Your photo"]
    assert all("n_neighbors=7" in way["href"] for way in ways)


def test_the_catalogue_is_named_at_the_top(open_page: OpenPage) -> None:
    label = open_page("photo").get_by_key("settings").proto.popover.label
    assert label == words.label("Catalogue: demo")
