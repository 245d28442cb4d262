"""What a model's projections fall back to, learned from catalogues without any label."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.alterations import LEARNED, alter
from recommender.catalogue import Catalogue
from recommender.config import PerceptualConfig
from recommender.projection import Defaults, Projection, fit, fit_defaults
from recommender.runtime import Autoencoder

ALTERED_PICTURES = 500  # of each catalogue
BATCH = 64
SEED = 0

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]


def learn_defaults(model: Autoencoder, catalogues: Sequence[tuple[Catalogue, Rows]]) -> Defaults:
    """Fit defaults on rows of several catalogues and on altered views of them.

    Parameters
    ----------
    model : its encoder; defaults of its own are not used
    catalogues : each with the positions of the items to learn from
    """
    rng = np.random.default_rng(SEED)
    features, differences = [], []
    for catalogue, rows in catalogues:
        features.append(_describe(model, _squares(model, catalogue, rows)))
        chosen = rng.permutation(len(rows))[:ALTERED_PICTURES]
        views = (alter(square, rng, LEARNED) for square in _squares(model, catalogue, rows[chosen]))
        differences.append(_describe(model, views) - features[-1][chosen])
    n_kind = n_kind_features(model)
    moved = np.concatenate(differences)[:, :n_kind]
    return fit_defaults(np.concatenate(features), moved, n_kind)


def fit_only_on(model: Autoencoder, catalogue: Catalogue) -> Projection:
    """A projection that knows one catalogue and nothing else, to see what carries over."""
    rows = np.arange(len(catalogue))
    features = _describe(model, _squares(model, catalogue, rows))
    return fit(features, learn_defaults(model, [(catalogue, rows)]))


def n_kind_features(model: Autoencoder) -> int:
    """How many of a model's features say what kind of thing a picture shows."""
    return int(model.config.hyperparameters.get("n_kind", PerceptualConfig().n_kind))


def _squares(model: Autoencoder, catalogue: Catalogue, rows: Rows) -> Iterator[NDArray[np.uint8]]:
    for row in rows:
        yield model.prepare(images.load(catalogue.image_path(catalogue.items[row])))


def _describe(model: Autoencoder, squares: Iterator[NDArray[np.uint8]]) -> Floats:
    parts, batch = [], []
    for square in squares:
        batch.append(square)
        if len(batch) == BATCH:
            parts.append(model.encode(batch).features)
            batch = []
    if batch:
        parts.append(model.encode(batch).features)
    return np.concatenate(parts)
