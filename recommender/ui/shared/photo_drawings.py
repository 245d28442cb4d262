"""Draws the reconstructions of visitors' own photos when their browsers ask, for nobody else.

An answer is painted without waiting for the reconstruction, as a product's is. The address of a
photo's reconstruction holds a random key that only its visitor's page was given, and it leads
somewhere only for as long as the visitor's session holds the photo.
"""

import secrets
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from recommender.errors import CatalogueError
from recommender.memo import Memo
from recommender.ui.shared import pictures, resources
from recommender.ui.shared.pictures import Drawing

if TYPE_CHECKING:
    from recommender.recommend import Recommender
    from recommender.search.query import EncodedQuery

KEPT_DRAWINGS = 64  # about 25 KB each: both pictures of a photo are asked for at the same moment
KEY_BYTES = 16


class Rebuilding:
    """Addresses of a photo's reconstruction, which lead there as long as somebody holds this.

    Attributes
    ----------
    kept, lost : addresses of the reconstruction and of its errors
    """

    def __init__(self, recommender: "Recommender", photo: "EncodedQuery") -> None:
        self.recommender, self.photo = recommender, photo
        key = secrets.token_urlsafe(KEY_BYTES)
        self.kept, self.lost = (f"rebuilt/{key}/{kind}" for kind in ("kept", "lost"))
        _held[key] = self


def drawing(key: str) -> Drawing:
    """Return how a photo is rebuilt; raises `CatalogueError` if no session holds it any more."""
    held = _held.get(key)
    if held is None:
        raise CatalogueError("this photo is not here any more")

    def draw() -> Drawing:
        rebuilt = resources.computer().reconstruct(held.recommender, held.photo.pixels)
        return pictures.draw(rebuilt, method=pictures.QUICK_METHOD)

    return _drawings.get(key, draw)


_held: "WeakValueDictionary[str, Rebuilding]" = WeakValueDictionary()
_drawings: Memo[str, Drawing] = Memo(KEPT_DRAWINGS)
