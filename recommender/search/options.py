"""Options of a query: one set of names for Python, the command line, the API and the page."""

from dataclasses import dataclass, fields, replace
from typing import TypedDict

from recommender.catalogue.filters import ANYTHING, ItemFilter
from recommender.errors import CatalogueError

MAX_NEIGHBOURS = 1_000


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """Number, order and selection of the products in an answer.

    Hashable: equal options give equal answers to the same query.

    Attributes
    ----------
    n_neighbors : products wanted, 1 to 1,000; fewer come back only if no more are accepted
    colour_weight : from 0, the same kind of thing in any colour, to 1, the same colours on
        anything; None keeps the mixture that the embeddings have, which measures best
    diversity : from 0, nearest first, to 1, as different from each other as possible; see `rerank`
    group_duplicates : whether near-identical products come as one match; see `grouping`
    only_alike : whether an answer ends where products are less than half as alike as the closest
    obeys_rules : whether the shop's rules hold, see `catalogue.rules`
    filters : products that may come
    words : what products must be besides looking alike, as a shopper writes it: "in blue", "under
        100", "cheaper"; see `catalogue.text_search`

    Raises
    ------
    CatalogueError : a number is out of its range
    """

    n_neighbors: int = 12
    colour_weight: float | None = None
    diversity: float = 0.0
    group_duplicates: bool = False
    only_alike: bool = False
    obeys_rules: bool = True
    filters: ItemFilter = ANYTHING
    words: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.n_neighbors <= MAX_NEIGHBOURS:
            raise CatalogueError(
                f"the number of neighbours must lie between 1 and {MAX_NEIGHBOURS}, "
                f"got {self.n_neighbors}"
            )
        for name, share in (("colour weight", self.colour_weight), ("diversity", self.diversity)):
            if share is not None and not 0 <= share <= 1:
                raise CatalogueError(f"the {name} must lie between 0 and 1, got {share}")

    @property
    def keeps_nearest(self) -> bool:
        """Whether an answer with these options begins with the nearest product of all."""
        return self.colour_weight is None and self.filters.is_empty and not self.words


class OptionFields(TypedDict, total=False):
    """The fields of `SearchOptions`, for methods that take them as keyword arguments."""

    n_neighbors: int
    colour_weight: float | None
    diversity: float
    group_duplicates: bool
    only_alike: bool
    obeys_rules: bool
    filters: ItemFilter
    words: str


DEFAULTS = SearchOptions()


def choose(options: SearchOptions | None, changes: OptionFields) -> SearchOptions:
    """Return options with some fields changed; the defaults where there are no options.

    Raises
    ------
    TypeError : there is no such field
    """
    known = {field.name for field in fields(SearchOptions)}
    for name in changes:
        if name not in known:
            raise TypeError(f"there is no option {name!r}; there are: {', '.join(sorted(known))}")
    return replace(options or DEFAULTS, **changes)
