"""Scores features on the pictures that choose the weights, with projections fitted as served."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.evaluation import scores
from recommender.inference.projection import Projection, ProjectionPrior, fit, fit_prior
from recommender.types import Floats

from .pictures import GALLERIES, PHOTOS, QUERIES, Pictures

DECIDES = ("type", "brand", "clothing", "altered")  # none of these may fall


@dataclass(frozen=True)
class Scores:
    """Shares of right neighbours, by the name of what was asked."""

    values: dict[str, float]

    def value(self, original: "Scores") -> float:
        """How much better than the original: photos count a little, a loss three times."""
        gain = {name: self.values[name] - original.values[name] for name in self.values}
        total = gain["type"] + gain["brand"] / 2 + gain["clothing"] + gain["altered"]
        total += (gain["photo"] + gain["photo_at_5"]) / 4
        return total + 3 * min(0.0, *(gain[name] for name in DECIDES))

    def __str__(self) -> str:
        return " ".join(f"{name} {1000 * value:.1f}" for name, value in self.values.items())


def prior_of(pictures: Pictures, kind: Floats, colour: Floats) -> ProjectionPrior:
    """The prior of projections, from all that may be learned from."""
    views = kind[pictures.at["views"]] - kind[pictures.view_rows]
    learned = pictures.is_learned_photo
    photos = kind[pictures.at[PHOTOS]][learned] - kind[pictures.photo_items[learned]]
    gallery = np.hstack([kind[: pictures.n_gallery], colour[: pictures.n_gallery]])
    return fit_prior(gallery, [each for each in (views, photos) if len(each)], kind.shape[1])


def score(pictures: Pictures, kind: Floats, colour: Floats) -> Scores:
    """Score features of all pictures; labels are used here alone.

    Parameters
    ----------
    kind : (n, 3440), of unit length
    colour : (n, n_colour)
    """
    at, features = pictures.at, np.hstack([kind, colour])
    prior = prior_of(pictures, kind, colour)
    fitted = {name: fit(features[at[name]], prior) for name in GALLERIES}

    def embed(name: str, gallery: str) -> Floats:
        projection: Projection = fitted[gallery]
        return projection.apply(features[at[name]])

    style, clothes, demo = (embed(name, name) for name in GALLERIES)
    nearest = scores.rank(style, style, np.arange(len(style)))[:, :4]
    types = (pictures.types[nearest] == pictures.types[:, None]).mean(axis=1)
    brands = (pictures.brands[nearest] == pictures.brands[:, None]).mean(axis=1)
    is_unseen = ~pictures.is_learned[at["style"]]
    nearest = scores.rank(clothes, embed(QUERIES, GALLERIES[1]), None)[:, :5]
    of_clothes = pictures.clothes[GALLERIES[1]][nearest] == pictures.clothes[QUERIES][:, None]
    nearest = scores.rank(style, embed("altered", "style"), None)[:, 0]
    is_found = nearest == pictures.altered_rows - at["style"].start
    nearest = scores.rank(demo, embed(PHOTOS, "demo"), None)[:, :5]
    is_shown = nearest == (pictures.photo_items - at["demo"].start)[:, None]
    is_shown = is_shown[~pictures.is_learned_photo]
    return Scores(
        {
            "type": _share(types),
            "brand": _share(brands),
            "type_unseen": _share(types[is_unseen]),
            "brand_unseen": _share(brands[is_unseen]),
            "clothing": _share(of_clothes),
            "altered": _share(is_found),
            "photo": _share(is_shown[:, 0]),
            "photo_at_5": _share(is_shown.any(axis=1)),
        }
    )


def _share(values: NDArray[np.generic]) -> float:
    return float(np.mean(values)) if len(values) else 0.0
