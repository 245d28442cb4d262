"""Draws the model card's picture of failures: ``python -m tools.failures docs/failures.webp``.

Each row shows the query, its five nearest products, and at the right the one that should lead:
customer photos whose product is not among the five, then products whose nearest is of another kind.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender import images
from recommender.catalogue.registry import read_feed
from recommender.config import ASSETS, DEMO
from recommender.recommend import Recommender
from recommender.search.results import Match

SIDE_PX, GAP_PX, N_ROWS, N_SHOWN = 128, 8, 4, 5

Row = list[NDArray[np.uint8]]


def of_photos(recommender: Recommender) -> list[Row]:
    """Collect customer photos whose product is not among the nearest."""
    catalogue = recommender.catalogue
    found = []
    for photo in read_feed(ASSETS / "catalogue" / "customer.csv"):
        item_id, file = photo.attributes["item_id"], Path(photo.picture)
        matches = recommender.similar_to_image(file, n_neighbors=N_SHOWN).matches
        if item_id not in {match.item.item_id for match in matches}:
            wanted = images.load(catalogue.image_path(catalogue.get(item_id)))
            found.append([images.load(file), *shown(recommender, matches), wanted])
    return found


def of_products(recommender: Recommender) -> list[Row]:
    """Collect products whose nearest is of another category, with the nearest of their own."""
    found = []
    for item in recommender.catalogue:
        matches = recommender.similar(item.item_id, n_neighbors=100).matches
        right = [match for match in matches if match.item.category == item.category]
        if right and matches[0] is not right[0]:
            asked = images.load(recommender.catalogue.image_path(item))
            found.append(
                [asked, *shown(recommender, matches[:N_SHOWN]), *shown(recommender, right[:1])]
            )
    return found


def shown(recommender: Recommender, matches: tuple[Match, ...] | list[Match]) -> Row:
    """Load the pictures of matches."""
    catalogue = recommender.catalogue
    return [images.load(catalogue.image_path(match.item)) for match in matches]


def sheet(rows: list[Row]) -> Image.Image:
    """Draw all rows under each other; gaps set the query and the wanted product apart."""
    step = SIDE_PX + GAP_PX
    drawn = Image.new("RGB", (7 * step + 5 * GAP_PX, len(rows) * step + GAP_PX), "white")
    for number, row in enumerate(rows):
        for column, pixels in enumerate(row):
            apart = 2 * GAP_PX * ((column > 0) + (column > N_SHOWN))
            square = Image.fromarray(images.letterbox(pixels, SIDE_PX))
            drawn.paste(square, (GAP_PX + column * step + apart, GAP_PX + number * step))
    return drawn


def main() -> None:
    """Draw into the file that the command line names, and print how many failures there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    recommender = Recommender.open(DEMO, "perceptual")
    photos, products = of_photos(recommender), of_products(recommender)
    print(f"{len(photos)} photos without their product among {N_SHOWN}")
    print(f"{len(products)} products whose nearest is of another kind")
    rows = [each[:: max(1, len(each) // N_ROWS)][:N_ROWS] for each in (photos, products)]
    sheet([*rows[0], *rows[1]]).save(out, "WEBP", quality=82, method=6)


if __name__ == "__main__":
    main()
