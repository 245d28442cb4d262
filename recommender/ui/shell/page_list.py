"""The list of pages: a new page is a module in `pages` with a `show()`, and one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

NAME = "Lookalike"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One page.

    Attributes
    ----------
    name : of its module in recommender/ui/pages, and its address
    label : its name in the masthead
    in_masthead : False for pages reached only from other pages
    manages : whether it changes a catalogue; such pages stand apart in the masthead
    """

    name: str
    label: str
    in_masthead: bool = True
    manages: bool = False

    @property
    def title(self) -> str:
        """Title of the browser's tab."""
        return NAME if self is PAGES[0] else f"{self.label} · {NAME}"

    @property
    def show(self) -> Callable[[], None]:
        """Function that draws the page; it imports the page's module at the first visit."""

        def call() -> None:
            import_module(f"recommender.ui.pages.{self.name}").show()

        return call


# The first is the home page; the masthead keeps this order
PAGES = (
    Entry(name="browse", label="Browse"),
    Entry(name="lookalikes", label="Lookalikes", in_masthead=False),
    Entry(name="why", label="Why", in_masthead=False),
    Entry(name="photo", label="Your photo"),
    Entry(name="blend", label="Blend"),
    Entry(name="map", label="Map"),
    Entry(name="compare", label="Compare"),
    Entry(name="tour", label="Tour"),
    Entry(name="shop", label="Your shop", manages=True),
    Entry(name="catalogues", label="Catalogues", manages=True),
    Entry(name="health", label="Health", manages=True),
)
