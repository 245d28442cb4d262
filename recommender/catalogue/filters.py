"""Restricts an answer to some of a catalogue's products."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recommender.items import Item

_NAMES = ("categories", "colours", "materials", "same", "different")


@dataclass(frozen=True, kw_only=True)
class ItemFilter:
    """Conditions that a product must meet; an empty filter accepts every product.

    Equal filters have equal hashes, whichever kind of sequence they were made from.

    Attributes
    ----------
    categories, colours, materials : a product must have one of these values
    prices : lowest and highest price, both included; a product without a price is refused
        unless this is None
    same : columns in which a product must equal the query
    different : columns in which it must differ from the query; a column that is empty in the
        query differs from every value
    in_stock : whether products that are out of stock are refused; one whose stock is not known
        is accepted
    """

    categories: Sequence[str] = ()
    colours: Sequence[str] = ()
    materials: Sequence[str] = ()
    prices: tuple[float, float] | None = None
    same: Sequence[str] = ()
    different: Sequence[str] = ()
    in_stock: bool = False

    def __post_init__(self) -> None:
        for name in _NAMES:
            value: Iterable[str] = getattr(self, name)
            if isinstance(value, str):
                raise TypeError(f"{name} must be a sequence of texts, got the text {value!r}")
            object.__setattr__(self, name, tuple(value))
        if self.prices is not None:
            object.__setattr__(self, "prices", tuple(self.prices))

    @property
    def is_empty(self) -> bool:
        """Whether every product is accepted."""
        return self == ANYTHING

    def accept(self, item: Item, query: Item | None = None) -> bool:
        """Whether a product meets the conditions.

        Parameters
        ----------
        query : the product that was asked with; None for a picture, which has no columns that
            could be compared
        """
        return (
            _one_of(item.category, self.categories)
            and _one_of(item.colour, self.colours)
            and _one_of(item.material, self.materials)
            and (
                self.prices is None
                or (item.price is not None and self.prices[0] <= item.price <= self.prices[1])
            )
            and not (self.in_stock and item.in_stock is False)
            and (query is None or self._compares(item, query))
        )

    def _compares(self, item: Item, query: Item) -> bool:
        return all(item.label(column) == query.label(column) for column in self.same) and not any(
            query.label(column) and item.label(column) == query.label(column)
            for column in self.different
        )


ANYTHING = ItemFilter()


def _one_of(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted
