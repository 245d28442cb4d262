"""Which products an answer may hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.catalogue import Item


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person asked for; empty means anything.

    Attributes
    ----------
    categories, colours, materials : one of these, as the shop says them
    prices : lowest and highest; a product without a price is left out unless this is None
    other_brands : leave out what has the brand of the product that was asked for
    same_category : leave out what is of another category than the product that was asked for
    """

    categories: Sequence[str] = ()
    colours: Sequence[str] = ()
    materials: Sequence[str] = ()
    prices: tuple[float, float] | None = None
    other_brands: bool = False
    same_category: bool = False

    @property
    def are_any(self) -> bool:
        """Whether anything was asked for."""
        return self != Wishes()

    def accept(self, item: Item, query: Item | None = None) -> bool:
        """Whether a product is what was asked for.

        Parameters
        ----------
        query : the product that was asked for; None for a picture, which has no brand and no
            category that could be the same or another
        """
        return (
            _one_of(item.category, self.categories)
            and _one_of(item.colour, self.colours)
            and _one_of(item.material, self.materials)
            and (
                self.prices is None
                or (item.price is not None and self.prices[0] <= item.price <= self.prices[1])
            )
            and not (self.other_brands and query and query.brand and item.brand == query.brand)
            and not (self.same_category and query and item.category != query.category)
        )


def _one_of(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted
