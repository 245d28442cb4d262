"""Which products an answer may hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.items import Item


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a person asked for; empty means anything.

    Attributes
    ----------
    categories, colours, materials : one of these, as the shop says them
    prices : lowest and highest; a product without a price is left out unless this is None
    same : columns in which it must say what the product says that was asked for
    different : columns in which it must not; what that product does not say differs from all
    """

    categories: Sequence[str] = ()
    colours: Sequence[str] = ()
    materials: Sequence[str] = ()
    prices: tuple[float, float] | None = None
    same: Sequence[str] = ()
    different: Sequence[str] = ()

    @property
    def are_any(self) -> bool:
        """Whether anything was asked for."""
        return self != ANYTHING

    def accept(self, item: Item, query: Item | None = None) -> bool:
        """Whether a product is what was asked for.

        Parameters
        ----------
        query : the product that was asked for; None for a picture, which has no columns that
            could say the same
        """
        return (
            _one_of(item.category, self.categories)
            and _one_of(item.colour, self.colours)
            and _one_of(item.material, self.materials)
            and (
                self.prices is None
                or (item.price is not None and self.prices[0] <= item.price <= self.prices[1])
            )
            and (query is None or self._stand_together(item, query))
        )

    def _stand_together(self, item: Item, query: Item) -> bool:
        return all(item.label(column) == query.label(column) for column in self.same) and not any(
            query.label(column) and item.label(column) == query.label(column)
            for column in self.different
        )


ANYTHING = Wishes()


def _one_of(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted
