"""Counts what each further choice of a filter would leave of a selection of products."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from recommender.catalogue.filters import ItemFilter
from recommender.items import Item


@dataclass(frozen=True, kw_only=True)
class FacetCounts:
    """Products by value; a value that is not there would leave none.

    Attributes
    ----------
    categories, colours, materials : counted among the products that meet all other conditions, so
        that a second colour may be chosen beside the first
    """

    categories: Mapping[str, int]
    colours: Mapping[str, int]
    materials: Mapping[str, int]


def count(items: Iterable[Item], item_filter: ItemFilter, query: Item | None = None) -> FacetCounts:
    """Count the values that the products of a selection have.

    Parameters
    ----------
    items : that are found by words, or all
    item_filter : conditions that are set already
    query : the product that asks, with which some conditions compare; see `ItemFilter.accept`
    """
    selection = list(items)
    return FacetCounts(
        categories=_counts(selection, "category", replace(item_filter, categories=()), query),
        colours=_counts(selection, "colour", replace(item_filter, colours=()), query),
        materials=_counts(selection, "material", replace(item_filter, materials=()), query),
    )


def _counts(
    items: Iterable[Item], column: str, others: ItemFilter, query: Item | None
) -> Mapping[str, int]:
    found = Counter(item.label(column) for item in items if others.accept(item, query))
    return {value: number for value, number in sorted(found.items()) if value}
