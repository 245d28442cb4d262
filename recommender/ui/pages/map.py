"""The catalogue as a picture: every product on a plane, what looks alike close together."""

import json
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from recommender.catalogue.store import Catalogue
from recommender.insights.embedding_map import ATLAS_FORMAT, Atlas, regions
from recommender.ui.shared import link, resources, sheets, words
from recommender.ui.shared.resources import Opening
from recommender.ui.shell import layout

if TYPE_CHECKING:
    from recommender.recommend import Recommender

FOLDER = Path(__file__).parents[1] / "components" / "map_canvas"
KEY = "map"
SCRIPTS = ("../follow.js", "painter.js", "map_canvas.js")  # one module in the browser
FINGERPRINT_LENGTH = 12
ITEM = "{item}"  # stands for an id in an address that the browser completes


def show() -> None:
    """Draw the page."""
    st.html(
        '<header class="hero"><h1>The whole shop at a glance.</h1>'
        "<p>What looks alike to the machine lies together; nobody told it what anything is. "
        "Zoom in, and pick a product to see its lookalikes.</p></header>"
    )
    name, model = layout.chosen_catalogue(), layout.chosen_model()
    place = st.empty()
    waiting = _Waiting(place)
    recommender = resources.recommender(name, model, on_wait=waiting)
    catalogue = recommender.catalogue
    if not len(catalogue):
        layout.empty("This catalogue is empty", "There is nothing to draw a map of yet.")
        return
    resources.atlas(name, model, on_wait=waiting)
    with place.container():
        _component()(
            key=KEY,
            data={
                "places": places_url(recommender),
                "sheets": sheets_url(catalogue),
                "pictures": f"pictures/{catalogue.name}/",
                "tile_px": sheets.TILE_PX,
                "tiles_across": sheets.TILES_ACROSS,
                "lookalikes": link.address(link.LOOKALIKES, link.to_item(ITEM)),
                "browse": link.address(link.BROWSE, link.kept(category=ITEM)),
                "name": f"Map of {words.count(len(catalogue), 'product')}",
                "kinds": st.query_params.get_all("kind"),
                "look": st.query_params.get("look", ""),
            },
        )
    st.html(
        '<p class="quiet">Near neighbours can be trusted, distances across the map cannot: a plane '
        "has no room for all the ways in which products differ.</p>"
    )


def version(recommender: "Recommender") -> str:
    """Changes when the places do."""
    made_from = (recommender.model.fingerprint, recommender.catalogue.fingerprint)
    return "-".join([*(each[:FINGERPRINT_LENGTH] for each in made_from), str(ATLAS_FORMAT)])


def places_url(recommender: "Recommender") -> str:
    """Address of what `document` says."""
    return f"places/{recommender.catalogue.name}/{recommender.model.name}/{version(recommender)}"


def sheets_url(catalogue: Catalogue) -> str:
    """Address of the sheets of small pictures, up to a sheet's number."""
    return f"sheets/{catalogue.name}/{sheets.version(catalogue)}/"


def document(recommender: "Recommender", atlas: Atlas) -> bytes:
    """All that the browser draws the map from, as JSON; columns in the order of the catalogue."""
    items = recommender.catalogue.items
    rows = [recommender.index.row(item.item_id) for item in items]
    kinds = [item.category for item in items]
    places = atlas.places[rows]
    found = regions(places, kinds)
    numbers = {region.name: number for number, region in enumerate(found)}
    content = {
        "ids": [item.item_id for item in items],
        "titles": [words.name(item) for item in items],
        "alts": [words.alternative_text(item) for item in items],
        "prices": [words.price(item) for item in items],
        "pictures": [item.image_sha256 for item in items],
        "x": [round(float(x), 2) for x in places[:, 0]],
        "y": [round(float(y), 2) for y in places[:, 1]],
        "kinds": [numbers.get(kind, -1) for kind in kinds],
        "regions": [
            {
                "name": region.name.replace("_", " "),
                "category": region.name,
                "n": region.n_items,
                "x": round(region.place[0], 2),
                "y": round(region.place[1], 2),
                "beside": [name.replace("_", " ") for name in region.beside],
            }
            for region in found
        ],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class _Waiting:
    """Stands where the map will be, as tall as it, and says how long it has been."""

    def __init__(self, place: Any) -> None:
        self._place, self._since, self._said = place, time.monotonic(), ""

    def __call__(self, opening: Opening) -> None:
        seconds = int(time.monotonic() - self._since)
        if opening.n_all:
            text = f"Looking at every product once: {opening.n_done:,} of {opening.n_all:,}"
        elif seconds:
            text = f"Laying out the map, once for this catalogue. {seconds} s so far."
        else:
            text = "Unfolding the map"
        if text != self._said:
            self._said = text
            self._place.html(f'<div class="unfolding" role="status"><p>{text}</p></div>')


@cache
def _component() -> Any:
    return st.components.v2.component(
        "lookalike.map",
        html=(FOLDER / "map_canvas.html").read_text(encoding="utf-8"),
        css=(FOLDER / "map_canvas.css").read_text(encoding="utf-8"),
        js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
    )
