"""Measures the badge of confidence: ``python -m tools.confidence [FOLDER ...]``, as JSON.

Asks the demo catalogue with its customer photos, with drawn pictures of nothing that it has, and
with the pictures of any folders that are named; prints the share of each level of confidence.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from recommender import images
from recommender.config import ASSETS, DEMO
from recommender.models import default_model
from recommender.recommend import Recommender

N_DRAWN, MAX_FILES = 12, 150
SIDE_PX = 320

Pixels = NDArray[np.uint8]


def noise(rng: np.random.Generator) -> Pixels:
    """Draw every pixel at random."""
    return rng.integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)


def landscape(rng: np.random.Generator) -> Pixels:
    """Draw a sky over hills."""
    rows = np.linspace(0, 1, SIDE_PX)[:, None, None]
    sky = np.array([110, 160, 220]) * (1 - rows) + np.array([230, 225, 210]) * rows
    canvas = Image.fromarray(np.broadcast_to(sky, (SIDE_PX, SIDE_PX, 3)).astype(np.uint8))
    pen = ImageDraw.Draw(canvas)
    for depth in range(4):
        height = SIDE_PX * (0.45 + 0.13 * depth)
        phases = rng.uniform(0, 6, 3)
        xs = np.arange(SIDE_PX + 1)
        waves = [np.sin(xs * (k + 1) / 60 + phases[k]) * 22 / (k + 1) for k in range(3)]
        ridge = height + np.sum(waves, axis=0)
        green = tuple(int(value) for value in np.array([96, 130, 104]) * (1 - 0.18 * depth))
        outline = [(0, SIDE_PX), *zip(xs.tolist(), ridge.tolist(), strict=True), (SIDE_PX, SIDE_PX)]
        pen.polygon(outline, fill=green)
    return np.asarray(canvas.filter(ImageFilter.GaussianBlur(1)))


def text(rng: np.random.Generator) -> Pixels:
    """Draw a page of a book."""
    canvas = Image.new("RGB", (SIDE_PX, SIDE_PX), (250, 248, 240))
    pen = ImageDraw.Draw(canvas)
    letters = list("abcdefghijklmnopqrstuvwxyz      ")
    for line in range(16, SIDE_PX - 16, 14):
        pen.text((16, line), "".join(rng.choice(letters, 46)), fill=(30, 30, 30))
    return np.asarray(canvas)


def shares(recommender: Recommender, pictures: Iterable[Pixels]) -> dict[str, float]:
    """Return the share of each level of confidence."""
    found = Counter(
        recommender.search(recommender.encode_pixels(pixels), n_neighbors=1).confidence.level
        for pixels in pictures
    )
    return {
        level: round(found[level] / max(1, found.total()), 3)
        for level in ("close", "loose", "unlike")
    }


def files_of(folder: Path) -> list[Path]:
    """Return at most `MAX_FILES` pictures of a folder, spread over all of it."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in images.SUFFIXES)
    return files[:: -(-len(files) // MAX_FILES) or 1]


def measure(recommender: Recommender, folders: Iterable[Path] = ()) -> dict[str, dict[str, float]]:
    """Return the shares for each kind of query."""
    rng = np.random.default_rng(0)
    report = {
        drawn.__name__: shares(recommender, [drawn(rng) for _ in range(N_DRAWN)])
        for drawn in (noise, landscape, text)
    }
    for folder in folders:
        report[folder.name] = shares(recommender, map(images.load, files_of(folder)))
    return report


def main() -> None:
    """Measure as the command line asks, and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--catalogue", default=DEMO)
    parser.add_argument("--model", default=default_model())
    options = parser.parse_args()
    recommender = Recommender.open(options.catalogue, options.model)
    folders = [ASSETS / "catalogue" / "photos", *options.folders]
    print(json.dumps(measure(recommender, folders), indent=2))


if __name__ == "__main__":
    main()
