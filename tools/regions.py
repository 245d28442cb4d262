"""How sure a region is: ``python -m tools.regions assets/catalogue/rooms.json``.

Fits the weights of `recommender.search.regions.CHANCE` on the rooms to learn from, and shows on the
rooms to test on how often regions of each confidence are right.
"""

import argparse
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from recommender import images
from recommender.evaluation.rooms import Room, read_rooms
from recommender.recommend import Recommender

N_FIRST = 4
STEPS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0)


def evidence(
    recommender: Recommender, rooms: Sequence[Room]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Similarity and contrast of all regions (n, 2), and whether each is right (n,).

    A region is right if one of its first four matches is in the photo.
    """
    seen, right = [], []
    for room in rooms:
        pixels = images.load(room.file)
        for region in recommender.regions(recommender.encode_pixels(pixels)):
            cut = recommender.encode_pixels(region.cut(pixels), whole=pixels)
            found = recommender.index.query(cut.embedding, N_FIRST)
            seen.append((region.similarity, region.contrast))
            right.append(any(near.item_id in room.item_ids for near in found))
    return np.array(seen), np.array(right)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", type=Path, metavar="ROOMS.json")
    options = parser.parse_args()
    recommender = Recommender.open()
    seen, right = evidence(recommender, read_rooms(options.rooms, learns=True))
    fitted = LogisticRegression(C=100).fit(seen, right)
    weights = (*fitted.coef_[0], fitted.intercept_[0])
    print("CHANCE =", tuple(round(float(weight), 2) for weight in weights))
    print(f"{len(right)} regions to learn from, {right.mean():.3f} of them right")
    seen, right = evidence(recommender, read_rooms(options.rooms))
    chances = fitted.predict_proba(seen)[:, 1]
    print(f"{len(right)} regions to test on, {right.mean():.3f} of them right")
    for low, high in itertools.pairwise(STEPS):
        chosen = (chances >= low) & (chances < high + (high == 1))
        if chosen.any():
            print(f"{low:.2f} to {high:.2f}: {chosen.sum():4d} regions, {right[chosen].mean():.3f}")


if __name__ == "__main__":
    main()
