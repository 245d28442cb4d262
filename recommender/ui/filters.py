"""Which products the browse page shows, and in which order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from recommender.catalogue import Catalogue, Item
from recommender.ui import words

FEATURED, CHEAP, DEAR, BY_NAME = "featured", "price", "-price", "name"
ORDERS = {
    FEATURED: "Featured",
    CHEAP: "Price, low to high",
    DEAR: "Price, high to low",
    BY_NAME: "Name",
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a visitor asked for; empty means anything.

    Attributes
    ----------
    text : words that must all occur in what is known of a product
    prices : lowest and highest; a product without a price is shown only if this is None
    """

    text: str = ""
    categories: Sequence[str] = ()
    colours: Sequence[str] = ()
    materials: Sequence[str] = ()
    prices: tuple[float, float] | None = None
    order: str = FEATURED


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What there is to choose from in a catalogue.

    Attributes
    ----------
    prices : lowest and highest, or None if fewer than two products differ
    """

    categories: tuple[str, ...]
    colours: tuple[str, ...]
    materials: tuple[str, ...]
    prices: tuple[float, float] | None


@lru_cache(8)
def facets(catalogue: Catalogue) -> Facets:
    """What there is to choose from."""
    prices = [item.price for item in catalogue if item.price is not None]
    return Facets(
        categories=_values(item.category for item in catalogue),
        colours=_values(item.colour for item in catalogue),
        materials=_values(item.material for item in catalogue),
        prices=(min(prices), max(prices)) if prices and min(prices) < max(prices) else None,
    )


def select(catalogue: Catalogue, filters: Filters) -> list[Item]:
    """The products that a visitor asked for, in the order asked for."""
    wanted = filters.text.lower().split()
    return [
        item
        for item in _ordered(catalogue, filters.order)
        if _one_of(item.category, filters.categories)
        and _one_of(item.colour, filters.colours)
        and _one_of(item.material, filters.materials)
        and _in_range(item.price, filters.prices)
        and all(word in _searchable(item) for word in wanted)
    ]


@lru_cache(16)
def _ordered(catalogue: Catalogue, order: str) -> tuple[Item, ...]:
    if order in (CHEAP, DEAR):
        sign = 1 if order == CHEAP else -1
        return tuple(
            sorted(catalogue, key=lambda item: (item.price is None, sign * (item.price or 0)))
        )
    if order == BY_NAME:
        return tuple(sorted(catalogue, key=lambda item: words.name(item).lower()))
    return _featured(catalogue)


def _featured(catalogue: Catalogue) -> tuple[Item, ...]:
    """One of each category in turn, so that the first screen shows what kinds there are."""
    shelves: dict[str, list[Item]] = defaultdict(list)
    for item in catalogue:
        shelves[item.category].append(item)
    # where an item stands on its shelf, as a share: small shelves last as long as large ones
    places = [
        ((position + 0.5) / len(shelf), item)
        for shelf in shelves.values()
        for position, item in enumerate(shelf)
    ]
    return tuple(item for _, item in sorted(places, key=lambda place: place[0]))


def _values(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def _one_of(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted


def _in_range(price: float | None, prices: tuple[float, float] | None) -> bool:
    return prices is None or (price is not None and prices[0] <= price <= prices[1])


def _searchable(item: Item) -> str:
    parts = (item.title, item.item_id, *words.facts(item), *item.attributes.values())
    return " ".join(parts).lower()
