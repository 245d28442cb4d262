"""Render products again and compare them with those that are kept (``python -m studio.verify``)."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from .plan import variants
from .render import render_variant


def main() -> None:
    """Run from the command line; the exit status is 1 if any picture differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kept", type=Path, required=True, help="folder of the kept pictures")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    kept = [variant for variant in variants() if (options.kept / f"{variant.id}.webp").exists()]
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for variant in random.Random(options.seed).sample(kept, min(options.count, len(kept))):
            render_variant(variant, Path(folder))
            first, second = (
                np.asarray(Image.open(place / f"{variant.id}.webp"), np.int16)
                for place in (options.kept, Path(folder))
            )
            difference = int(np.abs(first - second).max())
            worst = max(worst, difference)
            print(f"{variant.id}: largest difference of a pixel {difference}")
    sys.exit(worst > 0)


if __name__ == "__main__":
    main()
