"""Addresses of pictures, and the bytes that are served there.

An address holds the hash of a picture's content, so that a browser fetches each picture once. Only
hashes that the catalogue knows are served: no address holds a path that could lead elsewhere.
"""

import base64
import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recommender import images
from recommender.catalogue.store import Catalogue
from recommender.errors import CatalogueError
from recommender.items import Item
from recommender.memo import Memo
from recommender.metadata import bare_type
from recommender.ui.shared.samples import Sample

if TYPE_CHECKING:
    from recommender.inference.autoencoder import Autoencoder
    from recommender.recommend import Recommender
    from recommender.search.results import Reconstruction

SIDES_PX = {"card": 360, "large": 800}
KEPT_DRAWINGS = 2_048  # about 10 KB each
KEPT_PICTURES = 4_096  # about 15 KB each
READY_BYTES = 60_000  # a file of this size or less is sent unchanged if it holds no metadata
WEBP_QUALITY = 82
WEBP_METHOD = 2  # 3 takes 2.5 times as long, for files that are 4 % smaller
QUICK_METHOD = 0  # two thirds of the time of 2, a quarter more bytes: for what is sent once
REBUILT_PX = 450  # three times what the model draws; a page shows it at up to 400
# Errors below the first share of the range are hardly visible, those above the second are plain:
# the drawing is clear at the one and in full colour at the other, in every picture alike
NO_LOSS, FULL_LOSS = 0.02, 0.4
LOSS_COLOUR = (205, 24, 92)
PALE = 0.3  # how much of the grey original shows through
FINGERPRINT_LENGTH = 16

Pixels = NDArray[np.uint8]


def item_url(catalogue: Catalogue, item: Item, size: str = "card") -> str:
    """Return the address of a product's picture.

    Parameters
    ----------
    size : "card" or "large"
    """
    return f"pictures/{catalogue.name}/{item.image_sha256}/{size}"


def kept_url(catalogue: Catalogue, item: Item, model: "Autoencoder", kind: str) -> str:
    """Return the address of a product's reconstruction ("kept") or of its errors ("lost")."""
    version = model.fingerprint[:FINGERPRINT_LENGTH]
    return f"kept/{catalogue.name}/{item.image_sha256}/{model.name}/{version}/{kind}"


def between_url(
    catalogue: Catalogue, first: Item, second: Item, model: "Autoencoder", step: int
) -> str:
    """Return the address of a picture between two products, by its number among all steps."""
    version = model.fingerprint[:FINGERPRINT_LENGTH]
    pair = f"{first.image_sha256}/{second.image_sha256}"
    return f"between/{catalogue.name}/{pair}/{model.name}/{version}/{step}"


def sample_url(sample: Sample, size: str = "card") -> str:
    """Return the address of a sample photo."""
    return f"samples/{sample.sha256}/{size}"


def data_url(pixels: Pixels) -> str:
    """Return an address that holds all of a picture, for one that only one visitor may see."""
    data = to_webp(pixels, method=QUICK_METHOD)
    return "data:image/webp;base64," + base64.b64encode(data).decode()


def by_hash(catalogue: Catalogue, image_sha256: str) -> Item:
    """Return the first item with this picture; raises `CatalogueError` if there is none."""
    try:
        return _items_by_hash(catalogue)[image_sha256]
    except KeyError:
        raise CatalogueError(f"no item has the picture {image_sha256!r}") from None


@lru_cache(KEPT_PICTURES)
def thumbnail(file: Path, image_sha256: str, side_px: int) -> tuple[bytes, str]:
    """Return a picture file with a longer side of at most `side_px`.

    Parameters
    ----------
    image_sha256 : of the file, so that a changed file is read again

    Returns
    -------
    data, media_type : those of the file itself if it is small and says nothing but its picture

    Raises
    ------
    ImageError : it cannot be read
    """
    del image_sha256  # only part of the key
    try:
        data = file.read_bytes() if file.stat().st_size <= READY_BYTES else b""
    except OSError:
        data = b""  # images.load says what is wrong
    if media_type := bare_type(data):
        return data, media_type
    return to_webp(images.load(file), side_px), "image/webp"


