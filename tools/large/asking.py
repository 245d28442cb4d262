"""Asks a server on a large catalogue, and times what comes back."""

import random
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import numpy as np

from tools.large.making import NAME
from tools.load.journeys import Visitor
from tools.load.protocol import Answer, Browser, LoadError

TIMEOUT_S = 180.0
FILTERS = ({"colour": "Blue"}, {"colour": "Green"}, {"material": "Wool"}, {"category": "Mug"})
MORE_FILTERS = (
    {"category": "Mug", "colour": "Navy"},
    {"category": "Sofa", "price": (50, 200)},
    {"colour": "Red", "price": (10, 40)},
)
ANSWER_FILTERS = ({"hue": "Blue"}, {"only": "Mug"}, {"other-brands": "true"}, {"cost": (20, 60)})
BUTS = ("in blue", "under 100", "cheaper", "in wood")
SEARCHES = (
    "red mug",
    "mugs red",
    "tea pot",
    "armchiar",
    "blue vase under 40",
    "rote Tasse",
    "sofa",
    "navy headphones",
    "umberella black",
    "walnut shelf",
)


@dataclass
class Asking:
    """One visitor and one program, who ask again and again.

    Attributes
    ----------
    times : seconds of each kind of question
    errors : what went wrong, with the kind of question
    """

    address: str
    http: httpx2.AsyncClient
    n_items: int
    n_times: int
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311

    def note(self, what: str, answer: Answer) -> None:
        """Keep the time of one run of the page."""
        self.times.setdefault(what, []).append(answer.finished_s)
        self.errors += [f"{what}: {error}" for error in answer.errors]

    async def page(self, photos: Sequence[Path]) -> None:
        """Visit the page's parts in turn."""
        for number in range(1 + self.n_times):
            async with self._browser() as browser:
                what = "later open" if number else "first open"
                self.note(what, await browser.visit(f"?catalogue={NAME}"))
        async with self._browser() as browser:
            visitor = Visitor(browser, self.rng, photos)
            await self._products(browser, visitor)
            for number in range(self.n_times):
                await self._try("search", browser.visit(_page(q=_cycled(SEARCHES, number))))
            for number in range(self.n_times):
                chosen = _cycled((*FILTERS, *MORE_FILTERS), number)
                await self._try("filter", browser.visit(_page(**chosen)))
            for order in ("price", "-price", "name"):
                await self._try("sort", browser.visit(_page(sort=order)))
            await self._photos(browser, visitor)

    async def _products(self, browser: Browser, visitor: Visitor) -> None:
        await browser.visit(_page())
        n_pages = max(each.pagination.num_pages for each in browser.shown.of_type("pagination"))
        for number in range(self.n_times):
            page = str(self.rng.randint(1, n_pages))
            await self._try("another page", browser.visit(_page(page=page)))
            item = self._item()
            what = "product" if number else "first product"
            if await self._try(what, browser.visit(_product(item))) is not None:
                await self._try("why", visitor.why())
            await self._try(
                "answer's filter",
                browser.visit(_product(item, **_cycled(ANSWER_FILTERS, number))),
            )
            await self._try("this, but", browser.visit(_product(item, but=_cycled(BUTS, number))))

    async def _photos(self, browser: Browser, visitor: Visitor) -> None:
        for number in range(self.n_times):
            await browser.visit(f"photo?catalogue={NAME}")
            await self._try("photo" if number else "first photo", visitor.upload())

    async def api(self) -> None:
        """Ask the API."""
        for number in range(self.n_times):
            item = self._item()
            similar = f"/api/items/{item}/similar"
            offset = self.rng.randrange(max(1, self.n_items - 24))
            for what, path, more in (
                ("similar", similar, {}),
                ("similar, filtered", similar, {"colour_name": "navy", "max_price": "50"}),
                ("similar, other brand", similar, {"different": "brand", "in_stock": "true"}),
                ("items", "/api/items", {"offset": str(offset)}),
                ("items by words", "/api/items", {"words": _cycled(SEARCHES, number)}),
                ("items filtered", "/api/items", {"category": "mug", "min_price": str(number)}),
                ("item", f"/api/items/{item}", {}),
            ):
                started = time.perf_counter()
                answer = await self.http.get(
                    f"{self.address}{path}", params={"catalogue": NAME, **more}
                )
                self.times.setdefault(f"API: {what}", []).append(time.perf_counter() - started)
                if not answer.is_success:
                    self.errors.append(f"API: {what}: {answer.status_code} {answer.text[:200]}")

    def _item(self) -> str:
        return f"p-{self.rng.randrange(self.n_items):07}"

    def _browser(self) -> Browser:
        return Browser(self.address, self.http, TIMEOUT_S)

    async def _try(self, what: str, act: Awaitable[Answer]) -> Answer | None:
        try:
            answer = await act
        except LoadError as error:
            self.errors.append(f"{what}: {error}")
            return None
        self.note(what, answer)
        return answer


async def ask(address: str, n_items: int, n_times: int, photos: Sequence[Path]) -> Asking:
    """Ask a server everything, and return how long it took."""
    async with httpx2.AsyncClient(timeout=TIMEOUT_S) as http:
        asking = Asking(address=address, http=http, n_items=n_items, n_times=n_times)
        await asking.page(photos)
        await asking.api()
    return asking


def summary(times: dict[str, list[float]]) -> dict[str, Any]:
    """Return for each kind of question how often it was asked, and percentiles in seconds."""
    return {
        what: {
            "n": len(each),
            "p50_s": round(float(np.percentile(each, 50)), 3),
            "p95_s": round(float(np.percentile(each, 95)), 3),
        }
        for what, each in times.items()
    }


def _page(**parameters: Any) -> str:
    return "?" + urlencode({"catalogue": NAME, **parameters}, doseq=True)


def _product(item_id: str, **parameters: Any) -> str:
    asked = {"catalogue": NAME, "item": item_id, **parameters}
    return "lookalikes?" + urlencode(asked, doseq=True)


def _cycled(choices: Sequence[Any], number: int) -> Any:
    return choices[number % len(choices)]
