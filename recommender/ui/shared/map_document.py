"""The document that the browser draws the map from, and the addresses of all it needs."""

import json
from typing import TYPE_CHECKING

from recommender.catalogue.store import Catalogue
from recommender.insights.embedding_map import MAP_FORMAT, EmbeddingMap, regions
from recommender.ui.shared import sheets, words

if TYPE_CHECKING:
    from recommender.recommend import Recommender

FINGERPRINT_LENGTH = 12


def version(recommender: "Recommender") -> str:
    """Return a text that changes when the places do."""
    made_from = (recommender.model.fingerprint, recommender.catalogue.fingerprint)
    return "-".join([*(each[:FINGERPRINT_LENGTH] for each in made_from), str(MAP_FORMAT)])


def places_url(recommender: "Recommender") -> str:
    """Return the address of the `document`."""
    return f"places/{recommender.catalogue.name}/{recommender.model.name}/{version(recommender)}"


def sheets_url(catalogue: Catalogue) -> str:
    """Return the address of the sheets of small pictures, up to a sheet's number."""
    return f"sheets/{catalogue.name}/{sheets.version(catalogue)}/"


def document(recommender: "Recommender", laid_out: EmbeddingMap) -> bytes:
    """Return all that the map is drawn from, as JSON; columns in the order of the catalogue."""
    items = recommender.catalogue.items
    rows = [recommender.index.covers.row(item.item_id) for item in items]
    kinds = [item.category for item in items]
    places = laid_out.places[rows]
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
