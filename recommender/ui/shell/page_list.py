"""Which pages there are: a new one is a module with `show()` and one line here."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

NAME = "Lookalike"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One page.

    Attributes
    ----------
    name : of its module in recommender/ui, and its address
    label : what the masthead calls it
    in_masthead : False for pages that are reached from another page only
    manages : whether it changes a catalogue instead of looking at it; such pages stand apart
    """

    name: str
    label: str
    in_masthead: bool = True
    manages: bool = False

    @property
    def title(self) -> str:
        """Of the browser's tab."""
        return NAME if self is PAGES[0] else f"{self.label} · {NAME}"

    @property
    def show(self) -> Callable[[], None]:
        """Draws the page; its module is imported at the first visit, not at the first paint."""

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
    Entry(name="catalogues", label="Catalogues", manages=True),
    Entry(name="health", label="Health", manages=True),
)
