"""A picture that was encoded once, to be asked with any number of times."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from recommender.images import shrink
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.pipeline import reconstruction_errors
from recommender.search.index import Index
from recommender.search.results import Reconstruction
from recommender.types import Floats, Pixels

KEPT_PX = 640  # of the longer side: twice what any network takes


@dataclass(frozen=True, kw_only=True, eq=False)
class EncodedQuery:
    """An encoded picture; it belongs to the model and the index that encoded it.

    The picture is decoded from its latent at the first use of `reconstruction` or of
    `reconstruction_error`, and once. Servers keep one of these for each visitor, so it holds a
    small copy of the picture.

    Attributes
    ----------
    pixels : the picture, ndarray of shape (height, width, 3), uint8; its longer side is at most
        `KEPT_PX`
    embedding : ndarray of shape (n_dims,), float32, as the index compares them
    spatial : ndarray of shape (height, width, channels), features of each region of the picture;
        None if the model has none
    index : fingerprints of the model and the catalogue that the embedding can be compared in
    """

    pixels: Pixels
    embedding: Floats
    spatial: Floats | None
    index: tuple[str, str]
    decode: Callable[[], tuple[Reconstruction, float]] = field(repr=False)

    @cached_property
    def _decoded(self) -> tuple[Reconstruction, float]:
        return self.decode()

    @property
    def reconstruction(self) -> Reconstruction:
        """The picture beside its decoded latent."""
        return self._decoded[0]

    @property
    def reconstruction_error(self) -> float:
        """Mean squared error of the decoded picture, values in [0, 1]."""
        return self._decoded[1]


def encode(model: Autoencoder, index: Index, pixels: Pixels) -> EncodedQuery:
    """Encode a picture for queries to an index.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8, as `images.load` gives it
    """
    encoded = model.encode([model.prepare(pixels)])
    latents, small = encoded.latents, shrink(pixels, KEPT_PX)
    return EncodedQuery(
        pixels=small,
        embedding=index.embed(encoded.features)[0],
        spatial=None if encoded.spatial is None else encoded.spatial[0],
        index=(index.model, index.catalogue),
        decode=lambda: decode(model, latents, small),
    )


def decode(model: Autoencoder, latents: Floats, pixels: Pixels) -> tuple[Reconstruction, float]:
    """Decode one picture's latent, and measure its error.

    Parameters
    ----------
    latents : ndarray of shape (1, *latent_shape)
    pixels : the picture that was encoded, ndarray of shape (height, width, 3), uint8
    """
    decoded = model.decode(latents)
    target = model.prepare_target(pixels)
    reconstruction = Reconstruction(
        original=target,
        decoded=np.rint(decoded[0] * 255).astype(np.uint8),
        n_numbers=int(latents[0].size),
    )
    return reconstruction, float(reconstruction_errors(target[None], decoded)[0])


def reconstruct(model: Autoencoder, pixels: Pixels) -> Reconstruction:
    """Encode and decode one picture.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    latents = model.encode([model.prepare(pixels)]).latents
    return decode(model, latents, pixels)[0]
