"""A picture that was encoded once, to be asked with any number of times."""

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from recommender.errors import CatalogueError
from recommender.images import shrink
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.blas import one_blas_thread
from recommender.inference.light import balanced
from recommender.inference.pipeline import reconstruction_error, reconstruction_errors
from recommender.search.confidence import PhotoScale
from recommender.search.index import Index
from recommender.search.regions import SURE_PERCENTILE, Region, find_regions, seems_one, sure_of_one
from recommender.search.results import Reconstruction
from recommender.types import Floats, Pixels

KEPT_PX = 640  # of the longer side: twice what any network takes


@dataclass(frozen=True, kw_only=True, eq=False)
class EncodedQuery:
    """An encoded picture; it belongs to the model and the index that encoded it.

    `reconstruction` and `reconstruction_error` are computed at their first use, and once. Servers
    keep one of these for each visitor, so it holds a small copy of the picture.

    Attributes
    ----------
    pixels : the picture, ndarray of shape (height, width, 3), uint8; its longer side is at most
        `KEPT_PX`
    embedding : ndarray of shape (n_dims,), float32, as the index compares them
    spatial : ndarray of shape (height, width, channels), features of each region of the picture;
        None if the model has none
    index : fingerprints of the model and the catalogue that the embedding can be compared in
    latents : (1, *latent_shape), of a model whose code they are; None otherwise
    light : factors (3,) under which the embedding was made, see `encode`
    known_error : the reconstruction error, where it was measured in another process
    """

    pixels: Pixels
    embedding: Floats
    spatial: Floats | None
    index: tuple[str, str]
    model: Autoencoder = field(repr=False)
    latents: Floats | None = field(default=None, repr=False)
    light: Floats | None = None
    known_error: float | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the model, for another process; `rejoined` adds the one that is there."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {"model": None}

    def rejoined(self, model: Autoencoder) -> "EncodedQuery":
        """The same, which another process has encoded with the same model."""
        return replace(self, model=model)

    def measured(self) -> "EncodedQuery":
        """The same with its reconstruction error, for a process that has no time to measure it."""
        return replace(self, known_error=self.reconstruction_error)

    @cached_property
    def reconstruction(self) -> Reconstruction:
        """The picture beside what its code keeps of it."""
        if self._decoded is None:
            return reconstruct(self.model, self.pixels)
        return Reconstruction(
            original=self.model.prepare_target(self.pixels),
            decoded=np.rint(self._decoded[0] * 255).astype(np.uint8),
            n_numbers=self.model.n_numbers,
            n_bytes=self.model.code_bytes,
            ratio=_ratio(self.pixels),
        )

    @cached_property
    def reconstruction_error(self) -> float:
        """Mean squared error of the decoded picture, as an index keeps it of its items."""
        if self.known_error is not None:
            return self.known_error
        if self._decoded is None:
            return reconstruction_error(self.model, self.pixels)
        target = self.model.prepare_target(self.pixels)[None]
        return float(reconstruction_errors(target, self._decoded)[0])

    @cached_property
    def _decoded(self) -> Floats | None:
        """Picture decoded from the encoder's own latents; None for a model that codes bytes."""
        return None if self.latents is None else self.model.decode(self.latents)


def encode(
    model: Autoencoder, index: Index, pixels: Pixels, light: Floats | None = None
) -> EncodedQuery:
    """Encode a picture for queries to an index.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8, as `images.load` gives it
    light : what takes the light's colour back, see `inference.light`; None leaves it
    """
    small = shrink(pixels, KEPT_PX)
    encoded = model.encode([model.prepare(pixels if light is None else balanced(small, light))])
    return EncodedQuery(
        pixels=small,
        light=light,
        embedding=index.embed(encoded.features)[0],
        spatial=None if encoded.spatial is None else encoded.spatial[0],
        index=(index.model, index.catalogue),
        model=model,
        latents=encoded.latents,
    )


def regions(index: Index, encoded: EncodedQuery, scale: PhotoScale) -> list[Region]:
    """Find the things in a photo, see `regions.find_regions`.

    Parameters
    ----------
    scale : tells which photos are near enough to one product to look no closer

    Raises
    ------
    CatalogueError : the model sees one thing in a photo only
    """
    model = encoded.model
    if not model.has_maps:
        raise CatalogueError(f"the model {model.name!r} cannot tell several things in a photo")
    if not len(index):
        return []
    close = float(scale.held_out_quantiles[SURE_PERCENTILE])
    if (one := sure_of_one(index, encoded.embedding, close)) is not None:
        return [one]
    pixels = encoded.pixels
    pixels = pixels if encoded.light is None else balanced(pixels, encoded.light)
    with one_blas_thread():
        glanced = seems_one(index, model.look(pixels, factor=1), encoded.embedding)
        if glanced is not None:
            return [glanced]
        return find_regions(index, model.look(pixels), encoded.embedding)


def reconstruct(model: Autoencoder, pixels: Pixels) -> Reconstruction:
    """Code a picture and decode it.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    rebuilt = model.reconstruct(pixels)
    return Reconstruction(
        original=model.prepare_target(pixels),
        decoded=rebuilt.decoded,
        n_numbers=rebuilt.n_numbers,
        n_bytes=len(rebuilt.data),
        ratio=_ratio(pixels),
    )


def _ratio(pixels: Pixels) -> float:
    height, width = pixels.shape[:2]
    return float(width / height)
