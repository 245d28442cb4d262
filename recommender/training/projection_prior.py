"""Fits the prior of a model's projections on catalogues, without any label."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from recommender import images
from recommender.augmentation import FOR_TRAINING, augment
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError, ModelError
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.projection import Projection, ProjectionPrior, fit, fit_prior
from recommender.types import Floats, Pixels, Positions

ALTERED_PICTURES = 500  # of each catalogue
BATCH = 64
SEED = 0


def learn_prior(
    model: Autoencoder,
    catalogues: Sequence[tuple[Catalogue, Positions]],
    photos: Catalogue | None = None,
) -> ProjectionPrior:
    """Fit a prior on rows of several catalogues, on altered views and on photos of them.

    Parameters
    ----------
    model : its encoder; a prior of its own is not used
    catalogues : each with the positions of the items to learn from
    photos : whose items name in their attribute `item_id` an item of these catalogues: the same
        product before another camera. They count as much as all altered views together.
    """
    rng = np.random.default_rng(SEED)
    features, differences = [], []
    known: dict[str, Floats] = {}  # by the item's id
    for catalogue, rows in catalogues:
        features.append(_describe(model, _squares(model, catalogue, rows)))
        chosen = rng.permutation(len(rows))[:ALTERED_PICTURES]
        views = (
            augment(square, rng, FOR_TRAINING)
            for square in _squares(model, catalogue, rows[chosen])
        )
        differences.append(_describe(model, views) - features[-1][chosen])
        ids = (catalogue.items[row].item_id for row in rows)
        known |= dict(zip(ids, features[-1], strict=True))
    groups = [np.concatenate(differences)]
    if photos is not None:
        groups.append(_differences_of(model, photos, known))
    n_kind = n_kind_features(model)
    return fit_prior(np.concatenate(features), [group[:, :n_kind] for group in groups], n_kind)


def fit_only_on(model: Autoencoder, catalogue: Catalogue) -> Projection:
    """A projection that knows one catalogue and nothing else, to see what carries over."""
    rows = np.arange(len(catalogue))
    features = _describe(model, _squares(model, catalogue, rows))
    return fit(features, learn_prior(model, [(catalogue, rows)]))


def n_kind_features(model: Autoencoder) -> int:
    """Count the features that describe the kind of thing; the others describe colours."""
    recorded = model.config.hyperparameters.get("n_kind")
    if recorded is not None:
        return int(recorded)
    if model.prior is None:
        raise ModelError(f"the model {model.name!r} does not divide its features into parts")
    return len(model.prior.kind_mean)


def check_photos(photos: Catalogue, ids: Collection[str]) -> Positions:
    """Positions of the photos whose attribute `item_id` is among the ids.

    Raises
    ------
    CatalogueError : there is none
    """
    names = [item.attributes.get("item_id") for item in photos]
    rows = np.array([row for row, name in enumerate(names) if name in ids], np.intp)
    if not len(rows):
        raise CatalogueError(
            f"no photo of {photos.name!r} names in item_id an item of the catalogues"
        )
    return rows


def _differences_of(model: Autoencoder, photos: Catalogue, known: dict[str, Floats]) -> Floats:
    """Features of photos minus those of the products' own pictures."""
    rows = check_photos(photos, known)
    seen = _describe(model, _squares(model, photos, rows))
    return seen - np.stack([known[photos.items[row].attributes["item_id"]] for row in rows])


def _squares(model: Autoencoder, catalogue: Catalogue, rows: Positions) -> Iterator[Pixels]:
    for row in rows:
        yield model.prepare(images.load(catalogue.image_path(catalogue.items[row])))


def _describe(model: Autoencoder, squares: Iterator[Pixels]) -> Floats:
    parts, batch = [], []
    for square in squares:
        batch.append(square)
        if len(batch) == BATCH:
            parts.append(model.encode(batch).features)
            batch = []
    if batch:
        parts.append(model.encode(batch).features)
    return np.concatenate(parts)