def to_webp(
    pixels: Pixels,
    side_px: int = SIDES_PX["large"],
    *,
    least_px: int = 0,
    method: int = WEBP_METHOD,
) -> bytes:
    """Compress an RGB array.

    Parameters
    ----------
    side_px, least_px : a longer side over the first is shrunk, one under the second is enlarged,
        by a filter that leaves no staircase, which a browser's own may
    method : from 0, quick, to 6, small
    """
    from PIL import Image, ImageOps

    picture = Image.fromarray(pixels)
    if max(picture.size) < least_px:
        picture = ImageOps.contain(picture, (least_px, least_px), Image.Resampling.LANCZOS)
    picture.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=WEBP_QUALITY, method=method)
    return buffer.getvalue()


@dataclass(frozen=True)
class Drawing:
    """A picture's reconstruction and its errors, as WebP files."""

    kept: bytes
    lost: bytes


def drawing(recommender: "Recommender", item: Item) -> Drawing:
    """Return how a product is reconstructed, drawn once whatever catalogue the picture is in."""
    return _drawings.get(
        (recommender.model.fingerprint[:FINGERPRINT_LENGTH], item.image_sha256),
        lambda: draw(recommender.reconstruct_item(item.item_id)),
    )


def is_drawn(version: str, image_sha256: str) -> bool:
    """Whether the reconstruction of a picture by a model of this version is remembered."""
    return (version, image_sha256) in _drawings


def draw(rebuilt: "Reconstruction", *, method: int = WEBP_METHOD) -> Drawing:
    """Draw a reconstruction and its errors; see `to_webp` for `method`."""
    return Drawing(
        kept=to_webp(kept(rebuilt), least_px=REBUILT_PX, method=method),
        lost=to_webp(lost(rebuilt), least_px=REBUILT_PX, method=method),
    )


def kept(reconstruction: "Reconstruction") -> Pixels:
    """Return the decoded picture in the shape of its original, without the white beside it.

    Returns
    -------
    drawn : ndarray of shape (height, width, 3), uint8; one of the two is the decoder's size
    """
    return _without_margins(reconstruction.decoded, reconstruction.ratio)


def lost(reconstruction: "Reconstruction") -> Pixels:
    """Draw the errors of a reconstruction over a pale copy of its original.

    Returns
    -------
    drawn : ndarray of the same shape as `kept` returns, uint8
    """
    original = reconstruction.original.astype(np.float32)
    difference = np.abs(original - reconstruction.decoded).mean(axis=2, keepdims=True) / 255
    strength = np.clip((difference - NO_LOSS) / (FULL_LOSS - NO_LOSS), 0, 1) ** 0.7
    pale = 255 - (255 - original.mean(axis=2, keepdims=True)) * PALE
    drawn = pale * (1 - strength) + np.array(LOSS_COLOUR, np.float32) * strength
    return _without_margins(np.asarray(np.rint(drawn), np.uint8), reconstruction.ratio)


def _without_margins(square: Pixels, ratio: float) -> Pixels:
    """Cut a letterboxed picture out of its square; see `images.letterbox`."""
    side = len(square)
    width, height = (max(1, round(side * share)) for share in (min(1, ratio), min(1, 1 / ratio)))
    left, top = (side - width) // 2, (side - height) // 2
    return square[top : top + height, left : left + width]


# By the start of the model's fingerprint and the picture's hash
_drawings: "Memo[tuple[str, str], Drawing]" = Memo(KEPT_DRAWINGS)


@lru_cache(8)
def _items_by_hash(catalogue: Catalogue) -> dict[str, Item]:
    """Items by their pictures; one that is not a cover shows the item with it in front."""
    further = {
        picture.sha256: item.showing(picture)
        for item in reversed(catalogue.items)
        for picture in item.more_images
    }
    return further | {item.image_sha256: item for item in reversed(catalogue.items)}
