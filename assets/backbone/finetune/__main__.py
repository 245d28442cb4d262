"""Fine-tunes the ported backbone and keeps the weights that score best; see ../README.md.

python -m assets.backbone.finetune build/port/backbone.npz build/finetune
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import torch

from recommender.config import replacing, write_json
from recommender.inference.autoencoder import Autoencoder
from recommender.models import PERCEPTUAL
from recommender.types import Floats

from .network import SPATIAL_STAGE, Backbone
from .pictures import Pictures, read_pictures
from .scoring import Scores, score
from .training import BOLD, CONSERVATIVE, Tuner, brought_back

RECIPES = {"bold": BOLD, "conservative": CONSERVATIVE}
SHARES = (0.25, 0.5, 0.75, 1.0)  # of the way from the original's weights to the tuned
SMOKE_PICTURES, SMOKE_STEPS, SMOKE_BATCH = 40, 3, 12


def main() -> None:
    """Train by each recipe, score what comes out, write the best."""
    options = _options()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pictures = read_pictures(SMOKE_PICTURES if options.smoke else None)
    print({name: part.stop - part.start for name, part in pictures.at.items()}, device)
    colour = colours_of(pictures)
    tuner = Tuner(pictures, colour, options.weights, device)
    chosen = Chosen(pictures, colour, tuner, options.out)
    for name in options.recipes:
        settings = RECIPES[name]
        if options.smoke:
            settings = dataclasses.replace(settings, steps=SMOKE_STEPS, batch_size=SMOKE_BATCH)
        averaged = None
        for step, averaged in tuner.tune(settings):
            chosen.consider(averaged, settings.open_from, f"{name}, step {step}")
        for share in SHARES[:-1]:  # the last was considered as the last step
            with brought_back(averaged, share) as network:
                chosen.consider(network, settings.open_from, f"{name}, {share} of the way")


def colours_of(pictures: Pictures) -> Floats:
    """Colour features of the model that ships, which are not trained."""
    model = Autoencoder.open(PERCEPTUAL)
    n_kind = len(model.prior.kind_mean)
    return np.concatenate(
        [model.encode([square]).features[:, n_kind:] for square in pictures.pixels]
    )


class Chosen:
    """The best weights so far, in a folder beside the scores of all that were considered."""

    def __init__(self, pictures: Pictures, colour: Floats, tuner: Tuner, folder: Path) -> None:
        self._pictures, self._colour, self._tuner, self._folder = pictures, colour, tuner, folder
        folder.mkdir(parents=True, exist_ok=True)
        self._original = self._score(tuner.network(None), SPATIAL_STAGE)
        self._best = 0.0
        self._known: dict[str, dict[str, float]] = {"original": self._original.values}
        print(f"original: {self._original}")

    def consider(self, network: Backbone, open_from: int, name: str) -> None:
        """Score a network, and keep its weights if none before gained as much."""
        scored = self._score(network, open_from)
        value = scored.value(self._original)
        print(f"{name}: {scored}, worth {1000 * value:.1f}", flush=True)
        self._known[name] = scored.values
        write_json(self._folder / "scores.json", self._known)
        if value > self._best:
            self._best = value
            with replacing(self._folder / "backbone.npz") as file:
                network.save(file)

    def _score(self, network: Backbone, open_from: int) -> Scores:
        kind = self._tuner.describe(network, open_from)
        return score(self._pictures, kind, self._colour)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("weights", type=Path, help="backbone.npz as port.py writes it")
    parser.add_argument("out", type=Path, help="folder of the tuned weights and their scores")
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--smoke", action="store_true", help="few pictures and steps, to try it")
    return parser.parse_args()


if __name__ == "__main__":
    main()
