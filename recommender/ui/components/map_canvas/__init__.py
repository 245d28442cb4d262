"""A map of products on a canvas, to zoom, drag and search by keyboard."""

from dataclasses import asdict, dataclass

from recommender.ui.components.component import mount
from recommender.ui.shared import sheets

PLACEHOLDER = "{item}"  # stands for an id or a category in an address that the script completes


@dataclass(frozen=True, kw_only=True)
class Map:
    """Content of the canvas, and the addresses where the browser finds it.

    Attributes
    ----------
    name : for a screen reader
    places : address of the products' places; see `map_document.document`
    sheets, pictures : addresses of the small and large pictures, up to their number or hash
    lookalikes, browse : addresses with a `PLACEHOLDER` for a product's id and for a category
    kinds : categories that are shown alone at first; none for all
    look : the part shown at first, as "x,y,scale"; empty for the whole map
    """

    name: str
    places: str
    sheets: str
    pictures: str
    lookalikes: str
    browse: str
    kinds: list[str]
    look: str


def show(content: Map) -> None:
    """Draw the map."""
    tiles = {"tile_px": sheets.TILE_PX, "tiles_across": sheets.TILES_ACROSS}
    mount("map_canvas", key="map", data={**asdict(content), **tiles})
