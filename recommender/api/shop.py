"""Gives the API what the server has opened: catalogues and recommenders, shared by all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.images import ImageLimits
from recommender.items import Item
from recommender.types import Pixels

if TYPE_CHECKING:
    from recommender.recommend import Recommender


class OpensRecommender(Protocol):
    """Opens a recommender by the names of its catalogue and its model."""

    def __call__(
        self, catalogue_name: str, model: str, on_wait: Callable[[Any], None] | None = None
    ) -> "Recommender":
        """See `ui.resources.recommender`; `on_wait` may raise to wait no longer."""


class DecodesPictures(Protocol):
    """Decodes pictures; raises `ImageError`."""

    def __call__(
        self, data: bytes, /, *, limits: ImageLimits, enough_px: int | None = None
    ) -> Pixels:
        """See `images.load`."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Ways to what is open already.

    Attributes
    ----------
    catalogue : opens a catalogue by its name
    recommender : opens a recommender
    default_model : name of the model for a catalogue, where none is asked for
    decode : makes pixels of a stranger's picture, as `images.load` does
    picture : address of an item's picture, relative to the server; takes "card" or "large"
    """

    catalogue: Callable[[str], Catalogue]
    recommender: OpensRecommender
    default_model: Callable[[str], str]
    picture: Callable[[Catalogue, Item, str], str]
    decode: DecodesPictures = images.load
