"""A picture that was encoded once, to be asked with any number of times."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from recommender.errors import CatalogueError
from recommender.images import shrink
from recommender.inference.autoencoder import Autoencoder, Rebuilt
from recommender.inference.blas import one_blas_thread
from recommender.inference.light import balanced
from recommender.inference.pipeline import reconstruction_error, reconstruction_errors
from recommender.search.index import Index
from recommender.search.regions import Region, find_regions
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
    """

    pixels: Pixels
    embedding: Floats
    spatial: Floats | None
    index: tuple[str, str]
    model: Autoencoder = field(repr=False)
    latents: Floats | None = field(default=None, repr=False)
    light: Floats | None = None

    @cached_property
    def reconstruction(self) -> Reconstruction:
        """The picture beside what its code keeps of it."""
        if self._decoded is None:
            return self._rebuilt[0]
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
        if self._decoded is not None:
            return self._error_of(self._decoded)
        if "_rebuilt" in vars(self):
            return self._rebuilt[1]
        return reconstruction_error(self.model, self.pixels)

    @cached_property
    def _rebuilt(self) -> tuple[Reconstruction, float]:
        """Reconstruction and error: two ways of rebuilding a picture, which share their work."""
        rebuilt = self.model.reconstruct(self.pixels, estimates=True)
        assert rebuilt.estimated is not None  # noqa: S101  for the type: it was asked for
        error = self._error_of(rebuilt.estimated[None])
        return _reconstruction(self.model, self.pixels, rebuilt), error

    def _error_of(self, decoded: Floats) -> float:
        target = self.model.prepare_target(self.pixels)[None]
        return float(reconstruction_errors(target, decoded)[0])

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


def regions(index: Index, encoded: EncodedQuery) -> list[Region]:
    """Find the things in a photo, see `regions.find_regions`.

    Raises
    ------
    CatalogueError : the model sees one thing in a photo only
    """
    model = encoded.model
    if not model.has_maps:
        raise CatalogueError(f"the model {model.name!r} cannot tell several things in a photo")
    pixels = encoded.pixels
    seen = model.look(pixels if encoded.light is None else balanced(pixels, encoded.light))
    with one_blas_thread():
        return find_regions(index, seen, encoded.embedding)


def reconstruct(model: Autoencoder, pixels: Pixels) -> Reconstruction:
    """Code a picture and decode it.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    return _reconstruction(model, pixels, model.reconstruct(pixels))


def _reconstruction(model: Autoencoder, pixels: Pixels, rebuilt: Rebuilt) -> Reconstruction:
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
