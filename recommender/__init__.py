"""Recommend products by their looks.

from recommender import Recommender

recommender = Recommender.open("demo")
for match in recommender.similar_to_image("photo.jpg").matches:
    print(match.item.title, match.similarity)
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Recommender", "RecommenderError", "__version__"]

if TYPE_CHECKING:
    from recommender.errors import RecommenderError
    from recommender.recommend import Recommender


def __getattr__(name: str) -> Any:
    """Import the public names at their first use, so that importing the package does nothing."""
    if name == "Recommender":
        from recommender.recommend import Recommender

        return Recommender
    if name == "RecommenderError":
        from recommender.errors import RecommenderError

        return RecommenderError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
