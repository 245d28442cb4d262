"""What visitors do: journeys of actions, each found on the page as it is shown.

No widget's id is written down here. A gallery is known by the cards in its data, a slider by its
label, an uploader by its type; so the tool goes on working when the page is built otherwise.
"""

import itertools
import json
import random
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tools.load.protocol import Answer, Browser, LoadError

SLIDERS = ("What matters", "Variety")
LEAST_WORD = 4  # letters of a word worth searching for
PICTURE = re.compile(r'<img[^>]* src="(?!data:)([^"]+)"')


@dataclass
class Visitor:
    """Somebody in front of a page.

    Parameters
    ----------
    browser : open
    rng : decides what is pressed
    photos : files to choose from for an upload
    """

    browser: Browser
    rng: random.Random
    photos: Sequence[Path]

    async def browse(self) -> Answer:
        """Open the gallery, at its first page."""
        return await self.browser.visit("")

    async def leaf(self) -> Answer:
        """Open the gallery at another of its pages."""
        n_pages = [each.pagination.num_pages for each in self.browser.shown.of_type("pagination")]
        if not n_pages:
            raise LoadError("the gallery has no pages")
        return await self.browser.visit(f"?page={self.rng.randint(1, n_pages[0])}")

    async def search(self) -> Answer:
        """Search for a word of a product that is shown."""
        for element in self.browser.shown.of_type("text_input"):
            box = element.text_input
            words = re.findall(r"\w+", self.rng.choice(self._cards())["title"])
            word = self.rng.choice([word for word in words if len(word) >= LEAST_WORD] or ["a"])
            state = WidgetState(id=box.id, string_value=word)
            return await self.browser.touch(state, parameter=box.query_param_key, value=word)
        raise LoadError("there is no box to search with")

    async def open(self) -> Answer:
        """Press a product, which opens its lookalikes."""
        return await self.browser.visit(self.rng.choice(self._cards())["href"])

    async def slide(self) -> Answer:
        """Move one of the sliders above an answer."""
        sliders = [
            element.slider
            for element in self.browser.shown.of_type("slider")
            if element.slider.label in SLIDERS
        ]
        if not sliders:
            raise LoadError("there is no slider to move")
        slider = self.rng.choice(sliders)
        option = self.rng.choice(slider.options)
        state = WidgetState(id=slider.id)
        state.string_array_value.data.append(option)
        return await self.browser.touch(state, parameter=slider.query_param_key, value=option)

    async def why(self) -> Answer:
        """Press "Why?" below a match."""
        return await self.browser.visit(
            self.rng.choice([card for card in self._cards() if card["why"]])["why"]
        )

    async def photo_page(self) -> Answer:
        """Open the page for a photo of one's own."""
        return await self.browser.visit("photo")

    async def upload(self) -> Answer:
        """Upload a photo."""
        for element in self.browser.shown.of_type("file_uploader"):
            return await self.browser.upload(element.file_uploader.id, self.rng.choice(self.photos))
        raise LoadError("there is nothing to upload a photo with")

    def pictures(self) -> list[str]:
        """Addresses of the pictures on the page, as its browser would fetch them."""
        shown = [card["src"] for card in self._cards(may_be_none=True)]
        for element in self.browser.shown.of_type("html"):
            shown += PICTURE.findall(element.html.body)
        return shown

    def _cards(self, *, may_be_none: bool = False) -> list[dict[str, Any]]:
        """The cards of the page's last gallery: that of the answer, where there are several."""
        cards: list[dict[str, Any]] = []
        for data in self._component_data():
            cards = data.get("cards") or cards
        if not cards and not may_be_none:
            raise LoadError("there is no product to press")
        return cards

    def _component_data(self) -> Iterator[dict[str, Any]]:
        for element in self.browser.shown.of_type("bidi_component"):
            component = element.bidi_component
            text = component.mixed.json if component.HasField("mixed") else component.json
            data = json.loads(text) if text else None
            if isinstance(data, dict):
                yield data


Step = Callable[[Visitor], Awaitable[Answer]]

# Names of what a visitor does, and how: the gallery, a search, products, sliders, a reason
AMONG_PRODUCTS: tuple[tuple[str, Step], ...] = (
    ("browse", Visitor.browse),
    ("search", Visitor.search),
    ("open", Visitor.open),
    ("slide", Visitor.slide),
    ("open", Visitor.open),
    ("why", Visitor.why),
)
# And with a photo
WITH_A_PHOTO: tuple[tuple[str, Step], ...] = (
    ("photo page", Visitor.photo_page),
    ("upload", Visitor.upload),
    ("slide photo", Visitor.slide),
    ("open", Visitor.open),
)
MIXED = AMONG_PRODUCTS + WITH_A_PHOTO


def mixed(_rng: random.Random) -> Iterator[tuple[str, Step]]:
    """A look around, again and again; all visitors do the same at about the same time."""
    return itertools.cycle(MIXED)


def own_ways(rng: random.Random) -> Iterator[tuple[str, Step]]:
    """The same as `mixed` in equal shares, but each visitor chooses what comes next."""
    while True:
        yield from rng.choice((AMONG_PRODUCTS, WITH_A_PHOTO))


def lookalikes(_rng: random.Random) -> Iterator[tuple[str, Step]]:
    """From product to product, beginning at any page of the gallery."""
    yield "browse", Visitor.browse
    yield "leaf", Visitor.leaf
    while True:
        yield "open", Visitor.open


JOURNEYS: dict[str, Callable[[random.Random], Iterator[tuple[str, Step]]]] = {
    "mixed": mixed,
    "own-ways": own_ways,
    "lookalikes": lookalikes,
}
