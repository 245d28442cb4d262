"""Second views of products: ``python -m studio.views --out DIR``; run again, it goes on.

The product, its light and its backdrop are those of the catalogue's picture; the camera has moved
to one side and upwards. The first designs of every category have one, in all their looks, so that
products that resemble each other have as many pictures.
"""

from __future__ import annotations

import argparse
import logging
import random
from pathlib import Path

from .assemble import ENDING
from .plan import Variant, seed_of, variants
from .render import photograph
from .shards import add_arguments, fan_out, part_of

log = logging.getLogger("studio")

DESIGNS = 3
AROUND_DEG, UPWARDS_DEG = (28, 42), (4, 14)


def moved(variant: Variant) -> tuple[float, float]:
    """Degrees that the camera moves around the product and upwards."""
    rng = random.Random(seed_of("second view", variant.id))
    side = rng.choice((-1, 1))
    return side * rng.uniform(*AROUND_DEG), rng.uniform(*UPWARDS_DEG)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--kept", type=Path, required=True, help="folder of the first views")
    options = parser.parse_args(arguments)
    if options.workers > 1:
        fan_out("studio.views", arguments, options.workers)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    options.out.mkdir(parents=True, exist_ok=True)
    known = [each for each in variants() if (options.kept / f"{each.id}.webp").exists()]
    for variant in part_of([each for each in known if each.design <= DESIGNS], options):
        finished = options.out / f"{variant.id}{ENDING}.webp"
        if not finished.exists():
            packed = options.out / f".{finished.name}"
            photograph(variant, packed, moved_deg=moved(variant))
            packed.replace(finished)
            log.info("%s", finished.stem)


if __name__ == "__main__":
    main()
