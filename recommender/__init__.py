"""Recommend products by their looks.

from recommender import Recommender

recommender = Recommender.open("demo")
for match in recommender.similar_to_image("photo.jpg", n_neighbors=5).matches:
    print(match.item.title, match.similarity)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Confidence",
    "EncodedQuery",
    "ItemFilter",
    "Match",
    "Recommender",
    "RecommenderError",
    "Reconstruction",
    "Result",
    "SearchOptions",
    "__version__",
]

if TYPE_CHECKING:
    from recommender.catalogue.filters import ItemFilter
    from recommender.errors import RecommenderError
    from recommender.recommend import Recommender
    from recommender.search.options import SearchOptions
    from recommender.search.query import EncodedQuery
    from recommender.search.results import Confidence, Match, Reconstruction, Result

_HOMES = {
    "Confidence": "search.results",
    "EncodedQuery": "search.query",
    "ItemFilter": "catalogue.filters",
    "Match": "search.results",
    "Recommender": "recommend",
    "RecommenderError": "errors",
    "Reconstruction": "search.results",
    "Result": "search.results",
    "SearchOptions": "search.options",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that importing the package does nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
