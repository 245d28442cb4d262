"""A picture that was encoded once, to be asked with any number of times."""

from dataclasses import dataclass, field
from functools import cached_property

from recommender.images import shrink
from recommender.inference.autoencoder import Autoencoder
from recommender.inference.pipeline import reconstruction_error
from recommender.search.index import Index
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
    """

    pixels: Pixels
    embedding: Floats
    spatial: Floats | None
    index: tuple[str, str]
    model: Autoencoder = field(repr=False)

    @cached_property
    def reconstruction(self) -> Reconstruction:
        """The picture beside what its code keeps of it."""
        return reconstruct(self.model, self.pixels)

    @cached_property
    def reconstruction_error(self) -> float:
        """Mean squared error of the decoded picture, as an index keeps it of its items."""
        return reconstruction_error(self.model, self.pixels)


def encode(model: Autoencoder, index: Index, pixels: Pixels) -> EncodedQuery:
    """Encode a picture for queries to an index.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8, as `images.load` gives it
    """
    encoded = model.encode([model.prepare(pixels)])
    return EncodedQuery(
        pixels=shrink(pixels, KEPT_PX),
        embedding=index.embed(encoded.features)[0],
        spatial=None if encoded.spatial is None else encoded.spatial[0],
        index=(index.model, index.catalogue),
        model=model,
    )


def reconstruct(model: Autoencoder, pixels: Pixels) -> Reconstruction:
    """Code a picture and decode it.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3), uint8
    """
    data = model.compress(pixels)
    decoded, n_numbers = model.decompress(data)
    return Reconstruction(
        original=model.prepare_target(pixels),
        decoded=decoded,
        n_numbers=n_numbers,
        n_bytes=len(data),
    )
