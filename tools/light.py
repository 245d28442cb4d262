"""How much of a photo's light to take back: ``python -m tools.light assets/catalogue/rooms.json``.

Asks with the products of the rooms to learn from, cut out in their true places, after no, half and
all of the estimated light's colour was taken back; prints how often the very product comes first.
"""

import argparse
from pathlib import Path

import numpy as np

from recommender import images
from recommender.evaluation.rooms import read_rooms
from recommender.inference.light import gains
from recommender.recommend import Recommender
from recommender.search import query
from recommender.search.regions import Region

SHARES = (0.0, 0.5, 1.0)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", type=Path, metavar="ROOMS.json")
    options = parser.parse_args()
    recommender = Recommender.open()
    first: dict[float, list[bool]] = {share: [] for share in SHARES}
    for room in read_rooms(options.rooms, learns=True):
        pixels = images.load(room.file)
        for item_id, box in zip(room.item_ids, room.boxes.tolist(), strict=True):
            part = Region(box=tuple(box), item_id=item_id, similarity=0.0, contrast=0.0)
            for share in SHARES:
                asked = query.encode(
                    recommender.model, recommender.index, part.cut(pixels), gains(pixels, share)
                )
                (nearest,) = recommender.index.query(asked.embedding, 1)
                first[share].append(nearest.item_id == item_id)
    print(f"{len(first[0.0])} products in rooms to learn from")
    for share, found in first.items():
        print(f"{share:4.1f} of the light taken back: {np.mean(found):.3f} come first")


if __name__ == "__main__":
    main()
