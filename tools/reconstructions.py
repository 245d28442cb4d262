"""Draws the model card's sheet: ``python -m tools.reconstructions docs/reconstructions.webp``.

Twelve products of the demo and four rendered photos, each beside what the model's code keeps of it.
With ``--before FOLDER``, an older model's folder, the pictures are those that the older model
rebuilt worst, and its reconstructions stand between.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from recommender import images
from recommender.config import ASSETS
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.pipeline import reconstruction_error
from recommender.models import PERCEPTUAL
from recommender.search.query import reconstruct
from recommender.types import Pixels

N_PRODUCTS, N_PHOTOS = 12, 4
SHOWN_PX, GAP_PX, ROW_OF = 225, 10, 4
CAPTION_PX = 16
QUALITY = 90


def worst(model: Autoencoder, files: Sequence[Path], n_wanted: int) -> list[Path]:
    """Find the pictures that a model rebuilds worst, worst first."""
    errors = [reconstruction_error(model, images.load(file)) for file in files]
    return [files[row] for row in np.argsort(errors)[::-1][:n_wanted]]


def tile(file: Path, models: Sequence[Autoencoder]) -> Image.Image:
    """Show a picture, and beside it what each model keeps of it."""
    pixels = images.load(file)
    results = [reconstruct(model, pixels) for model in models]
    shown: list[tuple[Pixels, str]] = [(results[0].original, "original")]
    for model, result in zip(models, results, strict=True):
        in_bytes = model.config.code == "bytes"
        code = f"{result.n_bytes:,} bytes" if in_bytes else f"{result.n_numbers:,} numbers"
        shown.append((result.decoded, f"{code}, {result.psnr:.1f} dB"))
    drawn = Image.new("RGB", (len(shown) * SHOWN_PX, SHOWN_PX + CAPTION_PX), "white")
    write = ImageDraw.Draw(drawn)
    for column, (each, caption) in enumerate(shown):
        enlarged = Image.fromarray(each).resize((SHOWN_PX, SHOWN_PX), Image.Resampling.LANCZOS)
        drawn.paste(enlarged, (column * SHOWN_PX, 0))
        write.text((column * SHOWN_PX + 4, SHOWN_PX + 2), caption, fill=(90, 90, 90))
    return drawn


def sheet(tiles: Sequence[Image.Image], n_columns: int) -> Image.Image:
    """Set tiles in rows."""
    width, height = tiles[0].width + GAP_PX, tiles[0].height + GAP_PX
    n_rows = -(-len(tiles) // n_columns)
    whole = Image.new("RGB", (n_columns * width - GAP_PX, n_rows * height - GAP_PX), "white")
    for number, each in enumerate(tiles):
        row, column = divmod(number, n_columns)
        whole.paste(each, (column * width, row * height))
    return whole


def main() -> None:
    """Draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args()
    models = [Autoencoder.open(PERCEPTUAL)]
    if options.before:
        models.insert(0, Autoencoder(options.before))
    chosen = []
    for folder, n_wanted in (("images", N_PRODUCTS), ("practice", N_PHOTOS)):
        files = sorted((ASSETS / "catalogue" / folder).glob("*.webp"))
        chosen += worst(models[0], files, n_wanted)
    tiles = [tile(file, models) for file in chosen]
    sheet(tiles, ROW_OF // len(models)).save(options.out, quality=QUALITY)


if __name__ == "__main__":
    main()
