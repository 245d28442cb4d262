"""Projects encoder features to search embeddings.

A projection is fitted on the very catalogue that is served, without labels and in seconds, and is
kept with its index. What a catalogue is too small to teach comes from the model's prior, which was
fitted on other catalogues: the fewer items, the more the prior counts.

The part of the features that describes the kind of thing goes through a principal component
analysis and a partial whitening: directions in which a picture moves when it is cropped, turned,
lit or set before another background are turned down, those in which products differ are kept. The
part that describes its colours is reduced by another analysis and whitened halfway, and stands
beside the first with a weight of its own, so that a query may ask for more or less of it.

References: Mikolajczyk & Matas, "Improving descriptors for fast tree matching by optimal linear
projection", ICCV 2007 (whitening by the covariance of matching pairs); Ledoit & Wolf, "A
well-conditioned estimator for large-dimensional covariance matrices", 2004 (shrinkage).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender import damage
from recommender.errors import ModelError
from recommender.types import Floats

N_DIMS_KIND, N_DIMS_COLOUR = 208, 48
N_DIMS = N_DIMS_KIND + N_DIMS_COLOUR
N_WHITENED = 384  # principal components that the whitening works on
N_PRIOR, N_NUISANCES = 208, 80  # principal components that the prior keeps
COLOUR_WEIGHT = 0.3
PRIOR_ITEMS = 200.0  # items that the prior counts as
DAMPING = 5.0  # of the whitening, in mean variances: more is closer to none at all
LEAST_DEVIATION = 0.01  # of a colour's component, beside the largest: less is taken for noise
MAX_FITTED = 8_000  # items; more change nothing that can be measured


class _Arrays:
    """A frozen dataclass of arrays, kept in one file."""

    def save(self, file: Path) -> None:
        """Write all arrays into one compressed file, half precision where they are stored so."""
        np.savez_compressed(file, **{name: getattr(self, name) for name in _names(self)})

    @classmethod
    def load(cls, file: Path) -> Self:
        """Read what `save` wrote; raises `ModelError` if it is missing or damaged."""
        try:
            arrays = damage.read_arrays(file)
            return cls(**{name: arrays[name] for name in _names(cls)})
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{file} is missing or damaged: {error}") from error


@dataclass(frozen=True, kw_only=True)
class ProjectionPrior(_Arrays):
    """Statistics of other catalogues, for those too small to have their own.

    Attributes
    ----------
    kind_mean, colour_mean : (n_kind,), (n_colour,)
    kind_components : (n, n_kind), principal directions times their standard deviations
    colour_components : (n, n_colour)
    nuisances : (n, n_kind), the same for the differences between a picture and its altered views
    """

    kind_mean: Floats
    kind_components: NDArray[np.float16]
    nuisances: NDArray[np.float16]
    colour_mean: Floats
    colour_components: NDArray[np.float16]


@dataclass(frozen=True, kw_only=True)
class Projection(_Arrays):
    """A fitted projection; see the module.

    Attributes
    ----------
    kind_mean, kind_weights : (n_kind,), (n_kind, 208)
    colour_mean, colour_weights : (n_colour,), (n_colour, 48)
    """

    kind_mean: Floats
    kind_weights: NDArray[np.float16]
    colour_mean: Floats
    colour_weights: NDArray[np.float16]

    @cached_property
    def _single(self) -> tuple[Floats, Floats]:
        """Both weights in single precision, converted once and not at every query."""
        return self.kind_weights.astype(np.float32), self.colour_weights.astype(np.float32)

    @property
    def n_dims(self) -> int:
        """Numbers in an embedding."""
        return int(self.kind_weights.shape[1] + self.colour_weights.shape[1])

    def apply(self, features: Floats) -> Floats:
        """Unit-length embeddings (n, n_dims) of features (n, n_kind + n_colour)."""
        n_kind = len(self.kind_mean)
        kind_weights, colour_weights = self._single
        kind = np.asarray((features[:, :n_kind] - self.kind_mean) @ kind_weights, np.float32)
        colour = np.asarray((features[:, n_kind:] - self.colour_mean) @ colour_weights, np.float32)
        length = np.hypot(1, COLOUR_WEIGHT)
        parts = [_unit(kind) * (1 / length), _unit(colour) * (COLOUR_WEIGHT / length)]
        return np.asarray(np.hstack(parts), np.float32)

    def likeness(self, first: Floats, second: Floats) -> tuple[float, float]:
        """Cosines, at least 0, of what kind of thing two embeddings are, and of their colours.

        Parameters
        ----------
        first, second : (n_dims,), as `apply` makes them
        """
        n_kind = self.kind_weights.shape[1]
        pairs = [(each[None, :n_kind], each[None, n_kind:]) for each in (first, second)]
        kind, colour = (
            float((_unit(one) * _unit(other)).sum()) for one, other in zip(*pairs, strict=True)
        )
        return max(0.0, kind), max(0.0, colour)

    def rebalance(self, embedding: Floats, colour_weight: float) -> tuple[Floats, float]:
        """Make a query that weighs colour against kind otherwise than the embeddings do.

        Parameters
        ----------
        embedding : (n_dims,), as `apply` makes it
        colour_weight : from 0, the same kind of thing in any colour, to 1, the same colours on
            anything

        Returns
        -------
        query : (n_dims,), of unit length, to be compared with embeddings as they are
        scale : the cosine of query and embedding, times this, is the weighted similarity
            (1 - colour_weight) * cosine of kinds + colour_weight * cosine of colours
        """
        n_kind = self.kind_weights.shape[1]
        kind, colours = _unit(embedding[None, :n_kind])[0], _unit(embedding[None, n_kind:])[0]
        query = np.concatenate(
            [(1 - colour_weight) * kind, (colour_weight / COLOUR_WEIGHT) * colours]
        )
        length = float(np.linalg.norm(query))
        scale = length * float(np.hypot(1, COLOUR_WEIGHT))
        return np.asarray(query / max(length, 1e-12), np.float32), scale


class Moments:
    """Mean and covariance of features that come in parts, so that they need not be held."""

    def __init__(self, n_columns: int) -> None:
        self.n = 0
        self.mean = np.zeros(n_columns, np.float32)
        self._scatter = np.zeros((n_columns, n_columns), np.float32)

    def add(self, rows: Floats) -> None:
        """Take rows (n, n_columns) in.

        References: Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for
        computing sample variances", 1979.
        """
        mean = rows.mean(axis=0)
        centred = rows - mean
        shift = mean - self.mean
        n_all = self.n + len(rows)
        self._scatter += centred.T @ centred
        self._scatter += np.outer(shift, shift * (self.n * len(rows) / n_all))
        self.mean += shift * (len(rows) / n_all)
        self.n = n_all

    @property
    def covariance(self) -> Floats:
        """Covariance of all rows so far, (n_columns, n_columns)."""
        return np.asarray(self._scatter / self.n, np.float32)


def fit(features: Floats, prior: ProjectionPrior) -> Projection:
    """Fit a projection on a catalogue's features.

    Parameters
    ----------
    features : (n_items, n_kind + n_colour), at most `MAX_FITTED` of them are used
    """
    return fit_parts([features[:: -(-len(features) // MAX_FITTED)]], prior)


def fit_parts(parts: Iterable[Floats], prior: ProjectionPrior) -> Projection:
    """Fit a projection on features that come part by part, each (n, n_kind + n_colour).

    It keeps to one core: where cores are shared, several threads of linear algebra wait for each
    other most of the time, and a fit of one second takes ten.
    """
    import scipy.linalg  # noqa: F401  only what is loaded already can be limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        return _fit_parts(parts, prior)


def _fit_parts(parts: Iterable[Floats], prior: ProjectionPrior) -> Projection:
    n_kind = len(prior.kind_mean)
    kind, colour = Moments(n_kind), Moments(len(prior.colour_mean))
    for part in parts:
        kind.add(part[:, :n_kind])
        colour.add(part[:, n_kind:])
    mean, components = _blend(kind, prior.kind_mean, prior.kind_components, N_WHITENED)
    weights = _whitened(components, prior.nuisances.astype(np.float32))
    colour_mean, colours = _blend(colour, prior.colour_mean, prior.colour_components, N_DIMS_COLOUR)
    return Projection(
        kind_mean=mean,
        kind_weights=weights.astype(np.float16),
        colour_mean=colour_mean,
        colour_weights=_halfway(colours).astype(np.float16),
    )


def fit_prior(features: Floats, differences: Sequence[Floats], n_kind: int) -> ProjectionPrior:
    """Fit a prior on the features of several catalogues.

    Parameters
    ----------
    features : (n_items, n_kind + n_colour)
    differences : groups of shape (n_views, n_kind), of other views of an item from the first one;
        each group counts as much as any other, however many views it has
    """
    kind, colour = features[:, :n_kind], features[:, n_kind:]
    nuisances = np.concatenate([group / np.sqrt(len(group)) for group in differences])
    nuisances *= np.sqrt(len(nuisances) / len(differences))
    return ProjectionPrior(
        kind_mean=kind.mean(axis=0),
        kind_components=_principal(kind - kind.mean(axis=0), N_PRIOR).astype(np.float16),
        nuisances=_principal(nuisances, N_NUISANCES).astype(np.float16),
        colour_mean=colour.mean(axis=0),
        colour_components=_principal(colour - colour.mean(axis=0), N_DIMS_COLOUR).astype(
            np.float16
        ),
    )


def _blend(
    seen: Moments, prior_mean: Floats, prior: NDArray[np.float16], n_components: int
) -> tuple[Floats, Floats]:
    """Mean and scaled principal directions of rows, shrunk towards those of the prior."""
    share = seen.n / (seen.n + PRIOR_ITEMS)
    mean = (share * seen.mean + (1 - share) * prior_mean).astype(np.float32)
    believed = prior.astype(np.float32)
    covariance = seen.covariance * np.float32(share)
    covariance += believed.T @ believed * np.float32(1 - share)
    return mean, _principal_of(covariance, n_components)


def _principal(centred: Floats, n_components: int) -> Floats:
    """Principal directions of centred rows times their standard deviations, the first first."""
    covariance = np.asarray(centred.T @ centred / len(centred), np.float32)
    return _principal_of(covariance, n_components)


def _principal_of(covariance: Floats, n_components: int) -> Floats:
    """The same of a covariance, which is overwritten."""
    from scipy.linalg import eigh  # half a second to import; queries need none

    n_columns = len(covariance)
    wanted = min(n_components, n_columns)
    variances, directions = eigh(
        covariance, subset_by_index=(n_columns - wanted, n_columns - 1), overwrite_a=True
    )
    deviations = np.sqrt(np.maximum(variances[::-1], 0))
    return np.asarray(directions[:, ::-1].T * deviations[:, None], np.float32)


def _whitened(components: Floats, nuisances: Floats) -> Floats:
    """Weights (n_kind, 208): onto the components, whitened by the nuisances, then the largest.

    Parameters
    ----------
    components : (n, n_kind), principal directions times their standard deviations
    nuisances : (m, n_kind), likewise, of unwanted differences
    """
    deviations = np.linalg.norm(components, axis=1)
    directions = components / np.maximum(deviations, 1e-12)[:, None]
    unwanted = nuisances @ directions.T
    variances, axes = np.linalg.eigh(unwanted.T @ unwanted)
    scale = 1 / np.sqrt(variances + DAMPING * max(float(variances.mean()), 1e-12))
    whitening = (axes * (scale / scale.mean())) @ axes.T
    spread = deviations[:, None] * whitening
    _, order = np.linalg.eigh(spread.T @ spread)
    kept = order[:, ::-1][:, :N_DIMS_KIND]
    return np.asarray(directions.T @ whitening @ kept, np.float32)


def _halfway(components: Floats) -> Floats:
    """Weights (n_columns, n) onto the components, each whitened by the root of its deviation.

    Without any whitening, the few shades that most pictures share (paper, black, grey) would be
    nearly all of a colour's cosine; with a whole one, the noise of rare shades.

    Parameters
    ----------
    components : (n, n_columns), principal directions times their standard deviations, the largest
        first
    """
    deviations = np.linalg.norm(components, axis=1)
    deviations = np.maximum(deviations, max(LEAST_DEVIATION * float(deviations[0]), 1e-9))
    relative = deviations / deviations[0]
    return np.asarray((components / deviations[:, None]).T / np.sqrt(relative), np.float32)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)


def _names(arrays: object) -> list[str]:
    return [entry.name for entry in fields(arrays)]  # type: ignore[arg-type]
